"""Values that depend on others: constants that are computed, and unions that are read in another way when they are empty."""

from __future__ import annotations

import random

import pytest

from bitwright import OpenEnum, Struct, array, auto, const, raw, u8, u16, variant
from bitwright.testing import EngineTarget, Mutator
from bitwright.testing.draw import RandomDraw
from bitwright.testing.generate import attempt


class Box(Struct):
    """Its length stands before and behind its content."""

    length: int = auto(u8())
    content: bytes = raw(size=length)
    again: int = const(u8(), length)


class Boxes(Struct):
    """Some of them."""

    boxes: list[Box] = array(Box)


class Kind(OpenEnum):
    """One kind."""

    NUMBER = 1


class Body(Struct):
    """What a record holds."""


class Number(Body, tag=Kind.NUMBER):
    """Two bytes, unless there are none."""

    number: int = u16()


class Opaque(Body):
    """Of another kind, or empty."""

    data: bytes = raw(default=b"")


class Record(Struct):
    """A kind, a length, and what the kind says."""

    kind: Kind = auto(u8(Kind))
    length: int = auto(u8())
    body: Body = variant(Body, on=kind, unknown=Opaque, empty=Opaque, size=length)


@pytest.mark.parametrize("seed", range(20))
def test_a_computed_constant_is_right_at_the_first_attempt(seed: int) -> None:
    data, message = attempt(Boxes, RandomDraw(random.Random(seed)), {})
    assert all(box.again == box.length for box in message.boxes)
    assert message.build() == data


SEEDS = [(Boxes, b"\x01a\x01\x00\x00"), (Record, b"\x01\x00"), (Record, b"\x01\x02\x00\x05"), (Record, b"\x07\x00")]


@pytest.mark.parametrize(("message", "seed"), SEEDS)
def test_every_mutant_of_the_value_tier_is_accepted(message: type[Struct], seed: bytes) -> None:
    target, mutator = EngineTarget(message), Mutator(message, [seed], random.Random(2), tiers=("value",))
    made = [mutator.mutant() for _ in range(200)]
    values = [(data, label) for data, label in made if label.expected.accepts]
    assert values
    for data, label in made:
        outcome = target.run(data, label)
        assert not outcome.is_finding, (str(label), outcome.detail)
        assert outcome.kind == "value" or not label.expected.accepts
