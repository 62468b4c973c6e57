"""A site: one place of a seed where one rule can be broken, or one value changed.

Promise: everything that costs time (reading the seed, finding its fields, working out what to expect) is done when a site is made;
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

    def mutant(self, draw: Draw) -> tuple[bytes, Label]:
        """One more mutant of the seed."""
        ...
