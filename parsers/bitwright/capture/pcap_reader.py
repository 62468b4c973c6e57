"""Reading pcap files: microseconds and nanoseconds, both byte orders, the modified form, old versions.

Promise: every whole packet before damage is delivered, then one `CaptureError`.  As libpcap does, versions
before 2.3 have the two lengths swapped, 2.3 where the captured length would be the greater one; other
versions 2.x are read like 2.4.  A record of more bytes than the limit is damage, not an allocation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from bitwright.capture import pcap_format
from bitwright.capture.fixed import numbers_of
from bitwright.capture.packet import CaptureLimits, Interface, Packet
from bitwright.capture.reader import CaptureReader
from bitwright.capture.window import Window
from bitwright.errors import ParseError

# The first four bytes of a file → (byte order, magic number).
PCAP_MAGICS: Final = {
    magic.to_bytes(4, order): (order, magic)
    for magic in (pcap_format.MAGIC_MICROSECONDS, pcap_format.MAGIC_NANOSECONDS, pcap_format.MAGIC_MODIFIED)
    for order in ("big", "little")
}

_FILE_HEADERS: Final = {"little": pcap_format.LittleFileHeader, "big": pcap_format.BigFileHeader}
_RECORD_HEADERS: Final = {"little": pcap_format.LittleRecordHeader, "big": pcap_format.BigRecordHeader}
_MODIFIED_HEADERS: Final = {"little": pcap_format.LittleModifiedRecordHeader, "big": pcap_format.BigModifiedRecordHeader}

_FILE_HEADER_SIZE: Final = 24
_NANOSECONDS: Final = 1_000_000_000


class PcapReader(CaptureReader):
    """A pcap file; the window stands at its first byte."""

    format = "pcap"

    def __init__(self, window: Window, path: str, size: int | None, limits: CaptureLimits, owned: Any) -> None:
        super().__init__(window, path, size, limits, owned)
        order, magic = PCAP_MAGICS[window.data[:4]]
        self._order = order
        self.header = self._file_header(order)
        modified = magic == pcap_format.MAGIC_MODIFIED
        self._record = (_MODIFIED_HEADERS if modified else _RECORD_HEADERS)[order]
        self._record_size = 24 if modified else 16
        nanoseconds = magic == pcap_format.MAGIC_NANOSECONDS
        self._scale = 1 if nanoseconds else 1000
        fcs_length = self.header.fcs_length if self.header.has_fcs_length else None
        ticks = _NANOSECONDS // self._scale
        self.interfaces.append(Interface(self.header.link_type, self.header.snap_length, ticks, 0, fcs_length))

    def _file_header(self, order: str) -> pcap_format.FileHeader:
        data = self._window.data
        if len(data) < _FILE_HEADER_SIZE:
            data = self._window.extend(0, _FILE_HEADER_SIZE)
        if len(data) < _FILE_HEADER_SIZE:
            self._fail("truncated", f"the file header needs {_FILE_HEADER_SIZE} bytes, {len(data)} are there", 0)
        try:
            header, _ = _FILE_HEADERS[order].parse_prefix(data)
        except ParseError as error:
            self._misfit("file header", error, 0)
        if header.version_major != 2:
            self._fail("version", f"pcap version {header.version_major}.{header.version_minor} is not known, only 2.x is", 4)
        if header.link_reserved:
            self._fail("header", f"reserved bits of the link type word are set (0x{header.link:08x})", 20)
        return header

    def _lengths(self) -> Callable[[int, int], tuple[int, int]] | None:
        """How a record's two length words become captured and original; None where they are in that order."""
        minor = self.header.version_minor
        if minor < 3:
            return lambda first, second: (second, first)
        if minor == 3:
            return lambda first, second: (second, first) if first > second else (first, second)
        return None

    def _read(self) -> Iterator[Packet]:
        window, scale, record_size, link_type = self._window, self._scale, self._record_size, self.header.link_type
        unpack = numbers_of(self._record, ("seconds", "fraction", "captured", "original"))
        lengths = self._lengths()
        limit = min(max(self._limits.packet, self.header.snap_length), max(self._limits.block, self._limits.packet))
        data, position, number = window.data, _FILE_HEADER_SIZE, 0
        end = len(data)
        while True:
            begin = position + record_size
            if begin > end:
                data = window.extend(position, record_size)
                position, begin, end = 0, record_size, len(data)
                if end < record_size:
                    self._ended(end, record_size, "record header")
                    return
            seconds, fraction, captured, original = unpack(data, position)
            if lengths is not None:
                captured, original = lengths(captured, original)
            if captured > limit:
                self._fail("record-length", f"the record announces a packet of {captured} bytes, the limit is {limit}", position + 8)
            stop = begin + captured
            if stop > end:
                data = window.extend(position, record_size + captured)
                position, begin, stop, end = 0, record_size, record_size + captured, len(data)
                if end < stop:
                    self._ended(end - begin, captured, "packet", begin)
            number += 1
            self.packets_read = number
            yield Packet(number, seconds * 1_000_000_000 + fraction * scale, 0, link_type, captured, original, data[begin:stop])
            position = stop

    def _ended(self, there: int, needed: int, what: str, position: int = 0) -> None:
        """The file ends: rightly where a record would begin."""
        if what == "packet" or there:
            self._fail("truncated", f"the file ends inside a {what}: {needed} bytes are needed, {there} are there", position)
