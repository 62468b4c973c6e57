"""A struct while it is made: which numbers are known, which are still open, and what must hold of them.

Promise: `number` evaluates as parsing would, and says by `Unknown` that something is open; `unknowns` says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from bitwright.evaluate import Leaf, evaluated, operated
from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, Node, ParamRef, Rest, walk
from bitwright.testing.generating.plan import Plan

LARGEST_SHIFT: Final = 256  # what no declared number needs; a longer shift would only cost memory


class Unknown(Exception):  # noqa: N818  # it is a state, not an error
    """Something that the expression reads is still open."""


class Stuck(Exception):  # noqa: N818  # the maker tries again
    """What was chosen so far leaves no valid choice here."""


class GenerationError(Exception):
    """No valid message was found; perhaps there is none, or code of the declaration fails."""


class Region(NamedTuple):
    """The room of a value: so many bytes at most, or exactly."""

    room: int
    exact: bool = False


class Made(NamedTuple):
    """A value, the bits it takes, and whether it takes all that is left of its region."""

    value: Any
    bits: int
    greedy: bool = False

    @property
    def size(self) -> int:
        """Whole bytes."""
        return -(-self.bits // 8)


Term: TypeAlias = tuple[Node, int]  # an expression, and what it has to give; 1 of a condition that has to hold
Guess: TypeAlias = "tuple[Frame, str, int]"


class Frame:
    """One struct: `given` goes to its constructor, `values` holds its numbers, `pending` those that are open."""

    __slots__ = ("begin", "children", "ended", "explicit", "given", "kept", "made", "params", "pending", "plan", "spec", "terms", "values")

    def __init__(self, plan: Plan, params: Mapping[str, Any], begin: int) -> None:
        self.spec, self.plan, self.params, self.begin = plan.spec, plan, params, begin
        self.values: dict[str, Any] = {}
        self.pending: dict[str, spec.IntType] = {}
        self.given: dict[str, Any] = {}
        self.children: dict[str, Frame] = {}
        self.terms: list[Term] = []
        self.explicit: set[str] = set()  # derived fields that building could not give back
        self.kept: frozenset[str] = frozenset()  # what the struct around still has to say something about
        self.made: Any = None
        self.ended = False  # an older sender's end: nothing of what may be left out follows

    def at(self, names: tuple[str, ...]) -> tuple[Frame, str]:
        """The frame that has a field, and the field's name there."""
        frame = self
        for name in names[:-1]:
            if name not in frame.children:
                raise Unknown
            frame = frame.children[name]
        return frame, names[-1]

    def assign(self, name: str, value: int) -> None:
        """Close what was open."""
        self.values[name] = value
        wire = self.pending.pop(name)
        field = self.spec.field(name)
        if field is None or (field.auto and name not in self.explicit):
            return
        self.given[name] = typed(wire, value)
        if self.made is not None:
            setattr(self.made, name, self.given[name])


def typed(wire: spec.IntType, value: int) -> Any:
    """The number as the field's class; a number without a name in a closed enumeration stays one."""
    try:
        return wire.as_type(value)
    except ValueError:
        return value


def number(node: Node, frame: Frame, rest: int | None = None, guess: Guess | None = None) -> int:
    """What an expression gives; `guess` stands for one open number, `rest` for what is left of the region.  Unknown, or Stuck if none."""

    def leaf(of: Leaf) -> int:
        match of:
            case FieldRef(names):
                return _field(frame, names, rest, guess)
            case ParamRef(name):
                return int(frame.params[name])
            case Rest() if rest is not None:
                return rest
        raise Unknown

    return evaluated(node, leaf, _operated)


def _field(frame: Frame, names: tuple[str, ...], rest: int | None, guess: Guess | None) -> int:
    owner, name = frame.at(names)
    if guess is not None and guess[0] is owner and guess[1] == name:
        return guess[2]
    if name in owner.values:
        return int(owner.values[name] or 0)
    if name not in owner.spec.computed:
        raise Unknown
    return number(owner.spec.computed[name], owner, rest, guess)


def _operated(op: str, a: int, b: int) -> int:
    if op in ("floordiv", "mod") and b == 0:
        raise Stuck("divides by zero")
    if op in ("shl", "shr") and not 0 <= b <= LARGEST_SHIFT:
        raise Stuck("shifts by too much")
    return operated(op, a, b)


def unknowns(node: Node, frame: Frame) -> list[tuple[Frame, str]]:
    """The open numbers that an expression reads, each once; those that are derived last, since they can follow from the others."""
    found: dict[tuple[int, str], tuple[Frame, str]] = {}
    for leaf in walk(node):
        if isinstance(leaf, FieldRef):
            try:
                owner, name = frame.at(leaf.names)
            except Unknown:
                continue
            if name in owner.pending:
                found[id(owner), name] = owner, name
            elif name in owner.spec.computed:
                found.update({(id(other), inner): (other, inner) for other, inner in unknowns(owner.spec.computed[name], owner)})
    return sorted(found.values(), key=lambda one: is_derived(*one))


def is_derived(frame: Frame, name: str) -> bool:
    """Whether building finds a number by itself."""
    field = frame.spec.field(name)
    return field is not None and field.auto


def frames_below(frame: Frame) -> Iterator[Frame]:
    """The frame, and those of what is nested in it."""
    yield frame
    for child in frame.children.values():
        yield from frames_below(child)
