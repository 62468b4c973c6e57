"""What fields of a struct say of each other: sizes, counts, tags and conditions, closed as late as they can be.

Promise: a number that is open is chosen once, so that everything that is known of it by then holds; Stuck if nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bitwright.schema import spec
from bitwright.schema.expr import Node
from bitwright.testing.draw import Draw
from bitwright.testing.generating import pointers
from bitwright.testing.generating.frame import Frame, Made, Region, Stuck, Unknown, frames_below, is_derived, number, unknowns
from bitwright.testing.generating.solving import is_condition, solutions

DEEP: Final = 5  # levels below which everything is as small as it can be


class Agreement:
    """The numbers of the structs that are being made; `blocks` are what lies at offsets, by origin."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.depth = 0
        self.blocks: list[list[pointers.Block]] = []

    def sized(self, frame: Frame, node: Node, region: Region, make: Callable[[Region], Made]) -> Made:
        """What lies in a region of its own, whose size an expression says."""
        try:
            size = number(node, frame, region.room if region.exact else None)
        except Unknown:
            pass
        else:
            if not 0 <= size <= region.room or (region.exact and size != region.room):
                raise Stuck(f"a size of {size}")
            return self.exactly(make, size)
        if region.exact:
            made = self.exactly(make, region.room)
            self.equate(frame, node, region.room, region.room)
            return made
        made = make(region)
        size = made.size
        if self.can_be(frame, node, size):
            self.equate(frame, node, size, size)
            return Made(made.value, 8 * size)
        for other in (*range(size + 1, min(size + 33, region.room + 1)), *range(size - 1, max(-1, size - 300), -1)):
            if self.can_be(frame, node, other):
                made = self.exactly(make, other)
                self.equate(frame, node, other, other)
                return made
        raise Stuck(f"no size near {size} is possible")

    def exactly(self, make: Callable[[Region], Made], size: int) -> Made:
        """What takes exactly so many bytes."""
        made = make(Region(size, exact=True))
        if made.bits != 8 * size:
            raise Stuck(f"{made.bits} bits do not fill {size} bytes")
        return Made(made.value, made.bits)

    def can_be(self, frame: Frame, node: Node, target: int) -> bool:
        """Whether what is open can still make the expression give that."""
        open_ones = unknowns(node, frame)
        if len(open_ones) != 1:
            return True
        return bool(solutions(self.draw, frame, open_ones[-1], [(node, target)], target))

    def equate(self, frame: Frame, node: Node, target: int, rest: int | None = None) -> None:
        """Close what is open so that the expression gives `target`; Stuck if that cannot be."""
        open_ones = unknowns(node, frame)
        for owner, name in open_ones[:-1]:
            self.close(owner, name)
        if open_ones:
            owner, name = open_ones[-1]
            found = solutions(self.draw, frame, (owner, name), [(node, target)], rest)
            if not found:
                raise Stuck(f"{name} cannot be solved")
            owner.assign(name, found[0] if is_derived(owner, name) else self.draw.choice(found))
        elif number(node, frame, rest) != target and not (is_condition(node) and bool(number(node, frame, rest)) == bool(target)):
            raise Stuck("another number is given")

    def known(self, frame: Frame, node: Node) -> int:
        """What an expression gives, now: what is open in it is chosen."""
        for owner, name in unknowns(node, frame):
            owner.explicit.add(name)
            self.close(owner, name)
        try:
            return number(node, frame)
        except Unknown:
            raise Stuck("depends on what is not there") from None

    def close(self, owner: Frame, name: str) -> None:
        """Choose an open number."""
        found = solutions(self.draw, owner, (owner, name), [])
        if not found:
            raise Stuck(f"{name} has no possible value")
        owner.assign(name, self.draw.choice(found))

    def check(self, frame: Frame, condition: Node) -> None:
        """A condition that has to hold, now or once it can be said."""
        try:
            if not number(condition, frame):
                raise Stuck("a check fails")
        except Unknown:
            frame.terms.append((condition, 1))
            for owner in {id(o): o for o, _ in unknowns(condition, frame)}.values():
                if owner is not frame:
                    frame.terms.append((condition, 1))

    def decide(self, frame: Frame, wire: spec.OptionalType, field: spec.FieldSpec, region: Region) -> bool:
        """Whether an optional field is there."""
        if wire.at_end:
            if frame.ended:
                return False
            if not region.exact:
                frame.ended = not self.draw.chance(0.6)
                return not frame.ended
        try:
            return bool(number(wire.condition, frame, region.room if region.exact else None))
        except Unknown:
            pass
        wanted = self.depth <= DEEP and self.draw.chance(0.5)
        open_ones = unknowns(wire.condition, frame)
        if not open_ones:
            return wanted  # it asks for what is left of a region that takes what is made
        for owner, name in open_ones[:-1]:
            self.close(owner, name)
        owner, name = open_ones[-1]
        for choice in (wanted, not wanted):
            if solutions(self.draw, frame, (owner, name), [(wire.condition, int(choice))]):
                owner.terms.append((wire.condition, int(choice)))
                if "offset" not in owner.plan.uses.get(name, ()):
                    owner.explicit.add(name)
                return choice
        raise Stuck(f"{field.label} can neither be there nor not")

    def settle(self, frame: Frame) -> None:
        """Close what nothing used, but for what the struct around has yet to say."""
        for owner in frames_below(frame):
            for name in list(owner.pending):
                if (owner is frame and name in frame.kept) or self.is_placed(owner, name):
                    continue
                self.close(owner, name)

    def is_placed(self, owner: Frame, name: str) -> bool:
        """Whether a number is an offset that the origin will say."""
        return any(b.frame is owner and (owner, name) in unknowns(b.offset, owner) for blocks in self.blocks for b in blocks)

