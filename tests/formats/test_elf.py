"""A 64-bit ELF file of this machine: its section table at `e_shoff`, what the sections hold, and their names by offset."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from bitwright import OpenEnum, Struct, array, at, const, pad, raw, text, u8, u16, u32, u64, when


class SectionKind(OpenEnum):
    NULL = 0
    PROGBITS = 1
    SYMTAB = 2
    STRTAB = 3
    NOBITS = 8


class Section(Struct, endian="little"):
    """Elf64_Shdr, and the bytes that it describes."""

    name: int = u32()
    kind: SectionKind = u32(SectionKind)
    flags: int = u64()
    address: int = u64()
    offset: int = u64()
    size: int = u64()
    link: int = u32()
    info: int = u32()
    alignment: int = u64()
    entry_size: int = u64()
    content: bytes | None = when((kind != SectionKind.NOBITS) & (kind != SectionKind.NULL), at(offset, raw(size=size)))


class Segment(Struct, endian="little"):
    """Elf64_Phdr."""

    kind: int = u32()
    flags: int = u32()
    offset: int = u64()
    virtual: int = u64()
    physical: int = u64()
    size: int = u64()
    memory: int = u64()
    alignment: int = u64()


class Elf(Struct, endian="little"):
    """Elf64_Ehdr of a little-endian file, and its two tables."""

    magic: bytes = const(raw(size=6), b"\x7fELF\2\1")
    version: int = u8()
    abi: int = u8()
    abi_version: int = u8()
    _unused = pad(bytes=7)
    kind: int = u16()
    machine: int = u16()
    object_version: int = u32()
    entry: int = u64()
    segments_offset: int = u64()
    sections_offset: int = u64()
    flags: int = u32()
    header_size: int = u16()
    segment_size: int = const(u16(), 56)
    segment_count: int = u16()
    section_size: int = const(u16(), 64)
    section_count: int = u16()
    names_index: int = u16()
    segments: list[Segment] = at(segments_offset, array(Segment, count=segment_count))
    sections: list[Section] = at(sections_offset, array(Section, count=section_count))


class Strings(Struct, endian="little"):
    """Indices of names, then the table that they count in."""

    count: int = u32()
    indices: list[StringIndex] = array("StringIndex", count=count)


class StringIndex(Struct, endian="little"):
    """One index, counted from behind all indices by whoever makes it."""

    offset: int = u32()
    name: str = at(offset, text(terminator=b"\0", encoding="latin-1"))


def file() -> bytes:
    found = shutil.which("true") or sys.executable
    data = Path(found).resolve().read_bytes()
    if data[:6] != b"\x7fELF\2\1":
        pytest.skip(f"{found} is no 64-bit little-endian ELF file")
    return data


def names(elf: Elf) -> list[str]:
    """The names of the sections, read from the string table through their offsets."""
    table = elf.sections[elf.names_index].content
    assert table is not None
    begin = 4 + 4 * len(elf.sections)
    head = b"".join((begin + s.name).to_bytes(4, "little") for s in elf.sections)
    found, _ = Strings.parse_prefix(len(elf.sections).to_bytes(4, "little") + head + table)
    return [index.name for index in found.indices]


def test_the_sections_of_a_program(engine: str) -> None:
    data = file()
    elf, used = Elf.codec(engine).parse_prefix(data)
    found = dict(zip(names(elf), elf.sections, strict=True))
    assert {".text", ".dynamic", ".shstrtab", ".interp"} <= found.keys()
    for section in elf.sections:
        if section.content is not None:
            assert section.content == data[section.offset : section.offset + section.size]
    assert found[".interp"].content is not None
    assert found[".interp"].content.endswith(b".so.2\0") or b"ld" in found[".interp"].content
    assert used <= len(data)
    assert len(elf.segments) == elf.segment_count


def test_it_is_built_again_with_everything_in_its_place() -> None:
    data = file()
    elf, used = Elf.parse_prefix(data)
    outcomes = {Elf.codec(engine).build(elf) for engine in ("interp", "python")}
    (built,) = outcomes
    assert len(built) == used
    assert Elf.parse(built) == elf
    covered = bytearray(len(built))
    for begin, size in [(0, 64), (elf.segments_offset, 56 * len(elf.segments)), (elf.sections_offset, 64 * len(elf.sections))]:
        covered[begin : begin + size] = b"\1" * size
    for section in elf.sections:
        if section.content is not None:
            covered[section.offset : section.offset + section.size] = b"\1" * section.size
    assert all(built[i] == (data[i] if covered[i] else 0) for i in range(len(built)))


def test_an_edited_file_holds_its_words() -> None:
    section = Section(
        name=0, kind=SectionKind.PROGBITS, flags=0, address=0, offset=200, size=3, link=0, info=0, alignment=1, entry_size=0, content=b"abc"
    )  # fmt: skip
    elf = Elf(
        version=1, abi=0, abi_version=0, kind=1, machine=62, object_version=1, entry=0, segments_offset=64, sections_offset=64, flags=0,
        header_size=64, segment_count=0, section_count=1, names_index=0, segments=[], sections=[section],
    )  # fmt: skip
    data = elf.build()
    assert (len(data), data[200:]) == (203, b"abc")
    assert Elf.parse(data) == elf.resolved()
