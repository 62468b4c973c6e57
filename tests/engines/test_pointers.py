"""Pointers: what lies at an offset is read where it says, and written behind what points to it; extents, gaps, sharing."""

from __future__ import annotations

import pytest

from bitwright import (
    SKIPPED,
    DeclarationError,
    Limits,
    Name,
    NeedMore,
    OpenEnum,
    Struct,
    array,
    at,
    auto,
    bits,
    checksum,
    domain_name,
    flag,
    nested,
    pad,
    raw,
    rest,
    text,
    u8,
    u16,
    u32,
    variant,
    varint,
    when,
)  # fmt: skip
from bitwright.checksum import crc32
from tests.engines.agreement import agreed, built


class Section(Struct):
    offset: int = auto(u16())
    size: int = auto(u8())
    body: bytes = at(offset, raw(size=size))


class File(Struct):
    table_offset: int = auto(u16())
    count: int = auto(u8())
    table: list[Section] = at(table_offset, array(Section, count=count))
    last: int = u8()


FILE = bytes.fromhex("0004 02 aa 000a02 000c01 6162 63")


def test_blocks_follow_the_inline_part_first_come_first_served() -> None:
    message = File(table=[Section(body=b"ab"), Section(body=b"c")], last=0xAA)
    assert built(message) == FILE
    assert [s.offset for s in message.resolved().table] == [10, 12]


@pytest.mark.parametrize(
    ("place", "value", "code", "path", "bit_offset", "culprit"),
    [
        (0, 1, "bad-offset", "table", 24, "table_offset at byte 0 is 260"),
        (1, 0xFF, "bad-offset", "table", 24, "table_offset at byte 0 is 255"),
        (1, 14, "bad-offset", "table", 24, "table_offset at byte 0 is 14"),
        (1, 13, "count-too-large", "table", 104, "count at byte 2 is 2"),
        (2, 4, "count-too-large", "table", 32, "count at byte 2 is 4"),
        (5, 14, "bad-offset", "table[0].body", 56, "offset at byte 4 is 14"),
        (5, 12, "truncated", "table[0].body", 96, "size at byte 6 is 2"),
        (9, 9, "truncated", "table[1].body", 96, "size at byte 9 is 9"),
    ],
)
def test_an_offset_that_lies(place: int, value: int, code: str, path: str, bit_offset: int, culprit: str) -> None:
    data = FILE[:place] + bytes((value,)) + FILE[place + 1 :]
    found = agreed(File, "parse", data).problem
    assert (found.code, found.path, found.bit_offset) == (code, path, bit_offset)
    assert " and ".join(map(str, found.blames)) == culprit


@pytest.mark.parametrize("size", range(len(FILE)))
def test_cut_off_anywhere(size: int) -> None:
    assert not agreed(File, "parse", FILE[:size]).ok


def test_a_message_extends_to_the_furthest_byte_that_something_covers(engine: str) -> None:
    codec = File.codec(engine)
    value = codec.parse(FILE)
    assert codec.parse_prefix(b"??" + FILE + b"more", 2) == (value, len(FILE))
    assert codec.parse_prefix(memoryview(FILE + bytes(1 << 18))) == (value, len(FILE))
    left = agreed(File, "parse", FILE + b"!").problem
    assert (left.code, left.bit_offset) == ("unconsumed", 8 * len(FILE))
    assert codec.parse(b"\x00\x06\x01\xaa??\x00\x01\x01").table[0].body == b"\x06"  # what is not covered is skipped


def test_a_large_buffer_is_read_as_far_as_its_offsets_lead() -> None:
    far = 200_000

    class Far(Struct):
        offset: int = auto(u32())
        body: bytes = at(offset, raw(size=2))

    data = far.to_bytes(4, "big") + bytes(far - 4) + b"ab"
    assert built(Far(offset=far, body=b"ab")) == data
    assert Far.parse_prefix(memoryview(data + b"rest")) == (Far(offset=far, body=b"ab"), len(data))


