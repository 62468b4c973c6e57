"""Codecs that say by `example` what their values are: what is wrong with one is told with the codec, the field and the value."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from bitwright import Cursor, FieldCodec, Struct, array, coded, u8
from bitwright.testing import GenerationError, Mutator, examples, strategy
from bitwright.testing.draw import Draw
from bitwright.testing.generate import generate


class Number(FieldCodec[int]):
    """A byte, whose `example` is told what to give, and which may be read with something added."""

    def __init__(self, example: Callable[[Draw], int], added: int = 0) -> None:
        self.example, self.added = example, added

    def parse(self, cursor: Cursor) -> int:
        return cursor.u8() + self.added

    def build(self, value: int, out: bytearray) -> None:
        out.append(value)


def fails(draw: Draw) -> int:
    raise RuntimeError(f"not today {draw.integer(1, 1)}")


class Failing(Struct):
    """The example raises."""

    number: int = coded(Number(fails))


class TooLarge(Struct):
    """It cannot be built."""

    number: int = coded(Number(lambda draw: draw.integer(256, 256)))


class Misread(Struct):
    """It is another value when it is read."""

    number: int = coded(Number(lambda draw: draw.integer(7, 7), added=1))


class Cramped(Struct):
    """It does not fill its region."""

    number: int = coded(Number(lambda draw: draw.integer(7, 7)), size=2)


class Listed(Struct):
    """It raises, of an element."""

    count: int = u8()
    numbers: list[int] = array(coded(Number(fails), size=1), count=count)


class Good(Struct):
    """It will do."""

    number: int = coded(Number(lambda draw: draw.integer(7, 9)))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Failing, "Failing.number: Number.example(draw) raised RuntimeError: not today 1"),
        (TooLarge, "TooLarge.number: Number.example(draw) gives 256, which it does not build and read back: ValueError: "),
        (Misread, "Misread.number: Number.example(draw) gives 7, which it reads back as 8"),
        (Cramped, "Cramped.number: Number.example(draw) gives 7 of 1 bytes, where there is room for exactly 2"),
    ],
)
def test_an_example_that_will_not_do_is_named(message: type[Struct], said: str) -> None:
    with pytest.raises(GenerationError, match=re.escape(said)):
        generate(message, random.Random(1))


def test_one_that_will_do_is_the_value() -> None:
    assert {generate(Good, random.Random(seed)).number for seed in range(50)} == {7, 8, 9}


def test_a_mutator_that_needs_one_says_what_is_wrong_with_it_too() -> None:
    with pytest.raises(GenerationError, match=re.escape("Listed.numbers: Number.example(draw) raised RuntimeError")):
        list(itertools.islice(Mutator(Listed, [b"\0"], random.Random(1), tiers=["value"]), 100))


def test_hypothesis_is_told_as_well() -> None:
    @given(strategy(Failing))
    @settings(database=None)
    def check(message: Failing) -> None:
        raise AssertionError(message)

    with pytest.raises(GenerationError, match=re.escape("Failing.number: Number.example(draw) raised RuntimeError")):
        check()


def test_what_choices_come_from_is_said_at_once() -> None:
    with pytest.raises(TypeError, match=r"not from 5: write random.Random\(1\)"):
        examples(Good, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"not from 5: write random.Random\(1\)"):
        Mutator(Good, [b""], 5)  # type: ignore[arg-type]
