"""LLVM code for checksums over a part of the input, whose own bytes count as zero, another byte or none."""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I8, I64, NULL, PTR, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode
from bitwright.backends.llvm.sums import Sum, sum_of
from bitwright.ir.ops import Op


def sum_over(
    e: FunctionEmitter, how: Sum, begin: Value, stop: Value, at: Value, prefix: Value, *, data: Value, size: int, own: bytes
) -> Value:  # fmt: skip
    """The checksum of the prefix, if it is not None, and the bytes from `begin` to `stop`, of which `size` from `at` on are its own."""
    b = e.b
    first = clamped(e, at, begin, stop)
    after = clamped(e, b.add(at, number(size)), first, stop)
    table = e.call("PyBytes_AsString", e.constant(how.table)) if how.table is not None else NULL
    known = _prefixed(e, how, prefix, table)

    def further(known: Value, offset: Value, size: Value) -> Value:
        return e.call(how.routine, known, b.gep(data, [offset], source_etype=I8), size, table)

    known = further(known, begin, b.sub(first, begin))
    if own:
        known = e.call(how.routine, known, e.assembly.text(own * size), b.sub(after, first), table)
    found = how.finish(b, further(known, after, b.sub(stop, after)))
    return found if size >= 8 else b.and_(found, number((1 << 8 * size) - 1))


def clamped(e: FunctionEmitter, value: Value, low: Value, high: Value) -> Value:
    """The nearest number that is neither less than `low` nor more than `high`."""
    value = e.b.select(e.b.icmp_signed("<", value, low), low, value)
    return e.b.select(e.b.icmp_signed(">", value, high), high, value)


def _prefixed(e: FunctionEmitter, how: Sum, prefix: Value, table: Value) -> Value:
    """What is known after a prefix of bytes."""
    some, done = e.b.append_basic_block("prefix"), e.b.append_basic_block("covered")
    nothing = number(how.begin - (how.begin >> 63 << 64))
    e.b.cbranch(e.b.icmp_unsigned("==", prefix, e.constant(None)), done, some)
    before = e.b.block
    e.b.position_at_end(some)
    octets, size = e.room(PTR), e.room(I64)
    e.check(e.call("PyBytes_AsStringAndSize", prefix, octets, size))
    known = e.call(how.routine, nothing, e.b.load(octets, typ=PTR), e.b.load(size, typ=I64), table)
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    phi = e.b.phi(I64)
    phi.add_incoming(nothing, before)
    phi.add_incoming(known, end)
    return phi


def _checksum(e: FunctionEmitter, op: Op) -> None:
    """0 where there is none to check, or where what it covers is not there."""
    how = sum_of(e.program.symbols[op.attrs["algorithm"]])
    if how is None or op.args[0].lo < 0 or op.args[2].lo < 0:
        raise NoMachineCode
    begin, stop, at, present = (e.get(arg, I64) for arg in op.args[:4])
    length = context.get(e.b, e.context, "size")
    there = e.b.and_(e.b.icmp_signed("!=", present, number(0)), e.b.icmp_signed("<=", stop, length))
    before, some, done = e.b.block, e.b.append_basic_block("there"), e.b.append_basic_block("summed")
    e.b.cbranch(there, some, done)
    e.b.position_at_end(some)
    begin = clamped(e, begin, number(0), length)
    stop = e.b.select(e.b.icmp_signed("<", stop, begin), begin, stop)
    found = sum_over(
        e, how, begin, stop, at, e.get(op.args[4]), data=e.data, size=op.attrs["bytes"], own=op.attrs.get("own", b"\0"),
    )  # fmt: skip
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    phi = e.b.phi(I64)
    phi.add_incoming(number(0), before)
    phi.add_incoming(found, end)
    e.put(op.outs[0], phi)


CHECKSUMS: Final = {"checksum": _checksum}
