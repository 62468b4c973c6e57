"""What constructions write: terms as bits, as Elixir and Erlang turn them into bits, and a writer that works at any bit.

Promise: a value that cannot be written raises `Unwritable`, in the words of Erlang/OTP, and nothing else is raised; every
function takes time and memory in proportion to the bits that it writes, and the writer touches what was written before in
its last byte at most.  A bitstring is `bytes` where its length is a multiple of 8, otherwise a `bitstring.Bits`; any buffer and any
`bitstring.Bits` is taken as one.
"""

from __future__ import annotations

import math
from typing import Any, Final, Literal

from bitwright.errors import Fault
from bitwright.wire.bitstrings import INSTALL, bits_at, number_of_bits
from bitwright.wire.floats import WIDTHS, bits_of_float, infinity_of
from bitwright.wire.varints import KINDS, bounds_of_varint, write_varint

_DIGIT: Final = 64  # bits of a digit of BEAM's large integers
_SMALL: Final = 1 << _DIGIT
_CODECS: Final = {
    ("utf8", "big"): "utf-8", ("utf8", "little"): "utf-8", ("utf16", "big"): "utf-16-be", ("utf16", "little"): "utf-16-le",
    ("utf32", "big"): "utf-32-be", ("utf32", "little"): "utf-32-le",
}  # fmt: skip


class Unwritable(Fault):
    """A value that a segment does not take: `message` shows `values` at its braces, as terms; `advice` is for users of Python."""

    def __init__(self, code: str, message: str, *values: Any, advice: str = "") -> None:
        super().__init__(code, 0, message)
        self.values, self.advice = values, advice


# --- integers ------------------------------------------------------------------------------------


