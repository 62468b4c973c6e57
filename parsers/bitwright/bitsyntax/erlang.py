"""Erlang's patterns, constructions and comprehensions: text to tree.

Promise: what OTP 27's compiler takes, with the same meaning; what it refuses is refused, with the place and advice.
"""

from __future__ import annotations

from bitwright.bitsyntax.erlang_bitstrings import Bitstrings
from bitwright.bitsyntax.tree import Call, Comprehension, Expr, Guarded


def parse_pattern(text: str, *, extended: bool = False) -> Guarded:
    """A pattern, with guards behind `when`: those between `;` are alternatives, those between `,` have to hold together."""
    reader = Bitstrings(text, extended=extended)
    pattern = reader.expression("pattern")
    guards: list[Expr] = []
    if reader.kinds[reader.position] == "when":
        while not guards or reader.kinds[reader.position] == ";":
            reader.position += 1
            guards.append(_conjunction(reader))
    _ended(reader)
    return Guarded(pattern, tuple(guards), "erlang", text)


def parse_construction(text: str, *, extended: bool = False) -> Expr:
    """An expression, as a rule `<<...>>`."""
    reader = Bitstrings(text, extended=extended)
    expression = reader.expression("body")
    _ended(reader)
    return expression


def parse_comprehension(text: str) -> Comprehension:
    """`[X || <<X:4>> <= Bits]` or `<< <<X>> || X <- List >>`."""
    reader = Bitstrings(text, comprehensions=True)
    expression = reader.expression("body")
    _ended(reader)
    if not isinstance(expression, Comprehension):
        reader.refuse("no comprehension", "write [X || <<X:4>> <= Bits] or << <<X>> || X <- List >>", 0)
    return expression


def _conjunction(reader: Bitstrings) -> Expr:
    """Guards between commas, which have to be true one after the other."""
    parts = [reader.expression("guard")]
    height = reader.height
    while reader.kinds[reader.position] == ",":
        reader.position += 1
        parts.append(reader.expression("guard"))
        height = max(height, reader.height)
    reader.higher(height + len(parts), parts[0].at)
    whole = parts.pop()
    while parts:
        left = parts.pop()
        whole = Call("and", (left, whole), left.at)
    return whole


def _ended(reader: Bitstrings) -> None:
    if reader.kinds[reader.position] != "eof":
        reader.unexpected()
