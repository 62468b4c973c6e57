"""Making a struct field by field, in the order of the wire.

Promise: whatever the declaration, a value or `Stuck` after bounded effort.  What is made has every number that building cannot derive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.schema import spec
from bitwright.schema.expr import Const, Node
from bitwright.testing.draw import Draw
from bitwright.testing.generating import content, pointers, repeats, unions
from bitwright.testing.generating.agreement import DEEP, Agreement
from bitwright.testing.generating.frame import Frame, Made, Region, Stuck, unknowns
from bitwright.testing.generating.numbers import draw_number, open_number
from bitwright.testing.generating.plan import plan_of

TRIES: Final = 4  # of one struct, before what is around it is tried again
EFFORT: Final = 4000  # structs and elements in one message


def defaults_of(made: spec.StructSpec) -> dict[str, Any]:
    """What parameters are if nobody gives them."""
    return {name: p.default for name, p in made.params.items() if p.default is not spec.MISSING}


class Maker(Agreement):
    """Makes one message; `names` are those it has so far, which others share parts of; `where` is the field that it is at."""

    def __init__(self, draw: Draw, where: str = "") -> None:
        super().__init__(draw)
        self.where = where
        self.names: list[str] = []
        self.effort = EFFORT
        self.elements = draw.choice((6, 6, 12, 40))  # that lists may still get, where nothing says how many
        self._share = 0.9 if self.elements == 40 else 0.65

    def amount(self, most: int) -> int:
        """How many of something: mostly few."""
        if self.depth > DEEP:
            return 0
        return self.draw.integer(0, min(most, 40 if self.draw.chance(0.06) else 6))

    def another(self) -> bool:
        """Whether a list goes on; asked for each element by itself, so that one can be taken away without the others."""
        return self.elements > 0 and self.depth <= DEEP and self.draw.chance(self._share)

    def struct(
        self, struct: type, region: Region, params: Mapping[str, Any], outer: frozenset[tuple[tuple[str, ...], str]] = frozenset(),
        wanted: tuple[tuple[Node, int], ...] = (),
    ) -> tuple[Made, Frame]:  # fmt: skip
        """A struct in a region; `wanted` are conditions on its own fields."""
        self.depth += 1
        try:
            for attempt in range(TRIES):
                self.effort -= 1
                if self.effort < 0:
                    raise Stuck("takes too much effort")
                names = len(self.names)
                try:
                    return self._struct(struct, region, params, outer, wanted)
                except Stuck:
                    del self.names[names:]
                    if attempt == TRIES - 1:
                        raise
        finally:
            self.depth -= 1
        raise AssertionError

    def _struct(
        self, struct: type, region: Region, params: Mapping[str, Any], outer: frozenset[tuple[tuple[str, ...], str]],
        wanted: tuple[tuple[Node, int], ...],
    ) -> tuple[Made, Frame]:  # fmt: skip
        plan = plan_of(struct, outer)
        frame = Frame(plan, {**defaults_of(plan.spec), **params}, 0)
        frame.kept = frozenset(names[0] for names, _ in outer if len(names) == 1)
        frame.terms += wanted
        is_origin = plan.spec.origin or not self.blocks
        if is_origin:
            self.blocks.append([])
        try:
            used, greedy = self._fields(frame, region)
            if is_origin:
                pointers.place(self.draw, self.blocks[-1], -(-used // 8))
        finally:
            if is_origin:
                self.blocks.pop()
        if region.exact and used != region.room * 8:
            raise Stuck(f"{plan.spec.name} takes {used} bits, not {region.room} bytes")
        self.settle(frame)
        for field in plan.spec.visible:
            if field.name in frame.pending and not field.optional:
                frame.given.setdefault(field.name, 0)
        frame.made = struct(**frame.given)
        return Made(frame.made, used, greedy), frame

    def _fields(self, frame: Frame, region: Region) -> tuple[int, bool]:
        used, greedy, plan = 0, False, frame.plan
        for index, field in enumerate(plan.spec.fields):
            if isinstance(field.type, spec.CheckType):
                self.check(frame, field.type.condition)
                continue
            room = (region.room * 8 - used - plan.fewest[index + 1]) // 8
            if room < 0:
                raise Stuck(f"{field.label} has no room")
            exact = region.exact and not plan.flexible[index + 1] and plan.flexible[index]
            made = self.field(frame, field, Region(room, exact), used)
            used += made.bits
            greedy = greedy or made.greedy
        return used, greedy

    # --- fields ------------------------------------------------------------------------------

    def field(self, frame: Frame, field: spec.FieldSpec, region: Region, used: int) -> Made:
        """One field of a struct: its value goes to what the constructor gets."""
        self.where = f"{frame.spec.name}.{field.label}"
        wire = field.type
        if isinstance(wire, spec.OptionalType):
            if not self.decide(frame, wire, field, region):
                frame.values[field.name] = 0
                if isinstance(wire.inner, spec.SwitchType | spec.AtType):
                    self._say_tags(frame, spec.pointed(wire.inner))
                if not field.optional:
                    frame.given[field.name] = None
                return Made(None, 0)
            wire = wire.inner
        return self.inner(frame, field, wire, region, used)

    def _say_tags(self, frame: Frame, wire: spec.WireType) -> None:
        """Of what is absent, no class says the tag."""
        if isinstance(wire, spec.SwitchType):
            for owner, name in unknowns(wire.on, frame):
                owner.explicit.add(name)

    def inner(self, frame: Frame, field: spec.FieldSpec, wire: spec.WireType, region: Region, used: int) -> Made:
        """The value of a field that is there."""
        name = field.name
        if isinstance(wire, spec.AlignType):
            return Made(None, -used % (8 * wire.multiple))
        if isinstance(wire, spec.PadType):
            return Made(None, wire.width)
        if field.fixed is not None:
            return self._fixed(frame, field, wire)
        if isinstance(wire, spec.ChecksumType):
            return self._checksum(frame, name, wire)
        if isinstance(wire, spec.IntType):
            if field.reserved:
                frame.values[name] = 0
                return Made(0, wire.width)
            if frame.plan.is_open(field):
                return open_number(self, frame, field, wire)
            return draw_number(self, frame, field, wire)
        made = self.value(frame, field, wire, region)
        if not field.hidden:
            frame.given[name] = made.value
        return made

    def _fixed(self, frame: Frame, field: spec.FieldSpec, wire: spec.WireType) -> Made:
        if isinstance(field.fixed, Const):
            frame.values[field.name] = field.fixed.value
        elif isinstance(field.fixed, bytes):
            return Made(field.fixed, self.value(frame, None, wire, Region(1 << 16)).bits)
        assert isinstance(wire, spec.IntType)
        return Made(None, content.bits_of_number(wire, frame.values.get(field.name, 0)))

    def _checksum(self, frame: Frame, name: str, wire: spec.ChecksumType) -> Made:
        """Left to building, unless there is nothing to compute it from."""
        if wire.prefix is not None and not frame.params.get(wire.prefix) and not wire.zero_is_absent:
            frame.given[name] = self.draw.integer(0, (1 << wire.inner.width) - 1)
        return Made(None, wire.inner.width)

    def value(self, frame: Frame, field: spec.FieldSpec | None, wire: spec.WireType, region: Region) -> Made:
        """A value of any type that has no equation of its own; `field` is None of an element."""
        match wire:
            case spec.IntType() | spec.FloatType() | spec.BitsType() | spec.NameType():
                return content.scalar(self, frame, wire, region)
            case spec.BytesType() | spec.TextType():
                return content.content(self, frame, wire, region)
            case spec.NestedType():
                return self.nested(frame, field, wire, region)
            case spec.ArrayType():
                return repeats.array(self, frame, wire, region)
            case spec.SwitchType():
                return unions.switch(self, frame, wire, region)
            case spec.AtType():
                return pointers.pointed(self, frame, field, wire)
        raise Stuck(f"{wire!r} is nothing that is made by itself")

    def nested(self, frame: Frame, field: spec.FieldSpec | None, wire: spec.NestedType, region: Region) -> Made:
        """A struct in its place, or in a region of its own."""
        params = self.arguments(frame, wire)
        outer = frame.plan.outer_uses(field.name) if field is not None else frozenset()

        def make(inside: Region) -> Made:
            made, child = self.struct(wire.struct, inside, params, outer)
            if field is not None:
                frame.children[field.name] = child
            return made

        return make(region) if wire.size is None else self.sized(frame, wire.size, region, make)

    def arguments(self, frame: Frame, wire: spec.NestedType | spec.SwitchType) -> dict[str, Any]:
        """What the struct takes from outside, whose numbers are closed now."""
        return {name: self.known(frame, node) for name, node in wire.arguments}
