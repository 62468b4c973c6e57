"""Checksums against published vectors and against slow definitions."""

from __future__ import annotations

import random

import pytest

from bitwright.checksum import (
    Crc,
    adler32,
    crc8,
    crc8_autosar,
    crc8_j1850,
    crc8_maxim,
    crc8_rohc,
    crc16_arc,
    crc16_ccitt_false,
    crc16_kermit,
    crc16_modbus,
    crc16_usb,
    crc16_x25,
    crc16_xmodem,
    crc24_ble,
    crc24_openpgp,
    crc32,
    crc32_bzip2,
    crc32_mpeg2,
    crc32c,
    crc64_xz,
    fletcher16,
    fletcher32,
    internet,
    sum8,
    xor8,
)  # fmt: skip

# RFC 1071, section 3: the bytes 00 01 f2 03 f4 f5 f6 f7 sum to ddf2; the checksum is its complement.
RFC_1071 = bytes.fromhex("0001f203f4f5f6f7")
# An IPv4 header with zero in its checksum field; b861 belongs there.
IPV4_HEADER = bytes.fromhex("45000073000040004011 0000 c0a80001c0a800c7")


def slow_internet(data: bytes) -> int:
    """RFC 1071, section 4.1, word by word with the carry folded in at once."""
    total = 0
    for at in range(0, len(data), 2):
        total += int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big")
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (RFC_1071, 0xFFFF ^ 0xDDF2),
        (IPV4_HEADER, 0xB861),
        (b"", 0xFFFF),
        (b"\0", 0xFFFF),
        (b"\0\0\0\0", 0xFFFF),
        (b"\xff\xff", 0x0000),
        (b"\xff\xff\xff\xff", 0x0000),
        (b"\xff\xfe\x00\x01", 0x0000),
        (b"\x01", 0xFEFF),  # an odd byte is the high one of its word
        (b"\x00\x01", 0xFFFE),
        (b"\xff\xff\x00\x01", 0xFFFE),  # end-around carry
    ],
)
def test_internet_checksum(data: bytes, expected: int) -> None:
    assert internet(data) == expected == slow_internet(data)


def test_internet_checksum_equals_its_definition() -> None:
    source = random.Random(1071)
    for size in [*range(70), 1499, 1500, 65535]:
        data = source.randbytes(size)
        assert internet(data) == slow_internet(data)


def test_a_message_with_its_checksum_in_place_sums_to_zero() -> None:
    whole = IPV4_HEADER[:10] + internet(IPV4_HEADER).to_bytes(2, "big") + IPV4_HEADER[12:]
    assert whole.hex() == "4500007300004000" + "4011b861" + "c0a80001c0a800c7"
    assert internet(whole) == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", 0), (b"123456789", 0xCBF43926), (b"a", 0xE8B7BE43), (bytes(32), 0x190A55AD), (b"\xff" * 32, 0xFF6CAB0B)],
)
def test_crc32(data: bytes, expected: int) -> None:
    assert crc32(data) == expected


@pytest.mark.parametrize(("data", "expected"), [(b"", 1), (b"Wikipedia", 0x11E60398), (b"a", 0x00620062), (b"123456789", 0x091E01DE)])
def test_adler32(data: bytes, expected: int) -> None:
    assert adler32(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"", 0), (b"abcde", 0xC8F0), (b"abcdef", 0x2057), (b"abcdefgh", 0x0627), (b"\xff" * 4, 0), (b"\x01\x02", 0x0403)],
)
def test_fletcher16(data: bytes, expected: int) -> None:
    assert fletcher16(data) == expected


@pytest.mark.parametrize("algorithm", [internet, crc32, adler32, fletcher16])
def test_any_buffer_is_taken(algorithm: object) -> None:
    assert callable(algorithm)
    data = b"any buffer"
    assert algorithm(data) == algorithm(bytearray(data)) == algorithm(memoryview(data))


# The check value of the catalogue of parametrised CRC algorithms: the CRC of the digits 1 to 9.
CHECKS = {
    crc8: 0xF4, crc8_autosar: 0xDF, crc8_j1850: 0x4B, crc8_maxim: 0xA1, crc8_rohc: 0xD0,
    crc16_arc: 0xBB3D, crc16_ccitt_false: 0x29B1, crc16_kermit: 0x2189, crc16_modbus: 0x4B37,
    crc16_usb: 0xB4C8, crc16_x25: 0x906E, crc16_xmodem: 0x31C3, crc24_ble: 0xC25A56,
    crc24_openpgp: 0x21CF02, crc32_bzip2: 0xFC891918, crc32_mpeg2: 0x0376E6E7, crc32c: 0xE3069283,
    crc64_xz: 0x995DC9BBDF1939FA,
    Crc(3, 0x3, xorout=0x7): 0x4, Crc(5, 0x05, 0x1F, refin=True, refout=True, xorout=0x1F): 0x19,
    Crc(7, 0x09): 0x75, Crc(10, 0x233): 0x199, Crc(12, 0x80F, refout=True): 0xDAF,
    Crc(32, 0x04C11DB7, 0xFFFFFFFF, True, True, 0xFFFFFFFF): 0xCBF43926, Crc(32, 0x04C11DB7, 0xFFFFFFFF, True, True): 0x340BC6D9,
}  # fmt: skip


@pytest.mark.parametrize(("crc", "expected"), CHECKS.items())
def test_check_values_of_the_catalogue(crc: Crc, expected: int) -> None:
    assert crc(b"123456789") == expected
    assert crc(memoryview(b"123456789")) == expected


@pytest.mark.parametrize("crc", CHECKS)
def test_crcs_bit_by_bit(crc: Crc) -> None:
    """The table, or the standard library, against the division that defines a CRC."""
    data = random.Random(1).randbytes(100)
    top, register = 1 << (crc.width - 1), crc.init
    for byte in data:
        for bit in range(8) if crc.refin else range(7, -1, -1):
            out = bool(register & top) ^ (byte >> bit & 1)
            register = (register << 1 & (1 << crc.width) - 1) ^ (crc.poly if out else 0)
    expected = int(f"{register:0{crc.width}b}"[::-1], 2) if crc.refout else register
    assert crc(data) == expected ^ crc.xorout


def test_crcs_that_cannot_be() -> None:
    for width, poly, init in ((0, 0, 0), (65, 1, 0), (8, 0x107, 0), (8, 7, 256)):
        with pytest.raises(ValueError, match="1 to 64 bits"):
            Crc(width, poly, init)


@pytest.mark.parametrize(("data", "expected"), [(b"abcde", 0xF04FC729), (b"abcdef", 0x56502D2A), (b"abcdefgh", 0xEBE19591)])
def test_fletcher32(data: bytes, expected: int) -> None:
    assert fletcher32(data) == expected


def test_plain_sums() -> None:
    assert sum8(b"\xff\2") == 1
    assert xor8(b"GPGLL,5300.97914,N,00259.98174,E,125926,A") == 0x28
