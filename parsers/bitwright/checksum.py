"""Checksums as pure functions of bytes; each takes any buffer and returns an int.

Pass one to `checksum(u16(), internet)` in a declaration.  A user's own function of the same
shape works too, as does a `Crc` of other parameters.
"""

from __future__ import annotations

import binascii
import dataclasses
import functools
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


def fletcher32(data: Buffer) -> int:
    """Fletcher-32: 16-bit words, low byte first, with modulus 65535; an odd byte at the end counts as a word."""
    first = second = 0
    for at in range(0, len(data), 2):
        first = (first + int.from_bytes(data[at : at + 2], "little")) % 65535
        second = (second + first) % 65535
    return second << 16 | first


def sum8(data: Buffer) -> int:
    """The sum of all bytes, cut to 8 bits."""
    return sum(data) & 0xFF


def xor8(data: Buffer) -> int:
    """All bytes combined by exclusive or, as NMEA 0183 has it."""
    total = 0
    for byte in data:
        total ^= byte
    return total


@dataclasses.dataclass(frozen=True)
class Crc:
    """A cyclic redundancy check, in the parameters of the usual catalogues: `Crc(16, poly=0x1021, init=0xFFFF)`.

    `refin`, `refout`: whether the bits of each byte, and of the result, are taken in the other order.
    """

    width: int
    poly: int
    init: int = 0
    refin: bool = False
    refout: bool = False
    xorout: int = 0
    name: str = "crc"

    def __post_init__(self) -> None:
        top = (1 << self.width) - 1 if 1 <= self.width <= 64 else -1
        if not (0 <= self.poly <= top and 0 <= self.init <= top and 0 <= self.xorout <= top):
            raise ValueError(f"a CRC has 1 to 64 bits, and its numbers fit them: {self}")

    @property
    def __name__(self) -> str:
        """What generated code calls it."""
        return self.name

    def __call__(self, data: Buffer) -> int:
        """The check of these bytes."""
        if (self.width, self.poly, self.refin) == (32, 0x04C11DB7, True) and self.refout:
            return zlib.crc32(data, _reflected(self.init, 32) ^ 0xFFFFFFFF) ^ 0xFFFFFFFF ^ self.xorout
        if (self.width, self.poly, self.refin, self.refout) == (16, 0x1021, False, False):
            return binascii.crc_hqx(data, self.init) ^ self.xorout
        return (self._low_first(data) if self.refin else self._high_first(data)) ^ self.xorout

    def _low_first(self, data: Buffer) -> int:
        table, crc = self._table, _reflected(self.init, self.width)
        for byte in data:
            crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
        return crc if self.refout else _reflected(crc, self.width)

    def _high_first(self, data: Buffer) -> int:
        gap = max(8 - self.width, 0)  # what is narrower than a byte is computed at the top of one
        table, crc, top, cut = self._table, self.init << gap, self.width + gap - 8, (1 << (self.width + gap)) - 1
        for byte in data:
            crc = (crc << 8 & cut) ^ table[crc >> top ^ byte]
        return _reflected(crc >> gap, self.width) if self.refout else crc >> gap

    @functools.cached_property
    def _table(self) -> list[int]:
        """What each byte changes."""
        if self.refin:
            poly = _reflected(self.poly, self.width)
            return [self._eight(byte, lambda crc: crc >> 1 ^ (poly if crc & 1 else 0)) for byte in range(256)]
        gap = max(8 - self.width, 0)
        poly, width = self.poly << gap, self.width + gap
        high, cut = 1 << (width - 1), (1 << width) - 1
        return [self._eight(byte << (width - 8), lambda crc: (crc << 1 & cut) ^ (poly if crc & high else 0)) for byte in range(256)]

    @staticmethod
    def _eight(crc: int, step: Callable[[int], int]) -> int:
        for _ in range(8):
            crc = step(crc)
        return crc


def _reflected(value: int, width: int) -> int:
    """The bits in the other order."""
    return int(f"{value:0{width}b}"[::-1], 2)


crc8 = Crc(8, 0x07, name="crc8")  # SMBus
crc8_autosar = Crc(8, 0x2F, 0xFF, xorout=0xFF, name="crc8_autosar")
crc8_j1850 = Crc(8, 0x1D, 0xFF, xorout=0xFF, name="crc8_j1850")
crc8_maxim = Crc(8, 0x31, refin=True, refout=True, name="crc8_maxim")  # 1-Wire
crc8_rohc = Crc(8, 0x07, 0xFF, refin=True, refout=True, name="crc8_rohc")
crc16_arc = Crc(16, 0x8005, refin=True, refout=True, name="crc16_arc")
crc16_ccitt_false = Crc(16, 0x1021, 0xFFFF, name="crc16_ccitt_false")
crc16_kermit = Crc(16, 0x1021, refin=True, refout=True, name="crc16_kermit")
crc16_modbus = Crc(16, 0x8005, 0xFFFF, refin=True, refout=True, name="crc16_modbus")
crc16_usb = Crc(16, 0x8005, 0xFFFF, refin=True, refout=True, xorout=0xFFFF, name="crc16_usb")
crc16_x25 = Crc(16, 0x1021, 0xFFFF, refin=True, refout=True, xorout=0xFFFF, name="crc16_x25")  # HDLC, PPP
crc16_xmodem = Crc(16, 0x1021, name="crc16_xmodem")
crc24_ble = Crc(24, 0x00065B, 0x555555, refin=True, refout=True, name="crc24_ble")
crc24_openpgp = Crc(24, 0x864CFB, 0xB704CE, name="crc24_openpgp")
crc32_bzip2 = Crc(32, 0x04C11DB7, 0xFFFFFFFF, xorout=0xFFFFFFFF, name="crc32_bzip2")
crc32_mpeg2 = Crc(32, 0x04C11DB7, 0xFFFFFFFF, name="crc32_mpeg2")
crc32c = Crc(32, 0x1EDC6F41, 0xFFFFFFFF, refin=True, refout=True, xorout=0xFFFFFFFF, name="crc32c")  # iSCSI, SCTP
crc64_xz = Crc(64, 0x42F0E1EBA9EA3693, (1 << 64) - 1, refin=True, refout=True, xorout=(1 << 64) - 1, name="crc64_xz")
