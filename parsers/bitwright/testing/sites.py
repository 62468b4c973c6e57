"""A site: one place of a seed where one rule can be broken, or one value changed.

Promise: everything that costs time (reading the seed, finding its fields, working out what to expect) is done by `prepare`, once;
`mutant` copies bytes and patches them.
"""

from __future__ import annotations

from typing import Protocol

from bitwright.testing.draw import Draw
from bitwright.testing.labels import Label, Tier


class Site(Protocol):
    """Where a seed can be changed in one way."""

    @property
    def tier(self) -> Tier:
        """Of every mutant made here."""
        ...

    @property
    def rule(self) -> str:
        """The rule that is broken here; sites of one rule share its share of the mutants."""
        ...

    @property
    def path(self) -> str:
        """The field."""
        ...

    def prepare(self) -> tuple[int, int]:
        """Do what costs time, if that was not done; how many kinds of mutants have a known outcome, and how many have not."""
        ...

    def mutant(self, draw: Draw) -> tuple[bytes, Label]:
        """One more mutant of the seed."""
        ...
