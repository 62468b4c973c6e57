"""Derived fields are equations: turning `length - ihl * 4 == 5` into `length = 5 + ihl * 4`."""

from __future__ import annotations

import dataclasses
from typing import Any

from bitwright.errors import Location
from bitwright.ir.builder import WIDEST, Builder
from bitwright.ir.ops import Block, Reg
from bitwright.lower.cases import Case, cases_of, chosen
from bitwright.lower.expressions import Path, Values, bounds
from bitwright.schema import spec
from bitwright.schema.expr import Binary, Const, FieldRef, Node, Rest, Select, Unary, show, walk


@dataclasses.dataclass(slots=True, eq=False)
class Arms:
    """How a tag chooses an arm, as parsing does it: indices of arms by tag, and that of the arm for other tags (-1: none).

    `index` is that of the value's class, `tag` its tag, `tagged` whether it has one.  In a region of no bytes
    (`size` says how many there are), `empties` and `empty` choose instead.  `malformed` may stand for any tag.
    """

    index: Reg
    tag: Reg
    tagged: Reg
    by_tag: dict[int, int]
    other: int
    size: Equation | None = None
    empties: dict[int, int] | None = None
    empty: int = -1
    malformed: int = -1


@dataclasses.dataclass(slots=True, eq=False)
class Equation:
    """`expression` equals what `actual` holds, once that is known.

    `kind`: "size", "count", "tag" or "presence".  `what` says it in words for messages.  Where `solves_if` is 0
    it determines nothing (an absent field, an arm without a tag); where `holds_if` is 0 it need not hold.
    `at_end`: its field is the struct's last.
    """

    kind: str
    expression: Node
    what: str
    location: Location
    field: str
    actual: Reg | None = None
    solves_if: Reg | None = None
    holds_if: Reg | None = None
    arms: Arms | None = None
    at_end: bool = False
    solved: list[Path] = dataclasses.field(default_factory=list)  # the fields that it gave
    holds: bool = False  # and so need not be checked

    @property
    def spent(self) -> bool:
        """Whether it solved a field."""
        return bool(self.solved)


def unknowns_of(node: Node, unknown: set[Path]) -> set[Path]:
    """The derived fields among what an expression reads."""
    return {n.names for n in walk(node) if isinstance(n, FieldRef)} & unknown


def occurrences(node: Node, path: Path) -> int:
    """How often an expression reads a field."""
    return sum(isinstance(n, FieldRef) and n.names == path for n in walk(node))


def invertible(node: Node, path: Path) -> bool:
    """Whether a `Solver` can solve for a field."""
    match node:
        case FieldRef(names):
            return names == path
        case Unary(_, a):
            return invertible(a, path)
        case Select(c, a, b):
            if cases_of(node, path, -WIDEST, WIDEST):
                return True
            solvable = any(invertible(x, path) for x in (a, b) if not _has_rest(x))
            return solvable and (not occurrences(c, path) or _has_rest(a) or _has_rest(b))
        case Binary(op, a, b):
            return _invertible_binary(op, a, b, path)
    return False


def _invertible_binary(op: str, a: Node, b: Node, path: Path) -> bool:
    left, right = occurrences(a, path), occurrences(b, path)
    if left + right != 1:
        return False
    inner, other = (a, b) if left else (b, a)
    if _has_rest(other):
        return False
    if op == "or":  # of numbers side by side, as in `high << 16 | low`
        return any(isinstance(x, Binary) and x.op == "shl" for x in (a, b)) and invertible(inner, path)
    if op in {"add", "sub", "xor", "eq", "ne"}:
        return invertible(inner, path)
    if op == "mul":
        return isinstance(other, Const) and other.value > 0 and invertible(inner, path)
    return op in {"floordiv", "shl", "shr", "and"} and bool(left) and isinstance(b, Const) and b.value > 0 and invertible(a, path)


