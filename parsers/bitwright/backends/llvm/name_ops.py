"""LLVM code for the ops on domain names, which call routines.

In parse programs what a message remembers of its names lies in the context, and a memo is no object of its own: entries of the
table say which origin they belong to.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I32, I64, PTR, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode
from bitwright.ir.ops import Op

_MOST_HOPS: Final = (1 << 63) - 1


def _memo(e: FunctionEmitter, op: Op) -> None:
    if e.program.direction != "parse":
        raise NoMachineCode
    e.values[op.outs[0]] = e.constant(None)


def _failed(e: FunctionEmitter, status: Value) -> None:
    e.fail_if(e.b.icmp_signed("!=", status, number(0, I32)))


def _name(e: FunctionEmitter, op: Op) -> None:
    base, end, origin = (e.get(arg, I64) for arg in op.args[:3])
    text, after = e.room(PTR), e.room(I64)
    table = context.get(e.b, e.context, "names")
    hops = number(min(op.attrs["hops"], _MOST_HOPS))
    _failed(e, e.call("bw_read_name", e.data, base, end, origin, table, hops, text, after))
    e.values[op.outs[0]] = e.own(e.b.load(text, typ=PTR))
    e.put(op.outs[1], e.b.load(after, typ=I64))


def _name_end(e: FunctionEmitter, op: Op) -> None:
    base, end = (e.get(arg, I64) for arg in op.args)
    after = e.room(I64)
    _failed(e, e.call("bw_name_end", e.data, base, end, after))
    e.put(op.outs[0], e.b.load(after, typ=I64))


NAMES: Final = {"memo": _memo, "name": _name, "name.end": _name_end}
