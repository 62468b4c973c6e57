"""What each word for bytes, text, addresses and names means."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import (
    IPv4Address,
    IPv6Address,
    MACAddress,
    Name,
    Struct,
    domain_name,
    ipv4,
    ipv6,
    mac,
    payload,
    raw,
    rest,
    select,
    text,
    u8,
    u16,
)
from bitwright.schema.expr import Binary, Const, FieldRef, Rest, Select
from bitwright.schema.spec import MISSING, BytesType, IntType, NameType, TextType, spec_of


class Words(Struct):
    n: int = u8()
    sized: bytes = raw(size=n - 2, default=b"any", doc="some bytes")
    fixed: bytes = raw(size=2, default=b"ab")
    prefixed: bytes = raw(prefix=u16(endian="little"), default=b"")
    ended: bytes = raw(terminator=b"\r\n", default=b"a\rb\n")
    word: str = text(size=4, default="abcd")
    named: str = text(prefix=u8())
    line: str = text(terminator=b"\0", encoding="ascii", default="line")
    four: IPv4Address = ipv4(default=IPv4Address("192.0.2.1"))
    six: IPv6Address = ipv6()
    station: MACAddress = mac()
    owner: Name = domain_name(default="example.")
    plain: Name = domain_name(compress=False)
    last: bytes = payload(size=select(n == 0, rest(), n - 4))


N = FieldRef(("n",))


@pytest.mark.parametrize(
    ("name", "wire"),
    {
        "sized": BytesType(Binary("sub", N, Const(2))),
        "fixed": BytesType(Const(2)),
        "prefixed": BytesType(prefix=IntType(16, order="little")),
        "ended": BytesType(terminator=b"\r\n"),
        "word": TextType("utf-8", Const(4)),
        "named": TextType("utf-8", prefix=IntType(8)),
        "line": TextType("ascii", terminator=b"\0"),
        "four": BytesType(Const(4), as_type=IPv4Address),
        "six": BytesType(Const(16), as_type=IPv6Address),
        "station": BytesType(Const(6), as_type=MACAddress),
        "owner": NameType(compress=True),
        "plain": NameType(compress=False),
        "last": BytesType(Select(Binary("eq", N, Const(0)), Rest(), Binary("sub", N, Const(4))), payload=True),
    }.items(),
)
def test_type_of_each_word(name: str, wire: Any) -> None:
    found = spec_of(Words).field(name)
    assert found is not None
    assert found.type == wire


@pytest.mark.parametrize(
    ("name", "default"),
    {"sized": b"any", "six": MISSING, "four": IPv4Address("192.0.2.1"), "owner": "example.", "last": b"", "word": "abcd"}.items(),
)
def test_defaults(name: str, default: Any) -> None:
    found = spec_of(Words).field(name)
    assert found is not None
    assert found.default is default or found.default == default


def test_the_payload_of_a_struct_is_known() -> None:
    found = spec_of(Words).payload
    assert found is not None
    assert found.name == "last"

    class Plain(Struct):
        data: bytes = raw()

    assert spec_of(Plain).payload is None


def test_a_payload_of_fixed_size_may_be_left_out() -> None:
    class Fixed(Struct):
        data: bytes = payload(size=4)

    assert Fixed().data == b""
