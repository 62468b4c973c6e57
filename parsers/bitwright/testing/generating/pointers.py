"""What lies at an offset: made like anything else, and placed when the struct that offsets count from is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from bitwright.schema import spec
from bitwright.schema.expr import Node
from bitwright.testing.draw import Draw
from bitwright.testing.generating.frame import Frame, Made, Region, Stuck, is_derived, unknowns
from bitwright.testing.generating.solving import solutions

if TYPE_CHECKING:
    from bitwright.testing.generating.maker import Maker

ROOM: Final = 200  # bytes of one block


class Block(NamedTuple):
    """Something that has to lie somewhere, and the expression that says where."""

    frame: Frame
    offset: Node
    size: int
    align: int


def pointed(maker: Maker, frame: Frame, field: spec.FieldSpec | None, wire: spec.AtType) -> Made:
    """What an offset leads to; nothing in the place of the field itself."""
    if wire.direction == "backward":
        raise Stuck("nothing new lies before what leads there")
    made = maker.value(frame, field, wire.inner, Region(ROOM))
    if not _is_derived(frame, wire.offset):
        maker.blocks[-1].append(Block(frame, wire.offset, made.size, wire.align))
    return Made(made.value, 0)


def _is_derived(frame: Frame, offset: Node) -> bool:
    """Whether building finds the place."""
    open_ones = unknowns(offset, frame)
    return bool(open_ones) and all(is_derived(*one) for one in open_ones)


def place(draw: Draw, blocks: list[Block], end: int) -> None:
    """Give each block whose offset is given a place of its own behind the inline part."""
    at = end
    for block in blocks:
        open_ones = unknowns(block.offset, block.frame)
        if not open_ones:
            continue  # a number that is said elsewhere
        for owner, name in open_ones[:-1]:
            owner.assign(name, solutions(draw, owner, (owner, name), [])[0])
        at += -at % block.align
        owner, name = open_ones[-1]
        found = solutions(draw, block.frame, (owner, name), [(block.offset, at)])
        if not found:
            raise Stuck(f"{name} cannot lead to byte {at}")
        owner.assign(name, found[0])
        at += block.size
