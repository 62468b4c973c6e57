"""LLVM code for floats: of 16, 32 and 64 bits, as `wire/floats.py` says.

What is no number keeps its bits: the processor would make a signalling NaN a quiet one.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import DOUBLE, FLOAT, I32, I64, Value, number, real
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode
from bitwright.ir.ops import Op

_FRACTION: Final = {16: 10, 32: 23}  # bits behind the exponent
_WIDE_FRACTION: Final = 52
_NO_NUMBER: Final = 0x7FF << _WIDE_FRACTION  # the exponent of infinities and NaNs
_REBIASED: Final = 1023 - 15  # between the exponents of 16 and of 64 bits


def float_object(e: FunctionEmitter, word: Value, width: int) -> Value:
    """A new float of these bits."""
    word = e.cast(word, I64)
    wide = word if width == 64 else _widened(e, word, width)
    return e.new(e.call("PyFloat_FromDouble", e.b.bitcast(wide, DOUBLE)))


def _widened(e: FunctionEmitter, word: Value, width: int) -> Value:
    """The bits of the same float of 64 bits."""
    b, fraction = e.b, _FRACTION[width]
    size = width - 1 - fraction  # of the exponent
    exponent = b.and_(b.lshr(word, number(fraction)), number((1 << size) - 1))
    behind = b.shl(b.and_(word, number((1 << fraction) - 1)), number(_WIDE_FRACTION - fraction))
    sign = b.shl(b.lshr(word, number(width - 1)), number(63))
    other = b.or_(b.or_(behind, sign), number(_NO_NUMBER))
    if width == 32:
        found = b.bitcast(b.fpext(b.bitcast(b.trunc(word, I32), FLOAT), DOUBLE), I64)
    else:
        normal = b.or_(behind, b.shl(b.add(exponent, number(_REBIASED)), number(_WIDE_FRACTION)))
        small = b.fmul(b.uitofp(b.and_(word, number((1 << fraction) - 1)), DOUBLE), real(2.0**-24))
        found = b.select(b.icmp_unsigned("==", exponent, number(0)), b.bitcast(small, I64), normal)
        found = b.or_(found, sign)
    return b.select(b.icmp_unsigned("==", exponent, number((1 << size) - 1)), other, found)


def _float(e: FunctionEmitter, op: Op) -> None:
    if op.attrs["plain"]:  # text, where it is no number of JSON
        raise NoMachineCode
    e.values[op.outs[0]] = float_object(e, e.get(op.args[0]), op.attrs["width"])


def _finite(e: FunctionEmitter, op: Op) -> None:
    """What is NaN or an infinity differs from zero, less itself."""
    value = e.call("PyFloat_AsDouble", e.get(op.args[0]))
    e.values[op.outs[0]] = e.b.zext(e.b.fcmp_ordered("==", e.b.fsub(value, value), real(0.0)), I64)


FLOATS: Final = {"float": _float, "finite": _finite}
