"""LLVM code for the ops on numbers.  Intervals say how wide; what wraps around in between does no harm, since results fit."""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I64, I128, PTR, Type, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode, type_of
from bitwright.backends.llvm.language import Block
from bitwright.ir.ops import Op, Reg

COMPARISONS: Final = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
PLAIN: Final = {"add": "add", "sub": "sub", "mul": "mul", "and": "and_", "or": "or_", "xor": "xor"}


def widest(*regs: Reg) -> Type:
    """The type that holds all of them, which are numbers or objects."""
    if regs[0].type == "obj":
        return PTR
    return I128 if any(type_of(reg) == I128 for reg in regs) else I64


def truth(e: FunctionEmitter, reg: Reg) -> Value:
    """Whether a number is not 0."""
    return e.b.icmp_signed("!=", e.get(reg), number(0, type_of(reg)))


def _const(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = number(op.attrs["value"], type_of(op.outs[0]))


def _bin(e: FunctionEmitter, op: Op) -> None:
    name, out = op.attrs["op"], op.outs[0]
    width = widest(*op.args) if name in ("floordiv", "mod") else widest(*op.args, out)
    left, right = (e.get(arg, width) for arg in op.args)
    if name in COMPARISONS:
        e.values[out] = e.b.zext(e.b.icmp_signed(COMPARISONS[name], left, right), I64)
    elif name in ("min", "max"):
        e.put(out, e.b.select(e.b.icmp_signed("<" if name == "min" else ">", left, right), left, right))
    elif name in ("floordiv", "mod"):
        e.put(out, _divided(e, op, left, right))
    elif name in ("shl", "shr"):
        e.put(out, _shifted(e, op, left, right))
    else:
        e.put(out, getattr(e.b, PLAIN[name])(left, right))


def _divided(e: FunctionEmitter, op: Op, left: Value, right: Value) -> Value:
    """Division that rounds down, as Python's does; LLVM's cuts off.  Divisors are positive, as the verifier sees to."""
    if left.type == I128:
        raise NoMachineCode
    zero = number(0, left.type)
    rest = e.b.srem(left, right)
    below = e.b.icmp_signed("<", rest, zero)
    if op.attrs["op"] == "mod":
        return e.b.select(below, e.b.add(rest, right), rest)
    return e.b.sub(e.b.sdiv(left, right), e.b.zext(below, left.type))


def _shifted(e: FunctionEmitter, op: Op, left: Value, right: Value) -> Value:
    width = left.type.width
    if op.attrs["op"] == "shl":
        if op.args[1].hi >= width:
            raise NoMachineCode
        return e.b.shl(left, right)
    if op.args[1].hi >= width:  # as far as the sign goes
        last = number(width - 1, left.type)
        right = e.b.select(e.b.icmp_signed("<", right, last), right, last)
    return e.b.ashr(left, right)


def _neg(e: FunctionEmitter, op: Op) -> None:
    width = widest(op.args[0], op.outs[0])
    e.put(op.outs[0], e.b.sub(number(0, width), e.get(op.args[0], width)))


def _not(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.b.zext(e.b.not_(truth(e, op.args[0])), I64)


def _select(e: FunctionEmitter, op: Op) -> None:
    condition, then, other = op.args
    width = widest(then, other, op.outs[0])
    e.put(op.outs[0], e.b.select(truth(e, condition), e.get(then, width), e.get(other, width)))


def _lookup(e: FunctionEmitter, op: Op) -> None:
    """A number for a number: a switch, with a way for each number that it gives."""
    key, out = op.args[0], op.outs[0]
    kind = type_of(out)
    done, start, other = e.b.append_basic_block("found"), e.get(key), e.b.append_basic_block("default")
    switch = e.b.switch(start, other)
    found = [(number(op.attrs["default"], kind), other)]
    cases: dict[int, Block] = {}
    for wanted, value in op.attrs["table"].items():
        if key.lo <= wanted <= key.hi:
            case = cases.get(value)
            if case is None:
                case = cases[value] = e.b.append_basic_block("case")
                found.append((number(value, kind), case))
            switch.add_case(number(wanted, start.type), case)
    for _, block in found:
        e.b.position_at_end(block)
        e.b.branch(done)
    e.b.position_at_end(done)
    phi = e.b.phi(kind)
    for value, block in found:
        phi.add_incoming(value, block)
    e.values[out] = phi


def bits_of(e: FunctionEmitter, word: Value, shift: int, width: int, *, signed: bool) -> Value:
    """A run of bits of a number that is not negative."""
    kind = word.type
    if shift >= kind.width:
        return number(0, kind)
    value = e.b.lshr(word, number(shift, kind)) if shift else word
    if signed:
        unused = number(kind.width - width, kind)
        return e.b.ashr(e.b.shl(value, unused), unused)
    return value if width >= kind.width else e.b.and_(value, number((1 << width) - 1, kind))


def _bits(e: FunctionEmitter, op: Op) -> None:
    """Of a negative number the sign goes on for ever, which 128 bits do not know."""
    word, out = op.args[0], op.outs[0]
    shift, width, signed = op.attrs["shift"], op.attrs["width"], op.attrs["signed"]
    if word.lo < 0 or width > 127:
        raise NoMachineCode
    wide = I128 if I128 in (type_of(word), type_of(out)) else I64
    e.put(out, bits_of(e, e.get(word, wide), shift, width, signed=signed))


def swapped(e: FunctionEmitter, word: Value, width: int, *, to_little: bool) -> Value:
    """Each chunk of 8 bits, the last of them perhaps shorter, moved to its place in the other byte order."""
    wide = word.type
    total = number(0, wide)
    for at in range(0, width, 8):
        size = min(8, width - at)
        big, little = width - at - size, at
        shift, place = (big, little) if to_little else (little, big)
        total = e.b.or_(total, e.b.shl(bits_of(e, word, shift, size, signed=False), number(place, wide)))
    return total


def _swap(e: FunctionEmitter, op: Op) -> None:
    word = e.get(op.args[0], widest(op.args[0], op.outs[0]))
    e.put(op.outs[0], swapped(e, word, op.attrs["width"], to_little=op.attrs["order"] == "little"))


NUMBERS: Final = {
    "const": _const, "bin": _bin, "neg": _neg, "not": _not, "select": _select, "lookup": _lookup, "bits": _bits, "swap": _swap,
}  # fmt: skip
