"""The numbers of a struct: drawn where they stand, or left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitwright.schema import spec
from bitwright.schema.expr import Node
from bitwright.testing.generating import content
from bitwright.testing.generating.frame import Frame, Made, Stuck, Unknown, number, typed
from bitwright.testing.generating.solving import inverted, is_closed, members
from bitwright.testing.numbers import bounds_of

if TYPE_CHECKING:
    from bitwright.testing.generating.maker import Maker

TRIES: Final = 24
SMALL: Final = 24  # of a number that is a size of something


def open_number(maker: Maker, frame: Frame, field: spec.FieldSpec, wire: spec.IntType) -> Made:
    """A number that its uses say."""
    frame.pending[field.name] = wire
    return Made(None, content.bits_of_number(wire, 0))


def draw_number(maker: Maker, frame: Frame, field: spec.FieldSpec, wire: spec.IntType) -> Made:
    """A number that fits what is said of it alone."""
    name = field.name
    tags = _tags(frame, name) if "tag" in frame.plan.uses.get(name, ()) else []
    checks = [(node, 1) for node in frame.plan.checks.get(name, ())] + frame.terms
    for _ in range(TRIES):
        value = _candidate(maker, frame, field, wire, tags)
        frame.values[name] = value
        if all(_holds(frame, node, target) for node, target in checks):
            break
    else:
        raise Stuck(f"{name} finds no value that what is said of it allows")
    frame.given[name] = typed(wire, value)
    return Made(None, content.bits_of_number(wire, value))


def _candidate(maker: Maker, frame: Frame, field: spec.FieldSpec, wire: spec.IntType, tags: list[int]) -> int:
    draw, uses = maker.draw, frame.plan.uses.get(field.name, set())
    low, high = bounds_of(wire)
    if tags and draw.chance(0.9):
        return draw.choice(tags)
    constants = [c for c in frame.plan.constants.get(field.name, ()) if low <= c <= high]
    if constants and draw.chance(0.6):
        named = members(wire)
        return draw.choice(named) if is_closed(wire) and named else draw.choice(constants)
    if uses & {"size", "offset", "area", "place"}:
        return draw.integer(max(low, 0), min(high, SMALL))
    return content.draw_int(draw, wire)


def _tags(frame: Frame, name: str) -> list[int]:
    """The tags of the unions that the number alone selects from."""
    found: dict[int, None] = {}
    for field in frame.spec.fields:
        wire = spec.pointed(field.type)
        if isinstance(wire, spec.ArrayType):
            wire = wire.item
        if isinstance(wire, spec.SwitchType):
            for tag in wire.union.cases:
                found.update(dict.fromkeys(_selecting(frame, wire, name, tag)))
    return list(found)


def _selecting(frame: Frame, wire: spec.SwitchType, name: str, tag: int) -> list[int]:
    """A number with which the union's expression gives the tag; none if it depends on what is open, or no number was found."""
    try:
        for value in (tag, *inverted(wire.on, tag, frame, (frame, name), None)):
            if number(wire.on, frame, guess=(frame, name, value)) == tag:
                return [value]
    except (Unknown, Stuck):
        return []
    return []


def _holds(frame: Frame, node: Node, target: int) -> bool:
    try:
        return bool(number(node, frame)) == bool(target)
    except Unknown:
        return True
    except Stuck:
        return False
