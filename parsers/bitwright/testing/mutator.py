"""The labelled mutator: messages in which exactly one rule is broken, and what a correct parser does with each.

    for data, label in itertools.islice(mutants(Message, seed, random.Random(1)), 1_000_000): ...

Promise: deterministic by seed and `rng`; never an exception, whatever the seed's bytes; endless.  A seed that is no message gives raw
mutants only.  What the declaration's own code raises while something new is made (`example` of a codec) is a GenerationError.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from bitwright.struct_ import Struct
from bitwright.testing.draw import RandomDraw
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.labels import TIERS, Label, Tier, checked_tiers
from bitwright.testing.lies import sites as lie_sites
from bitwright.testing.raw import RawMutator
from bitwright.testing.sites import Site
from bitwright.testing.values import sites as value_sites

LARGEST: Final = 65_535  # bytes, of a raw mutant
RAW: Final = Label("raw", "bytes", "")
UNKNOWN_SHARE: Final = 0.05  # of the mutants of a rule that come from sites without an expected outcome
REDRAWN: Final = 8  # sites of a rule, and rules, that are tried before the mutant is a raw one
FAMILIES: Final[Mapping[Tier, Callable[[FieldTree], Iterable[Site]]]] = {"value": value_sites, "lie": lie_sites}


def mutants(
    message: type[Struct], seed: bytes, rng: random.Random, *, tiers: Sequence[Tier] = TIERS, **parameters: Any
) -> Iterator[tuple[bytes, Label]]:
    """Mutants of one seed, for ever: bytes, and what was done to them."""
    return iter(Mutator(message, [seed], rng, tiers=tiers, parameters=parameters))


class Mutator:
    """Mutants of several seeds; `largest` bounds what the raw tier makes.

    `endian` and `parameters` are what `message` takes from outside.  Each tier has the same share, each rule the same share of its tier,
    and each site that of its rule; a site is worked out when its first mutant is made.
    """

    def __init__(
        self, message: type[Struct], seeds: Iterable[bytes], rng: random.Random, *, tiers: Sequence[Tier] = TIERS, largest: int = LARGEST,
        endian: str | None = None, parameters: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        if not isinstance(rng, random.Random):
            raise TypeError(f"choices come from a random.Random, not from {rng!r}: write random.Random(1)")
        self.message, self.endian, self.parameters = message, endian, dict(parameters or {})
        self.seeds = list(seeds) or [b""]
        self.rng = rng
        self.tiers = checked_tiers(tiers)
        self._draw = RandomDraw(rng)
        self._raw = RawMutator(self.seeds, rng, largest)
        self._tables: list[list[list[Rule]] | None] = [None] * len(self.seeds)  # by seed: by tier: its rules

    def __iter__(self) -> Iterator[tuple[bytes, Label]]:
        """For ever."""
        while True:
            yield self.mutant()

    def mutant(self) -> tuple[bytes, Label]:
        """One more."""
        chance = self.rng.random
        index = int(chance() * len(self.seeds))
        tiers = self._tables[index]
        if tiers is None:
            tiers = self._tables[index] = self._tiers_of(self.seeds[index])
        at = int(chance() * (len(tiers) + ("raw" in self.tiers)))
        if at < len(tiers):
            rules = tiers[at]
            for _ in range(REDRAWN):  # rules that nothing here can break stay, so that a mutant depends on no earlier one
                site = rules[int(chance() * len(rules))].site(chance)
                if site is not None:
                    return site.mutant(self._draw)
        return self._raw(), RAW

    def _tiers_of(self, seed: bytes) -> list[list[Rule]]:
        """The rules of each tier that a seed has sites for."""
        wanted: list[Tier] = [tier for tier in self.tiers if tier in FAMILIES]
        if not wanted:
            return []
        tree = FieldTree(self.message, seed, endian=self.endian, parameters=self.parameters)
        found = []
        for tier in wanted:
            rules: dict[str, list[Site]] = {}
            for site in FAMILIES[tier](tree):
                rules.setdefault(site.rule, []).append(site)
            if rules:
                found.append([Rule(sites) for sites in rules.values()])
        return found


class Rule:
    """The sites of one seed where one rule can be broken; each is prepared when it is first chosen."""

    __slots__ = ("_sites",)

    def __init__(self, sites: list[Site]) -> None:
        self._sites = sites

    def site(self, chance: Callable[[], float]) -> Site | None:
        """One of them, seldom one without an expected outcome; None if none was found that will do.

        Nothing is remembered of the choice, so that it depends on no earlier one.
        """
        sites = self._sites
        for _ in range(REDRAWN):
            site = sites[int(chance() * len(sites))]
            known, unknown = site.prepare()
            if known or (unknown and chance() < UNKNOWN_SHARE):
                return site
        return None
