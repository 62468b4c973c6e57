"""The labelled mutator: messages in which exactly one rule is broken, and what a correct parser does with each.

    for data, label in itertools.islice(mutants(Message, seed, random.Random(1)), 1_000_000): ...

Promise: deterministic by seed and `rng`; never an exception, whatever the seed's bytes; endless.  A seed that is no message gives raw
mutants only.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bitwright.struct_ import Struct
from bitwright.testing.draw import RandomDraw
from bitwright.testing.labels import TIERS, Label, Tier
from bitwright.testing.raw import RawMutator
from bitwright.testing.sites import Site

LARGEST: Final = 65_535  # bytes, of a raw mutant
RAW: Final = Label("raw", "bytes", "")


def mutants(message: type[Struct], seed: bytes, rng: random.Random, *, tiers: Sequence[Tier] = TIERS) -> Iterator[tuple[bytes, Label]]:
    """Mutants of one seed, for ever: bytes, and what was done to them."""
    return iter(Mutator(message, [seed], rng, tiers=tiers))


class Mutator:
    """Mutants of several seeds; `largest` bounds what the raw tier makes.  `parameters` are what `message` takes from outside."""

    def __init__(
        self, message: type[Struct], seeds: Iterable[bytes], rng: random.Random, *, tiers: Sequence[Tier] = TIERS, largest: int = LARGEST,
    ) -> None:
        self.message = message
        self.seeds = list(seeds) or [b""]
        self.rng = rng
        self.tiers = tuple(tiers)
        self._draw = RandomDraw(rng)
        self._raw = RawMutator(self.seeds, rng, largest)
        self._sites: dict[int, list[list[Site]]] = {}  # by seed: sites of one rule together

    def __iter__(self) -> Iterator[tuple[bytes, Label]]:
        """For ever."""
        while True:
            yield self.mutant()

    def mutant(self) -> tuple[bytes, Label]:
        """One more."""
        rng = self.rng
        index = rng.randrange(len(self.seeds))
        rules = self._sites.get(index)
        if rules is None:
            rules = self._sites[index] = self._sites_of(self.seeds[index])
        if not rules or ("raw" in self.tiers and rng.random() < 0.2):
            return self._raw(), RAW
        return rng.choice(rng.choice(rules)).mutant(self._draw)

    def _sites_of(self, seed: bytes) -> list[list[Site]]:
        """The places of a seed where something can be changed, by rule."""
        return []
