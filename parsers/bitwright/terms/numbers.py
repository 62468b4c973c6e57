"""Arithmetic: exact integers, floats that never overflow silently, bits of integers.

Promise: `/` gives a float; `div` and `rem` cut towards zero; a float that would be infinite, a division by zero and an integer of
more than four million bits raise `TermFault`, the last before it takes any memory.
"""

from __future__ import annotations

import math
from typing import Any, Final

from bitwright.terms.values import WIDEST_BITS, fault, integer, is_integer, natural, wrong

_SMALL: Final = 1 << 59  # integers below are machine words there; wider ones become floats digit by digit
_DIGIT: Final = 64


def number(value: Any) -> int | float:
    """An integer or a float, or a fault."""
    if isinstance(value, float):
        return value
    return int(value) if is_integer(value) else wrong("a number", value)


def to_float(value: Any) -> float:
    """The float of a number, rounded as the virtual machine does: a wide integer 64 bits at a time."""
    value = number(value)
    if isinstance(value, float):
        return value
    if -_SMALL <= value < _SMALL:
        return float(value)
    rest, result = abs(value), 0.0
    if rest.bit_length() > 1024:
        fault("the integer is too large for a float")
    for shift in range((rest.bit_length() - 1) // _DIGIT * _DIGIT, -1, -_DIGIT):
        result = result * 2.0**_DIGIT + float(rest >> shift & (1 << _DIGIT) - 1)
    return _finite(-result if value < 0 else result)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else fault("the float would be infinite")


def bounded(value: int) -> int:
    """An integer that is not too wide."""
    return value if -_ENOUGH < value < _ENOUGH or value.bit_length() <= WIDEST_BITS else fault("the integer would be too large")


_ENOUGH: Final = 1 << 128


def add(a: Any, b: Any) -> int | float:
    """`a + b`."""
    if type(a) is not int or type(b) is not int:
        a, b = number(a), number(b)
    return bounded(a + b) if isinstance(a, int) and isinstance(b, int) else _finite(to_float(a) + to_float(b))


def subtract(a: Any, b: Any) -> int | float:
    """`a - b`."""
    if type(a) is not int or type(b) is not int:
        a, b = number(a), number(b)
    return bounded(a - b) if isinstance(a, int) and isinstance(b, int) else _finite(to_float(a) - to_float(b))


def multiply(a: Any, b: Any) -> int | float:
    """`a * b`."""
    a, b = number(a), number(b)
    if isinstance(a, int) and isinstance(b, int):
        if a.bit_length() + b.bit_length() > WIDEST_BITS + 1:
            fault("the integer would be too large")
        return a * b
    return _finite(to_float(a) * to_float(b))


def divide(a: Any, b: Any) -> float:
    """`a / b`, always a float."""
    dividend, divisor = to_float(a), to_float(b)
    if divisor == 0:
        fault("division by zero")
    return _finite(dividend / divisor)


def quotient(a: Any, b: Any) -> int:
    """`div(a, b)`: cut towards zero."""
    dividend, divisor = integer(a), _divisor(b)
    found = abs(dividend) // abs(divisor)
    return found if (dividend < 0) == (divisor < 0) else -found


def remainder(a: Any, b: Any) -> int:
    """`rem(a, b)`: with the sign of `a`."""
    dividend, divisor = integer(a), _divisor(b)
    found = abs(dividend) % abs(divisor)
    return -found if dividend < 0 else found


def _divisor(value: Any) -> int:
    return integer(value) or fault("division by zero")


def floor_division(a: Any, b: Any) -> int:
    """`Integer.floor_div(a, b)`."""
    return integer(a) // _divisor(b)


def modulo(a: Any, b: Any) -> int:
    """`Integer.mod(a, b)`: with the sign of `b`."""
    return integer(a) % _divisor(b)


def negative(a: Any) -> int | float:
    """`-a`."""
    return -number(a)


def positive(a: Any) -> int | float:
    """`+a`."""
    return number(a)


def absolute(a: Any) -> int | float:
    """`abs(a)`."""
    return abs(number(a))


def power(base: Any, exponent: Any) -> int | float:
    """`base ** exponent`: of integers an integer, if the exponent is not negative."""
    base, exponent = number(base), number(exponent)
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return integer_power(base, exponent)
    left, right = to_float(base), to_float(exponent)
    try:
        found = left**right
    except (ZeroDivisionError, OverflowError):
        fault("the power is no finite number")
    return _finite(found) if isinstance(found, float) else fault("the power is no real number")


def integer_power(base: Any, exponent: Any) -> int:
    """`Integer.pow(base, exponent)`."""
    number, times = integer(base), natural(exponent)
    if number.bit_length() > 1 and (number.bit_length() - 1) * times > WIDEST_BITS:
        fault("the integer would be too large")
    return int(number ** (times & 1 if number in (-1, 1) else times))


def square_root(a: Any) -> float:
    """`:math.sqrt(a)`."""
    a = to_float(a)
    return math.sqrt(a) if a >= 0 else fault("the root of a negative number")


# --- floats to integers ------------------------------------------------------------------------


def nearest(a: Any) -> int:
    """`round(a)`: half away from zero."""
    a = number(a)
    if isinstance(a, int):
        return a
    fraction, whole = math.modf(_real(a))
    return int(whole) + (int(math.copysign(1, a)) if abs(fraction) >= 0.5 else 0)


def truncated(a: Any) -> int:
    """`trunc(a)`."""
    return math.trunc(_real(number(a)))


def floor(a: Any) -> int:
    """`floor(a)`."""
    return math.floor(_real(number(a)))


def ceiling(a: Any) -> int:
    """`ceil(a)`."""
    return math.ceil(_real(number(a)))


def _real(a: float) -> int | float:
    return a if isinstance(a, int) else _finite(a)


def rounded(a: Any, precision: Any = 0) -> float:
    """`Float.round(a, precision)`: half away from zero, of the exact value."""
    return _at_precision(a, precision, "ROUND_HALF_UP")


def rounded_down(a: Any, precision: Any = 0) -> float:
    """`Float.floor(a, precision)`."""
    return _at_precision(a, precision, "ROUND_FLOOR")


def rounded_up(a: Any, precision: Any = 0) -> float:
    """`Float.ceil(a, precision)`."""
    return _at_precision(a, precision, "ROUND_CEILING")


def _at_precision(a: Any, precision: Any, rounding: str) -> float:
    import decimal

    if not isinstance(a, float):
        wrong("a float", a)
    if not 0 <= integer(precision) <= 15:
        wrong("a precision of 0 to 15", precision)
    with decimal.localcontext(decimal.Context(prec=400)):
        found = float(decimal.Decimal(_finite(a)).quantize(decimal.Decimal(1).scaleb(-int(precision)), rounding=rounding))
    return _finite(found)


# --- bits of integers --------------------------------------------------------------------------


def bit_and(a: Any, b: Any) -> int:
    """`band(a, b)`."""
    return integer(a) & integer(b)


def bit_or(a: Any, b: Any) -> int:
    """`bor(a, b)`."""
    return integer(a) | integer(b)


def bit_xor(a: Any, b: Any) -> int:
    """`bxor(a, b)`."""
    return integer(a) ^ integer(b)


def bit_not(a: Any) -> int:
    """`bnot(a)`."""
    return ~integer(a)


def shift_left(a: Any, count: Any) -> int:
    """`bsl(a, count)`; by a negative count to the right."""
    number, places = integer(a), integer(count)
    if places < 0:
        return number >> min(-places, WIDEST_BITS + 1)
    if number and number.bit_length() + places > WIDEST_BITS:
        fault("the integer would be too large")
    return number << places if number else 0


def shift_right(a: Any, count: Any) -> int:
    """`bsr(a, count)`; by a negative count to the left."""
    return shift_left(a, -integer(count))


# --- Integer.* ---------------------------------------------------------------------------------


def greatest_divisor(a: Any, b: Any) -> int:
    """`Integer.gcd(a, b)`."""
    return math.gcd(integer(a), integer(b))


def is_odd(a: Any) -> bool:
    """`Integer.is_odd(a)`."""
    return integer(a) & 1 == 1


def is_even(a: Any) -> bool:
    """`Integer.is_even(a)`."""
    return integer(a) & 1 == 0


_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def text_of_integer(a: Any, base: Any = 10) -> bytes:
    """`Integer.to_string(a, base)`."""
    a, base = integer(a), _base(base)
    if base == 16:
        return f"{a:X}".encode()
    if base in (2, 8):
        return format(a, "b" if base == 2 else "o").encode()
    return ("-" if a < 0 else "").encode() + "".join([_DIGITS[d] for d in digits(abs(a), base)]).encode()


def _base(base: Any) -> int:
    return int(base) if is_integer(base) and 2 <= base <= 36 else wrong("a base of 2 to 36", base)


_MOST_DIGITS_BITS: Final = 1 << 16  # splitting into digits takes time that grows with the square


def digits(a: Any, base: Any = 10) -> list[int]:
    """`Integer.digits(a, base)`."""
    a, base = integer(a), integer(base)
    if base < 2:
        wrong("a base of 2 or more", base)
    if a.bit_length() > _MOST_DIGITS_BITS:
        fault("the integer is too large to be written in digits")
    rest, found = abs(a), []
    while True:
        rest, digit = divmod(rest, base)
        found.append(-digit if a < 0 else digit)
        if not rest:
            return found[::-1]


def undigits(found: Any, base: Any = 10) -> int:
    """`Integer.undigits(digits, base)`."""
    total, base = 0, integer(base)
    if base < 2 or not isinstance(found, list):
        fault("expected a list of digits, and a base of 2 or more")
    for digit in found:
        if integer(digit) >= base:
            fault(f"the digit {digit} is too large for the base {base}")
        total = bounded(total * base + digit)
    return total


def integer_of_text(text: bytes, base: Any = 10) -> int:
    """The number that a whole text is: a sign, digits, nothing else."""
    base = _base(base)
    unsigned = text[1:] if text[:1] in (b"+", b"-") else text
    if not unsigned or len(unsigned) > 4000 or not all(chr(c).upper() in _DIGITS[:base] for c in unsigned):
        fault("the text is no integer")
    return -int(unsigned, base) if text[:1] == b"-" else int(unsigned, base)
