"""The pcapng file format, declared (draft-ietf-opsawg-pcapng).

A file is a row of blocks: type, total length, body, and the total length again.  A Section Header
Block sets the byte order of its section.  `BlockBody` is an open union: a subclass with `tag=` adds a
block type.  Lengths and tags are derived, so a block is built from what is in it.
"""

from __future__ import annotations

from typing import Final

from bitwright import OpenEnum, Struct, align, array, auto, const, raw, reserved, u8, u16, u32, variant
from bitwright import i64 as signed64

BYTE_ORDER_MAGIC: Final = 0x1A2B3C4D


class BlockType(OpenEnum):
    """Block types (draft-ietf-opsawg-pcapng, section 10.1)."""

    INTERFACE_DESCRIPTION = 1
    PACKET = 2
    SIMPLE_PACKET = 3
    NAME_RESOLUTION = 4
    INTERFACE_STATISTICS = 5
    ENHANCED_PACKET = 6
    DECRYPTION_SECRETS = 10
    CUSTOM = 0x00000BAD
    CUSTOM_DO_NOT_COPY = 0x40000BAD
    SECTION_HEADER = 0x0A0D0D0A


class OptionCode(OpenEnum):
    """Options that every block may have (section 3.5)."""

    END = 0
    COMMENT = 1


class InterfaceOptionCode(OpenEnum):
    """Options of an Interface Description Block (section 4.2) that say how to read its packets, or name it."""

    END = 0
    COMMENT = 1
    NAME = 2
    DESCRIPTION = 3
    TIME_RESOLUTION = 9
    FCS_LENGTH = 13
    TIME_OFFSET = 14


class Option(Struct, endian="inherit"):
    """An option: code, length, value, and padding to 32 bits (section 3.5)."""

    code: OptionCode = u16(OptionCode)
    length: int = auto(u16())
    value: bytes = raw(size=length, default=b"")
    _gap = align(4)


class InterfaceOptionBody(Struct, endian="inherit"):
    """The value of an option of an Interface Description Block."""


class InterfaceName(InterfaceOptionBody, tag=InterfaceOptionCode.NAME):
    """if_name: the system's name of the interface, UTF-8."""

    text: bytes = raw()


class InterfaceText(InterfaceOptionBody, tag=InterfaceOptionCode.DESCRIPTION):
    """if_description: what the interface is, UTF-8."""

    text: bytes = raw()


class TimeResolution(InterfaceOptionBody, tag=InterfaceOptionCode.TIME_RESOLUTION):
    """if_tsresol: ticks are 10 to the minus `exponent` seconds, or, with the high bit set, 2 to the minus its low 7 bits."""

    code: int = u8()
    is_binary = code >> 7
    exponent = code & 0x7F


class FCSLength(InterfaceOptionBody, tag=InterfaceOptionCode.FCS_LENGTH):
    """if_fcslen: bytes of frame check sequence at each frame's end."""

    length: int = u8()


class TimeOffset(InterfaceOptionBody, tag=InterfaceOptionCode.TIME_OFFSET):
    """if_tsoffset: seconds to add to every timestamp."""

    seconds: int = signed64()


class UnknownInterfaceOption(InterfaceOptionBody):
    """An option that does not change how packets are read."""

    value: bytes = raw(default=b"")


class InterfaceOption(Struct, endian="inherit"):
    """An option of an Interface Description Block."""

    code: InterfaceOptionCode = auto(u16(InterfaceOptionCode))
    length: int = auto(u16())
    body: InterfaceOptionBody = variant(InterfaceOptionBody, on=code, unknown=UnknownInterfaceOption, size=length)
    _gap = align(4)


class BlockBody(Struct, endian="inherit"):
    """What lies between a block's two lengths."""


class SectionHeaderStart(BlockBody):
    """The fixed part of a Section Header Block (section 4.1)."""

    byte_order_magic: int = const(u32(), BYTE_ORDER_MAGIC)
    version_major: int = u16(default=1)
    version_minor: int = u16(default=0)
    section_length: int = signed64(default=-1, doc="bytes of the blocks that follow in this section, -1 where unknown")


