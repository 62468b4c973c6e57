"""ELF files of 64 bits in either byte order: header, and the two tables at offsets (System V ABI, chapter 4; elf(5))."""

from bitwright import OpenEnum, Struct, array, at, auto, const, nested, raw, u8, u16, u32, u64, when


class SectionType(OpenEnum):
    NULL = 0
    STRTAB = 3
    NOBITS = 8


class Section(Struct, endian="inherit"):
    name_offset: int = u32(doc="in the section of names")
    type: SectionType = u32(SectionType)
    flags: int = u64()
    address: int = u64()
    offset: int = u64()
    size: int = u64()
    link: int = u32()
    info: int = u32()
    alignment: int = u64()
    entry_size: int = u64()
    contents: bytes | None = when((type != SectionType.NOBITS) & (type != SectionType.NULL), at(offset, raw(size=size)))


class Segment(Struct, endian="inherit"):
    type: int = u32()
    flags: int = u32()
    offset: int = u64()
    virtual_address: int = u64()
    physical_address: int = u64()
    file_size: int = u64()
    memory_size: int = u64()
    alignment: int = u64()


class Body(Struct, endian="inherit"):
    type: int = u16()
    machine: int = u16()
    version: int = u32(default=1)
    entry: int = u64()
    segments_offset: int = u64()
    sections_offset: int = u64()
    flags: int = u32()
    header_size: int = const(u16(), 64)
    segment_size: int = const(u16(), 56)
    segment_count: int = auto(u16())
    section_size: int = const(u16(), 64)
    section_count: int = auto(u16())
    names_index: int = u16()
    segments: list[Segment] = at(segments_offset, array(Segment, count=segment_count))
    sections: list[Section] = at(sections_offset, array(Section, count=section_count))


class File(Struct):
    magic: bytes = const(raw(size=5), b"\x7fELF\2")
    data_encoding: int = u8(doc="1 little, 2 big endian")
    identification: bytes = raw(size=10, default=b"\1" + bytes(9), doc="version, operating system and its version, padding")
    body: Body = nested(Body, endian=data_encoding == 1)
