"""Whole capture files, declared: for tools that take a declaration, such as mutators, diagrams and `check`.

    PcapFile.parse(Path("some.pcap").read_bytes()).records[0].data

Promise: the magic number decides the byte order, as in a reader; the records and blocks are those of `pcap_format` and `pcapng_format`.
A file is one value here, in memory as a whole; `bitwright.capture.open` reads packet by packet, and goes on where a section of a pcapng
file has another byte order than the first, or a pcap file is of the modified form, which are refused here.
"""

from __future__ import annotations

from typing import Final

from bitwright import Struct, array, at, check, nested, u32
from bitwright.capture.pcap_format import MAGIC_MICROSECONDS, MAGIC_NANOSECONDS, FileHeader, Record
from bitwright.capture.pcapng_format import BYTE_ORDER_MAGIC, Block


def _swapped(number: int) -> int:
    """Four bytes in the other order."""
    return int.from_bytes(number.to_bytes(4, "big"), "little")


_SWAPPED_MICROSECONDS: Final = _swapped(MAGIC_MICROSECONDS)
_SWAPPED_NANOSECONDS: Final = _swapped(MAGIC_NANOSECONDS)
_SWAPPED_BYTE_ORDER: Final = _swapped(BYTE_ORDER_MAGIC)


class PcapFile(Struct):
    """A pcap file of either resolution (draft-ietf-opsawg-pcap, sections 4 and 5)."""

    magic: int = at(0, u32(), doc="the magic number as it lies there; the header's own is in the byte order that it tells")
    is_little = (magic == _SWAPPED_MICROSECONDS) | (magic == _SWAPPED_NANOSECONDS)
    check(is_little | (magic == MAGIC_MICROSECONDS) | (magic == MAGIC_NANOSECONDS), "this is no magic number of pcap")
    header: FileHeader = nested(FileHeader, endian=is_little)
    records: list[Record] = array(Record, endian=is_little, default=[])


class PcapngFile(Struct):
    """A pcapng file whose sections are all of the byte order of the first (draft-ietf-opsawg-pcapng, section 3)."""

    magic: int = at(8, u32(), doc="the byte order magic as it lies there; the section header's own is in the byte order that it tells")
    is_little = magic == _SWAPPED_BYTE_ORDER
    check(is_little | (magic == BYTE_ORDER_MAGIC), "this is no byte order magic of pcapng")
    blocks: list[Block] = array(Block, endian=is_little)
