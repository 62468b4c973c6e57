"""Constants and defaults that fit, up to their bounds."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import OpenEnum, Struct, const, u8
from bitwright.schema.expr import Const
from bitwright.schema.spec import spec_of


@pytest.mark.parametrize(
    "field",
    [
        "n: int = const(bits(4), 15)",
        "n: int = const(bits(4), 0)",
        "n: int = const(i8(), -128)",
        "n: int = const(i8(), 127)",
        "n: int = const(u64(), (1 << 64) - 1)",
        "n: bytes = const(raw(size=2), b'ab')",
        "n: str = const(text(size=3, encoding='utf-8'), 'aé')",
        "n: bytes = const(raw(size=0), b'')",
        "n: int = u8(default=255)",
        "n: int = u8(default=0)",
        "n: int = u8(default=True)",
        "n: int = i16(default=-32768)",
        "n: bool = flag(default=True)",
        "n: bytes = raw(prefix=u8(), default=b'a' * 255)",
        "n: bytes = raw(terminator=b'ab', default=b'a b')",
        "n: bytes = raw(default=b'any')",
        "n: str = text(size=4, encoding='utf-16-le', default='ab')",
        "n: str = text(prefix=u8(), default='')",
        "n: Name = domain_name(default='.')",
        "n: Name = domain_name(default='a\\\\.b.example.')",
        "n: IPv6Address = ipv6(default=IPv6Address('::1'))",
        "n: MACAddress = mac(default=MACAddress(bytes(6)))",
        "n: list[int] = array(u8(), count=2, default=[0, 255])",
        "n: list[str] = array(text(size=1), default=['a', 'b'])",
        "n: list[list[int]] = array(array(u8(), count=1), count=2, default=[[1], [2]])",
    ],
)
def test_accepted_up_to_the_bounds(field: str, declare: Callable[[str], dict[str, Any]]) -> None:
    made = spec_of(declare(f"class Fine(Struct):\n    {field}\n")["Fine"])
    found = made.field("n")
    assert found is not None
    assert found.optional


class Kind(OpenEnum):
    A = 1


class Closed(enum.IntEnum):
    A = 1


def test_a_constant_of_an_enumeration_is_its_member() -> None:
    class Fine(Struct):
        known: Kind = const(u8(Kind), Kind.A)
        number: Kind = const(u8(Kind), 1)  # type: ignore[assignment]  # to mypy an int is no Kind
        unknown: Kind = const(u8(Kind), Kind(9))
        closed: Closed = const(u8(Closed), Closed.A)

    fine = Fine()
    assert fine.known is Kind.A
    assert fine.number is Kind.A
    assert (fine.unknown, type(fine.unknown)) == (9, Kind)
    assert fine.closed is Closed.A


def test_a_text_constant_is_text_in_the_object_and_bytes_on_the_wire() -> None:
    from bitwright import text

    class Fine(Struct):
        word: str = const(text(size=3), "aé")

    found = spec_of(Fine).field("word")
    assert found is not None
    assert (found.fixed, found.default) == ("aé".encode(), "aé")
    assert Fine().word == "aé"


def test_a_number_constant_is_a_node() -> None:
    class Fine(Struct):
        n: int = const(u8(), 7)

    found = spec_of(Fine).field("n")
    assert found is not None
    assert (found.fixed, found.default) == (Const(7), 7)
