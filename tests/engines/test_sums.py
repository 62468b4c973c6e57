"""Constants and checksums: written by themselves, last, over what they cover."""

from __future__ import annotations

from bitwright import Struct, array, auto, checksum, const, param, payload, raw, text, u8, u16, u32
from bitwright.checksum import crc32, internet
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


