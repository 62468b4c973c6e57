"""LLVM code for small questions about what was read, and for plain values: dicts and lists, as `decode` makes them."""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I8, I32, I64, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode, type_of
from bitwright.backends.llvm.python_call import called
from bitwright.backends.llvm.read_ops import region
from bitwright.ir.ops import Op
from bitwright.values import SKIPPED

_MOST_CASES: Final = 512  # of numbers with a name: so many are compared in place


def _len(e: FunctionEmitter, op: Op) -> None:
    size = e.call("PyObject_Size", e.get(op.args[0]))
    e.fail_if(e.b.icmp_signed("<", size, number(0)))
    e.put(op.outs[0], size)


def _known(e: FunctionEmitter, op: Op) -> None:
    arg = op.args[0]
    named = {int(member) for member in e.program.symbols[op.attrs["table"]].members}
    if len(named) > _MOST_CASES:
        raise NoMachineCode
    found, other, done = (e.b.append_basic_block(name) for name in ("known", "unknown", "done"))
    switch = e.b.switch(e.get(arg), other)
    for value in sorted(named):
        if arg.lo <= value <= arg.hi:
            switch.add_case(number(value, type_of(arg)), found)
    for block in (found, other):
        e.b.position_at_end(block)
        e.b.branch(done)
    e.b.position_at_end(done)
    phi = e.b.phi(I64)
    phi.add_incoming(number(1), found)
    phi.add_incoming(number(0), other)
    e.values[op.outs[0]] = phi


def _zeros(e: FunctionEmitter, op: Op) -> None:
    """All are zero where the first is, and each is as the one before it."""
    begin, size = region(e, op)
    before = e.b.block
    some, rest, done = (e.b.append_basic_block(name) for name in ("some", "rest", "done"))
    e.b.cbranch(e.b.icmp_signed(">", size, number(0)), some, done)
    e.b.position_at_end(some)
    first = e.b.load(begin, typ=I8)
    e.b.cbranch(e.b.icmp_unsigned("==", first, number(0, I8)), rest, done)
    e.b.position_at_end(rest)
    following = e.b.gep(begin, [number(1)], source_etype=I8)
    same = e.b.icmp_signed("==", e.call("memcmp", begin, following, e.b.sub(size, number(1))), number(0, I32))
    same = e.b.zext(same, I64)
    e.b.branch(done)
    e.b.position_at_end(done)
    phi = e.b.phi(I64)
    for value, block in ((number(1), before), (number(0), some), (same, rest)):
        phi.add_incoming(value, block)
    e.values[op.outs[0]] = phi


def _render(e: FunctionEmitter, op: Op) -> None:
    """By a function that takes the bytes."""
    raw = e.new(e.call("PyBytes_FromStringAndSize", *region(e, op)))
    how = op.attrs["with"]
    e.values[op.outs[0]] = called(e, bytes.hex if how == "hex" else e.program.symbols[how], [raw])


def _skipped(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.constant(SKIPPED)


PLAIN: Final = {"len": _len, "known": _known, "zeros": _zeros, "render": _render, "skipped": _skipped}
