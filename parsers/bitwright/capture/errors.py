"""What can be wrong with a capture file, as opposed to the packets in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# code -> what it means, in one line; docs/captures.md explains each.
CAPTURE_CODES: Final[Mapping[str, str]] = {
    "empty": "the file has no bytes",
    "not-a-capture": "the first bytes are those of no capture format",
    "unsupported": "the file is of a known format that is not read",
    "version": "the file says a version of its format that is not known",
    "truncated": "the file ends inside a header, record or block",
    "record-length": "a record announces a packet larger than the limit",
    "block-length": "a block announces an impossible length, or its two lengths differ",
    "packet-length": "a packet announces more bytes than its block has",
    "interface": "a packet names an interface that its section does not describe",
    "byte-order": "a section's byte order mark is wrong",
    "header": "a header, block or option does not fit its format",
    "inflate": "the compressed data is damaged",
    "inflate-limit": "the compressed data inflates far beyond what captures do",
}


class CaptureError(ValueError):
    """A capture file that cannot be read further; every packet before the damage was delivered.

    `byte_offset` counts in the capture, for a compressed one after inflating (codes `inflate` and
    `inflate-limit`: in the file as it is).  `packet` is the number, from 1, of the packet that could not be read.
    """

    def __init__(self, code: str, message: str, path: str, byte_offset: int, packet: int) -> None:
        super().__init__(code, message, path, byte_offset, packet)
        self.code = code
        self.message = message
        self.path = path
        self.byte_offset = byte_offset
        self.packet = packet

    def __str__(self) -> str:
        return f"{self.path}: {self.message}, at byte {self.byte_offset}, packet {self.packet} [{self.code}]"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.code, self.message, self.path, self.byte_offset, self.packet)
