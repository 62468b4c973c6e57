"""The Elixir dialect: text to tree.

Promise: any text gives a tree or raises `PatternError`; what Elixir 1.18 accepts is accepted and means the same.
"""

from __future__ import annotations

from bitwright.bitsyntax import checks
from bitwright.bitsyntax.elixir_comprehensions import Comprehensions
from bitwright.bitsyntax.tree import Comprehension, Expr, Guarded
from bitwright.errors import PatternError


class Elixir(Comprehensions):
    """Reads whole texts."""

    __slots__ = ()

    def whole(self) -> None:
        """Refuse what stands behind the end."""
        while self.kinds[self.position] == ";":
            self.position += 1
        kind = self.kinds[self.position]
        if kind == "eof":
            return
        if kind in {"<-", "<:="}:
            self.refuse(f"unexpected {kind}", "a generator stands in for: for <<x <- data>>, do: x")
        if kind == "::":
            self.refuse("unexpected ::", "a type and a size stand within <<>>, as in <<x::8>>")
        advice = self.advice_at(self.position)
        if kind == "," and not advice:
            advice = "this is one pattern; several are tried in turn by bitwright.case() or Clauses"
        self.refuse(self.unexpected(self.position), advice)


def parse_pattern(text: str, *, extended: bool = False) -> Guarded:
    """The tree of `pattern` or `pattern when guards`."""
    reader = Elixir(text, extended=extended)
    guarded = reader.guarded()
    reader.whole()
    checks.check_pattern(guarded, text, extended=extended)
    return guarded


def parse_construction(text: str, *, extended: bool = False) -> Expr:
    """The tree of an expression."""
    reader = Elixir(text, extended=extended)
    made = reader.expression(100)
    reader.whole()
    checks.check_construction(made, text)
    return made


def parse_comprehension(text: str) -> Comprehension:
    """The tree of `for ...`."""
    reader = Elixir(text)
    made = reader.expression(100)
    if not isinstance(made, Comprehension):
        raise PatternError("a comprehension begins with for", text, 0, "write for <<x <- data>>, do: x")
    reader.whole()
    checks.check_construction(made, text)
    return made
