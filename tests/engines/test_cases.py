"""Numbers that choose their own meaning, derived: WebSocket's lengths, and a class that changes what a type means."""

from __future__ import annotations

import pytest

from bitwright import Struct, auto, bits, flag, raw, select, u8, u16, u64, variant, when
from tests.engines.agreement import agreed, built


class Frame(Struct):
    """RFC 6455, section 5.2, without the mask: the shortest of three lengths."""

    final: bool = flag(default=True)
    opcode: int = bits(7, default=2)
    masked: bool = flag(default=False)
    length: int = auto(bits(7))
    length16: int | None = when(length == 126, auto(u16()))
    length64: int | None = when(length == 127, auto(u64()))
    size = select(length < 126, length, select(length == 126, length16, length64))
    data: bytes = raw(size=size)


@pytest.mark.parametrize(
    ("size", "head"),
    [(0, "8200"), (125, "827d"), (126, "827e007e"), (65535, "827effff"), (65536, "827f0000000000010000")],
)
def test_the_shortest_length(size: int, head: str) -> None:
    data = built(Frame(data=bytes(size)))
    assert data[: len(data) - size].hex() == head
    assert Frame.parse(data).relaxed().build() == data


def test_a_length_that_is_given() -> None:
    assert built(Frame(length=126, data=b"ab")).hex() == "827e00026162"
    assert built(Frame(length=127, data=b"ab")).hex() == "827f00000000000000026162"
    assert agreed(Frame, "build", Frame(length16=5, data=b"ab")).problem.code == "conflict"


class Small(Struct):
    length: int = auto(u8())
    more: int | None = when(length == 255, auto(u8()))
    data: bytes = raw(size=select(length != 255, length, more))


def test_what_no_case_can_say() -> None:
    assert built(Small(data=bytes(254)))[:1] == b"\xfe"
    assert built(Small(data=bytes(255)))[:2] == b"\xff\xff"
    found = agreed(Small, "build", Small(data=bytes(256))).problem
    assert (found.code, found.path) == ("unsolved", "length")


class RData(Struct):
    """Of one type alone the class matters."""


class Opaque(RData):
    data: bytes = raw()


class Address(RData, tag=1):
    address: int = u16()


class ChaosAddress(RData, tag=0x30001):
    name: int = u8()
    address: int = u16()


class Text(RData, tag=16):
    text: bytes = raw()


class Record(Struct):
    rclass: int = u16(default=1)
    type: int = auto(u16())
    size: int = auto(u8())
    rdata: RData = variant(RData, on=select(rclass == 3, select(type == 1, 0x30001, type), type), unknown=Opaque, size=size)


def test_a_class_that_changes_what_one_type_means() -> None:
    assert built(Record(rdata=Address(address=5))).hex() == "00010001020005"
    assert built(Record(rclass=3, type=1, rdata=ChaosAddress(name=7, address=5))).hex() == "0003000103070005"
    assert built(Record(rclass=3, type=16, rdata=Text(text=b"a"))).hex() == "000300100161"
    assert type(agreed(Record, "parse", bytes.fromhex("000300100161")).value.rdata) is Text