def needed(node: Node, path: Path) -> set[Path]:
    """The fields that must be known to solve for one: of a side of select() that does not have it, none."""
    match node:
        case Unary(_, a):
            return needed(a, path)
        case Binary(_, a, b):
            inner, other = (a, b) if occurrences(a, path) else (b, a)
            return needed(inner, path) | _fields(other)
        case Select() if cases_of(node, path, -WIDEST, WIDEST):
            return set()
        case Select(c, a, b) if not occurrences(c, path):
            return _fields(c).union(*(needed(side, path) for side in (a, b) if occurrences(side, path)))
    return _fields(node) - {path}


def apart(node: Node, path: Path, other: Path) -> bool:
    """Whether two fields lie in different sides of a select(), so that one equation solves both."""
    if any(cases_of(node, chooser, -WIDEST, WIDEST) for chooser in (path, other)):
        return True  # one says which side it is, the other what it is there
    match node:
        case Select(c, a, b) if not occurrences(c, path) and not occurrences(c, other):
            sides = [[bool(occurrences(side, p)) for p in (path, other)] for side in (a, b)]
            if sides in ([[True, False], [False, True]], [[False, True], [True, False]]):
                return True
            return all(apart(side, path, other) for side, (first, second) in zip((a, b), sides, strict=True) if first and second)
    return False


def _fields(node: Node) -> set[Path]:
    return {n.names for n in walk(node) if isinstance(n, FieldRef)}


def is_exact(equation: Equation) -> bool:
    """Whether a solution always satisfies the equation; `field & mask == size` and `select(other, field, 5) == size` may have none."""
    return equation.kind == "presence" or not any(
        (isinstance(n, Select) and not _has_rest(n)) or (isinstance(n, Binary) and n.op in {"and", "or"}) for n in walk(equation.expression)
    )


def determines(equation: Equation, path: Path, width: int) -> bool:
    """Whether the equation gives the field's value however it turns out: `n != 0` says what n is only where it is false."""
    match equation.expression if equation.kind == "presence" else None:
        case Binary("eq" | "ne", FieldRef(names), Const()) | Binary("eq" | "ne", Const(), FieldRef(names)) if names == path:
            return width == 1
        case Binary("eq" | "ne", Binary("and", _, Const()), Const(0)):
            return True
        case Binary("eq" | "ne"):
            return False
    return True


def _has_rest(node: Node) -> bool:
    return any(isinstance(n, Rest) for n in walk(node))


def open_ended(node: Node) -> Node:
    """The expression with plain rest() for every branch that uses it: of `rest() - 4` building cannot know the 4 bytes."""
    match node:
        case Select(c, a, b) if not _has_rest(c):
            return Select(c, open_ended(a), open_ended(b))
    return Rest() if _has_rest(node) else node


