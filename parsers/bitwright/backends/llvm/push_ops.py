"""LLVM code for the ops of constructions: what is exactly an int, or exactly bytes, is taken as it is; the rest is asked of Python."""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import DOUBLE, FLOAT, I8, I32, I64, I128, NULL, number, real
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode, results_of, type_of
from bitwright.backends.llvm.exact_types import is_exactly, kept_or_made
from bitwright.backends.llvm.python_call import called, vectorcall
from bitwright.ir.ops import Op
from bitwright.wire import writing

_WORD: Final = 64  # bits
_ROOM: Final = 256  # bytes of the stack for what is written within a value


def _low(e: FunctionEmitter, op: Op) -> None:
    width, out = op.attrs["width"], op.outs[0]
    if op.attrs["strict"] is not None or not 0 < width <= _WORD:
        raise NoMachineCode
    value = e.get(op.args[0])
    exact = kept_or_made(e, is_exactly(e, value, int), value, lambda: vectorcall(e, writing.integer_of, [value]))
    bits = e.call("PyLong_AsUnsignedLongLongMask", exact)  # of an int it never fails
    e.call("Py_DecRef", exact)
    if width < _WORD:
        bits = e.b.and_(bits, number((1 << width) - 1))
    e.values[out] = e.b.zext(bits, I128) if type_of(out) == I128 else bits


def _nearest(e: FunctionEmitter, op: Op) -> None:
    """Of what is exactly a float, and is one of that width too; the rest, rounded digits of integers and infinities, is asked of Python."""
    width, out, value = op.attrs["width"], op.outs[0], e.get(op.args[0])
    if width not in (32, _WORD):
        raise NoMachineCode
    exact, fits, other, done = (e.b.append_basic_block(name) for name in ("exact", "fits", "other", "done"))
    e.b.cbranch(is_exactly(e, value, float), exact, other)
    e.b.position_at_end(exact)
    given = e.call("PyFloat_AsDouble", value)
    near = e.b.fptrunc(given, FLOAT) if width == 32 else given
    wide = e.b.fpext(near, DOUBLE)
    finite = e.b.fcmp_ordered("==", e.b.fsub(wide, wide), real(0.0))  # what is NaN or an infinity differs from zero, less itself
    e.b.cbranch(finite, fits, other)
    e.b.position_at_end(fits)
    bits = e.b.zext(e.b.bitcast(near, I32), I64) if width == 32 else e.b.bitcast(near, I64)
    e.b.branch(done)
    e.b.position_at_end(other)
    asked = [value, *(e.constant(op.attrs[name]) for name in ("width", "strict", "nonfinite"))]
    made = vectorcall(e, writing.nearest_float, asked)
    e.fail_if(e.b.icmp_unsigned("==", made, NULL))
    found = e.call("PyLong_AsUnsignedLongLongMask", made)
    e.call("Py_DecRef", made)
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    phi = e.b.phi(I64)
    phi.add_incoming(bits, fits)
    phi.add_incoming(found, end)
    e.values[out] = e.b.zext(phi, I128) if type_of(out) == I128 else phi


def _whole(e: FunctionEmitter, op: Op) -> None:
    value, unit = e.get(op.args[0]), op.attrs["unit"]
    if unit not in (1, 2, 4, 8):
        raise NoMachineCode
    found = kept_or_made(e, is_exactly(e, value, bytes), value, lambda: vectorcall(e, writing.whole, [value, e.constant(unit)]))
    e.values[op.outs[0]] = e.own(found)


def _cut(e: FunctionEmitter, op: Op) -> None:
    """Of a size that is known now: bytes of just that size are taken as they are."""
    value, size = e.get(op.args[0]), op.args[1]
    if size.lo != size.hi or size.lo % 8:
        raise NoMachineCode
    lsb = [e.constant(True)] if op.attrs.get("bits", "msb") == "lsb" else []
    given = [value, e.constant(size.lo), e.constant(op.attrs["strict"]), *lsb]
    exact, other, joined = (e.b.append_basic_block(name) for name in ("exact", "other", "joined"))
    e.b.cbranch(is_exactly(e, value, bytes), exact, other)
    e.b.position_at_end(exact)
    fits = e.b.icmp_signed("==", e.call("PyBytes_Size", value), number(size.lo // 8))
    e.b.branch(joined)
    e.b.position_at_end(other)
    e.b.branch(joined)
    e.b.position_at_end(joined)
    fitting = e.b.phi(fits.type)
    fitting.add_incoming(fits, exact)
    fitting.add_incoming(number(0, fits.type), other)
    e.values[op.outs[0]] = e.own(kept_or_made(e, fitting, value, lambda: vectorcall(e, writing.cut, given)))


def bitstring(octets: bytes, phase: int, lsb: bool) -> Any:
    """What was written as a bitstring; `phase` bits of the last byte are, or 0 for all."""
    return writing.canonical(bytearray(octets), phase, lsb)


def _written(e: FunctionEmitter, op: Op) -> None:
    """What a function writes into an output of its own, for which it has a context of its own."""
    function = e.program.functions[op.attrs["function"]]
    made, output = e.room(I64, context.SIZE), e.room(I8, _ROOM)
    helpers = context.get(e.b, e.context, "helpers")
    context.fill(e.b, made, output=output, capacity=number(_ROOM), helpers=helpers)
    given = [e.get(arg, type_of(param)) for arg, param in zip(op.args, function.params, strict=True)]
    kinds = results_of(function)
    places = [e.room(kind) for kind in kinds]
    status = e.b.call(e.functions[function.name], [NULL, made, *given, *places])
    octets = e.new(e.call("bw_finish", made, status))
    if kinds:
        phase = e.call("PyLong_FromLong", e.cast(e.b.load(places[0], typ=kinds[0]), I64))
        octets = called(e, bitstring, [octets, e.new(phase), e.constant(op.attrs.get("bits", "msb") == "lsb")])
    e.values[op.outs[0]] = octets


PUSHES: Final = {"low": _low, "nearest": _nearest, "whole": _whole, "cut": _cut, "written": _written}
