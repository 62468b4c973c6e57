"""The header of a DEFLATE block: RFC 1951, sections 3.1.1 and 3.2.3 to 3.2.7; bits are filled from the lowest up."""

from bitwright import OpenEnum, Struct, array, auto, bits, check, flag, raw, u16, variant


class Compression(OpenEnum):
    STORED = 0
    FIXED = 1
    DYNAMIC = 2


class Content(Struct):
    """What follows the first byte."""


class Stored(Content, tag=Compression.STORED, endian="little"):
    length: int = auto(u16())
    complement: int = u16()
    check(length ^ complement == 0xFFFF, "LEN and NLEN must be each other's complement")
    data: bytes = raw(size=length)
    following: bytes = raw(default=b"", doc="the next blocks")


class Fixed(Content, tag=Compression.FIXED):
    codes: bytes = raw()


class Dynamic(Content, tag=Compression.DYNAMIC, bit_order="lsb"):
    """Of the code lengths the first `hclen + 4` are there; the bits of the others belong to the codes that follow."""

    hdist: int = bits(5)
    hclen: int = bits(4)
    code_length_count = hclen + 4
    code_lengths: list[int] = array(bits(3), count=19, doc="in the order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15")
    more_codes: int = bits(6)
    codes: bytes = raw()


class Block(Struct, bit_order="lsb"):
    final: bool = flag(default=True)
    type: Compression = auto(bits(2, Compression))
    hlit: int = bits(5, default=0, doc="of a dynamic block; of a stored one padding, of a fixed one the first bits of its codes")
    content: Content = variant(Content, on=type)
