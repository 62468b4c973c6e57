"""Regions in regions, each filled exactly; sizes from varints, from computed values, and from select(); all derived."""

from __future__ import annotations

import pytest

from bitwright import Struct, array, auto, bits, flag, nested, raw, select, u8, u16, u24, varint, when
from tests.engines.agreement import agreed, built


class Tlv(Struct):
    """ASN.1 in the basic rules, with definite lengths: primitive, or TLVs again."""

    kind: int = bits(2, default=0)
    constructed: bool = auto(flag())
    number: int = bits(5)
    length: int = auto(varint("der"))
    content: bytes | None = when(~constructed, raw(size=length))
    children: list[Tlv] | None = when(constructed, array("Tlv", size=length))


def test_basic_encoding_rules() -> None:
    name = Tlv(number=16, children=[Tlv(number=6, content=b"\x55\x04\x03"), Tlv(number=12, content=b"x" * 130)])
    data = built(Tlv(number=16, children=[Tlv(number=17, children=[name]), Tlv(number=2, content=b"\1")]))
    assert data.hex().startswith("308193318" + "18d30818a0603550403" + "0c8182" + "78" * 4)
    assert len(data) == 150
    wrong = agreed(Tlv, "parse", data[:1] + b"\x81\x92" + data[3:]).problem
    assert (wrong.code, wrong.path) == ("truncated", "children[1].content")
    for cut in range(len(data)):
        assert agreed(Tlv, "parse", data[:cut]).problem.code == "truncated"
    deeper = Tlv(number=16, children=[])
    for _ in range(30):
        deeper = Tlv(number=16, children=[deeper, Tlv(number=5, content=b"")])
    assert built(deeper)


class Leaf(Struct):
    size: int = auto(u8())
    data: bytes = raw(size=size)


class Inner(Struct):
    size: int = auto(varint("leb128"))
    leaves: list[Leaf] = array(Leaf, size=size)


class Middle(Struct):
    size: int = auto(varint("quic"))
    inner: Inner = nested(Inner, size=size - 1)
    edge: int = u8(default=7)


class Outer(Struct):
    wide: bool = flag(default=False)
    spare: int = bits(7, default=0)
    short: int | None = when(~wide, auto(u8()))
    long: int | None = when(wide, auto(u24()))
    size = select(wide, long, short)
    middle: list[Middle] = array(nested(Middle), size=size)
    after: int = u16(default=0xBEEF)


def outer(count: int, *, wide: bool) -> Outer:
    leaves = [Leaf(data=b"ab"), Leaf(data=b"")]
    return Outer(wide=wide, middle=[Middle(inner=Inner(leaves=leaves)) for _ in range(count)])


def test_sizes_inside_sizes() -> None:
    assert built(outer(1, wide=False)).hex() == "00 07 06 04 02 6162 00 07 beef".replace(" ", "")
    for count, wide in ((0, False), (1, False), (2, True), (20, True)):
        data = built(outer(count, wide=wide))
        value = agreed(Outer, "parse", data).value
        assert len(value.middle) == count
        assert value.relaxed().build() == data
    assert agreed(Outer, "build", outer(60, wide=False)).problem.code == "range"
    assert built(outer(60, wide=True))


@pytest.mark.parametrize("place", range(12))
def test_every_region_is_filled_exactly(place: int) -> None:
    data = bytearray(built(outer(1, wide=False)))
    for value in (0, 1, data[place % len(data)] + 1, 0x3F):
        changed = bytes(data[: place % len(data)]) + bytes((value & 0xFF,)) + bytes(data[place % len(data) + 1 :])
        found = agreed(Outer, "parse", changed)
        if found.ok:
            assert agreed(Outer, "build", found.value).ok
