"""Makes ops, and keeps the interval of every number, so that lowering reads as what it means."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Mapping
from typing import Any

from bitwright.ir.ops import Block, Op, Reg, RegType

WIDEST = 1 << 126  # intervals beyond this are refused: no engine has to compute wider numbers

FOLD: Mapping[str, Callable[[int, int], int]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "floordiv": operator.floordiv, "mod": operator.mod,
    "and": operator.and_, "or": operator.or_, "xor": operator.xor, "shl": operator.lshift, "shr": operator.rshift,
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
    "min": min, "max": max,
}  # fmt: skip


class IntervalError(ValueError):
    """An expression whose value cannot be bounded, with advice."""


def interval(op: str, a: Reg, b: Reg) -> tuple[int, int]:
    """The interval of a binary op; IntervalError where it is unbounded or undefined."""
    if op in ("eq", "ne", "lt", "le", "gt", "ge"):
        return 0, 1
    if op in ("floordiv", "mod") and b.lo <= 0:
        raise IntervalError("divides by something that can be zero or negative; divide by a constant")
    if op in ("shl", "shr") and not 0 <= b.lo <= b.hi <= 64:
        raise IntervalError("shifts by something outside 0 to 64; shift by a constant")
    if op == "mod":
        return 0, b.hi - 1
    if op in ("and", "or", "xor"):
        return _bitwise(op, a, b)
    function = FOLD[op]
    corners = [function(x, y) for x in (a.lo, a.hi) for y in (b.lo, b.hi)]
    low, high = min(corners), max(corners)
    if low < -WIDEST or high > WIDEST:
        raise IntervalError("can be wider than 126 bits; use smaller fields")
    return low, high


def _bitwise(op: str, a: Reg, b: Reg) -> tuple[int, int]:
    if op == "and" and max(a.lo, b.lo) >= 0:  # of a negative number and another the result lies within the other
        return 0, min(r.hi for r in (a, b) if r.lo >= 0)
    if a.lo < 0 or b.lo < 0:
        raise IntervalError(f"`{op}` of something that can be negative; make it non-negative first")
    return 0, (1 << max(a.hi.bit_length(), b.hi.bit_length())) - 1


class Builder:
    """Appends ops to the current block of one function."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.block = Block()

    def reg(self, kind: RegType, lo: int = 0, hi: int = 0, hint: str = "") -> Reg:
        """A fresh register."""
        return Reg(next(self._numbers), kind, lo, hi, hint)

    def emit(self, kind: str, args: tuple[Reg, ...] = (), outs: tuple[Reg, ...] = (), blocks: tuple[Block, ...] = (), **attrs: Any) -> None:
        """Append an op; an attribute whose name is a keyword is written with a final underscore."""
        for name in attrs:
            if name[-1] == "_":
                attrs = {name.rstrip("_"): value for name, value in attrs.items()}
                break
        self.block.ops.append(Op(kind, args, outs, attrs, blocks))

    def obj(self, kind: str, *args: Reg, hint: str = "", **attrs: Any) -> Reg:
        """An op that makes one object."""
        out = self.reg("obj", hint=hint)
        self.emit(kind, args, (out,), **attrs)
        return out

    def number(self, kind: str, *args: Reg, lo: int, hi: int, hint: str = "", **attrs: Any) -> Reg:
        """An op that makes one number within lo..hi."""
        out = self.reg("int", lo, hi, hint)
        self.emit(kind, args, (out,), **attrs)
        return out

    def as_int(self, value: Reg, low: int, high: int) -> Reg:
        """A message's value as a number within low..high."""
        out = self.reg("int", low, high, value.hint)
        self.emit("as_int", (value,), (out,), lo=low, hi=high)
        return out

    def const(self, value: int) -> Reg:
        """A number known now."""
        return self.number("const", lo=value, hi=value, value=value)

    def bin(self, op: str, a: Reg, b: Reg, hint: str = "") -> Reg:
        """A binary op."""
        low, high = interval(op, a, b)
        return self.number("bin", a, b, lo=low, hi=high, hint=hint, op=op)

    def add(self, a: Reg, amount: int, hint: str = "") -> Reg:
        """A number plus a constant."""
        return a if amount == 0 else self.bin("add", a, self.const(amount), hint)

    def negate(self, a: Reg) -> Reg:
        """Minus a."""
        return self.number("neg", a, lo=-a.hi, hi=-a.lo)

    def is_not(self, a: Reg) -> Reg:
        """1 if a is 0, else 0."""
        return self.number("not", a, lo=0, hi=1)

    def select(self, condition: Reg, then: Reg, other: Reg) -> Reg:
        """One of two numbers."""
        return self.number("select", condition, then, other, lo=min(then.lo, other.lo), hi=max(then.hi, other.hi))

    def fail_if(self, condition: Reg, code: str, message: str, values: tuple[Reg, ...] = (), at: Reg | None = None, **extra: Any) -> None:
        """Fail where the condition holds; the message shows `values` as {1}, {2}; `at` is the place, if not the field's."""
        more = (*values, *((at,) if at is not None else ()))
        self.emit("fail_if", (condition, *more), code=code, message=message, at=at is not None, **extra)

    def inside(self, block: Block) -> _Inside:
        """Append to another block for a while: `with builder.inside(block):`."""
        return _Inside(self, block)

    def branch(self, condition: Reg, then: Block, other: Block, outs: tuple[Reg, ...]) -> None:
        """An `if` whose blocks already end in `yield`."""
        self.emit("if", (condition,), outs, (then, other))

    def give(self, *values: Reg) -> None:
        """End a block with the values it yields."""
        self.emit("yield", values)


class _Inside:
    def __init__(self, builder: Builder, block: Block) -> None:
        self.builder, self.block = builder, block

    def __enter__(self) -> Block:
        self.outer, self.builder.block = self.builder.block, self.block
        return self.block

    def __exit__(self, *_: object) -> None:
        self.builder.block = self.outer
