"""Integers of variable size between wire form and number, both ways.

Promise: reading looks at no more bytes than the largest number takes, whatever the bytes; `write_varint`
makes the shortest form, and `size_of_varint` says how long that is.

| kind | |
|---|---|
| leb128 | groups of 7 bits, least significant first, bit 7 of a byte says that another follows (DWARF, Wasm, protobuf) |
| sleb128 | the same, in two's complement (DWARF, Wasm) |
| zigzag | leb128 of 0, -1, 1, -2, ... (protobuf's sint32 and sint64) |
| quic | 1, 2, 4 or 8 bytes, big endian, as the two high bits say: 62 bits (RFC 9000, 16) |
| mqtt | leb128 of at most 4 bytes (MQTT 5, 1.5.5) |
| vlq | groups of 7 bits, most significant first (MIDI files, tags of ASN.1) |
| der | one byte below 128, else 128 + how many bytes follow, big endian (lengths of ASN.1: X.690, 8.1.3) |
"""

from __future__ import annotations

from typing import Final

from bitwright.errors import Fault

# kind -> the most bits of a number, and whether it can be negative
KINDS: Final = {
    "leb128": (64, False), "sleb128": (64, True), "zigzag": (64, True), "quic": (62, False), "mqtt": (28, False), "vlq": (64, False),
    "der": (64, False),
}  # fmt: skip


def most_bytes(kind: str, bits: int) -> int:
    """How many bytes the largest number of so many bits takes."""
    if kind == "quic":
        return next(size for size in (1, 2, 4, 8) if bits <= 8 * size - 2)
    return 1 + (bits + 7) // 8 if kind == "der" else (bits + 6) // 7


def read_varint(data: bytes, base: int, end: int, kind: str, bits: int) -> tuple[int, int]:
    """The number at `base` and the position after it; Fault if it is cut off at `end` or too large."""
    if kind == "quic":
        return _read_quic(data, base, end, bits)
    if kind == "der":
        return _read_der(data, base, end, bits)
    limit = base + most_bytes(kind, bits)
    at, number = base, 0
    big = kind == "vlq"
    while True:
        if at >= limit:
            raise Fault("varint", base, f"takes more than the {limit - base} bytes that {bits} bits need")
        if at >= end:
            raise Fault("truncated", base, "", needed=end - base + 1)
        byte = data[at]
        number = number << 7 | byte & 0x7F if big else number | (byte & 0x7F) << 7 * (at - base)
        at += 1
        if byte < 0x80:
            break
    return _fitting(_signed(number, kind, 7 * (at - base)), kind, bits, base), at


def _read_quic(data: bytes, base: int, end: int, bits: int) -> tuple[int, int]:
    if base >= end:
        raise Fault("truncated", base, "", needed=1)
    size, most = 1 << (data[base] >> 6), most_bytes("quic", bits)
    if size > most:
        raise Fault("varint", base, f"takes more than the {most} bytes that {bits} bits need")
    if base + size > end:
        raise Fault("truncated", base, "", needed=size)
    number = int.from_bytes(data[base : base + size], "big") & (1 << 8 * size - 2) - 1
    return _fitting(number, "quic", bits, base), base + size


def _read_der(data: bytes, base: int, end: int, bits: int) -> tuple[int, int]:
    if base >= end:
        raise Fault("truncated", base, "", needed=1)
    first = data[base]
    if first < 0x80:
        return _fitting(first, "der", bits, base), base + 1
    size = first & 0x7F
    if not size:
        raise Fault("varint", base, "is of the indefinite form, which says no number")
    if size >= most_bytes("der", bits):
        raise Fault("varint", base, f"takes more than the {most_bytes('der', bits)} bytes that {bits} bits need")
    after = base + 1 + size
    if after > end:
        raise Fault("truncated", base, "", needed=1 + size)
    return _fitting(int.from_bytes(data[base + 1 : after], "big"), "der", bits, base), after


def _signed(number: int, kind: str, width: int) -> int:
    if kind == "sleb128":
        return number - (1 << width) if number >> (width - 1) else number
    return number >> 1 ^ -(number & 1) if kind == "zigzag" else number


def _fitting(number: int, kind: str, bits: int, base: int) -> int:
    low, high = bounds_of_varint(kind, bits)
    if low <= number <= high:
        return number
    raise Fault("varint", base, f"is {number}, which does not fit {bits} bits")


def bounds_of_varint(kind: str, bits: int) -> tuple[int, int]:
    """The smallest and the largest number."""
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if KINDS[kind][1] else (0, (1 << bits) - 1)


def write_varint(number: int, kind: str) -> bytes:
    """The shortest form of a number that its kind can hold."""
    if kind == "quic":
        size = size_of_varint(number, kind)
        return (number | (size.bit_length() - 1) << 8 * size - 2).to_bytes(size, "big")
    size = size_of_varint(number, kind)
    if kind == "der":
        return bytes([number]) if size == 1 else bytes([0x7F + size]) + number.to_bytes(size - 1, "big")
    if kind == "zigzag":
        number = number << 1 if number >= 0 else ~(number << 1)
    groups = [number >> shift & 0x7F for shift in range(0, 7 * size, 7)]
    if kind == "vlq":
        groups.reverse()
    return bytes([*(group | 0x80 for group in groups[:-1]), groups[-1]])


def size_of_varint(number: int, kind: str) -> int:
    """The bytes of the shortest form."""
    if kind == "quic":
        return next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size - 2)
    if kind == "der":
        return 1 if number < 0x80 else 1 + (number.bit_length() + 7) // 8
    magnitude = ~number if number < 0 else number
    width = magnitude.bit_length() + (1 if KINDS[kind][1] else 0)
    return max(width + 6, 7) // 7
