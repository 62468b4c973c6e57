"""What the user says in Elixir's or Erlang's binary syntax: text to tree, no bytes here.

Promises: a text becomes one tree, whichever dialect it is written in; what the dialect's own compiler refuses is refused
with `PatternError`, which shows the column and says what to write instead; nothing in a text is ever evaluated by Python.
"""

from __future__ import annotations

from typing import Any

from bitwright.bitsyntax.tree import Bitstring, Comprehension, Expr, Guarded
from bitwright.errors import PatternError
from bitwright.locks import LOADING

__all__ = ["parse_comprehension", "parse_construction", "parse_pattern"]


def parse_pattern(text: str, dialect: str = "elixir", *, extended: bool = False) -> Guarded:
    """The tree of a pattern; `extended` allows what goes beyond the dialect."""
    parser = _parser(dialect)
    try:
        tree: Guarded = parser.parse_pattern(text, extended=extended)
    except PatternError as error:
        if not _builds(parser, text, extended):
            raise
        advice = f"{error.advice}; as an expression that builds, bitwright.construct() takes this text".removeprefix("; ")
        raise PatternError(error.message, error.text, error.at, advice) from None
    return tree


def _builds(parser: Any, text: str, extended: bool) -> bool:
    """Whether a text that is no pattern is a construction."""
    try:
        return isinstance(parser.parse_construction(text, extended=extended), Bitstring)
    except PatternError:
        return False


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
        with LOADING:
            from bitwright.bitsyntax import elixir

        return elixir
    if dialect == "erlang":
        with LOADING:
            from bitwright.bitsyntax import erlang

        return erlang
    raise PatternError(f"there is no dialect {dialect!r}", advice='a dialect is "elixir" or "erlang"')