def integer_of(value: Any, expected: str = "an integer") -> int:
    """An integer as a plain one; a bool is an atom and none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    advice = "a Python bool is an atom here: pass int(...) of it" if isinstance(value, bool) else ""
    raise Unwritable("type", f"expected {expected} but got: {{}}", value, advice=advice)


def low_bits(value: Any, width: int, strict: str | None) -> int:
    """The low bits of an integer; where `strict` says "signed" or "unsigned", one that does not fit is refused."""
    number = value if value.__class__ is int else integer_of(value)
    if strict is not None:
        _refuse_out_of_range(number, width, strict)
    if number >= 0 and number.bit_length() <= width:  # without a mask that is as wide
        return number
    return number & (1 << width) - 1


def _refuse_out_of_range(number: int, width: int, strict: str) -> None:
    half = 1 << max(width - 1, 0)
    low, high = (-half if width else 0, half - 1) if strict == "signed" else (0, (1 << width) - 1)
    if not low <= number <= high:
        bounds = f"{low} to {high}" if width <= 64 else "fewer"
        raise Unwritable("range", f"{{}} does not fit {width} bits, {strict}, which hold {bounds}", number)


def size_in_bits(value: Any, unit: int, limit: int) -> int:
    """A size in bits, of at most `limit` bytes."""
    number = integer_of(value, "a non-negative integer as size") if value.__class__ is not int else value
    if number < 0:
        raise Unwritable("size", "expected a non-negative integer as size but got: {}", number)
    if number * unit > 8 * limit:
        advice = f"what is built may have {limit} bytes" if number * unit < _SMALL else ""
        raise Unwritable("too-large", "the size {} is too large", number, advice=advice)
    return number * unit


def as_stream(number: int, width: int, order: Literal["big", "little"], lsb: bool = False) -> int:
    """An integer of a byte order, as the number whose bits go onto the wire most significant first, or with `lsb` least.

    Of the chunks of 8 bits a shorter one is the last on the wire: the least significant in big endian, in little the most.
    """
    if (order == "little") is lsb or width <= 8:
        return number
    whole, odd = divmod(width, 8)
    if lsb:
        return int.from_bytes((number >> odd).to_bytes(whole, "big"), "little") | (number & (1 << odd) - 1) << 8 * whole
    low = number & (1 << 8 * whole) - 1 if number.bit_length() > 8 * whole else number
    return int.from_bytes(low.to_bytes(whole, "little"), "big") << odd | number >> 8 * whole


# --- floats --------------------------------------------------------------------------------------


def nearest_float(value: Any, width: int, strict: bool, nonfinite: bool) -> int:
    """The bits of the nearest float, or of infinity; of an integer too."""
    if value.__class__ is float:
        number = value
    elif isinstance(value, int) and not isinstance(value, bool):
        number = float_of_integer(int(value))
    elif isinstance(value, float):
        number = float(value)
    else:
        integer_of(value, "a float or an integer")
        raise AssertionError
    if not math.isfinite(number) and not nonfinite:
        raise Unwritable("range", "{} is no number", value, advice="an extended pattern writes it as float-nonfinite")
    try:
        return bits_of_float(number, width)
    except OverflowError:
        if strict:
            raise Unwritable("range", f"{{}} is too large for a float of {width} bits", value) from None
        return infinity_of(number, width)


def float_of_integer(number: int) -> float:
    """The float that BEAM makes of an integer: one of more than 64 bits is rounded digit by digit."""
    if -_SMALL < number < _SMALL:
        return float(number)
    total, left, digits = 0.0, abs(number), list[int]()
    if left >> 1100:
        raise Unwritable("range", "the value {} is outside the range expressible as a float", number)
    while left:
        digits.append(left & _SMALL - 1)
        left >>= _DIGIT
    for digit in reversed(digits):
        total = total * 2.0**_DIGIT + float(digit)
    if math.isinf(total):
        raise Unwritable("range", "the value {} is outside the range expressible as a float", number)
    return -total if number < 0 else total


def float_width(size: int) -> int:
    """A size in bits that a float can have."""
    if size in WIDTHS:
        return size
    raise Unwritable("size", "expected one of the supported sizes 16, 32, or 64 but got: {}", size)


# --- bitstrings ----------------------------------------------------------------------------------


def is_bit_string(value: Any) -> bool:
    """Whether a value is a `bitstring.Bits`; asking does not import the package."""
    return any(base.__name__ == "Bits" and base.__module__.partition(".")[0] == "bitstring" for base in type(value).__mro__)


def bitstring_of(value: Any) -> Any:
    """Any buffer and any run of bits as `bytes` or, where it has no whole bytes, as a `bitstring.Bits`."""
    if value.__class__ is bytes:
        return value
    if is_bit_string(value):
        return value.tobytes() if len(value) % 8 == 0 else value
    try:
        return bytes(memoryview(value))
    except (TypeError, ValueError, BufferError):  # no buffer, or one that was released
        advice = "a Python str is an atom here: pass its encode()" if isinstance(value, str) else ""
        raise Unwritable("type", "expected a binary but got: {}", value, advice=advice) from None


def bits_in(value: Any) -> int:
    """The number of bits of what `bitstring_of` gives."""
    return 8 * len(value) if value.__class__ is bytes else len(value)


def whole(value: Any, unit: int) -> Any:
    """A bitstring whose length is a multiple of the unit."""
    found = value if value.__class__ is bytes else bitstring_of(value)
    if bits_in(found) % unit:
        raise Unwritable("size", "the size of the value {} is not a multiple of the unit for the segment", found)
    return found


def cut(value: Any, size: int, strict: bool, lsb: bool = False) -> Any:
    """The first `size` bits of a bitstring, which must have them; with `strict` no more of them either."""
    found: Any = value if value.__class__ is bytes else bitstring_of(value)
    count = bits_in(found)
    if count == size:
        return found
    if count < size:
        raise Unwritable("size", "the value {} is shorter than the size of the segment", found)
    if strict:
        raise Unwritable("size", f"the value {{}} has {count} bits, the segment {size}", found)
    if found.__class__ is bytes:
        if size % 8 == 0:
            return found[: size // 8]
        found = found[: (size + 7) // 8]
    number, count = as_number(found, lsb)
    out = bytearray()
    return canonical(out, push_number(out, 0, number & (1 << size) - 1 if lsb else number >> (count - size), size, lsb), lsb)


def first_bits(value: Any, width: int, strict: bool, lsb: bool = False) -> int:
    """The first bits of a bitstring as a number."""
    return as_number(cut(value, width, strict, lsb), lsb)[0]


def as_number(value: Any, lsb: bool = False) -> tuple[int, int]:
    """The bits of a bitstring as a number whose most significant bit, or with `lsb` the least, is the first; and how many they are."""
    order: Literal["big", "little"] = "little" if lsb else "big"
    if value.__class__ is bytes:
        return int.from_bytes(value, order), 8 * len(value)
    return number_of_bits(value, order), len(value)


def canonical(out: bytearray, phase: int, lsb: bool = False) -> Any:
    """What was written as a bitstring; `phase` bits of the last byte are, or 0 for all.  Of `bitstring.Bits` the first bit is the first."""
    if not phase:
        return bytes(out)
    count = 8 * len(out) - 8 + phase
    try:
        from bitstring import Bits
    except ImportError:
        raise Unwritable("size", f"has {count} bits, which are no whole bytes: that takes the package bitstring ({INSTALL})") from None
    return bits_at(bytes(out), count, 0, "little" if lsb else "big", Bits)


# --- texts and numbers of variable size --------------------------------------------------------------


def code_point(value: Any, encoding: str, order: str) -> bytes:
    """A code point in utf8, utf16 or utf32."""
    expected = f"a non-negative integer encodable as {encoding}"
    number = value if value.__class__ is int else integer_of(value, expected)
    if not 0 <= number <= 0x10FFFF or 0xD800 <= number < 0xE000:
        raise Unwritable("text", f"expected {expected} but got: {{}}", number)
    return chr(number).encode(_CODECS[encoding, order])


def shortest_varint(value: Any, coding: str) -> bytes:
    """A number of variable size in its shortest form."""
    number = value if value.__class__ is int else integer_of(value)
    low, high = bounds_of_varint(coding, KINDS[coding][0])
    if not low <= number <= high:
        raise Unwritable("range", f"{{}} does not fit {coding}, which holds {low} to {high}", number)
    return write_varint(number, coding)


# --- the writer ----------------------------------------------------------------------------------


def push_number(out: bytearray, phase: int, number: int, width: int, lsb: bool = False) -> int:
    """Append `width` bits, most significant first; `phase` bits of the last byte were written before.  The new phase.

    With `lsb` the least significant bit is the first, and bytes are filled from that side.
    """
    after = phase + width
    if width and lsb:
        out += (number << phase | out.pop() if phase else number).to_bytes((after + 7) // 8, "little")
    elif width:
        if phase:
            number |= out.pop() >> (8 - phase) << width
        out += (number << -after % 8).to_bytes((after + 7) // 8, "big")
    return after % 8


def push_integer(
    out: bytearray, phase: int, value: Any, width: int, order: Literal["big", "little"], strict: str | None, lsb: bool = False
) -> int:  # fmt: skip
    """Append the low bits of an integer."""
    return push_number(out, phase, as_stream(low_bits(value, width, strict), width, order, lsb), width, lsb)


def push_float(
    out: bytearray, phase: int, value: Any, size: int, order: Literal["big", "little"], strict: bool, nonfinite: bool, lsb: bool = False
) -> int:  # fmt: skip
    """Append a float of a size that is known only now."""
    width = float_width(size)
    return push_number(out, phase, as_stream(nearest_float(value, width, strict, nonfinite), width, order, lsb), width, lsb)


def push_bits(out: bytearray, phase: int, value: Any, lsb: bool = False) -> int:
    """Append a bitstring, as `bitstring_of` gives it."""
    if not phase and value.__class__ is bytes:
        out += value
        return 0
    return push_number(out, phase, *as_number(value, lsb), lsb)
