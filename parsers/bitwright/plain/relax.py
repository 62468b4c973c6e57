"""Deep copies in which what building derives is open again."""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from bitwright import kept
from bitwright.evaluate import evaluate
from bitwright.schema import spec
from bitwright.schema.expr import Const, FieldRef, walk

T = TypeVar("T")


def relaxed(value: T) -> T:
    """A deep copy with derived fields None, so that an edit is followed by the next `build()`.

    A derived tag stays where the class of the union's value could not give it back: the default
    arm serves many tags, and an arm with several tags builds with its first.
    """
    struct: Any = type(value)
    made = spec.spec_of(struct)
    stays = {name for field in made.visible for name in _kept_tags(field, value)}
    copied = struct(**{f.name: _copied(f, getattr(value, f.name), f.name in stays) for f in made.visible})
    return kept.hand_on(value, copied)  # type: ignore[no-any-return]


def _copied(field: spec.FieldSpec, value: Any, stays: bool) -> Any:
    derived = field.auto or (field.fixed is not None and not isinstance(field.fixed, Const | bytes))
    return None if derived and not stays else _deep(value)


def _deep(value: Any) -> Any:
    if isinstance(value, list):
        return [_deep(item) for item in value]
    if isinstance(value, bytearray):
        return bytes(value)
    if hasattr(type(value), "__bitwright__"):
        return relaxed(value)
    return value if isinstance(value, int | bytes | str | float | None) else copy.deepcopy(value)  # a codec may make anything


def _kept_tags(field: spec.FieldSpec, value: Any) -> set[str]:
    """The names of the fields that select this union, if their values must be kept."""
    wire = spec.pointed(field.type)
    if not isinstance(wire, spec.SwitchType):
        return set()
    names = {n.names[0] for n in walk(wire.on) if isinstance(n, FieldRef) and len(n.names) == 1}
    try:
        tag = evaluate(wire.on, value)
    except (ValueError, AttributeError, ArithmeticError):  # of something that is not in the message, or open already
        return names
    return set() if wire.union.tag_of(type(getattr(value, field.name))) == tag else names
