"""Fuzz target: the readers of capture files, plain and compressed, without what the packets say.

Invariant, for any bytes:

1. The reader yields packets, and may end with CaptureError, whose code is in the catalogue; no other exception leaves it.
2. Packets are numbered without gaps; each has the bytes that it says were captured, on an interface that the reader describes.
3. It makes no difference how the bytes arrive: all at once, or a few at a time from a pipe.
4. What is not compressed gives the same packets, and the same end, when it is.
5. The packets of a file that is not compressed are together no larger than the file.
"""

from __future__ import annotations

import gzip
import io
import sys
from typing import Any, Final, TypeAlias

from bitwright import capture
from bitwright.capture import CAPTURE_CODES, CaptureError, CaptureLimits, Packet
from bitwright.capture.inflate import GZIP_MAGIC, ZSTD_MAGIC, ZSTD_SKIPPABLE
from fuzz.driver import main

LARGEST: Final = 8192
LIMITS: Final = CaptureLimits(inflate_free=1 << 20)
COMPRESSED: Final = (GZIP_MAGIC, ZSTD_MAGIC, *ZSTD_SKIPPABLE)
Found: TypeAlias = tuple[list[Packet], str, int]


class Pipe(io.RawIOBase):
    """Gives the bytes a few at a time, of a number that changes, and cannot seek."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._pieces = data, 0, 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As many bytes as this piece has."""
        self._pieces += 1
        piece = self._data[self._at :][: min(len(buffer), 1 + self._pieces * 7 % 61)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


def read(source: Any) -> Found:
    """The packets, the code of the error that ended them ("" if none did), and how many interfaces there were."""
    packets: list[Packet] = []
    interfaces = 0
    end: CaptureError | None = None
    try:
        with capture.open(source, limits=LIMITS) as reader:
            for packet in reader:
                packets.append(packet)
                interfaces = len(reader.interfaces)
                hold(packet, len(packets), interfaces)
    except CaptureError as error:
        end = error
    assert end is None or (end.code in CAPTURE_CODES and str(end).isprintable()), end
    return packets, end.code if end else "", interfaces


def hold(packet: Packet, number: int, interfaces: int) -> None:
    """The invariant of one packet."""
    assert packet.number == number, packet
    assert len(packet.data) == packet.captured, packet
    assert 0 <= packet.interface < interfaces, packet


def target(data: bytes) -> str:
    """Hold the invariant against one input."""
    whole = read(io.BytesIO(data))
    assert read(Pipe(data)) == whole, "it depends on how the bytes arrive"
    compressed = data.startswith(COMPRESSED)
    if data and not compressed:
        assert read(io.BytesIO(gzip.compress(data, 1, mtime=0))) == whole, "compressed, it is another capture"
    packets, code, _ = whole
    if not compressed:
        assert sum(packet.captured for packet in packets) <= len(data), "packets are larger than the file"
    return f"{code or 'whole'} after {'some' if packets else 'no'} packets"


if __name__ == "__main__":
    sys.exit(main("containers", target, largest=LARGEST))
