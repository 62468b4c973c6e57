"""LLVM code for the ops of patterns: bits at any place of the input, functions tried in turn, bitstrings within values.

Promise: what is read lies before the end that was compared with; each byte that is loaded is one of those that hold the bits asked for.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I8, I64, I128, NULL, PTR, Type, Value, number
from bitwright.backends.llvm.boxing import int_object
from bitwright.backends.llvm.control_ops import applied, joined, recover
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode, type_of
from bitwright.backends.llvm.exact_types import is_exactly
from bitwright.backends.llvm.number_ops import swapped, widest
from bitwright.backends.llvm.python_call import called, vectorcall
from bitwright.ir.ops import Op
from bitwright.wire.bitruns import MOST_BITS, bitstring_at, bitstring_of, size_in_bits

_WORD: Final = 64  # bits


def _at(e: FunctionEmitter, op: Op, amount: int = 0, of: Type = I64) -> Value:
    """The bit that an op reads at, and so many bits behind it; of 64 bits where it is known to lie in the input."""
    offset = op.attrs["offset"] + amount
    base = e.get(op.args[0], of)
    return e.b.add(base, number(offset, of)) if offset else base


def _left(e: FunctionEmitter, op: Op, amount: int = 0) -> Value:
    """The bits between where an op reads, and so many more, and the end."""
    width = widest(*op.args[:2])
    return e.b.sub(e.get(op.args[1], width), _at(e, op, amount, width))


def _there(e: FunctionEmitter, op: Op, size: int) -> None:
    """Fail unless so many bits are there."""
    left = _left(e, op, size)
    e.fail_if(e.b.icmp_signed("<", left, number(0, left.type)))


def bits_at(e: FunctionEmitter, at: Value, width: int, *, lsb: bool) -> Value:
    """Some bits from a bit on as a number, of at most 64 bits; the first is the most significant one, with `lsb` the least.

    As many bytes are loaded as they can lie in; where they lie in one fewer, the last of them is loaded twice.
    """
    most = (width + 14) // 8
    wide: Type = I64 if 8 * most <= _WORD else I128
    first, last = e.b.ashr(at, number(3)), e.b.ashr(e.b.add(at, number(width - 1)), number(3))
    phase = e.b.and_(at, number(7))
    word = number(0, wide)
    for index in range(most):
        place = e.b.add(first, number(index)) if index else first
        if index == most - 1 and index:
            place = e.b.select(e.b.icmp_signed("<", place, last), place, last)
        byte = e.b.zext(e.b.load(e.at(place), typ=I8, align=1), wide)
        shift = 8 * (index if lsb else most - 1 - index)
        word = e.b.or_(word, e.b.shl(byte, number(shift, wide))) if index else e.b.shl(byte, number(shift, wide))
    behind = phase if lsb else e.b.sub(number(8 * most - width), phase)
    word = e.b.lshr(word, e.cast(behind, wide))
    word = e.b.trunc(word, I64) if wide == I128 and width < _WORD else word
    return e.b.and_(word, number((1 << width) - 1, word.type))


def _take(e: FunctionEmitter, op: Op) -> None:
    width, out, lsb = op.attrs["width"], op.outs[0], _lsb(op)
    _there(e, op, width)
    if not width:
        e.put(out, number(0))
        return
    value = bits_at(e, _at(e, op), width, lsb=lsb)
    if width > 8 and (op.attrs["order"] == "big") is lsb:
        value = swapped(e, value, width, to_little=not lsb)
    if op.attrs["signed"]:
        unused = number(value.type.width - width, value.type)
        value = e.b.ashr(e.b.shl(value, unused), unused)
    e.put(out, value)


def _lsb(op: Op) -> bool:
    return op.attrs.get("bits") == "lsb"


def _skip(e: FunctionEmitter, op: Op) -> None:
    """Compared with what is left: no sum can overflow."""
    size = op.args[2]
    width = widest(*op.args)
    if size.lo < 0:
        e.fail_if(e.b.icmp_signed("<", e.get(size, width), number(0, width)))
    e.fail_if(e.b.icmp_signed(">", e.get(size, width), e.cast(_left(e, op), width)))


def _skip_rest(e: FunctionEmitter, op: Op) -> None:
    left = _left(e, op, op.attrs["keep"])
    e.fail_if(e.b.icmp_signed("<", left, number(0, left.type)))
    if op.attrs["unit"] > 1:
        left = e.cast(left, I64)
        e.fail_if(e.b.icmp_signed("!=", e.b.srem(left, number(op.attrs["unit"])), number(0)))


def _finish(e: FunctionEmitter, op: Op) -> None:
    left = _left(e, op)
    e.fail_if(e.b.icmp_signed("!=", left, number(0, left.type)))


def _must(e: FunctionEmitter, op: Op) -> None:
    reg, value = op.args[0], op.attrs["value"]
    if not reg.lo <= value <= reg.hi:
        e.fail_if(number(1, e.b.icmp_signed("==", number(0), number(0)).type))
        return
    e.fail_if(e.b.icmp_signed("!=", e.get(reg), number(value, type_of(reg))))


def _must_equal(e: FunctionEmitter, op: Op) -> None:
    if any(arg.type == "obj" for arg in op.args):
        raise NoMachineCode
    width = widest(*op.args)
    left, right = (e.get(arg, width) for arg in op.args)
    e.fail_if(e.b.icmp_signed("!=", left, right))


def _size_of(e: FunctionEmitter, op: Op) -> None:
    """What is an int is looked at here; of anything else a call of Python says how many bits it means."""
    value, out = e.get(op.args[0]), op.outs[0]
    plain, other, negative, done = (e.b.append_basic_block(name) for name in ("plain", "other", "negative", "done"))
    e.b.cbranch(is_exactly(e, value, int), plain, other)
    e.b.position_at_end(plain)
    number_given = e.call("PyLong_AsLongLong", value)
    e.b.branch(done)
    e.b.position_at_end(other)
    made = vectorcall(e, size_or_none, [value])
    e.fail_if(e.b.icmp_unsigned("==", made, NULL))
    number_found = e.call("PyLong_AsLongLong", made)
    e.call("Py_DecRef", made)
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    size = e.b.phi(I64)
    size.add_incoming(number_given, plain)
    size.add_incoming(number_found, end)
    right = e.b.append_basic_block("right")
    e.b.cbranch(e.b.icmp_unsigned("<=", size, number(MOST_BITS)), right, negative)
    e.b.position_at_end(negative)
    e.call("PyErr_Clear")  # one larger than any number of C
    e.b.branch(e.failed)
    e.b.position_at_end(right)
    wide = type_of(out)
    e.put(out, e.b.mul(e.cast(size, wide), number(op.attrs["unit"], wide)))


def size_or_none(value: Any) -> int:
    """The number of units that a value says, -1 if it says none."""
    size = size_in_bits(value, 1)
    return -1 if size is None else size


def _take_bits(e: FunctionEmitter, op: Op) -> None:
    """Whole bytes that begin at one are copied; of any others Python makes what they are."""
    size = op.args[2]
    if size.lo == size.hi and size.lo % 8:
        raise NoMachineCode
    _skip(e, op)
    _bitstring(e, op, e.get(size, I64))


def _take_rest(e: FunctionEmitter, op: Op) -> None:
    _skip_rest(e, op)
    _bitstring(e, op, e.cast(_left(e, op, op.attrs["keep"]), I64))


def _bitstring(e: FunctionEmitter, op: Op, size: Value) -> None:
    at = _at(e, op)
    whole, other, done = (e.b.append_basic_block(name) for name in ("whole", "other", "done"))
    odd = e.b.and_(e.b.or_(at, size), number(7))
    e.b.cbranch(e.b.icmp_signed("==", odd, number(0)), whole, other)
    e.b.position_at_end(whole)
    copied = e.call("PyBytes_FromStringAndSize", e.at(e.b.ashr(at, number(3))), e.b.ashr(size, number(3)))
    e.b.branch(done)
    e.b.position_at_end(other)
    given = [int_object(e.call, e.b, value, 0, MOST_BITS) for value in (at, size)]
    missing = e.b.or_(*(e.b.icmp_unsigned("==", each, NULL) for each in given))
    no_memory, both = e.b.append_basic_block("no_memory"), e.b.append_basic_block("both")
    e.b.cbranch(missing, no_memory, both).set_weights([1, 1000])
    e.b.position_at_end(no_memory)
    for each in given:
        e.call("Py_DecRef", each)  # which takes nothing, too
    e.b.branch(e.failed)
    e.b.position_at_end(both)
    flags = [e.constant(True)] if _lsb(op) else []
    made = vectorcall(e, bitstring_at, [context.get(e.b, e.context, "input"), *given, *flags])
    for each in given:
        e.call("Py_DecRef", each)
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    found = e.b.phi(PTR)
    found.add_incoming(copied, whole)
    found.add_incoming(made, end)
    e.values[op.outs[0]] = e.new(found)


def _within(e: FunctionEmitter, op: Op) -> None:
    """What a function yields on the bits of a value, as the input of which it has a context of its own."""
    value, *args = op.args
    found = called(e, bitstring_of, [e.get(value), *([e.constant(True)] if _lsb(op) else [])])
    e.fail_if(e.b.icmp_unsigned("==", found, e.constant(None)))
    octets, size = (e.call("PyTuple_GetItem", found, number(index)) for index in range(2))
    made = e.room(I64, context.SIZE)
    context.fill(e.b, made, input=octets)
    region = [number(0), e.call("PyLong_AsLongLong", size)]
    place = e.call("PyBytes_AsString", octets), made
    values = applied(e, op.attrs["function"], args, op.outs, region, place)
    for out, each in zip(op.outs, values, strict=True):
        e.values[out] = e.own(each) if out.type == "obj" else each


def _first(e: FunctionEmitter, op: Op) -> None:
    """Each function in turn, until one does not fail."""
    index, *outs = op.outs
    *others, last = op.attrs["functions"]
    done, around = e.b.append_basic_block("done"), e.failed
    ends = []
    for which, name in enumerate((*others, last)):
        if name is not last or which < len(others):
            e.failed = e.b.append_basic_block("next")
        values = applied(e, name, op.args, tuple(outs))
        ends.append(([number(which, type_of(index)), *values], e.b.block))
        e.b.branch(done)
        following, e.failed = e.failed, around
        if which < len(others):
            e.b.position_at_end(following)
            recover(e)
    e.b.position_at_end(done)
    joined(e, op.outs, ends)


MATCHES: Final = {
    "take": _take, "take.bits": _take_bits, "take.rest": _take_rest, "size.of": _size_of, "skip": _skip, "skip.rest": _skip_rest,
    "finish": _finish, "must": _must, "must.equal": _must_equal, "within": _within, "first": _first,
}  # fmt: skip
