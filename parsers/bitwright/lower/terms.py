"""Expressions to ops: sizes, guards, filters, bodies.

Promise: operands are evaluated from left to right, and of `and`, `or`, `&&`, `||` and `if` only those that Elixir evaluates; whatever
raises there makes the program fail.  What is known to be an integer of a small interval stays an `int` register, and arithmetic on such
uses `bin`; everything else is a term in an `obj` register, and goes through `apply`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

from bitwright.bitsyntax import tree
from bitwright.ir.builder import WIDEST, Builder, IntervalError
from bitwright.ir.ops import Block, Reg

Read = Callable[["tree.Variable | tree.Pin"], Reg]
Construct = Callable[[tree.Bitstring], Reg]

_ARITHMETIC: Final = {
    "+": "add", "-": "sub", "*": "mul", "band": "and", "bor": "or", "bxor": "xor", "bsl": "shl", "bsr": "shr", "min": "min", "max": "max",
}  # fmt: skip
_COMPARISONS: Final = {"==": "eq", "===": "eq", "!=": "ne", "!==": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_KINDS: Final = {  # of what is known to be an integer
    "is_integer": 1, "is_number": 1, "is_float": 0, "is_binary": 0, "is_bitstring": 0, "is_atom": 0, "is_boolean": 0, "is_nil": 0,
    "is_list": 0, "is_tuple": 0, "is_map": 0,
}  # fmt: skip
_UNCHANGED: Final = frozenset({"pos", "round", "trunc", "floor", "ceil"})  # what these make of an integer


class Terms:
    """Lowers expressions into the current block of a builder.

    `read` gives the register of a variable, `construct` that of a bitstring which an expression makes; `guard` says that bounds of a
    range which are no integers hold nothing, as in guards, instead of making the program fail.
    """

    def __init__(self, builder: Builder, read: Read, construct: Construct | None = None, *, guard: bool = False) -> None:
        self.builder, self.read, self.construct, self.guard = builder, read, construct, guard
        self.truths: set[Reg] = set()  # int registers that stand for true and false

    # --- what callers ask for ----------------------------------------------------------------

    def term(self, expr: tree.Expr) -> Reg:
        """The value: an `int` register if it is known to be an integer, else an `obj` one."""
        value = self.value(expr)
        return self.boxed(value) if value in self.truths else value

    def obj(self, expr: tree.Expr) -> Reg:
        """The value as an object."""
        return self.boxed(self.value(expr))

    def condition(self, expr: tree.Expr) -> Reg:
        """1 or 0 for true and false; fails for anything else."""
        value = self.value(expr)
        if value in self.truths:
            return value
        return self.truth(self.builder.number("truth", self.boxed(value), lo=0, hi=1))

    def truthy(self, expr: tree.Expr) -> Reg:
        """0 for false and nil, 1 for anything else."""
        return self._truthy(self.value(expr))

    # --- values ------------------------------------------------------------------------------

    def boxed(self, value: Reg) -> Reg:
        """A value as an object."""
        if value.type == "obj":
            return value
        return self.builder.obj("box", value, hint=value.hint, **{"as": "bool" if value in self.truths else "int"})

    def truth(self, value: Reg) -> Reg:
        """Remember that a number stands for true or false."""
        self.truths.add(value)
        return value

    def value(self, expr: tree.Expr) -> Reg:
        """The value in whatever register fits it best."""
        match expr:
            case tree.Literal(value):
                return self._literal(value)
            case tree.Variable() | tree.Pin():
                return self.read(expr)
            case tree.Call(function, args):
                return self._call(function, args)
            case tree.TupleOf(items):
                return self._apply("tuple", *items)
            case tree.ListOf(items, None):
                return self._apply("list", *items)
            case tree.ListOf(items, tail):
                assert tail is not None
                return self._apply("list*", *items, tail)
            case tree.MapOf(pairs):
                return self._apply("map", *(part for pair in pairs for part in pair))
            case tree.RangeOf(first, last, step):
                return self._apply("range", first, last, *(() if step is None else (step,)))
            case tree.Bitstring() if self.construct is not None:
                return self.construct(expr)
        raise AssertionError(f"a {type(expr).__name__} is no expression")  # the parsers refuse it

    def _literal(self, value: Any) -> Reg:
        if type(value) is int and -WIDEST <= value <= WIDEST:
            return self.builder.const(value)
        if isinstance(value, list):
            return self._applied("list", *(self.boxed(self._literal(each)) for each in value))
        return self.builder.obj("constant", value=value)

    def _apply(self, function: str, *args: tree.Expr) -> Reg:
        return self._applied(function, *[self.obj(arg) for arg in args])

    def _applied(self, function: str, *args: Reg) -> Reg:
        return self.builder.obj("apply", *args, function=function)

    # --- calls -------------------------------------------------------------------------------

    def _call(self, function: str, args: tuple[tree.Expr, ...]) -> Reg:
        special = _SPECIAL.get(function)
        if special is not None:
            return special(self, *args)
        values = [self.value(arg) for arg in args]
        known = self._of_integers(function, values) if all(self._is_number(value) for value in values) else None
        if known is not None:
            return known
        if function in {"===", "!=="}:
            return self._equal(values[0], values[1], function == "===")
        return self._applied(function, *map(self.boxed, values))

    def _is_number(self, value: Reg) -> bool:
        return value.type == "int" and value not in self.truths

    def _of_integers(self, function: str, values: list[Reg]) -> Reg | None:
        """The result in an `int` register, where the operands are known to be integers and it is small enough."""
        b = self.builder
        if len(values) == 1:
            return self._of_integer(function, values[0])
        if len(values) != 2:
            return None
        left, right = values
        if function in _COMPARISONS:
            return self.truth(b.bin(_COMPARISONS[function], left, right))
        operator = _ARITHMETIC.get(function)
        if operator is None and function in {"div", "rem"} and left.lo >= 0 and right.lo > 0:  # where both ways to round agree
            operator = "floordiv" if function == "div" else "mod"
        if operator is None:
            return None
        try:
            return b.bin(operator, left, right)
        except IntervalError:
            return None

    def _of_integer(self, function: str, value: Reg) -> Reg | None:
        if function in _KINDS:
            return self.truth(self.builder.const(_KINDS[function]))
        if function in _UNCHANGED or (function == "abs" and value.lo >= 0):
            return value
        return self.builder.negate(value) if function == "neg" else None

    def _equal(self, left: Reg, right: Reg, wanted: bool) -> Reg:
        found = self.truth(self.builder.number("equal", self.boxed(left), self.boxed(right), lo=0, hi=1))
        return found if wanted else self.truth(self.builder.is_not(found))

    # --- what does not evaluate everything ---------------------------------------------------

    def _branch(self, condition: Reg, then: Callable[[], Reg], other: Callable[[], Reg]) -> Reg:
        """One of two values; both are numbers that stand for true and false, or both are objects."""
        b, blocks, values = self.builder, (Block(), Block()), []
        for block, make in zip(blocks, (then, other), strict=True):
            with b.inside(block):
                values.append(make())
        both_truths = all(value in self.truths for value in values)
        for block, value in zip(blocks, values, strict=True):
            with b.inside(block):
                b.give(value if both_truths else self.boxed(value))
        out = self.truth(b.reg("int", 0, 1)) if both_truths else b.reg("obj")
        b.branch(condition, *blocks, (out,))
        return out

    def _known_truth(self, value: int) -> Reg:
        return self.truth(self.builder.const(value))

    def _and(self, left: tree.Expr, right: tree.Expr) -> Reg:
        return self._branch(self.condition(left), lambda: self.value(right), lambda: self._known_truth(0))

    def _or(self, left: tree.Expr, right: tree.Expr) -> Reg:
        return self._branch(self.condition(left), lambda: self._known_truth(1), lambda: self.value(right))

    def _not(self, operand: tree.Expr) -> Reg:
        return self.truth(self.builder.is_not(self.condition(operand)))

    def _xor(self, left: tree.Expr, right: tree.Expr) -> Reg:
        return self.truth(self.builder.bin("ne", self.condition(left), self.condition(right)))

    def _truthy(self, value: Reg) -> Reg:
        if value in self.truths:
            return value
        if value.type == "int":
            return self._known_truth(1)
        return self.truth(self.builder.number("truth", self._applied("truthy", value), lo=0, hi=1))

    def _both(self, left: tree.Expr, right: tree.Expr) -> Reg:
        value = self.value(left)
        return self._branch(self._truthy(value), lambda: self.value(right), lambda: value)

    def _either(self, left: tree.Expr, right: tree.Expr) -> Reg:
        value = self.value(left)
        return self._branch(self._truthy(value), lambda: value, lambda: self.value(right))

    def _untrue(self, operand: tree.Expr) -> Reg:
        return self.truth(self.builder.is_not(self.truthy(operand)))

    def _if(self, condition: tree.Expr, then: tree.Expr, other: tree.Expr) -> Reg:
        return self._branch(self.truthy(condition), lambda: self.value(then), lambda: self.value(other))

    # --- in ----------------------------------------------------------------------------------

    def _in(self, left: tree.Expr, right: tree.Expr) -> Reg:
        value = self.value(left)
        if isinstance(right, tree.ListOf) and right.tail is None:
            return self._in_list(value, right.items)
        if isinstance(right, tree.RangeOf):
            return self._in_range(value, right)
        return self._condition(self._applied("Enum.member?", self.obj(right), self.boxed(value)))

    def _condition(self, value: Reg) -> Reg:
        return self.truth(self.builder.number("truth", value, lo=0, hi=1))

    def _in_list(self, value: Reg, items: tuple[tree.Expr, ...]) -> Reg:
        """In a guard, what stands behind an element that is equal is not evaluated."""
        found: list[Reg] = []
        for item in items:
            if found and self.guard and not isinstance(item, tree.Literal | tree.Variable | tree.Pin):
                known = self._any(found)
                found = [self._branch(known, lambda: self._known_truth(1), functools.partial(self._same, value, item))]
            else:
                found.append(self._same(value, item))
        return self._any(found)

    def _any(self, conditions: list[Reg]) -> Reg:
        """Whether one of them holds; joined in pairs, so that what is generated is nested no deeper than it must be."""
        while len(conditions) > 1:
            pairs = [conditions[at : at + 2] for at in range(0, len(conditions), 2)]
            conditions = [self.truth(self.builder.bin("or", pair[0], pair[1])) if len(pair) == 2 else pair[0] for pair in pairs]
        return conditions[0] if conditions else self._known_truth(0)

    def _same(self, value: Reg, item: tree.Expr) -> Reg:
        """Whether a value is exactly that of an expression."""
        other = self.value(item)
        both = self._is_number(value) and self._is_number(other)
        return self.truth(self.builder.bin("eq", value, other)) if both else self._equal(value, other, True)

    def _in_range(self, value: Reg, bounds: tree.RangeOf) -> Reg:
        b, first, last = self.builder, self.value(bounds.first), self.value(bounds.last)
        ascending = self._is_number(first) and self._is_number(last) and first.hi <= last.lo
        if bounds.step is None and ascending and self._is_number(value):
            return self.truth(b.bin("and", b.bin("ge", value, first), b.bin("le", value, last)))
        parts = [self.boxed(first), self.boxed(last), *(() if bounds.step is None else (self.obj(bounds.step),))]
        if self.guard:
            return self._condition(self._applied("in_range", self.boxed(value), *parts))
        return self._condition(self._applied("Enum.member?", self._applied("range", *parts), self.boxed(value)))


_SPECIAL: Final[dict[str, Callable[..., Reg]]] = {
    "and": Terms._and, "or": Terms._or, "not": Terms._not, "xor": Terms._xor, "&&": Terms._both, "||": Terms._either, "!": Terms._untrue,
    "if": Terms._if, "in": Terms._in,
}  # fmt: skip