def test_each_field_has_its_place_in_the_trace() -> None:
    _, used, spans = File.codec("interp").trace(FILE)
    assert used == len(FILE)
    places = {span.path: (span.bit_start // 8, span.bit_end // 8) for span in spans}
    assert places == {
        "table_offset": (0, 2), "count": (2, 3), "table": (4, 10), "table[0]": (4, 7), "table[0].offset": (4, 6), "table[0].size": (6, 7),
        "table[0].body": (10, 12), "table[1]": (7, 10), "table[1].offset": (7, 9), "table[1].size": (9, 10), "table[1].body": (12, 13),
        "last": (3, 4),
    }  # fmt: skip
    assert "6162" in File.hexdump(FILE).replace(" ", "")
    assert "table[1].body" in File.explain(FILE)


# --- null pointers, given offsets --------------------------------------------------------------------


class Maybe(Struct):
    offset: int = auto(u16())
    body: bytes | None = when(offset != 0, at(offset, raw(size=2)))


class Flagged(Struct):
    there: bool = auto(flag())
    offset: int = auto(bits(15, default=7))
    body: bytes | None = when(there, at(offset, raw(size=2)))


def test_what_may_be_absent() -> None:
    assert built(Maybe(body=b"ab")) == b"\x00\x02ab"
    assert built(Maybe()) == b"\x00\x00"
    assert built(Flagged(body=b"ab")) == b"\x80\x02ab"
    assert built(Flagged()) == b"\x00\x07"

    class Default(Struct):
        offset: int = auto(u8(default=5))
        body: int | None = when(offset != 0, at(offset, u8()))

    assert built(Default()) == b"\x00"
    assert built(Default(body=1)) == b"\x01\x01"
    assert agreed(Maybe, "build", Maybe(offset=2)).problem is None  # given on purpose, wrong or not
    assert agreed(Maybe, "parse", b"\x00\x04a").problem.code == "bad-offset"


def test_a_given_offset_wins() -> None:
    assert built(Maybe(offset=5, body=b"ab")) == b"\x00\x05\0\0\0ab"
    assert built(Maybe(offset=1, body=b"\x01a")) == b"\x00\x01a", "the same byte may be shared"
    found = agreed(Maybe, "build", Maybe(offset=1, body=b"ab")).problem
    assert (found.code, found.path) == ("overlap", "body")
    assert agreed(Maybe, "build", Maybe(offset=60_000, body=b"ab"), limits=Limits(output_size=1000)).problem.code == "too-large"
    assert agreed(Maybe, "build", Maybe(offset=70_000, body=b"ab")).problem.code == "range"


def test_shared_blocks_are_written_once() -> None:
    message = File(table_offset=4, table=[Section(offset=10, body=b"abcd"), Section(offset=11, body=b"bc")], last=1)
    assert built(message) == bytes.fromhex("0004 02 01 000a04 000b02 61626364")
    assert File.parse(built(message)).build() == built(message)
    message.table[1].body = b"bx"
    assert agreed(File, "build", message).problem.path == "table[1].body"


def test_nothing_is_written_onto_a_number_that_is_filled_in_later() -> None:
    message = File(table_offset=4, table=[Section(body=b"ab"), Section(offset=4, body=b"\0\0")], last=1)
    assert agreed(File, "build", message).problem.code == "overlap"
    assert built(message.replace(table=[Section(offset=10, body=b"ab"), Section(offset=5, body=b"\x0a")]))


class Fixed(Struct):
    head: bytes = raw(size=8)
    where: int = at(4, u16())
    there: int = at(where, u16())


def test_an_offset_that_is_a_constant_or_a_number_behind_a_pointer() -> None:
    assert built(Fixed(head=b"abcd\x00\x08ef", where=8, there=0x0102)) == b"abcd\x00\x08ef\x01\x02"
    assert agreed(Fixed, "build", Fixed(head=bytes(8), where=8, there=1)).problem.code == "overlap"
    assert Fixed(head=b"abcd\x00\x08ef", where=8, there=1).resolved().where == 8


# --- where offsets count from ------------------------------------------------------------------------


class Own(Struct):
    offset: int = auto(u8())
    words: str = at(offset, text(terminator=b"\0"), base="self")


class Owns(Struct):
    items: list[Own] = array(Own, count=2)
    after: int = u8()


class Here(Struct):
    before: int = u8()
    offset: int = auto(u8())
    number: int = at(offset, u16(), base="here", align=4)
    after: int = u8()


class Part(Struct, origin=True):
    offset: int = auto(u8())
    size: int = auto(u8())
    body: bytes = at(offset, raw(size=size))


class Whole(Struct):
    size: int = auto(u8())
    part: Part = nested(Part, size=size)
    offset: int = auto(u16(endian="little"))
    parts: list[Part] = at(offset, array(Part, count=2), align=16)


def test_from_the_struct_itself() -> None:
    assert built(Owns(items=[Own(words="abc"), Own(words="d")], after=9)) == b"\x01abc\0\x01d\0\x09"
    assert agreed(Owns, "parse", b"\x01a\0\x09b\0\x09").problem.code == "bad-offset"


def test_from_here() -> None:
    assert built(Here(before=1, number=0x0203, after=4)) == b"\x01\x02\x04\0\x02\x03"
    assert agreed(Here, "parse", b"\x01\x04\x04\0\x02\x03").problem.code == "truncated"


def test_from_an_origin_in_a_region() -> None:
    message = Whole(part=Part(body=b"xyz"), parts=[Part(body=b"1"), Part(body=b"22")])
    assert built(message) == b"\x05\x02\x03xyz\x10\x00" + bytes(8) + b"\x02\x011\x02\x0222"
    found = agreed(Whole, "parse", b"\x05\x02\x04xyz\x08\x00" + b"\x02\0\x02\0").problem
    assert (found.code, found.path) == ("truncated", "part.body"), "the region of the origin ends before"
    found = agreed(Whole, "parse", b"\x06\x02\x03xyz?\x09\x00" + b"\x02\0\x02\0").problem
    assert (found.code, found.path, found.bit_offset) == ("unconsumed", "part", 48)


# --- expressions, orders, checksums ------------------------------------------------------------------


class Unit(OpenEnum):
    NOTHING = 0


class Scaled(Struct, endian="little"):
    kind: int = u8()
    words: Unit = auto(bits(4, Unit))
    other: int = bits(4)
    number: int = at(words * 4 - 4, u32(), align=4)
    total: int = at(16, u16(endian="big"))


class Summed(Struct):
    total: int = checksum(u32(), crc32)
    offset: int = auto(u8())
    parts: list[Own] = at(offset, array(Own, count=2))


def test_an_offset_that_is_computed() -> None:
    assert built(Scaled(kind=1, other=5, number=7, total=2)) == b"\x01\x25\0\0\x07\0\0\0" + bytes(8) + b"\0\2"
    assert Scaled(kind=1, other=5, number=7, total=2).resolved().words == 2

    class Odd(Struct):
        words: int = auto(u8())
        number: int = at(words * 4, u8())

    assert agreed(Odd, "build", Odd(number=1)).problem.code == "unsolved"
    assert built(Odd(words=1, number=1)) == b"\x01\0\0\0\x01"

    class Back(Struct):
        offset: int = u8()
        number: int = at(offset - 4, u8())

    assert agreed(Back, "build", Back(offset=3, number=1)).problem.code == "range"
    assert agreed(Back, "parse", b"\x03").problem.code == "bad-offset"


def test_a_checksum_covers_what_is_pointed_to() -> None:
    data = built(Summed(parts=[Own(words="a"), Own(words="b")]))
    assert Summed.check(data)[1] == []
    assert [f.path for f in Summed.check(data[:-2] + b"c\0")[1]] == ["total"]


class Named(Struct):
    name: Name = domain_name()
    offset: int = auto(u16())
    names: list[Name] = at(offset, array(domain_name(), count=2))


def test_names_behind_a_pointer() -> None:
    message = Named(name="example.", names=["a.example.", "b.a.example."])
    assert built(message) == b"\x07example\0\x00\x0b\x01a\x07example\0\x01b\xc0\x0b"
    assert built(message.replace(offset=40))[40:] == b"\x01a\x07example\0\x01b\xc0\x28"
    assert Named.parse(b"\x07example\0\x00\x0b\x01a\xc0\x00\x01b\xc0\x0b") == message.replace(offset=11)


def test_varints_and_offsets() -> None:
    class Sized(Struct):
        size: int = auto(varint("leb128"))
        offset: int = auto(u16())
        body: bytes = at(offset, raw(size=size))

    assert built(Sized(body=b"a" * 200)) == b"\xc8\x01\x00\x04" + b"a" * 200

    class Late(Struct):
        size: int = auto(varint("leb128"))
        inner: Owns = nested(Owns, size=size)

    assert built(Late(inner=Owns(items=[Own(words="a"), Own(words="b")], after=1))) == b"\x07\x01a\0\x01b\0\x01"

    class Shifted(Struct):
        size: int = auto(varint("leb128"))
        inner: File = nested(File, size=size)

    with pytest.raises(DeclarationError, match="offsets lead to places behind it"):
        Shifted(inner=File(table=[], last=1)).build()


def test_rest_reads_to_the_end_of_the_origin() -> None:
    class Tail(Struct):
        offset: int = auto(u8())
        body: bytes = at(offset, raw(size=rest()))

    assert built(Tail(body=b"abc")) == b"\x01abc"
    assert agreed(Tail, "parse", b"\x02?bc").value.body == b"bc"


def test_a_base_ends_at_a_byte() -> None:
    class Odd(Struct, origin=True):
        offset: int = auto(u8())
        three: int = bits(3)
        body: int = at(offset, u8())

    class Around(Struct):
        odd: Odd = nested(Odd)
        _gap = pad(bits=5)

    with pytest.raises(DeclarationError, match="ends 3 bits into a byte"):
        Around(odd=Odd(three=1, body=2)).build()
    with pytest.raises(DeclarationError, match="ends 3 bits into a byte"):
        Around.parse(bytes(4))


# --- plain data, copies ------------------------------------------------------------------------------


class Body(Struct):
    """A union."""


class Word(Body, tag=1):
    word: int = u16()


class Tagged(Struct):
    kind: int = auto(u8())
    offset: int = auto(u8())
    body: Body = at(offset, variant(Body, on=kind))
    number: int | None = when(kind == 1, at(0, u8()))


def test_plain_data_and_copies() -> None:
    message = Tagged(body=Word(word=7), number=1)
    data = built(message)
    assert data == b"\x01\x02\x00\x07"
    resolved = message.resolved()
    assert resolved.to_dict() == {"kind": 1, "offset": 2, "body": {"word": 7}, "number": 1}
    assert Tagged.from_dict(resolved.to_dict()) == resolved
    relaxed = resolved.relaxed()
    assert "kind=None, offset=None" in repr(relaxed)
    relaxed.body = Word(word=9)
    assert relaxed.build() == b"\x01\x02\x00\x09"
    assert Tagged.codec().parse_layer(data, plain=True) == (resolved.to_dict(), 4)
    assert "at byte offset" in Tagged.diagram()
    assert message.offset is None, "building leaves the message as it is"


def test_streams_are_refused_and_partial_input_needs_more(engine: str) -> None:
    with pytest.raises(DeclarationError, match="while its bytes are still arriving"):
        File.stream()
    for size in range(len(FILE)):
        with pytest.raises(NeedMore):
            File.codec(engine).parse(FILE[:size], partial=True)


class Half(Struct):
    offset: int = auto(u8())
    number: int = at(offset, u8())
    high: int = bits(4)
    low: int = bits(4)


def test_a_part_of_a_message_with_pointers(engine: str) -> None:
    codec = Half.codec(engine)
    assert codec.parse(b"\x02\x12\x07", only=("number", "high")) == Half(offset=SKIPPED, number=7, high=1, low=SKIPPED)
    codec = File.codec(engine)
    assert [s.body for s in codec.parse(FILE, only=("table.body",)).table] == [b"ab", b"c"]
    assert codec.parse(FILE, only=("last",)).last == 0xAA
