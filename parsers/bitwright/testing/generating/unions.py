"""Tagged unions: an arm is chosen first, and its tag follows; or the other way round where the tag is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitwright.schema import measure, spec
from bitwright.testing.generating.frame import Frame, Made, Region, Stuck, number, unknowns
from bitwright.testing.generating.solving import members, solutions
from bitwright.testing.numbers import bounds_of

if TYPE_CHECKING:
    from bitwright.testing.generating.maker import Maker

TRIES: Final = 24
DEEP: Final = 4


def switch(maker: Maker, frame: Frame, wire: spec.SwitchType, region: Region) -> Made:
    """A value of one of the arms."""
    open_ones = unknowns(wire.on, frame)
    if not open_ones:
        tag = number(wire.on, frame)
        arm = wire.union.cases.get(tag, wire.default)
        if arm is None:
            raise Stuck(f"{tag} selects no arm")
        return _in_place(maker, frame, wire, arm, region)
    for owner, name in open_ones[:-1]:
        maker.close(owner, name)
    return _chosen(maker, frame, wire, open_ones[-1], region)


def _in_place(maker: Maker, frame: Frame, wire: spec.SwitchType, arm: type, region: Region) -> Made:
    params = maker.arguments(frame, wire)

    def make(inside: Any) -> Made:
        if inside.exact and inside.room == 0 and wire.empty is not None and measure.size_of_struct(arm).fewest > 0:
            return maker.struct(wire.empty, inside, params)[0]
        return maker.struct(arm, inside, params)[0]

    return make(region) if wire.size is None else maker.sized(frame, wire.size, region, make)


def _chosen(maker: Maker, frame: Frame, wire: spec.SwitchType, var: tuple[Frame, str], region: Region) -> Made:
    """Choose arms until one fits."""
    owner, name = var
    for _ in range(TRIES):
        choice = _choice(maker, frame, wire, var, region)
        if choice is None:
            continue
        arm, value, said = choice
        wide, names = owner.pending[name], len(maker.names)
        if said:
            owner.explicit.add(name)
        owner.assign(name, value)
        try:
            return _in_place(maker, frame, wire, arm, region)
        except Stuck:
            owner.values.pop(name)
            owner.given.pop(name, None)
            owner.explicit.discard(name)
            owner.pending[name] = wide
            del maker.names[names:]
    raise Stuck("no arm fits")


def _choice(
    maker: Maker, frame: Frame, wire: spec.SwitchType, var: tuple[Frame, str], region: Region
) -> tuple[type, int, bool] | None:
    """An arm, the number that selects it, and whether building has to be told."""
    draw, cases = maker.draw, wire.union.cases
    if wire.default is not None and (not cases or draw.chance(0.12)):
        found = _unknown_tag(maker, frame, wire, var)
        return None if found is None else (wire.default, found, True)
    tags = _affordable(maker, cases, region)
    if not tags:
        found = _unknown_tag(maker, frame, wire, var) if wire.default is not None else None
        return None if found is None or wire.default is None else (wire.default, found, True)
    tag = draw.choice(tags)
    values = solutions(draw, frame, var, [(wire.on, tag)])
    if not values:
        return None
    return cases[tag], draw.choice(values), len(values) > 1 or wire.union.tag_of(cases[tag]) != tag


def _affordable(maker: Maker, cases: dict[int, type], region: Region) -> list[int]:
    """The tags of arms that have room; deep down only of those that end."""
    tags = []
    for tag, arm in cases.items():
        size = measure.size_of_struct(arm)
        if size.fewest > 8 * region.room or (region.exact and size.most is not None and size.most < 8 * region.room):
            continue
        tags.append(tag)
    if maker.depth <= DEEP:
        return tags
    ending = [tag for tag in tags if measure.size_of_struct(cases[tag]).most is not None]
    return ending or tags


def _unknown_tag(maker: Maker, frame: Frame, wire: spec.SwitchType, var: tuple[Frame, str]) -> int | None:
    """A number that selects no arm."""
    owner, name = var
    field = owner.pending[name]
    low, high = bounds_of(field)
    cases = wire.union.cases
    near = [n for tag in cases for n in (tag + 1, tag - 1) if n not in cases][:8]
    pool = [*near, *members(field), *(maker.draw.integer(low, high) for _ in range(6))]
    found = [v for v in solutions(maker.draw, frame, var, [], pool=pool) if number(wire.on, frame, guess=(owner, name, v)) not in cases]
    return maker.draw.choice(found) if found else None
