"""Intervals of expressions: between which numbers a size, a count, a tag or a condition lies, whatever the message.

An expression is taken apart into a sum of multiples of what cannot be taken apart further, so that `ihl * 4 - ihl * 4` is
0.  What is known where the expression stands is used: `check(...)` above it, the condition of `when(...)` or `select(...)` around
it.  The result holds for every message; it may be wider than what really occurs, never narrower.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from bitwright.schema import spec
from bitwright.schema.expr import COMPARISONS, Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary
from bitwright.schema.relations import UnknownError, follow

Range: TypeAlias = tuple[int, int]
Sum: TypeAlias = tuple[dict[Node, int], int]  # multiples of atoms, and a number

WIDEST: Final = 1 << 140  # stands for no bound
UNKNOWN: Final[Range] = (-WIDEST, WIDEST)
PARAMETER: Final[Range] = (-(1 << 64), (1 << 64) - 1)
REST: Final[Range] = (0, 1 << 48)
_MOST_FACTS: Final = 12  # that one bound tries
_NEGATED: Final[Mapping[str, str]] = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}


def number_range(wire: spec.IntType) -> Range:
    """The smallest and the largest number of a type."""
    return (-(1 << (wire.width - 1)), (1 << (wire.width - 1)) - 1) if wire.signed else (0, (1 << wire.width) - 1)


class View:
    """What is known at one place of a struct: its fields' types, and facts, sums that are not negative there."""

    def __init__(self, made: spec.StructSpec, item: spec.WireType | None = None, params: Mapping[str, Range] | None = None) -> None:
        self.made, self.item = made, item
        self.params = params or {}  # what the structs around hand over
        self.facts: tuple[Sum, ...] = ()
        self.either: tuple[Node, ...] = ()  # conditions of two parts of which one must hold
        self._known: dict[Node, Range] = {}  # by these facts; without it, long conditions would be looked at again and again

    def knowing(self, condition: Node, *, holds: bool = True) -> View:
        """The same place where a condition holds, or does not."""
        known = self.copy()
        known._assume(condition, holds)
        for node in known.either:
            assert isinstance(node, Binary)
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if known.range(one) == (0, 0):
                    known._assume(other, holds=True)
        return known

    def at_item(self, item: spec.WireType) -> View:
        """The same place inside `until=` of an array."""
        known = self.copy()
        known.item = item
        return known

    def copy(self) -> View:
        """The same knowledge."""
        made = View(self.made, self.item, self.params)
        made.facts, made.either = self.facts, self.either
        return made

    # --- what is known -----------------------------------------------------------------------

    def _assume(self, node: Node, holds: bool) -> None:
        match node:
            case Unary("not", a):
                self._assume(a, not holds)
            case Binary(op, a, b) if op in COMPARISONS:
                self._compare(op if holds else _NEGATED[op], a, b)
            case Binary("and" | "or" as op, a, b) if self._is_condition(a) and self._is_condition(b):
                if (op == "and") == holds:
                    self._assume(a, holds)
                    self._assume(b, holds)
                elif holds:
                    self.either = (*self.either, node)
            case FieldRef() | ParamRef() | ItemRef():
                self._compare("ne" if holds else "eq", node, Const(0))

    def _is_condition(self, node: Node) -> bool:
        return self.range(node) in {(0, 0), (0, 1), (1, 1)}

    def _compare(self, op: str, a: Node, b: Node) -> None:
        difference = _minus(taken_apart(a), taken_apart(b))
        more: list[Sum] = []
        if op in {"ge", "eq"}:
            more.append(difference)
        if op in {"le", "eq"}:
            more.append(_times(difference, -1))
        if op == "gt":
            more.append(_plus(difference, -1))
        if op == "lt":
            more.append(_plus(_times(difference, -1), -1))
        if op == "ne":
            low, high = self._sum_range(difference)
            more += [_plus(difference, -1)] if low == 0 else [_plus(_times(difference, -1), -1)] if high == 0 else []
        self.facts = (*self.facts, *more)[-_MOST_FACTS:]
        self._known.clear()

    # --- bounds ------------------------------------------------------------------------------

    def range(self, node: Node) -> Range:
        """The interval of an expression here."""
        return self._sum_range(taken_apart(node))

    def _sum_range(self, form: Sum) -> Range:
        return self._lowest(form, 2), -self._lowest(_times(form, -1), 2)

    def _lowest(self, form: Sum, hops: int) -> int:
        """A lower bound: of the atoms' own, or of what is left when a multiple of a fact is taken away."""
        terms, number = form
        lowest = number
        for atom, factor in terms.items():
            low, high = self._atom(atom)
            lowest += factor * (low if factor > 0 else high)
        for fact in self.facts if hops and terms else ():
            for factor in _ratios(form, fact):
                left = _minus(form, _times(fact, factor))
                if len(left[0]) < len(terms) + len(fact[0]):
                    lowest = max(lowest, self._lowest(left, hops - 1))
        return max(lowest, -WIDEST)

    def _atom(self, node: Node) -> Range:
        found = self._known.get(node)
        if found is None:
            found = self._known[node] = self._bounded(node)
        return found

    def _bounded(self, node: Node) -> Range:
        low, high = self._own(node)
        for terms, number in self.facts:
            if terms.keys() == {node}:
                (factor,) = terms.values()
                if factor > 0:
                    low = max(low, -(number // factor))
                else:
                    high = min(high, number // -factor)
        return low, high

    def _own(self, node: Node) -> Range:
        match node:
            case FieldRef(names):
                return self._field(self.made, names)
            case ItemRef(names):
                return self._item(names)
            case ParamRef(name):
                if name in self.params:
                    return self.params[name]
                described = self.made.params.get(name)
                return (0, 1) if described is not None and described.type is bool else PARAMETER
            case Rest():
                return REST
            case Unary("not", a):
                low, high = self.range(a)
                return (1, 1) if low == high == 0 else (0, 0) if low > 0 or high < 0 else (0, 1)
            case Select(c, a, b):
                return self._select(c, a, b)
            case Binary(op, a, b) if op in COMPARISONS:
                return self._truth(op, a, b)
            case Binary(op, a, b):
                return _operated(op, self.range(a), self.range(b))
        return UNKNOWN

    def _field(self, made: spec.StructSpec, names: tuple[str, ...]) -> Range:
        try:
            target = follow(made, names)
        except UnknownError:
            return UNKNOWN
        if isinstance(target, tuple):
            return View(target[1]).range(target[0])
        low, high = number_range(target)
        field = made.field(names[0])
        if field is not None and len(names) == 1:
            if isinstance(field.fixed, Const):
                return field.fixed.value, field.fixed.value
            if isinstance(field.type, spec.OptionalType):
                low, high = min(low, 0), max(high, 0)  # 0 where it is absent
        return low, high

    def _item(self, names: tuple[str, ...]) -> Range:
        item = self.item
        if isinstance(item, spec.IntType) and not names:
            return number_range(item)
        return self._field(spec.spec_of(item.struct), names) if isinstance(item, spec.NestedType) and names else UNKNOWN

    def _select(self, condition: Node, then: Node, other: Node) -> Range:
        truth = self.range(condition)
        ranges = []
        if truth != (0, 0):
            ranges.append(self.knowing(condition).range(then))
        if truth == (0, 0) or truth[0] <= 0 <= truth[1]:
            ranges.append(self.knowing(condition, holds=False).range(other))
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def _truth(self, op: str, a: Node, b: Node) -> Range:
        low, high = self._sum_range(_minus(taken_apart(a), taken_apart(b)))
        yes, no = {
            "eq": (low == high == 0, low > 0 or high < 0),
            "ne": (low > 0 or high < 0, low == high == 0),
            "lt": (high < 0, low >= 0),
            "le": (high <= 0, low > 0),
            "gt": (low > 0, high <= 0),
            "ge": (low >= 0, high < 0),
        }[op]
        return int(yes), int(not no)


# --- sums --------------------------------------------------------------------------------------


def taken_apart(node: Node) -> Sum:
    """An expression as multiples of atoms and a number."""
    match node:
        case Const(value):
            return {}, value
        case Unary("neg", a):
            return _times(taken_apart(a), -1)
        case Binary("add", a, b):
            return _minus(taken_apart(a), _times(taken_apart(b), -1))
        case Binary("sub", a, b):
            return _minus(taken_apart(a), taken_apart(b))
        case Binary("mul", a, Const(factor)) | Binary("mul", Const(factor), a):
            return _times(taken_apart(a), factor)
        case Binary("shl", a, Const(places)) if 0 <= places <= 64:
            return _times(taken_apart(a), 1 << places)
    return {node: 1}, 0


def _times(form: Sum, factor: int) -> Sum:
    return ({atom: k * factor for atom, k in form[0].items()} if factor else {}), form[1] * factor


def _plus(form: Sum, number: int) -> Sum:
    return form[0], form[1] + number


def _minus(a: Sum, b: Sum) -> Sum:
    terms = dict(a[0])
    for atom, factor in b[0].items():
        terms[atom] = terms.get(atom, 0) - factor
    return {atom: factor for atom, factor in terms.items() if factor}, a[1] - b[1]


def _ratios(form: Sum, fact: Sum) -> set[int]:
    """How often a fact can be taken away so that an atom goes with it."""
    shared = ((form[0].get(atom, 0), factor) for atom, factor in fact[0].items())
    return {mine // factor for mine, factor in shared if mine * factor > 0 and mine % factor == 0}


def _operated(op: str, a: Range, b: Range) -> Range:
    """The interval of an op on two numbers that is no sum."""
    if op == "mul":
        corners = [x * y for x in a for y in b]
        return max(min(corners), -WIDEST), min(max(corners), WIDEST)
    if op == "floordiv" and b[0] > 0:
        corners = [x // y for x in a for y in b]
        return min(corners), max(corners)
    if op == "mod" and b[0] > 0:
        return (a if a[0] >= 0 and a[1] < b[0] else (0, b[1] - 1))
    if op == "shr" and b[0] >= 0 and b[1] <= 64:
        return a[0] >> (b[1] if a[0] >= 0 else b[0]), a[1] >> (b[0] if a[1] >= 0 else b[1])
    if op == "shl" and b[0] >= 0 and b[1] <= 64:
        return (a[0] << (b[0] if a[0] >= 0 else b[1])), (a[1] << (b[1] if a[1] >= 0 else b[0]))
    if op == "and" and max(a[0], b[0]) >= 0:
        return 0, min(high for low, high in (a, b) if low >= 0)
    if op in {"or", "xor"} and min(a[0], b[0]) >= 0:
        high = (1 << max(a[1].bit_length(), b[1].bit_length())) - 1
        return (max(a[0], b[0]) if op == "or" else 0), high
    return UNKNOWN
