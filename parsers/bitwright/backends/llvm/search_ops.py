"""LLVM code for looking for a terminator, and for areas that content need not fill."""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I64, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode
from bitwright.ir.ops import Op


def _found(e: FunctionEmitter, op: Op, terminator: bytes, unit: int) -> Value:
    """Where the terminator begins; fails where it is not."""
    if not terminator:
        raise NoMachineCode
    base, end = (e.get(arg, I64) for arg in op.args)
    at = e.call("bw_find", e.data, base, end, e.assembly.text(terminator), number(len(terminator)), number(unit))
    e.fail_if(e.b.icmp_signed("<", at, number(0)))
    return at


def _find(e: FunctionEmitter, op: Op) -> None:
    e.put(op.outs[0], _found(e, op, op.attrs["terminator"], op.attrs.get("unit", 1)))


def _trim(e: FunctionEmitter, op: Op) -> None:
    pad, terminator, unit = op.attrs["pad"], op.attrs["terminator"], op.attrs["unit"]
    if len(pad) != unit:
        raise NoMachineCode
    base, end = (e.get(arg, I64) for arg in op.args)
    padding = e.assembly.text(pad), number(unit)
    if terminator is None:
        stop = behind = e.call("bw_trim", e.data, base, end, *padding)
    else:
        stop = _found(e, op, terminator, unit)
        behind = e.b.add(stop, number(len(terminator)))
    e.put(op.outs[0], stop)
    e.put(op.outs[1], e.call("bw_is_padding", e.data, behind, end, *padding))


SEARCHES: Final = {"find": _find, "trim": _trim}
