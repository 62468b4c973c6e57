"""Constants and checksums: written by themselves, last, over what they cover."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from bitwright import (
    DeclarationError,
    Struct,
    array,
    auto,
    bits,
    checksum,
    const,
    nested,
    param,
    payload,
    raw,
    span,
    text,
    u8,
    u16,
    u24,
    u32,
    when,
)
from bitwright.checksum import crc8, crc16_modbus, crc16_x25, crc24_ble, crc32, crc32c, internet, sum8
from tests.engines.agreement import agreed, built


class Sized(Struct):
    size: int = auto(u8())
    body: bytes = raw(size=size - 1)



class Trailer(Struct):
    length: int = auto(u16())
    blocks: list[Sized] = array(Sized, size=length - 4)
    again: int = const(u16(), length)


def test_a_trailer_that_repeats_the_length() -> None:
    assert built(Trailer(blocks=[Sized(body=b"abc")])) == b"\0\x08\4abc\0\x08"
    assert agreed(Trailer, "build", Trailer(blocks=[], again=9)).value == b"\0\4\0\x09", "given, so written"
    found = agreed(Trailer, "parse", b"\0\4\0\x09")
    assert (found.problem.code, found.problem.path, found.problem.bit_offset) == ("const", "again", 16)


class Early(Struct):
    """The constant stands before the field that it repeats is known."""

    length: int = auto(u8())
    negated: int = const(u8(), 255 - length)
    blocks: list[Sized] = array(Sized, size=length)


def test_a_constant_of_a_length_that_is_measured_later() -> None:
    assert built(Early(blocks=[Sized(body=b"ab")])) == b"\3\xfc\3ab"


class Magic(Struct):
    magic: bytes = const(raw(size=2), b"BW")
    version: int = const(u8(), 1)
    word: str = const(text(size=2), "é")


def test_constants_are_written_and_a_wrong_one_is_kept() -> None:
    assert built(Magic()) == "BW\x01é".encode()
    assert agreed(Magic, "build", Magic(magic=b"xx", version=2, word="ab")).value == b"xx\2ab"
    for data, path in ((b"xW\1\xc3\xa9", "magic"), (b"BW\2\xc3\xa9", "version"), (b"BW\1ab", "word")):
        found = agreed(Magic, "parse", data)
        assert (found.problem.code, found.problem.path) == ("const", path)
    assert agreed(Magic, "build", Magic(magic=b"xxx")).problem.code == "size"


class Last(Struct):
    size: int = auto(u8())
    blocks: list[Sized] = array(Sized, size=size)
    front: int = checksum(u16(), internet, over=size + 1)
    whole: int = checksum(u32(), crc32)
    tail: int = u8()


def test_checksums_come_last_and_the_widest_at_the_end() -> None:
    data = built(Last(blocks=[Sized(body=b"ab")], tail=7))
    assert int.from_bytes(data[4:6], "big") == internet(data[:4])
    assert int.from_bytes(data[6:10], "big") == crc32(data[:6] + bytes(4) + data[10:])
    assert agreed(Last, "check", data).value[1] == []


class Wide(Struct):
    sum: int = checksum(u16(), crc32)
    body: bytes = raw()


def test_a_sum_is_cut_to_its_field() -> None:
    data = built(Wide(body=b"abc"))
    assert data[:2] == (crc32(b"\0\0abc") & 0xFFFF).to_bytes(2, "big")
    assert agreed(Wide, "check", data).value[1] == []


class Datagram(Struct):
    """As UDP: the checksum covers what the layer below adds, and zero means none."""

    pseudo_header = param(bytes, default=b"")
    length: int = auto(u16())
    sum: int = checksum(u16(), internet, prefix=pseudo_header, zero_is_absent=True)
    data: bytes = payload(size=length - 4)


class Segment(Struct):
    """As TCP: the checksum is always there."""

    pseudo_header = param(bytes, default=b"")
    sum: int = checksum(u16(), internet, prefix=pseudo_header)
    data: bytes = payload()


def test_pseudo_headers() -> None:
    pseudo = bytes(range(12))
    data = built(Datagram(data=b"abc"), pseudo_header=pseudo)
    assert internet(pseudo + data) == 0
    assert agreed(Datagram, "check", data, pseudo_header=pseudo).value[1] == []
    assert [f.code for f in agreed(Datagram, "check", data, pseudo_header=pseudo + b"\1\0").value[1]] == ["checksum"]
    assert agreed(Datagram, "check", data).value[1] == [], "nothing is known, so nothing is claimed"
    assert built(Datagram(data=b"abc"))[2:4] == b"\0\0"
    assert agreed(Segment, "build", Segment(data=b"abc")).problem.code == "unsolved"
    assert internet(pseudo + built(Segment(data=b"abc"), pseudo_header=pseudo)) == 0
    zero = Datagram(data=b"\xff\xff")  # sums to nothing but for its length
    found = built(zero, pseudo_header=(0xFFFF - 6).to_bytes(2, "big"))
    assert found[2:4] == b"\xff\xff", "a computed zero is sent as all ones"




class PngChunk(Struct):
    """The sum stands behind what it covers, which is not all."""

    length: int = auto(u32())
    kind: bytes = raw(size=4)
    data: bytes = raw(size=length)
    crc: int = checksum(u32(), crc32, over=span(kind, data))


def test_a_sum_of_the_fields_before_it() -> None:
    data = built(PngChunk(kind=b"IEND", data=b""))
    assert data.hex() == "0000000049454e44ae426082"
    data = built(PngChunk(kind=b"tEXt", data=b"Title\0x"))
    construct: Any = pytest.importorskip("construct")
    checked = construct.Struct(
        "length" / construct.Int32ub,
        "body" / construct.RawCopy(construct.Struct("kind" / construct.Bytes(4), "data" / construct.Bytes(construct.this._.length))),
        "crc" / construct.Checksum(construct.Int32ub, zlib.crc32, construct.this.body.data),
    )
    assert checked.parse(data).body.value.data == b"Title\0x"
    assert agreed(PngChunk, "check", data).value[1] == []
    wrong = agreed(PngChunk, "check", data[:-5] + b"!" + data[-4:]).value[1]
    assert [(f.code, f.path, f.bit_offset) for f in wrong] == [("checksum", "crc", 8 * 15)]
    lying = agreed(PngChunk, "check", data[:3] + b"\5" + data[4:])
    assert lying.problem.code == "unconsumed"


class Frame(Struct, endian="little"):
    """A sum of a header, a sum of what is behind it, one of all; one covers fields that come later."""

    head: int = checksum(u8(), crc8, over=span("kind", "length"))
    kind: int = u8()
    length: int = auto(u16())
    body_sum: int = checksum(u16(), crc16_modbus, over=span("body"))
    body: bytes = raw(size=length)
    whole: int = checksum(u24(), crc24_ble, over=span("head", "body"))
    every: int = checksum(u32(endian="big"), crc32c)


def test_several_sums_each_after_those_that_it_covers() -> None:
    data = built(Frame(kind=7, body=b"abc"))
    head = b"\7\3\0"
    assert data[:4] == bytes((crc8(head),)) + head
    assert data[4:6] == crc16_modbus(b"abc").to_bytes(2, "little")
    assert data[9:12] == crc24_ble(data[:9]).to_bytes(3, "little")
    assert data[12:] == crc32c(data[:12] + bytes(4)).to_bytes(4, "big")
    assert agreed(Frame, "check", data).value[1] == []
    found = agreed(Frame, "check", data[:7] + b"?" + data[8:]).value[1]
    assert [f.path for f in found] == ["body_sum", "whole", "every"]
    assert built(Frame(kind=7, body=b"abc", body_sum=5))[4:6] == b"\5\0", "what is given is covered as it is"


class Tar(Struct):
    """Its own bytes count as spaces."""

    name: bytes = raw(size=4)
    sum: int = checksum(u16(), sum, own=b" ")
    kind: int = u8()


class Left(Struct):
    """Its own bytes are left out, so that what lies behind them moves."""

    kind: int = u8()
    sum: int = checksum(u16(), crc16_x25, own=b"")
    body: bytes = raw()


class Framed(Struct):
    inner: Left = nested(Left)


class Places(Struct):
    begin: int = u8()
    size: int = u8()
    sum: int = checksum(u16(), internet, over=(begin, begin + size))
    body: bytes = raw()


class Back(Struct):
    begin: int = u8()
    size: int = u8()
    sum: int = checksum(u16(), internet, over=(begin - 4, size - 3))
    body: bytes = raw()


def test_what_its_own_bytes_count_as() -> None:
    assert built(Tar(name=b"abcd", kind=1))[4:6] == (sum(b"abcd  \1")).to_bytes(2, "big")
    assert built(Left(kind=1, body=b"xyz"))[1:3] == crc16_x25(b"\1xyz").to_bytes(2, "big")
    assert built(Framed(inner=Left(kind=1, body=b"")))[1:3] == crc16_x25(b"\1").to_bytes(2, "big")


@pytest.mark.parametrize("begin", [0, 1, 2, 3, 4, 5, 6, 7, 9])
@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 6, 200])
def test_places(begin: int, size: int) -> None:
    for struct, first, stop in ((Places, begin, begin + size), (Back, max(begin - 4, 0), max(size - 3, 0))):
        data = built(struct(begin=begin, size=size, body=b"abcdef"))
        covered = bytearray(data)
        covered[2:4] = b"\0\0"
        assert int.from_bytes(data[2:4], "big") == internet(covered[first:stop])
        for cut in range(4, len(data) + 1):
            found = agreed(struct, "check", data[:cut]).value[1]
            assert found == [] or cut < len(data) or stop > len(data), "what is covered must be there"


class Region(Struct):
    length: int = auto(u8())
    items: list[Left] = array(nested(Left, size=4), size=length)
    crc: int = checksum(u32(), crc32, over=span(items))


class Maybe(Struct):
    there: int = u8()
    extra: bytes | None = when(there == 1, raw(size=2))
    crc: int = checksum(u32(), crc32, over=span(extra))


def test_regions_and_what_may_be_absent() -> None:
    data = built(Region(items=[Left(kind=1, body=b"a"), Left(kind=2, body=b"b")]))
    assert int.from_bytes(data[-4:], "big") == crc32(data[1:9])
    assert built(Maybe(there=0)) == b"\0" + bytes(4)
    assert built(Maybe(there=1, extra=b"ab"))[3:] == crc32(b"ab").to_bytes(4, "big")


def refused(**body: Any) -> str:
    metaclass: Any = type(Struct)
    with pytest.raises(DeclarationError) as caught:
        metaclass("Bad", (Struct,), {"__module__": __name__, "__qualname__": "Bad", "__annotations__": dict.fromkeys(body, "int"), **body})
    return caught.value.problem.message


def test_spans_that_cannot_be() -> None:
    number = u8()
    assert "`a` comes before `b`; write span(a, b)" in refused(a=u8(), b=u8(), c=checksum(u8(), sum8, over=span("b", "a")))
    assert "no field `d`; it has a, c" in refused(a=u8(), c=checksum(u8(), sum8, over=span("a", "d")))
    assert "not expressions" in refused(a=number, c=checksum(u8(), sum8, over=span(number + 1)))
    both = refused(a=checksum(u8(), sum8, over=span("a", "b")), b=checksum(u8(), sum8, over=span("a", "b")))
    assert "covers `b`, which is a checksum that covers it" in both
    assert "begins at bit 4" in refused(a=bits(4), b=bits(4), c=checksum(u8(), sum8, over=span("b")))
    assert "ends at bit 4" in refused(a=bits(4), b=bits(4), c=checksum(u8(), sum8, over=span("a")))
    assert "write the place of the first byte" in refused(a=u8(), c=checksum(u8(), sum8, over=(1, 2, 3)))
    for call in (lambda: span(3), lambda: span(""), lambda: checksum(u8(), sum8, own=b"ab")):
        with pytest.raises(DeclarationError):
            call()
