"""Numbers that choose their own meaning: for `select(n < 126, n, select(n == 126, short, long))` building finds n.

Each way through the choices is a case: the values of n that lead there, and what the expression is then.  A case in
which the expression is n itself gives n at once; in any other n only marks it, and the first case that what is
to be written fits, in order of the room that it has, is taken.
"""

from __future__ import annotations

import dataclasses

from bitwright.ir.builder import WIDEST
from bitwright.ir.ops import Reg
from bitwright.lower.expressions import Path, Values, bounds
from bitwright.schema import spec
from bitwright.schema.expr import Binary, Const, FieldRef, Node, Select, walk


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """The values low to high but for some, and what the expression is for them."""

    low: int
    high: int
    but: frozenset[int]
    node: Node

    def narrowed(self, low: int, high: int, but: frozenset[int], node: Node) -> Case:
        """The part of it within other bounds."""
        return Case(max(self.low, low), min(self.high, high), self.but | but, node)

    @property
    def mark(self) -> int | None:
        """The smallest of its values."""
        return next((n for n in range(self.low, min(self.high, self.low + len(self.but)) + 1) if n not in self.but), None)


def cases_of(node: Node, path: Path, low: int, high: int) -> list[Case]:
    """The cases of an expression over a field of low to high; none if it does not choose by that field alone."""
    found = _split(Case(low, high, frozenset(), node), path)
    if found is None or len(found) < 2:
        return []
    inside = [case for case in found if _reads(case.node, path)]
    return found if all(case.node == FieldRef(path) for case in inside) else []


def _split(case: Case, path: Path) -> list[Case] | None:
    if not (isinstance(case.node, Select) and _reads(case.node.condition, path)):
        return [case]
    halves = _halves(case.node.condition, path)
    if halves is None:
        return None
    found: list[Case] = []
    for half, node in zip(halves, (case.node.then, case.node.other), strict=True):
        below = _split(case.narrowed(*half, node), path)
        if below is None:
            return None
        found += below
    return found


def _halves(condition: Node, path: Path) -> tuple[tuple[int, int, frozenset[int]], tuple[int, int, frozenset[int]]] | None:
    """For which values a comparison with a constant holds, and for which it does not."""
    match condition:
        case Binary(op, FieldRef(names), Const(value)) if names == path:
            none: frozenset[int] = frozenset()
            only, other = (value, value, none), (-WIDEST, WIDEST, frozenset({value}))
            below, above = (-WIDEST, value - 1, none), (value + 1, WIDEST, none)
            upto, onward = (-WIDEST, value, none), (value, WIDEST, none)
            return {
                "eq": (only, other), "ne": (other, only),
                "lt": (below, onward), "le": (upto, above), "gt": (above, upto), "ge": (onward, below),
            }.get(op)  # fmt: skip
    return None


def _reads(node: Node, path: Path) -> bool:
    return any(isinstance(n, FieldRef) and n.names == path for n in walk(node))


def chosen(values: Values, cases: list[Case], path: Path, target: Reg) -> tuple[Reg, Reg]:
    """The value of the field for which the expression can give the target, and whether there is one."""
    b = values.builder
    direct = [case for case in cases if case.node == FieldRef(path)]
    marked = sorted((case for case in cases if case.node != FieldRef(path)), key=lambda case: _room(values.made, case.node)[1])
    value, possible = b.const(0), b.const(0)
    for case in reversed([*direct, *marked]):
        mark = case.mark
        if case.node != FieldRef(path) and mark is None:
            continue
        low, high = (case.low, case.high) if case.node == FieldRef(path) else _room(values.made, case.node)
        fits = b.bin("and", b.bin("ge", target, b.const(low)), b.bin("le", target, b.const(high)))
        if case.node == FieldRef(path):
            for excluded in sorted(case.but):
                fits = b.bin("and", fits, b.bin("ne", target, b.const(excluded)))
        value = b.select(fits, target if case.node == FieldRef(path) or mark is None else b.const(mark), value)
        possible = b.bin("or", possible, fits)
    return value, possible


def _room(made: spec.StructSpec, node: Node) -> tuple[int, int]:
    """What an expression can be, as far as that is seen at once."""
    if isinstance(node, Const):
        return node.value, node.value
    if isinstance(node, FieldRef) and len(node.names) == 1 and (field := made.field(node.names[0])) is not None:
        number = spec.number_behind(field.type)
        if isinstance(number, spec.IntType):
            return bounds(number)
    return -(1 << 64), 1 << 64
