"""Values at any bit of the input: integers, bitstrings, floats, code points, numbers of variable size.

Promise: `at` and `end` count bits from the first bit of `data`; whoever calls has made sure that what is read lies before
`end`, except of `utf_at` and `varint_at`, which find out themselves.  Bits are taken from the input first, then the byte order is
applied: of a little endian integer the chunks of 8 bits come least significant first, and what is left over, fewer than 8 bits, comes
last and is most significant.  With `lsb` the bits of each byte are counted from the least significant one.

A bitstring whose length is a multiple of 8 is `bytes`, any other `bitstring.Bits`.
"""

from __future__ import annotations

import codecs
import functools
from collections.abc import Sequence
from typing import Any, Final

from bitwright.errors import Fault, MissingPackage
from bitwright.locks import LOADING
from bitwright.wire.bitstrings import INSTALL, is_bits
from bitwright.wire.floats import float_of_bits
from bitwright.wire.varints import KINDS, most_bytes, read_varint

UTF_BITS: Final = {"utf8": 8, "utf16": 16, "utf32": 32}  # the least that a code point takes
MOST_BITS: Final = 1 << 51  # positions and sizes beyond it lie in no input
_INFINITE: Final = {16: 0x7C00, 32: 0x7F80_0000, 64: 0x7FF0_0000_0000_0000}
_LAST: Final = 0x10FFFF


# --- integers ----------------------------------------------------------------------------------


def number_at(data: bytes, at: int, size: int, lsb: bool = False) -> int:
    """`size` bits as a number: the first bit is the most significant one, with `lsb` the least."""
    stop = at + size
    run = data[at >> 3 : stop + 7 >> 3]
    if lsb:
        return int.from_bytes(run, "little") >> (at & 7) & (1 << size) - 1
    return int.from_bytes(run, "big") >> (-stop & 7) & (1 << size) - 1


def to_little(number: int, size: int) -> int:
    """A number that was read most significant bit first, as little endian means it."""
    whole, odd = divmod(size, 8)
    return int.from_bytes((number >> odd).to_bytes(whole, "big"), "little") | (number & (1 << odd) - 1) << 8 * whole


def to_big(number: int, size: int) -> int:
    """A number that was read least significant bit first, as big endian means it."""
    whole, odd = divmod(size, 8)
    return int.from_bytes((number & (1 << 8 * whole) - 1).to_bytes(whole, "little"), "big") << odd | number >> 8 * whole


def integer_at(data: bytes, at: int, size: int, signed: bool, order: str, lsb: bool = False) -> int:
    """An integer of any width."""
    number = number_at(data, at, size, lsb)
    if size > 8 and (order == "big") is lsb:
        number = to_big(number, size) if lsb else to_little(number, size)
    return number - (1 << size) if signed and size and number >> (size - 1) else number


def size_in_bits(value: Any, unit: int) -> int | None:
    """The bits of so many units; None unless that is an integer, and neither negative nor larger than any input."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_BITS:
        return int(value) * unit
    return None


# --- bitstrings --------------------------------------------------------------------------------


@functools.cache
def bits_type() -> Any:
    """`bitstring.Bits`; the package is the user's to install."""
    try:
        with LOADING:
            from bitstring import Bits
    except ImportError:
        raise MissingPackage(f"a bitstring whose length is no multiple of 8 is a bitstring.Bits: {INSTALL}") from None
    return Bits


def bitstring_at(data: bytes, at: int, size: int, lsb: bool = False) -> Any:
    """A bitstring: bytes, or Bits where its length is no multiple of 8."""
    if not (at | size) & 7:
        return bytes(data[at >> 3 : at + size >> 3])
    number = number_at(data, at, size, lsb)
    if not size & 7:
        return number.to_bytes(size >> 3, "little" if lsb else "big")
    return bits_type()(uint=_mirrored(number, size) if lsb else number, length=size)


def _mirrored(number: int, size: int) -> int:
    return int(f"{number:0{size}b}"[::-1], 2)


def bytes_at(data: bytes, at: int, count: int, lsb: bool = False) -> bytes:
    """So many bytes, from any bit on."""
    if not at & 7:
        return bytes(data[at >> 3 : (at >> 3) + count])
    return number_at(data, at, 8 * count, lsb).to_bytes(count, "little" if lsb else "big")


