"""The pcap file format, declared.

A file is a `FileHeader` and then records, each a `RecordHeader` and the packet's bytes, all in the
byte order of the machine that wrote it, which the magic number tells.  Described in
draft-ietf-opsawg-pcap; the modified form of 1999 (magic a1b2cd34) in libpcap's sf-pcap.c.
"""

from __future__ import annotations

from typing import Final

from bitwright import Struct, raw, reserved, u8, u16, u32
from bitwright import i32 as signed32

MAGIC_MICROSECONDS: Final = 0xA1B2C3D4
MAGIC_NANOSECONDS: Final = 0xA1B23C4D
MAGIC_MODIFIED: Final = 0xA1B2CD34


class FileHeader(Struct, endian="inherit"):
    """pcap file header (draft-ietf-opsawg-pcap, section 4)."""

    magic: int = u32(default=MAGIC_MICROSECONDS)
    version_major: int = u16(default=2)
    version_minor: int = u16(default=4)
    zone: int = signed32(default=0, doc="seconds west of UTC, as old writers meant it; readers ignore it")
    accuracy: int = u32(default=0, doc="significant figures of timestamps, as old writers meant it; readers ignore it")
    snap_length: int = u32(default=262_144)
    link: int = u32(doc="link type, and what is known of the frame check sequence")

    link_type = link & 0xFFFF
    link_reserved = (link >> 16) & 0x3FF
    has_fcs_length = (link >> 26) & 1
    fcs_length = (link >> 28) * 2


class RecordHeader(Struct, endian="inherit"):
    """pcap packet record header (draft-ietf-opsawg-pcap, section 5)."""

    seconds: int = u32(default=0)
    fraction: int = u32(default=0, doc="microseconds or nanoseconds, as the magic number says")
    captured: int = u32()
    original: int = u32()


class ModifiedRecordHeader(RecordHeader):
    """Record header of the modified pcap format (libpcap, sf-pcap.c: pcap_sf_patched_pkthdr)."""

    interface_index: int = u32(default=0)
    protocol: int = u16(default=0)
    packet_type: int = u8(default=0)
    padding: int = reserved(8)


class Record(RecordHeader):
    """A whole record: header and packet."""

    data: bytes = raw(size=RecordHeader.captured)


# Readers use these: with the order known before the first record, reading one costs no test for it.


class LittleFileHeader(FileHeader, endian="little"):
    """`FileHeader` in little-endian order."""


class BigFileHeader(FileHeader, endian="big"):
    """`FileHeader` in big-endian order."""


class LittleRecordHeader(RecordHeader, endian="little"):
    """`RecordHeader` in little-endian order."""


class BigRecordHeader(RecordHeader, endian="big"):
    """`RecordHeader` in big-endian order."""


class LittleModifiedRecordHeader(ModifiedRecordHeader, endian="little"):
    """`ModifiedRecordHeader` in little-endian order."""


class BigModifiedRecordHeader(ModifiedRecordHeader, endian="big"):
    """`ModifiedRecordHeader` in big-endian order."""
