"""A TIFF file made here: directories that lead on to each other, values that lie in the entry or elsewhere, one derived."""

from __future__ import annotations

import struct

from bitwright import OpenEnum, Struct, array, at, auto, const, nested, param, raw, u16, u32, variant, when
from tests.engines.agreement import agreed, built


class FieldKind(OpenEnum):
    ASCII = 2
    SHORT = 3
    LONG = 4
    RATIONAL = 5


class Value(Struct):
    """What lies where an entry points to."""


class Ascii(Value, tag=FieldKind.ASCII):
    count = param(int)
    words: bytes = raw(size=count)


class Longs(Value, tag=FieldKind.LONG):
    count = param(int)
    numbers: list[int] = array(u32(), count=count)


class Fraction(Struct):
    numerator: int = u32()
    denominator: int = u32()


class Fractions(Value, tag=FieldKind.RATIONAL):
    count = param(int)
    fractions: list[Fraction] = array(Fraction, count=count)


class Entry(Struct):
    """A field of a directory whose bytes lie elsewhere: more than four."""

    tag: int = u16()
    kind: FieldKind = auto(u16(FieldKind))
    count: int = u32()
    offset: int = auto(u32())
    value: Value = at(offset, variant(Value, on=kind, arguments={"count": count}), align=2)


class Short(Struct):
    """A field of a directory whose value lies in it."""

    tag: int = u16()
    kind: FieldKind = const(u16(FieldKind), FieldKind.SHORT)
    count: int = const(u32(), 1)
    value: int = u16()
    rest: int = u16(default=0)


class Directory(Struct):
    """An image file directory; the next lies behind it."""

    count: int = auto(u16())
    shorts: list[Short] = array(Short, count=count)
    link: int = auto(u32())
    next: Directory | None = when(link != 0, at(link, nested("Directory"), direction="forward", align=2))


class Text(Struct):
    """A directory of one text."""

    count: int = const(u16(), 1)
    tag: int = u16()
    kind: FieldKind = const(u16(FieldKind), FieldKind.ASCII)
    size: int = auto(u32())
    offset: int = auto(u32())
    link: int = const(u32(), 0)
    content: bytes = at(offset, raw(size=size), align=2)


class Tiff(Struct):
    """Big endian."""

    magic: bytes = const(raw(size=4), b"MM\0*")
    first: int = auto(u32())
    directory: Directory = at(first, nested(Directory), align=2)


class TextTiff(Struct):
    """Big endian, of one text."""

    magic: bytes = const(raw(size=4), b"MM\0*")
    first: int = auto(u32())
    directory: Text = at(first, nested(Text), align=2)


def chain(*values: int) -> Directory:
    head: Directory | None = None
    for value in reversed(values):
        head = Directory(shorts=[Short(tag=256, value=value)], next=head)
    assert head is not None
    return head


def test_a_chain_of_directories() -> None:
    data = built(Tiff(directory=chain(640, 320, 160)))
    entry = ">HHHIHHI"
    expected = b"MM\0*\0\0\0\x08"
    for number, value in enumerate((640, 320, 160)):
        expected += struct.pack(entry, 1, 256, 3, 1, value, 0, 8 + 18 * (number + 1) if number < 2 else 0)
    assert data == expected


def test_a_value_elsewhere() -> None:
    data = built(TextTiff(directory=Text(tag=270, content=b"hello\0")))
    assert data == b"MM\0*\0\0\0\x08" + struct.pack(">HHHIII", 1, 270, 2, 6, 26, 0) + b"hello\0"


def test_a_chain_that_comes_back_is_refused() -> None:
    data = built(Tiff(directory=chain(1, 2)))
    for back in (8, 4, 25):
        found = agreed(Tiff, "parse", data[:22] + back.to_bytes(4, "big") + data[26:]).problem
        assert (found.code, found.path) == ("bad-direction", "directory.next"), back
        assert found.blames[0].field == "link"
    found = agreed(Tiff, "parse", data[:22] + len(data).to_bytes(4, "big") + data[26:]).problem
    assert (found.code, found.path) == ("truncated", "directory.next.count")


def test_a_long_chain_is_too_deep() -> None:
    data = Tiff(directory=chain(*range(60))).build()
    assert Tiff.parse(data).build() == data
    longer = b"MM\0*\0\0\0\x08" + b"".join(struct.pack(">HI", 0, 8 + 6 * (i + 1)) for i in range(100_000))
    assert agreed(Tiff, "parse", longer).problem.code == "depth"


def test_entries_of_several_kinds() -> None:
    class Entries(Struct):
        count: int = auto(u16())
        entries: list[Entry] = array(Entry, count=count)

    message = Entries(
        entries=[
            Entry(tag=1, count=3, value=Ascii(words=b"ab\0")),
            Entry(tag=2, count=2, value=Longs(numbers=[1, 2])),
            Entry(tag=3, count=1, value=Fractions(fractions=[Fraction(numerator=72, denominator=1)])),
        ]
    )
    data = built(message)
    assert data[38:] == b"ab\0\0" + struct.pack(">IIII", 1, 2, 72, 1)
    assert [entry.offset for entry in Entries.parse(data).entries] == [38, 42, 50]
    message.entries[1].offset = 47
    assert agreed(Entries, "build", message).problem is None
    message.entries[1].offset = 10
    assert agreed(Entries, "build", message).problem.code == "overlap"
