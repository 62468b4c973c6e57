"""IEEE 754 binary numbers of 16, 32 and 64 bits as Python floats, and as plain data, without losing a bit.

Promise: `bits_of_float(float_of_bits(n, width), width) == n` for every n.  Python's `struct` does not keep it: reading
16 bits it makes one NaN of all, and reading 32 bits the processor turns a signalling NaN into a quiet one.  So a NaN is
made bit by bit, its payload at the high end of the float's; of a NaN that comes from elsewhere the low bits of the payload are lost.
"""

from __future__ import annotations

import math
import struct
from typing import Final

_REAL: Final = {16: struct.Struct(">e"), 32: struct.Struct(">f"), 64: struct.Struct(">d")}
_WHOLE: Final = {16: struct.Struct(">H"), 32: struct.Struct(">I"), 64: struct.Struct(">Q")}
_FRACTION: Final = {16: 10, 32: 23, 64: 52}  # bits behind the exponent

_INFINITY: Final = {width: (1 << width - 1) - (1 << fraction) for width, fraction in _FRACTION.items()}
_WAYS: Final = {width: (_REAL[width].unpack, _WHOLE[width].pack, _INFINITY[width]) for width in _REAL}

WIDTHS: Final = tuple(_REAL)
_QUIET_NAN: Final = 0x7FF8_0000_0000_0000


def float_of_bits(number: int, width: int) -> float:
    """The float whose bits are those of the number."""
    real, whole, infinity = _WAYS[width]
    if number & infinity == infinity and width < 64:
        payload = (number & (1 << _FRACTION[width]) - 1) << (52 - _FRACTION[width])
        real, whole, wide = _WAYS[64]
        number = number >> (width - 1) << 63 | wide | payload
    found: float = real(whole(number))[0]
    return found


def bits_of_float(value: float, width: int) -> int:
    """The bits of the nearest number; OverflowError if there is none but infinity."""
    if width < 64 and math.isnan(value):
        (wide,) = _WHOLE[64].unpack(_REAL[64].pack(value))
        fraction = _FRACTION[width]
        payload = (wide & (1 << 52) - 1) >> (52 - fraction)
        return int(wide >> 63 << width - 1 | _INFINITY[width] | (payload or 1 << fraction - 1))
    found: int = _WHOLE[width].unpack(_REAL[width].pack(value))[0]
    return found


def infinity_of(value: float, width: int) -> int:
    """The bits of the infinity that has the sign of a number."""
    return (1 << width - 1 if math.copysign(1.0, value) < 0 else 0) | _INFINITY[width]


def plain_float(value: float) -> float | str:
    """As JSON can say it: numbers that are none as text, "inf", "-inf", "nan", or "nan:" and the bits of any other NaN."""
    if math.isfinite(value):
        return value
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    bits = bits_of_float(value, 64)
    return "nan" if bits == _QUIET_NAN else f"nan:{bits:016x}"


def float_of_plain(plain: float | str) -> float:
    """The reverse of `plain_float`; ValueError if the text is none of those."""
    if not isinstance(plain, str):
        return float(plain)
    if plain in ("inf", "-inf", "nan"):
        return float(plain)
    head, _, digits = plain.partition(":")
    if head == "nan" and len(digits) == 16:
        value = float_of_bits(int(digits, 16), 64)
        if math.isnan(value):
            return value
    raise ValueError("takes a number, or inf, -inf, nan, or nan: and 16 hexadecimal digits")
