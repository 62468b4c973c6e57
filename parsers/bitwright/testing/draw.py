"""Where choices come from: a seeded generator of random numbers, or Hypothesis, behind one small interface.

Promise: whatever makes messages (`generate`, the mutator, the strategies) asks a `Draw` for every choice and has no other source of chance,
so the same seed gives the same messages, and Hypothesis can shrink each choice by itself.  The first of several alternatives, and the
least number, is the simplest one.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Draw(Protocol):
    """A source of choices; all bounds are inclusive."""

    def integer(self, least: int, most: int) -> int:
        """A number of the interval; edges come more often than chance would have them."""
        ...

    def octets(self, least: int, most: int) -> bytes:
        """So many bytes."""
        ...

    def choice(self, alternatives: Sequence[T]) -> T:
        """One of them; the first is the simplest."""
        ...

    def chance(self, share: float) -> bool:
        """True in about this share of cases; False is simpler."""
        ...

    def text(self, least: int, most: int, alphabet: str) -> str:
        """So many characters of an alphabet."""
        ...


class RandomDraw:
    """Choices by a `random.Random`."""

    __slots__ = ("rng",)

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def integer(self, least: int, most: int) -> int:
        """One time in four an edge: one of the bounds, or a neighbour of one."""
        rng = self.rng
        if most - least > 3 and rng.random() < 0.25:
            return rng.choice((least, least + 1, most - 1, most))
        return rng.randint(least, most)

    def octets(self, least: int, most: int) -> bytes:
        """Any bytes."""
        return self.rng.randbytes(self.rng.randint(least, most))

    def choice(self, alternatives: Sequence[T]) -> T:
        """Each as likely as the others."""
        return self.rng.choice(alternatives)

    def chance(self, share: float) -> bool:
        """By one number."""
        return self.rng.random() < share

    def text(self, least: int, most: int, alphabet: str) -> str:
        """Characters by themselves."""
        return "".join(self.rng.choices(alphabet, k=self.rng.randint(least, most)))
