"""What the user says in Elixir's or Erlang's binary syntax: text to tree, no bytes here.

Promises: a text becomes one tree, whichever dialect it is written in; what the dialect's own compiler refuses is refused
with `PatternError`, which shows the column and says what to write instead; nothing in a text is ever evaluated by Python.
"""

from __future__ import annotations

from typing import Any

from bitwright.bitsyntax.tree import Comprehension, Expr, Guarded
from bitwright.errors import PatternError

__all__ = ["parse_comprehension", "parse_construction", "parse_pattern"]


def parse_pattern(text: str, dialect: str = "elixir", *, extended: bool = False) -> Guarded:
    """The tree of a pattern; `extended` allows what goes beyond the dialect."""
    tree: Guarded = _parser(dialect).parse_pattern(text, extended=extended)
    return tree


def parse_construction(text: str, dialect: str = "elixir", *, extended: bool = False) -> Expr:
    """The tree of what builds a bitstring: `<<...>>`, or an expression around it."""
    tree: Expr = _parser(dialect).parse_construction(text, extended=extended)
    return tree


def parse_comprehension(text: str, dialect: str = "elixir") -> Comprehension:
    """The tree of a comprehension."""
    tree: Comprehension = _parser(dialect).parse_comprehension(text)
    return tree


def _parser(dialect: str) -> Any:
    """The module that reads a dialect."""
    if dialect == "elixir":
        from bitwright.bitsyntax import elixir

        return elixir
    if dialect == "erlang":
        from bitwright.bitsyntax import erlang

        return erlang
    raise PatternError(f"there is no dialect {dialect!r}", advice='a dialect is "elixir" or "erlang"')
