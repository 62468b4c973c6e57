"""Checks of positions that Python gives to machine code: a wrong one is a failure there, not a read somewhere in memory.

Promise: what `ir/coverage.py` takes for granted of an op's results holds behind these checks, whoever computed them.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I64, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter
from bitwright.ir.ops import Op, walk

# Of ops that read a region: which result is a position, and how far behind the beginning it is at least.
_POSITIONS: Final = {"find": (0, 0), "trim": (0, 0), "name": (1, 1), "decode": (1, 0), "varint": (1, 1), "utf": (1, 1), "name.end": (0, 1)}


def vouch(e: FunctionEmitter, op: Op) -> None:
    """Fail where a result is not the position that it has to be."""
    if op.kind in _POSITIONS:
        index, least = _POSITIONS[op.kind]
        base, end = (e.get(arg, I64) for arg in op.args[:2])
        _between(e, e.b.add(base, number(least)), e.get(op.outs[index], I64), len(op.attrs.get("terminator") or b""), end)
    elif op.kind == "reach.region":
        begin, end = (e.get(out, I64) for out in op.outs)
        _between(e, number(0), begin, 0, end)
        e.fail_if(e.b.icmp_signed(">", end, context.get(e.b, e.context, "size")))
    elif op.kind == "extent":
        ends = [other.args[1] for other in walk(e.function.body) if other.kind == "reach" and other.outs[0] is op.args[0]]
        end = e.get(ends[0], I64) if ends else context.get(e.b, e.context, "size")
        _between(e, number(0), e.get(op.outs[0], I64), 0, end)


def _between(e: FunctionEmitter, low: Value, found: Value, behind: int, high: Value) -> None:
    e.fail_if(e.b.icmp_signed("<", found, low))
    e.fail_if(e.b.icmp_signed(">", found, e.b.sub(high, number(behind)) if behind else high))
