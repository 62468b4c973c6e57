"""LLVM code for the ops on domain names, which call routines.

In parse programs what a message remembers of its names lies in the context, and a memo is no object of its own: entries of the
table say which origin they belong to.  In build programs a memo is a bytearray that routines fill in.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I32, I64, NULL, PTR, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode
from bitwright.backends.llvm.routines import name_memo, put_names
from bitwright.ir.ops import Op, Reg, walk

_MOST_HOPS: Final = 1_000  # the table is bounded: with a higher limit, chains of pointers would cost more than their length each time


def _memo(e: FunctionEmitter, op: Op) -> None:
    if e.program.direction == "build":
        e.values[op.outs[0]] = e.new(e.call("bw_new_memo"))
        return
    ops = (one for function in e.program.functions.values() for one in walk(function.body))
    if any(one.kind == "name" and one.attrs["hops"] > _MOST_HOPS for one in ops):
        raise NoMachineCode  # a dict, for the Python that reads these names
    e.values[op.outs[0]] = e.constant(None)


def _name(e: FunctionEmitter, op: Op) -> None:
    if op.attrs["hops"] > _MOST_HOPS:
        raise NoMachineCode
    base, end, origin = (e.get(arg, I64) for arg in op.args[:3])
    text, after = e.room(PTR), e.room(I64)
    table = context.get(e.b, e.context, "names")
    e.check(e.call("bw_read_name", e.data, base, end, origin, table, number(op.attrs["hops"]), text, after))
    e.values[op.outs[0]] = e.own(e.b.load(text, typ=PTR))
    e.put(op.outs[1], e.b.load(after, typ=I64))


def _name_end(e: FunctionEmitter, op: Op) -> None:
    base, end = (e.get(arg, I64) for arg in op.args)
    after = e.room(I64)
    e.check(e.call("bw_name_end", e.data, base, end, after))
    e.put(op.outs[0], e.b.load(after, typ=I64))


def _put_name(e: FunctionEmitter, op: Op) -> None:
    text, origin, memo = op.args
    made = e.room(PTR) if op.outs[0] in _used(e) else NULL
    compress = number(int(op.attrs["compress"]))
    constants = e.constant(str), e.constant(put_names.canonical)
    e.check(e.call("bw_put_name", e.context, e.get(text), *constants, e.get(origin, I64), e.get(memo), compress, made))
    if made is not NULL:
        e.values[op.outs[0]] = e.own(e.b.load(made, typ=PTR))


def _used(e: FunctionEmitter) -> set[Reg]:
    """The registers that an op of the function takes: the text that a name has in the end is seldom asked for."""
    return {arg for op in walk(e.function.body) for arg in op.args}


def _fit(e: FunctionEmitter, op: Op) -> None:
    origin, begin, wanted, memo = op.args
    numbers = (e.get(arg, I64) for arg in (origin, begin, wanted))
    taken_back = e.call("bw_fit", e.context, e.get(memo), *numbers, e.constant(name_memo.plan_sizes))
    e.fail_if(e.b.icmp_signed("<", taken_back, number(0, I32)))
    e.put(op.outs[0], e.b.zext(taken_back, I64))


NAMES: Final = {"memo": _memo, "name": _name, "name.end": _name_end, "put.name": _put_name, "fit": _fit}
