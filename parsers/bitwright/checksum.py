"""Checksums as pure functions of bytes; each takes any buffer and returns an int.

Pass one to `checksum(u16(), internet)` in a declaration.  A user's own function of the same
shape works too.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview

# What `checksum()` takes: a function of the covered bytes.
Algorithm: TypeAlias = Callable[[bytes], int]


def internet(data: Buffer) -> int:
    """The Internet checksum (RFC 1071): 16-bit one's complement of the one's complement sum."""
    size = len(data)
    # The whole buffer as one number modulo 0xFFFF is the folded sum, since 0x10000 ≡ 1 (mod 0xFFFF).
    total = int.from_bytes(data, "big")
    if size & 1:
        total <<= 8
    folded = total % 0xFFFF
    return (0xFFFF - folded) & 0xFFFF if folded or not total else 0


def crc32(data: Buffer) -> int:
    """CRC-32 as Ethernet, zip and PNG have it (IEEE 802.3)."""
    return zlib.crc32(data)


def adler32(data: Buffer) -> int:
    """Adler-32 (RFC 1950)."""
    return zlib.adler32(data)


def fletcher16(data: Buffer) -> int:
    """Fletcher-16 with modulus 255 (RFC 1146, 8-bit form): high byte is the second sum."""
    first = second = 0
    for byte in data:
        first = (first + byte) % 255
        second = (second + first) % 255
    return second << 8 | first
