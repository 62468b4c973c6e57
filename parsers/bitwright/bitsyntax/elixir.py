"""The Elixir dialect: text to tree.

Promise: any text gives a tree or raises `PatternError`; what Elixir 1.18 accepts is accepted and means the same.
"""

from __future__ import annotations

from bitwright.bitsyntax import checks
from bitwright.bitsyntax.elixir_segments import Segments
from bitwright.bitsyntax.tree import Expr, Guarded


class Elixir(Segments):
    """Reads whole patterns and constructions."""

    __slots__ = ()

    def guarded(self) -> Guarded:
        """A pattern and its guards, up to what cannot belong to them."""
        self.matching = True
        pattern = self.expression(100)
        self.matching = False
        guards: list[Expr] = []
        while self.kinds[self.position] == "when":
            self.position += 1
            guards.append(self.expression(101))
        return Guarded(pattern, tuple(guards), "elixir", self.text)

    def whole(self) -> None:
        """Refuse what stands behind the end."""
        if self.kinds[self.position] != "end":
            self.refuse(f"unexpected {self.shown(self.position)}", self.advice_at(self.position))


def parse_pattern(text: str, *, extended: bool = False) -> Guarded:
    """The tree of `pattern` or `pattern when guards`."""
    reader = Elixir(text, extended=extended)
    guarded = reader.guarded()
    reader.whole()
    checks.check_pattern(guarded, text, extended=extended)
    return guarded