class Solver:
    """Emits the ops that compute one derived field from one equation.

    `default`: the field's value where the equation leaves it open.
    """

    def __init__(self, builder: Builder, values: Values, equation: Equation, path: Path, wire: spec.IntType, default: Any) -> None:
        self.b, self.values, self.equation, self.path, self.wire, self.default = builder, values, equation, path, wire, default

    def solve(self) -> Reg:
        """The register with the solution; emits checks that it is one."""
        assert self.equation.actual is not None
        return self._invert(self.equation.expression, self.equation.actual)

    def _known(self, node: Node) -> Reg:
        return self.values.lower(node, self.equation.location)

    def _unsolved(self, condition: Reg, message: str, *shown: Reg) -> None:
        self.b.fail_if(condition, "unsolved", message, values=shown)

    def _invert(self, node: Node, target: Reg) -> Reg:
        b = self.b
        match node:
            case FieldRef():
                return target
            case Unary("neg", a):
                return self._invert(a, b.negate(target))
            case Unary(_, a):
                return self._invert(a, b.is_not(target))
            case Select(c, then, other):
                cases = cases_of(node, self.path, *bounds(self.wire))
                return self._invert_cases(cases, target) if cases else self._invert_select(c, then, other, target)
            case Binary(op, left, right):
                if occurrences(left, self.path):
                    return self._invert_left(op, left, right, target)
                return self._invert_right(op, left, right, target)
        raise AssertionError(node)

    def _invert_left(self, op: str, left: Node, right: Node, target: Reg) -> Reg:
        b, other = self.b, self._known(right)
        if op in {"add", "or"}:  # of numbers without a common bit, which is checked when all is known
            return self._invert(left, b.bin("sub", target, other))
        if op == "sub":
            return self._invert(left, b.bin("add", target, other))
        if op == "mul":
            return self._invert(left, self._divide(target, other))
        if op == "shl":
            return self._invert(left, self._divide(target, b.bin("shl", b.const(1), other)))
        if op == "shr":
            return self._invert(left, b.bin("shl", target, other))
        if op == "floordiv":
            return self._invert(left, b.bin("mul", target, other))
        if op == "and":
            return self._invert(left, b.select(target, other, b.const(0)) if self.equation.kind == "presence" else target)
        if op == "xor":
            return self._invert(left, b.bin("xor", target, other))
        return self._equality(op, left, other, target)

    def _invert_right(self, op: str, left: Node, right: Node, target: Reg) -> Reg:
        if op == "sub":
            return self._invert(right, self.b.bin("sub", self._known(left), target))
        return self._invert_left(op, right, left, target)

    def _divide(self, target: Reg, divisor: Reg) -> Reg:
        b = self.b
        rest = b.bin("mod", target, divisor)
        message = f"{self.equation.what} does not fit: `{show(self.equation.expression)}` must give {{1}}, which is not a multiple of {{2}}"
        self._unsolved(rest, message, target, divisor)
        return b.bin("floordiv", target, divisor)

    def _equality(self, op: str, inner: Node, other: Reg, target: Reg) -> Reg:
        """`inner == other` is to be true or false; false determines it only where it has two values."""
        b = self.b
        equal = target if op == "eq" else b.is_not(target)
        match inner:  # `flags & 4 != 0` with one mask is determined both ways
            case Binary("and", masked, Const(mask)) if other.lo == other.hi == 0:
                return self._invert(masked, b.select(equal, b.const(0), b.const(mask)))
            case FieldRef() if self.wire.width == 1:
                return b.select(equal, other, b.is_not(other))
            case FieldRef() if self.default is not spec.MISSING:
                return b.select(equal, other, b.const(int(self.default)))
        name = ".".join(self.path)
        self._unsolved(b.is_not(equal), f"{self.equation.what} does not determine it: every value but {{1}} will do; give {name}=", other)
        return self._invert(inner, other)

    def _invert_select(self, condition: Node, then: Node, other: Node, target: Reg) -> Reg:
        sides = [x for x in (then, other) if occurrences(x, self.path) and not _has_rest(x)]
        if occurrences(condition, self.path):
            return self._invert_chosen(condition, then, other, sides[0], target)
        b = self.b
        chosen = self._known(condition)
        out = b.reg("int", -(1 << 64), 1 << 64, self.path[-1])
        blocks = []
        for side in (then, other):
            with b.inside(Block()) as block:
                if side in sides:
                    b.give(self._invert(side, target))
                elif isinstance(self.default, int):
                    b.give(b.const(int(self.default)))
                else:
                    name = ".".join(self.path)
                    self._unsolved(b.const(1), f"`{show(self.equation.expression)}` does not determine it; give {name}=")
                    b.give(b.const(0))
            blocks.append(block)
        b.branch(chosen, blocks[0], blocks[1], (out,))
        return out

    def _invert_cases(self, cases: list[Case], target: Reg) -> Reg:
        """The field chooses its own meaning, each time by comparison with a constant."""
        value, possible = chosen(self.values, cases, self.path, target)
        message = f"{self.equation.what} does not fit: no value makes `{show(self.equation.expression)}` {{1}}"
        self._unsolved(self.b.is_not(possible), message, target)
        return value

    def _invert_chosen(self, condition: Node, then: Node, other: Node, side: Node, target: Reg) -> Reg:
        """The field chooses its own meaning: solve one side, then see that the choice falls on it."""
        b, fields = self.b, self.values.fields
        solution = self._invert(side, target)
        assert self.path not in fields
        fields[self.path] = solution
        chosen = self._known(condition)
        del fields[self.path]
        if not self.equation.at_end:  # there, rest() is what was written
            wrong = b.is_not(chosen) if side is then else chosen
            self._unsolved(wrong, f"{self.equation.what} does not fit: no value makes `{show(self.equation.expression)}` {{1}}", target)
        return solution
