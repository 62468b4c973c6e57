"""PNG files: chunks with their CRCs (ISO/IEC 15948, PNG third edition, sections 5.2, 5.3 and 11.2)."""

from bitwright import OpenEnum, Struct, array, auto, check, checksum, const, raw, span, u8, u32, variant
from bitwright.checksum import crc32


class ChunkType(OpenEnum):
    IHDR = 0x49484452
    PLTE = 0x504C5445
    IDAT = 0x49444154
    IEND = 0x49454E44
    tEXt = 0x74455874
    pHYs = 0x70485973


class ColourType(OpenEnum):
    GREYSCALE = 0
    TRUECOLOUR = 2
    INDEXED = 3
    GREYSCALE_ALPHA = 4
    TRUECOLOUR_ALPHA = 6


class Data(Struct):
    """What a chunk holds; a subclass with `tag=` adds a type."""


class Header(Data, tag=ChunkType.IHDR):
    width: int = u32()
    height: int = u32()
    check((width > 0) & (height > 0), "an image has at least one pixel")
    bit_depth: int = u8(default=8)
    colour_type: ColourType = u8(ColourType)
    compression: int = const(u8(), 0)
    filter: int = const(u8(), 0)
    interlace: int = u8(default=0)


class Text(Data, tag=ChunkType.tEXt):
    keyword: bytes = raw(terminator=b"\0")
    text: bytes = raw(default=b"")


class Other(Data):
    data: bytes = raw(default=b"")


class Chunk(Struct):
    length: int = auto(u32())
    type: ChunkType = auto(u32(ChunkType))
    data: Data = variant(Data, on=type, unknown=Other, size=length)
    crc: int = checksum(u32(), crc32, over=span(type, data))


class File(Struct):
    signature: bytes = const(raw(size=8), b"\x89PNG\r\n\x1a\n")
    chunks: list[Chunk] = array(Chunk, until=lambda it: it.type == ChunkType.IEND)
