"""Checksums against published vectors and against slow definitions."""

from __future__ import annotations

import random

import pytest

from bitwright.checksum import adler32, crc32, fletcher16, internet

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
