"""Derived fields are equations: turning `length - ihl * 4 == 5` into `length = 5 + ihl * 4`."""

from __future__ import annotations

import dataclasses

from bitwright.errors import Location
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Block, Reg
from bitwright.lower.expressions import Values
from bitwright.schema.expr import Binary, Const, FieldRef, Node, Rest, Select, Unary, show, walk

Path = tuple[str, ...]


@dataclasses.dataclass(slots=True, eq=False)
class Equation:
    """`expression` equals what `actual` holds, once that is known.

    `kind`: "size", "count", "tag" or "presence".  `what` says it in words for messages.
    Of a tag, `arm` is the index of the value's class and `arms` maps every tag to such an index.
    """

    kind: str
    expression: Node
    what: str
    location: Location
    field: str
    actual: Reg | None = None
    applies: Reg | None = None  # 0 where the equation says nothing (an absent field, an arm without a tag)
    arm: Reg | None = None
    arms: dict[int, int] | None = None
    used: bool = False


def unknowns_of(node: Node, unknown: set[Path]) -> set[Path]:
    """The derived fields among what an expression reads."""
    return {n.names for n in walk(node) if isinstance(n, FieldRef)} & unknown


def occurrences(node: Node, path: Path) -> int:
    """How often an expression reads a field."""
    return sum(isinstance(n, FieldRef) and n.names == path for n in walk(node))


def invertible(node: Node, path: Path) -> bool:
    """Whether `invert` can solve for a field."""
    match node:
        case FieldRef(names):
            return names == path
        case Unary(_, a):
            return invertible(a, path)
        case Select(c, a, b):
            solvable = any(invertible(x, path) for x in (a, b) if not _has_rest(x))
            return solvable and (not occurrences(c, path) or _has_rest(a) or _has_rest(b))
        case Binary(op, a, b):
            left, right = occurrences(a, path), occurrences(b, path)
            if left + right != 1:
                return False
            inner, other = (a, b) if left else (b, a)
            if op in ("add", "sub", "xor"):
                return invertible(inner, path)
            if op in ("eq", "ne"):
                return invertible(inner, path)
            if op == "mul":
                return isinstance(other, Const) and other.value > 0 and invertible(inner, path)
            return op in ("floordiv", "shl", "shr", "and") and bool(left) and isinstance(b, Const) and b.value > 0 and invertible(a, path)
    return False


def _has_rest(node: Node) -> bool:
    return any(isinstance(n, Rest) for n in walk(node))


class Solver:
    """Emits the ops that compute one derived field from one equation."""

    def __init__(self, builder: Builder, values: Values, equation: Equation, path: Path) -> None:
        self.b, self.values, self.equation, self.path = builder, values, equation, path

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
                return self._invert_select(c, then, other, target)
            case Binary(op, left, right):
                if occurrences(left, self.path):
                    return self._invert_left(op, left, right, target)
                return self._invert_right(op, left, right, target)
        raise AssertionError(node)

    def _invert_left(self, op: str, left: Node, right: Node, target: Reg) -> Reg:
        b, other = self.b, self._known(right)
        if op == "add":
            return self._invert(left, b.bin("sub", target, other))
        if op == "sub":
            return self._invert(left, b.bin("add", target, other))
        if op == "mul":
            return self._invert(left, self._divide(target, other, left))
        if op == "shl":
            return self._invert(left, self._divide(target, b.bin("shl", b.const(1), other), left))
        if op == "shr":
            return self._invert(left, b.bin("shl", target, other))
        if op == "floordiv":
            return self._invert(left, b.bin("mul", target, other))
        if op == "and":
            assert isinstance(right, Const)
            return self._invert(left, b.select(target, other, b.const(0)) if self.equation.kind == "presence" else target)
        if op == "xor":
            return self._invert(left, b.bin("xor", target, other))
        return self._equality(op, left, other, target)

    def _invert_right(self, op: str, left: Node, right: Node, target: Reg) -> Reg:
        b, other = self.b, self._known(left)
        if op == "sub":
            return self._invert(right, b.bin("sub", other, target))
        return self._invert_left(op, right, left, target)

    def _divide(self, target: Reg, divisor: Reg, left: Node) -> Reg:
        b = self.b
        rest = b.bin("mod", target, divisor)
        message = f"{self.equation.what} does not fit: `{show(self.equation.expression)}` must give {{1}}, which is not a multiple of {{2}}"
        self._unsolved(rest, message, target, divisor)
        return b.bin("floordiv", target, divisor)

    def _equality(self, op: str, inner: Node, other: Reg, target: Reg) -> Reg:
        """`inner == other` is to be true or false; false determines it only where it has two values."""
        b = self.b
        match inner:  # `flags & 4 != 0` with one mask is determined both ways
            case Binary("and", masked, Const(mask)) if op == "ne" and other.lo == other.hi == 0:
                return self._invert(masked, b.select(target, b.const(mask), b.const(0)))
        wrong = b.is_not(target) if op == "eq" else target
        name = ".".join(self.path)
        self._unsolved(wrong, f"{self.equation.what} does not determine it: every value but {{1}} will do; give {name}=", other)
        return self._invert(inner, other)

    def _invert_select(self, condition: Node, then: Node, other: Node, target: Reg) -> Reg:
        b = self.b
        sides = [x for x in (then, other) if occurrences(x, self.path) and not _has_rest(x)]
        if occurrences(condition, self.path):
            solution = self._invert(sides[0], target)
            outer, actual = self.values.fields.get(self.path), self.equation.actual
            assert actual is not None
            self.values.fields[self.path] = solution
            self.values.rest = lambda: actual  # what is written is all there is, so rest() is its size
            found = self._known(Select(condition, then, other))
            self.values.rest = None
            if outer is None:
                del self.values.fields[self.path]
            else:
                self.values.fields[self.path] = outer
            message = f"{self.equation.what} does not fit: no value makes `{show(self.equation.expression)}` {{1}}"
            self._unsolved(b.bin("ne", found, target), message, target)
            return solution
        chosen = self._known(condition)
        out = b.reg("int", -(1 << 64), 1 << 64, self.path[-1])
        blocks = []
        for side in (then, other):
            with b.inside(Block()) as block:
                if side in sides:
                    b.give(self._invert(side, target))
                else:
                    name = ".".join(self.path)
                    self._unsolved(b.const(1), f"`{show(self.equation.expression)}` does not determine it; give {name}=")
                    b.give(b.const(0))
            blocks.append(block)
        b.branch(chosen, blocks[0], blocks[1], (out,))
        return out