def bitstring_of(value: Any, lsb: bool = False) -> tuple[bytes, int] | None:
    """The bytes of a bitstring, the last one filled up with zeros, and the number of its bits; None if the value is none.

    The first bit of a `Bits` is the first on the wire: with `lsb` the least significant one of the first byte.
    """
    if value.__class__ is bytes:
        return value, 8 * len(value)
    if any(is_bits(each) for each in type(value).__mro__):
        size = len(value)
        if lsb and size & 7:
            return _mirrored(value.uint, size).to_bytes((size + 7) // 8, "little"), size
        return value.tobytes(), size
    try:
        raw = bytes(memoryview(value))
    except (TypeError, ValueError, BufferError):  # no buffer, or one that was released
        return None
    return raw, 8 * len(raw)


# --- floats ------------------------------------------------------------------------------------


def float_at(data: bytes, at: int, size: int, order: str, nonfinite: bool = False, lsb: bool = False) -> float | None:
    """A float of 16, 32 or 64 bits, of none 0.0; None where it is no number, or of another size."""
    if size not in _INFINITE:
        return None if size else 0.0
    number = integer_at(data, at, size, False, order, lsb)
    if not nonfinite and number & _INFINITE[size] == _INFINITE[size]:
        return None
    return float_of_bits(number, size)


# --- text --------------------------------------------------------------------------------------


def utf_at(data: bytes, at: int, end: int, encoding: str, order: str, lsb: bool = False) -> tuple[int, int] | None:
    """A code point and the position after it; None where there is none, in its shortest form, before `end`."""
    left = end - at
    if encoding == "utf8":
        return _utf8_at(data, at, left, lsb)
    if left < UTF_BITS[encoding]:
        return None
    if encoding == "utf32":
        point = integer_at(data, at, 32, False, order, lsb)
        return None if point > _LAST or 0xD800 <= point < 0xE000 else (point, at + 32)
    first = integer_at(data, at, 16, False, order, lsb)
    if not 0xD800 <= first < 0xE000:
        return first, at + 16
    if first >= 0xDC00 or left < 32:
        return None
    second = integer_at(data, at + 16, 16, False, order, lsb)
    return (0x10000 + (first & 0x3FF) * 0x400 + (second & 0x3FF), at + 32) if 0xDC00 <= second < 0xE000 else None


def _utf8_at(data: bytes, at: int, left: int, lsb: bool) -> tuple[int, int] | None:
    if left < 8:
        return None
    first = number_at(data, at, 8, lsb)
    if first < 0x80:
        return first, at + 8
    size = 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if left < 8 * size:
        return None
    try:
        return ord(bytes_at(data, at, size, lsb).decode()), at + 8 * size
    except (UnicodeDecodeError, TypeError):  # TypeError: a byte that continues nothing decodes to no single character
        return None


def utf_wanted(data: bytes, at: int, end: int, encoding: str, order: str, lsb: bool = False) -> int:
    """Of a code point that is cut off at `end`, how many bits it takes at least; 0 where more bits would not help."""
    left = end - at
    if left < UTF_BITS[encoding]:
        return UTF_BITS[encoding]
    if encoding == "utf16":
        return 32 if left < 32 and 0xD800 <= integer_at(data, at, 16, False, order, lsb) < 0xDC00 else 0
    if encoding == "utf32":
        return 0
    first = number_at(data, at, 8, lsb)
    size = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
    if left >= 8 * size:
        return 0
    try:
        codecs.getincrementaldecoder("utf-8")().decode(bytes_at(data, at, left >> 3, lsb))
    except UnicodeDecodeError:
        return 0
    return 8 * size


def same_at(data: bytes, at: int, value: bytes, lsb: bool = False) -> bool:
    """Whether these bytes lie there."""
    return data.startswith(value, at >> 3) if not at & 7 else bytes_at(data, at, len(value), lsb) == value


# --- numbers of variable size ------------------------------------------------------------------


def varint_at(data: bytes, at: int, end: int, coding: str, lsb: bool = False) -> tuple[int, int]:
    """A number of variable size and the position after it; Fault, whose position is 0, if it is cut off or too large."""
    bits = KINDS[coding][0]
    raw = bytes_at(data, at, min((end - at) >> 3, most_bytes(coding, bits)), lsb)
    number, after = read_varint(raw, 0, len(raw), coding, bits)
    return number, at + 8 * after


def varint_or_none(data: bytes, at: int, end: int, coding: str, lsb: bool = False) -> Sequence[int] | None:
    """The same; None where it is cut off or too large."""
    try:
        return varint_at(data, at, end, coding, lsb)
    except Fault:
        return None
