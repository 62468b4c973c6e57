"""What the user says in Elixir's or Erlang's binary syntax: text to tree, no bytes here.

Promises: a text becomes one tree, whichever dialect it is written in; what the dialect's own compiler refuses is refused
with `PatternError`, which shows the column and says what to write instead; nothing in a text is ever evaluated by Python.
"""

from __future__ import annotations

from bitwright.bitsyntax.tree import Guarded
from bitwright.errors import PatternError

__all__ = ["parse_pattern"]


def parse_pattern(text: str, dialect: str = "elixir", *, extended: bool = False) -> Guarded:
    """The tree of a pattern; `extended` allows what goes beyond the dialect."""
    if dialect == "elixir":
        from bitwright.bitsyntax import elixir

        return elixir.parse_pattern(text, extended=extended)
    if dialect == "erlang":
        from bitwright.bitsyntax import erlang

        return erlang.parse_pattern(text, extended=extended)
    raise PatternError(f"there is no dialect {dialect!r}", advice='a dialect is "elixir" or "erlang"')
