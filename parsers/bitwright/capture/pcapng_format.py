"""The pcapng file format, declared (draft-ietf-opsawg-pcapng).

A file is a row of blocks: type, total length, body, and the total length again.  A Section Header
Block sets the byte order of its section.  `BlockBody` is an open union: a subclass with `tag=` adds a
block type.  Lengths and tags are derived, so a block is built from what is in it.
"""

from __future__ import annotations

from typing import Final

from bitwright import OpenEnum, Struct, align, array, auto, const, raw, reserved, u16, u32, variant
from bitwright import i64 as signed64
from bitwright.capture.pcapng_options import InterfaceOption, Option, PacketOption, SectionOption, StatisticsOption

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

    options: list[SectionOption] = array(SectionOption, default=[])


class InterfaceDescriptionStart(BlockBody):
    """The fixed part of an Interface Description Block (section 4.2)."""

    link_type: int = u16()
    padding: int = reserved(16)
    snap_length: int = u32(default=0)


class InterfaceDescription(InterfaceDescriptionStart, tag=BlockType.INTERFACE_DESCRIPTION):
    """Interface Description Block (section 4.2)."""

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
    options: list[PacketOption] = array(PacketOption, default=[])


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
    options: list[PacketOption] = array(PacketOption, default=[])


class NameRecordType(OpenEnum):
    """Records of a Name Resolution Block (section 4.5)."""

    END = 0
    IPV4 = 1
    IPV6 = 2
    EUI_48 = 3
    EUI_64 = 4


class NameRecord(Struct, endian="inherit"):
    """An address and its names, each ended by a zero byte; the record is padded to 32 bits."""

    type: NameRecordType = u16(NameRecordType)
    length: int = auto(u16())
    value: bytes = raw(size=length, default=b"")
    _gap = align(4)


class NameResolution(BlockBody, tag=BlockType.NAME_RESOLUTION):
    """Name Resolution Block (section 4.5)."""

    records: list[NameRecord] = array(NameRecord, until=lambda it: it.type == NameRecordType.END)
    options: list[Option] = array(Option, default=[])


class InterfaceStatistics(BlockBody, tag=BlockType.INTERFACE_STATISTICS):
    """Interface Statistics Block (section 4.6)."""

    interface: int = u32(default=0)
    timestamp_high: int = u32(default=0)
    timestamp_low: int = u32(default=0)
    options: list[StatisticsOption] = array(StatisticsOption, default=[])


class DecryptionSecrets(BlockBody, tag=BlockType.DECRYPTION_SECRETS):
    """Decryption Secrets Block (section 4.7): keys of a session, such as a TLS key log (0x544c534b)."""

    secrets_type: int = u32()
    secrets_length: int = auto(u32())
    secrets: bytes = raw(size=secrets_length)
    _gap = align(4)
    options: list[Option] = array(Option, default=[])


class Custom(BlockBody, tag=(BlockType.CUSTOM, BlockType.CUSTOM_DO_NOT_COPY)):
    """Custom Block (section 4.8): a Private Enterprise Number, then what its owner likes."""

    enterprise: int = u32()
    content: bytes = raw(default=b"")


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


class LittleInterfaceDescriptionStart(InterfaceDescriptionStart, endian="little"):
    """`InterfaceDescriptionStart` in little-endian order."""


class BigInterfaceDescriptionStart(InterfaceDescriptionStart, endian="big"):
    """`InterfaceDescriptionStart` in big-endian order."""


class LittleSectionHeaderStart(SectionHeaderStart, endian="little"):
    """`SectionHeaderStart` in little-endian order."""


class BigSectionHeaderStart(SectionHeaderStart, endian="big"):
    """`SectionHeaderStart` in big-endian order."""
