"""LLVM code for what Python calls of a pattern: `match` of bytes, and functions that read from any place on.

Promise: nothing is done for a call that it does not need; what is no match gives None, and what is an error stays one.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I32, I64, NULL, PTR, Assembly, number
from bitwright.backends.llvm.builtins import Builtin
from bitwright.backends.llvm.emitter import FunctionEmitter, Unsupported, type_of
from bitwright.backends.llvm.exact_types import is_exactly, kept_or_made
from bitwright.backends.llvm.keywords import named_argument
from bitwright.backends.llvm.python_call import vectorcall
from bitwright.backends.python.runtime import Fail
from bitwright.errors import Fault
from bitwright.ir.ops import Block, Function, Op, Reg
from bitwright.terms import normal

NO_MATCH: Final = (Fail, Fault)  # what a call of Python raises where the input does not match
_INT: Final = -(1 << 48), 1 << 48


# --- ops of the functions that stand between Python and a program --------------------------------


def _normal(e: FunctionEmitter, op: Op) -> None:
    """What comes from outside as a term."""
    value = e.get(op.args[0])
    plain = e.b.or_(is_exactly(e, value, int), is_exactly(e, value, bytes))
    e.values[op.outs[0]] = e.own(kept_or_made(e, plain, value, lambda: vectorcall(e, normal, [value])))


NORMAL: Final = {"normal": _normal}


def matched(name: str, function: Function) -> Function:
    """Calls a function of all of the input with terms made of what comes from outside; what it yields as one object.

    Of one that counts bits that is the record alone: it has used up the input.
    """
    begin = function.params[:1] if function.unit == "bit" else ()
    end, *free = function.params[len(begin) :]
    given = [Reg(-2 - index, "obj", hint=reg.hint) for index, reg in enumerate(free)]
    ops = [Op("const", (), (reg,), {"value": 0}) for reg in begin]
    ops += [Op("normal", (raw,), (reg,)) for raw, reg in zip(given, free, strict=True)]
    results = tuple(Reg(-1, reg.type, reg.lo, reg.hi) for reg in function.body.ops[-1].args)
    ops.append(Op("call", (*begin, end, *free), results, {"function": function.name}))
    if begin:
        results = results[:1]
    objects = [Reg(-1, "obj") if reg.type == "int" else reg for reg in results]
    ops += [Op("box", (reg,), (made,), {"as": "int"}) for reg, made in zip(results, objects, strict=True) if reg is not made]
    row = objects[0] if len(objects) == 1 else Reg(-1, "obj")
    if row is not objects[0]:
        ops.append(Op("row", tuple(objects), (row,)))
    return Function(name, (end, *given), ("obj",), Block(ops=[*ops, Op("yield", (row,))]))


def batch_of(function: Function) -> Function:
    """One element after the other, so many at most, of a function that yields a record and the position after it.

    It yields a list of them, the position after the last, and whether another may follow: not where the next does not match, or takes
    nothing.
    """
    start, end, *free = function.params
    low, high = _INT
    made, most = Reg(-1, "obj", hint="records"), Reg(-1, "int", 1, 1 << 20, hint="most")
    zero, one = Reg(-1, "int", 0, 0), Reg(-1, "int", 1, 1)

    def reg(lo: int = low, hi: int = high) -> Reg:
        return Reg(-1, "int", lo, hi)

    at, left, goes_on = reg(), reg(), reg(0, 1)
    record, after, still = Reg(-1, "obj"), reg(), reg(0, 1)
    one_element = Block(ops=[
        Op("call", (at, end, *free), (record, after), {"function": function.name}),
        Op("bin", (after, at), (still,), {"op": "le"}), Op("fail_if", (still,)),
        Op("append", (made, record)),
        Op("yield", (after, one)),
    ])  # fmt: skip
    position, found, fewer, any_left, more = reg(), reg(0, 1), reg(), reg(0, 1), reg(0, 1)
    round_ = Block((at, left, goes_on), [
        Op("attempt", (), (position, found), {"finding": False}, (one_element, Block(ops=[Op("yield", (at, zero))]))),
        Op("bin", (left, one), (fewer,), {"op": "sub"}), Op("bin", (fewer, zero), (any_left,), {"op": "gt"}),
        Op("bin", (any_left, found), (more,), {"op": "and"}),
        Op("yield", (more, position, fewer, found)),
    ])  # fmt: skip
    outs = reg(), reg(), reg(0, 1)
    ops = [
        Op("list", (), (made,)), Op("const", (), (zero,), {"value": 0}), Op("const", (), (one,), {"value": 1}),
        Op("loop.while", (one, start, most, one), outs, {}, (round_,)),
        Op("yield", (made, outs[0], outs[2])),
    ]  # fmt: skip
    return Function("batch", (start, end, most, *free), ("obj", "int", "int"), Block(ops=ops))


# --- builtins ------------------------------------------------------------------------------------


def emit_match(assembly: Assembly, names: tuple[str, ...], code: Any, slow: Any, *, unit: int) -> None:
    """`match(data, /, **names)`: what the function yields, or None; `slow` is called with whatever is not bytes, or lacks a name.

    The function's end is `unit` times as far as the input has bytes.
    """
    e = Builtin(assembly, "match", keywords=True)
    room, size, value = e.b.alloca(PTR), e.b.alloca(I64), e.b.alloca(PTR)
    _, args, count, given = e.code.args
    other = e.unless(e.b.icmp_signed("!=", count, number(1)), "slow")
    data = e.argument(0)
    e.go_where(is_exactly(e, data, bytes), other)
    taken = e.call("PyBytes_AsStringAndSize", data, room, size)
    e.go_where(e.b.icmp_signed("==", taken, number(0, I32)), other)  # as of bytes it is
    free = [named_argument(e, name, other) for name in names]
    there = e.b.load(size, typ=I64)
    made = context.new_context(e.b, input=data, size=there)
    end = e.b.mul(there, number(unit)) if unit > 1 else there
    status = e.b.call(code, [e.b.load(room, typ=PTR), made, end, *free, value])
    e.none_where(e.failed(status), NO_MATCH)
    e.b.ret(e.b.load(value, typ=PTR))
    e.b.position_at_end(other)
    e.b.ret(e.call("PyObject_Vectorcall", e.constant(slow), args, count, given))


def emit_reader(assembly: Assembly, name: str, function: Function, code: Any, *, unit: int) -> None:
    """`name(data, *arguments)`: what a `boxed_entry` yields, or None where it fails.

    With a `unit`, the first two arguments are a region of the input, which is `unit` times as long as it has bytes.
    """
    e = Builtin(assembly, name, keywords=False)
    data, size, value = e.b.alloca(PTR), e.b.alloca(I64), e.b.alloca(PTR)
    wanted = len(function.params) + 1
    e.refuse(e.b.icmp_signed("!=", e.code.args[2], number(wanted)), TypeError, f"takes {wanted} arguments")
    taken = e.call("PyBytes_AsStringAndSize", e.argument(0), data, size)
    with e.b.goto_block(e.unless(e.failed(taken), "no_bytes")):
        e.b.ret(NULL)
    given = [
        e.argument(index) if type_of(reg) == PTR else e.call("PyLong_AsLongLong", e.argument(index))
        for index, reg in enumerate(function.params, 1)
    ]
    if not unit and any(type_of(reg) != PTR for reg in function.params):
        raise Unsupported("numbers that may be a region of the input, which nobody looks at")
    if unit:
        with e.b.goto_block(e.unless(e.is_raised(), "no_number")):
            e.b.ret(NULL)
        begin, end = given[:2]
        outside = e.b.or_(e.b.icmp_signed("<", begin, number(0)), e.b.icmp_signed(">", begin, end))
        there = e.b.mul(e.b.load(size, typ=I64), number(unit))
        e.refuse(e.b.or_(outside, e.b.icmp_signed(">", end, there)), ValueError, "the region is not within the input")
    made = context.new_context(e.b, input=e.argument(0), size=e.b.load(size, typ=I64))
    status = e.b.call(code, [e.b.load(data, typ=PTR), made, *given, value])
    e.none_where(e.failed(status), NO_MATCH)
    e.b.ret(e.b.load(value, typ=PTR))