class SectionHeader(SectionHeaderStart, tag=BlockType.SECTION_HEADER):
    """Section Header Block (section 4.1)."""

    options: list[Option] = array(Option, default=[])


class InterfaceDescription(BlockBody, tag=BlockType.INTERFACE_DESCRIPTION):
    """Interface Description Block (section 4.2)."""

    link_type: int = u16()
    padding: int = reserved(16)
    snap_length: int = u32(default=0)
    options: list[InterfaceOption] = array(InterfaceOption, default=[])


class PacketBlockStart(BlockBody):
    """The fixed part of a Packet Block, obsolete (appendix A)."""

    interface: int = u16(default=0)
    drops: int = u16(default=0xFFFF)
    timestamp_high: int = u32(default=0)
    timestamp_low: int = u32(default=0)
    captured: int = auto(u32())
    original: int = u32()


class PacketBlock(PacketBlockStart, tag=BlockType.PACKET):
    """Packet Block, obsolete (appendix A)."""

    data: bytes = raw(size=PacketBlockStart.captured)
    _gap = align(4)
    options: list[Option] = array(Option, default=[])


class SimplePacket(BlockBody, tag=BlockType.SIMPLE_PACKET):
    """Simple Packet Block (section 4.4): of the section's first interface, without a time; `data` has the padding in it."""

    original: int = u32()
    data: bytes = raw()


class EnhancedPacketStart(BlockBody):
    """The fixed part of an Enhanced Packet Block (section 4.3)."""

    interface: int = u32(default=0)
    timestamp_high: int = u32(default=0)
    timestamp_low: int = u32(default=0)
    captured: int = auto(u32())
    original: int = u32()


class EnhancedPacket(EnhancedPacketStart, tag=BlockType.ENHANCED_PACKET):
    """Enhanced Packet Block (section 4.3)."""

    data: bytes = raw(size=EnhancedPacketStart.captured)
    _gap = align(4)
    options: list[Option] = array(Option, default=[])


class OpaqueBlock(BlockBody):
    """A block of any other type."""

    content: bytes = raw(default=b"")


class Block(Struct, endian="inherit"):
    """A whole block (section 3.1)."""

    block_type: BlockType = auto(u32(BlockType))
    total_length: int = auto(u32())
    body: BlockBody = variant(BlockBody, on=block_type, unknown=OpaqueBlock, size=total_length - 12)
    trailer: int = const(u32(), total_length)


class BlockHeader(Struct, endian="inherit"):
    """What every block begins with."""

    block_type: int = u32()
    total_length: int = u32()


# Readers use these: within a section the order is known, so reading a block costs no test for it.


class LittleBlock(Block, endian="little"):
    """`Block` in little-endian order."""


class BigBlock(Block, endian="big"):
    """`Block` in big-endian order."""


class LittleBlockHeader(BlockHeader, endian="little"):
    """`BlockHeader` in little-endian order."""


class BigBlockHeader(BlockHeader, endian="big"):
    """`BlockHeader` in big-endian order."""


class LittleEnhancedPacketStart(EnhancedPacketStart, endian="little"):
    """`EnhancedPacketStart` in little-endian order."""


class BigEnhancedPacketStart(EnhancedPacketStart, endian="big"):
    """`EnhancedPacketStart` in big-endian order."""


class LittlePacketBlockStart(PacketBlockStart, endian="little"):
    """`PacketBlockStart` in little-endian order."""


class BigPacketBlockStart(PacketBlockStart, endian="big"):
    """`PacketBlockStart` in big-endian order."""


class LittleSectionHeaderStart(SectionHeaderStart, endian="little"):
    """`SectionHeaderStart` in little-endian order."""


class BigSectionHeaderStart(SectionHeaderStart, endian="big"):
    """`SectionHeaderStart` in big-endian order."""
