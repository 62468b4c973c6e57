"""Solving for one open number: what it has to be so that expressions give what they must.

Promise: every solution that is returned was tried and holds; that there is none may only mean that none was found.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence

from bitwright.enums import OpenEnum
from bitwright.schema import spec
from bitwright.schema.expr import COMPARISONS, Binary, FieldRef, Node, Select, Unary, walk
from bitwright.testing.draw import Draw
from bitwright.testing.generating.frame import Frame, Stuck, Term, Unknown, number
from bitwright.testing.numbers import bounds_of


def members(wire: spec.IntType) -> list[int]:
    """The named numbers of a type that fit it; none if it is no enumeration."""
    low, high = bounds_of(wire)
    return [] if wire.enum is None else [int(m) for m in wire.enum if low <= m <= high]


def is_closed(wire: spec.IntType) -> bool:
    """Whether only named numbers are without a finding."""
    kind: type[enum.IntEnum] | None = wire.enum
    return kind is not None and not issubclass(kind, OpenEnum)


def solutions(
    draw: Draw, frame: Frame, var: tuple[Frame, str], terms: Sequence[Term], rest: int | None = None, pool: Sequence[int] = ()
) -> list[int]:
    """Numbers of which all terms hold, and all that was said before: those that follow from a term first."""
    owner, name = var
    wire = owner.pending[name]
    low, high = bounds_of(wire)
    closed = frozenset(members(wire)) if is_closed(wire) else None
    said = [(owner, term) for term in owner.terms if _reads(term[0], name)]
    tried: dict[int, None] = {}
    for node, target in terms:
        tried.update(dict.fromkeys(inverted(node, target, frame, var, rest)))
    for of, (node, target) in said:
        tried.update(dict.fromkeys(inverted(node, target, of, var, rest)))
    tried.update(dict.fromkeys((*pool, *owner.plan.constants.get(name, ()))))
    if not terms or not tried:
        tried.update(dict.fromkeys((*members(wire), 0, 1, *(draw.integer(low, high) for _ in range(2)))))
    checked = [(frame, term) for term in terms] + said
    fitting = [value for value in tried if low <= value <= high and (closed is None or value in closed)]
    return [value for value in fitting if all(_holds(of, term, (owner, name, value), rest) for of, term in checked)]


def _reads(node: Node, name: str) -> bool:
    return any(isinstance(leaf, FieldRef) and leaf.names[-1] == name for leaf in walk(node))


def _holds(frame: Frame, term: Term, guess: tuple[Frame, str, int], rest: int | None) -> bool:
    """Whether a term holds, or depends on something that is open, too."""
    node, target = term
    try:
        found = number(node, frame, rest, guess)
    except Unknown:
        return True
    except Stuck:
        return False
    return bool(found) == bool(target) if is_condition(node) else found == target


def is_condition(node: Node) -> bool:
    """Whether an expression says yes or no."""
    match node:
        case Unary("not", _):
            return True
        case Binary(op, a, b):
            return op in COMPARISONS or (op in ("and", "or") and is_condition(a) and is_condition(b))
    return False


def inverted(node: Node, target: int, frame: Frame, var: tuple[Frame, str], rest: int | None) -> Iterator[int]:
    """Candidates, which are tried; an expression that reads the number in several places gives those of each."""
    match node:
        case FieldRef(names):
            try:
                if frame.at(names) == var:
                    yield target
            except Unknown:
                pass
        case Unary("neg", a):
            yield from inverted(a, -target, frame, var, rest)
        case Unary(_, a):
            yield from inverted(a, int(not target), frame, var, rest)
        case Binary(op, a, b):
            for side, other, is_left in ((a, b, True), (b, a, False)):
                yield from _of_side(op, side, other, is_left, target, frame, var, rest)
        case Select(c, a, b):
            for part, goal in ((a, target), (b, target), (c, 0), (c, 1)):
                yield from inverted(part, goal, frame, var, rest)
        case _:
            pass


def _of_side(
    op: str, side: Node, other: Node, is_left: bool, target: int, frame: Frame, var: tuple[Frame, str], rest: int | None
) -> Iterator[int]:
    if not any(isinstance(leaf, FieldRef) and leaf.names[-1] == var[1] for leaf in walk(side)):
        return
    try:
        known: int | None = number(other, frame, rest)
    except (Unknown, Stuck):
        known = None
    for goal in _goals(op, known, is_left, target):
        yield from inverted(side, goal, frame, var, rest)


def _goals(op: str, known: int | None, is_left: bool, target: int) -> list[int]:
    """What one side of an operation may be, so that it gives `target` with the other side."""
    if op in ("and", "or") and (known is None or target in (0, 1)):
        return list(dict.fromkeys((target, 0, 1)))
    if known is None:
        return []
    match op:
        case "add":
            return [target - known]
        case "sub":
            return [target + known if is_left else known - target]
        case "mul":
            return [target // known] if known and target % known == 0 else []
        case "floordiv" if is_left and known > 0:
            return list(dict.fromkeys((target * known, target * known + known - 1, target * known + known // 2)))
        case "mod" if is_left and known > 0:
            return [target, target + known, target + 3 * known]
        case "and":
            return [target, target | ~known & 0xFF, target | ~known & 0xFFFF]
        case "or":
            return [target & ~known, target]
        case "xor":
            return [target ^ known]
        case "shl" if is_left and 0 <= known <= 64:
            return [target >> known]
        case "shr" if is_left and 0 <= known <= 64:
            return [target << known, (target << known) + (1 << known) - 1]
        case "eq" | "ne" | "lt" | "le" | "gt" | "ge":
            return [known, known + 1, known - 1, 0]
    return []
