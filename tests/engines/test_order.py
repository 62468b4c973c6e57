"""Byte order: of the struct, of a field, inherited, and chosen when the message is read."""

from __future__ import annotations

import pytest

from bitwright import (
    Struct,
    array,
    auto,
    bits,
    checksum,
    flag,
    i16,
    nested,
    pad,
    raw,
    switch,
    text,
    u8,
    u16,
    u24,
    u32,
    u48,
    u64,
    when,
)
from bitwright.checksum import crc32
from tests.engines.agreement import agreed, built


class Little(Struct, endian="little"):
    a: int = u16()
    b: int = u24()
    c: int = u48()
    d: int = u64()
    e: int = u32(endian="big")
    f: int = bits(40, signed=True)
    low: int = bits(3)
    high: int = bits(5)


def test_little_endian() -> None:
    data = built(Little(a=0x0102, b=0x010203, c=1, d=1, e=1, f=-2, low=1, high=2))
    assert data == bytes.fromhex("0201 030201 010000000000 0100000000000000 00000001 feffffffff 22".replace(" ", ""))


class Values(Struct, endian="inherit"):
    """Whoever nests it says the order."""

    number: int = u16()
    always: int = u16(endian="big")


class Deeper(Struct, endian="inherit"):
    values: Values = nested(Values)
    big: Values = nested(Values, endian="big")
    items: list[Values] = array(Values, count=1)


def test_inherited_order_of_a_message(engine: str) -> None:
    codec = Deeper.codec(engine)
    message = Deeper(values=Values(number=1, always=2), big=Values(number=3, always=4), items=[Values(number=5, always=6)])
    little, big = codec.build(message, endian="little"), codec.build(message, endian="big")
    assert little == bytes.fromhex("0100 0002 0003 0004 0500 0006".replace(" ", ""))
    assert big == bytes.fromhex("0001 0002 0003 0004 0005 0006".replace(" ", ""))
    assert codec.parse(little, endian="little") == codec.parse(big, endian="big") == message
    with pytest.raises(TypeError, match='pass endian="big" or endian="little"'):
        codec.parse(little)
    with pytest.raises(TypeError, match="declared little endian"):
        Little.codec(engine).parse(bytes(33), endian="big")


class Swapped(Struct):
    """The first byte says the order of everything after it."""

    swap: bool = flag()
    _gap = pad(bits=7)
    length: int = auto(u16(endian=swap))
    values: Values = nested(Values, endian=swap)
    items: list[int] = array(u16(endian=swap), size=length)
    structs: list[Values] = array(Values, count=1, endian=swap)
    choice: Values | Deeper = switch(length, {2: Values}, Deeper, endian=swap)
    words: str = text(prefix=u16(endian=swap))
    maybe: int | None = when(length == 4, u32(endian=swap))
    measured: int = auto(u16(endian=swap))
    blocks: list[Values] = array(Values, size=measured, endian=swap)
    sum: int = checksum(u32(endian=swap), crc32)


def swapped(*, swap: bool) -> Swapped:
    one = Values(number=0x0102, always=0x0304)
    deeper = Deeper(values=one, big=one, items=[one])
    return Swapped(swap=swap, values=one, items=[1, 2], structs=[one], choice=deeper, words="ab", maybe=1, blocks=[one, one])


def test_an_order_chosen_at_run_time() -> None:
    little, big = built(swapped(swap=True)), built(swapped(swap=False))
    assert little[:7] == b"\x80\4\0\2\1\3\4"
    assert big[:7] == b"\0\0\4\1\2\3\4"
    assert len(little) == len(big)
    assert little[-4:] == crc32(little[:-4] + bytes(4)).to_bytes(4, "little")
    assert big[-4:] == crc32(big[:-4] + bytes(4)).to_bytes(4, "big")
    assert agreed(Swapped, "check", little).value[1] == []
    for data in (little, big):
        for end in range(len(data)):
            assert not agreed(Swapped, "parse", data[:end]).ok


class Magic(Struct):
    """As pcap: a number that reads differently in the two orders."""

    magic: int = u32()
    little = magic == 0xD4C3B2A1
    version: int = u16(endian=little)


def test_an_order_that_a_magic_number_says() -> None:
    assert built(Magic(magic=0xA1B2C3D4, version=2)) == b"\xa1\xb2\xc3\xd4\0\2"
    assert built(Magic(magic=0xD4C3B2A1, version=2)) == b"\xd4\xc3\xb2\xa1\2\0"


class Crossing(Struct, endian="little"):
    """Numbers that cross bytes: in little endian the last chunk, which may be short, is the most significant."""

    a: int = bits(4)
    b: int = bits(8)
    c: int = bits(12)


class Chosen(Struct):
    """The order by a flag, of a number that begins inside a byte."""

    swap: bool = flag()
    value: int = u16(endian=swap)
    low: int = i16(endian=swap)
    rest: int = bits(7)


def test_little_endian_across_bytes() -> None:
    assert built(Crossing(a=1, b=2, c=0x345)) == b"\x10\x24\x53"


def test_an_order_at_run_time_inside_bytes() -> None:
    for swap, order in ((False, "big"), (True, "little")):
        data = built(Chosen(swap=swap, value=0x1234, low=-2, rest=5))
        number = int.from_bytes(data, "big")
        assert number >> 39 == swap
        assert (number >> 23 & 0xFFFF).to_bytes(2, "big") == (0x1234).to_bytes(2, order)
        assert (number >> 7 & 0xFFFF).to_bytes(2, "big") == (0xFFFE).to_bytes(2, order)
        assert number & 0x7F == 5


class InBytes(Struct, endian="little"):
    """Bits within a byte, and a struct of the other order after them."""

    a: int = bits(4)
    b: int = bits(4)
    wide: int = u16()
    size: int = auto(u8())
    body: bytes = raw(size=size)


def test_bits_within_bytes_of_a_little_endian_struct() -> None:
    assert built(InBytes(a=1, b=2, wide=3, body=b"x")) == b"\x12\3\0\1x"
