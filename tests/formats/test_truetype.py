"""A TrueType-like font: a directory of tables, each at an offset, aligned to four bytes; one table has pointers of its own."""

from __future__ import annotations

import struct

from bitwright import Struct, array, at, auto, const, nested, raw, text, u16, u32
from tests.engines.agreement import agreed, built


class Table(Struct):
    """An entry of the directory, and its table."""

    tag: str = text(size=4, encoding="ascii")
    checksum: int = u32()
    offset: int = auto(u32())
    length: int = auto(u32())
    content: bytes = at(offset, raw(size=length), align=4)


class Font(Struct):
    """The offset table."""

    version: int = const(u32(), 0x00010000)
    count: int = auto(u16())
    search_range: int = u16()
    selector: int = u16()
    shift: int = u16()
    tables: list[Table] = array(Table, count=count)


class NameRecord(Struct):
    """A name, at an offset from where the strings begin, which the table itself says."""

    platform: int = u16()
    length: int = auto(u16())
    offset: int = auto(u16())
    words: str = at(offset, text(size=length, encoding="utf-16-be"))


class NameTable(Struct, origin=True):
    """The table of names; offsets count from its first byte here."""

    count: int = auto(u16())
    records: list[NameRecord] = array(NameRecord, count=count)


class NameFont(Struct):
    """A font of one table, which is read as what it is."""

    offset: int = auto(u32())
    length: int = u32()
    names: NameTable = at(offset, nested(NameTable), align=4)


FONT = Font(
    search_range=0, selector=0, shift=0,
    tables=[
        Table(tag="head", checksum=1, content=b"abcde"), Table(tag="glyf", checksum=2, content=b""),
        Table(tag="loca", checksum=3, content=b"xy"),
    ],
)  # fmt: skip


def test_tables_lie_behind_the_directory_each_at_four_bytes() -> None:
    data = built(FONT)
    head = struct.pack(">IHHHH", 0x10000, 3, 0, 0, 0)
    entries = [(b"head", 1, 60, 5), (b"glyf", 2, 68, 0), (b"loca", 3, 68, 2)]
    assert data == head + b"".join(struct.pack(">4sIII", *entry) for entry in entries) + b"abcde\0\0\0xy"


def test_a_table_that_lies_outside() -> None:
    data = FONT.build()
    found = agreed(Font, "parse", data[:12] + b"head" + bytes(4) + struct.pack(">II", 60, 11) + data[28:]).problem
    assert (found.code, found.path, found.culprit) == ("truncated", "tables[0].content", "length at byte 24 is 11")
    found = agreed(Font, "parse", data[:12] + b"head" + bytes(4) + struct.pack(">II", 71, 0) + data[28:]).problem
    assert (found.code, found.path, found.culprit) == ("bad-offset", "tables[0].content", "offset at byte 20 is 71")


def test_offsets_inside_a_table() -> None:
    message = NameFont(length=0, names=NameTable(records=[NameRecord(platform=3, words="ab"), NameRecord(platform=1, words="c")]))
    data = built(message)
    assert data == struct.pack(">II", 8, 0) + struct.pack(">HHHHHHH", 2, 3, 4, 14, 1, 2, 18) + "abc".encode("utf-16-be")
