"""LLVM code between numbers and Python's ints, of any width that a register has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from bitwright.backends.llvm.assembler import I64, I128, Value

Call = Callable[..., Value]
_LOW: Final = (1 << 64) - 1
_MOST_BITS: Final = 127


def int_object(call: Call, b: Any, value: Value, lo: int, hi: int) -> Value:
    """A new Python int of a number in lo..hi, for which `fits_a_word` holds."""
    if lo >= -(1 << 31) and hi < 1 << 31:
        name = "PyLong_FromLong"
    elif lo >= -(1 << 63) and hi < 1 << 63:
        name = "PyLong_FromLongLong"
    else:
        name = "PyLong_FromUnsignedLongLong"
    return call(name, b.trunc(value, I64) if value.type == I128 else value)


def fits_a_word(lo: int, hi: int) -> bool:
    """Whether the C API makes an int of these numbers in one call."""
    return (lo >= -(1 << 63) and hi < 1 << 63) or (lo >= 0 and hi < 1 << 64)


def number_of_halves(low: int, high: int) -> int:
    """The number of these 64 bits, of which the higher have a sign."""
    return high << 64 | low


def halves_of_unsigned(value: int) -> tuple[int, int]:
    """The halves of a number of 128 bits without a sign, as C takes them: each with one; OverflowError for any other number."""
    whole = int(value)
    if not 0 <= whole < 1 << 128:
        raise OverflowError("a number of more than 128 bits")
    low, high = whole & _LOW, whole >> 64
    return low - (low >> 63 << 64), high - (high >> 63 << 64)


def has_all_bits(lo: int, hi: int) -> bool:
    """Whether these are numbers of 128 bits that leave none of them for a sign."""
    return lo >= 0 and hi >= 1 << _MOST_BITS


def halves_of_number(value: int) -> tuple[int, int]:
    """The halves of a number of 128 bits, as C takes them; OverflowError for a larger one."""
    whole = int(value)
    if whole.bit_length() > _MOST_BITS:
        raise OverflowError("a number of more than 128 bits")
    low = whole & _LOW
    return low - (low >> 63 << 64), whole >> 64
