"""Elixir's lists, maps, and what stands in parentheses or braces with commas between.

Promise: commas and `key: value` stand where Elixir takes them.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.bitsyntax import literals
from bitwright.bitsyntax.reader import Reader
from bitwright.bitsyntax.tree import Expr, ListOf, Literal, MapOf, TupleOf

WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "nil": None}  # the atoms that have a word of their own


class Containers(Reader):
    """Reads what consists of expressions."""

    __slots__ = ()

    def expression(self, least: int, left: Expr | None = None) -> Expr:
        """An operand, and every operator behind it that binds at least so tightly; `left` is an operand that was read already."""
        raise NotImplementedError  # a class built on this one reads it

    def items(self, closing: str) -> tuple[Expr, ...]:
        """Expressions with commas between them, up to what closes them; at the end they may be written `key: value`."""
        kinds = self.kinds
        self.enter()
        found: list[Expr] = []
        height = 0
        while kinds[self.position] != closing:
            if self.at_key():
                pairs = self.pairs(closing)
                found.append(ListOf(tuple(TupleOf(pair, pair[0].at) for pair in pairs), None, pairs[0][0].at))
                height = max(height, self.height + 2)
                break
            found.append(self.expression(100))
            height = max(height, self.height)
            if kinds[self.position] != ",":
                break
            self.position += 1
            if closing == ")" and kinds[self.position] == ")":
                self.refuse("unexpected )", "a call takes no comma behind its last argument")
        self.expect(closing)
        self.depth -= 1
        self.higher(height + 1, self.starts[self.position - 1])
        return tuple(found)

    def at_key(self) -> bool:
        """Whether `key:` stands here."""
        kind, written = self.kinds[self.position], self.texts[self.position]
        return kind == "key" or (kind in {"alias", "string"} and written[-1] == ":")

    def pairs(self, closing: str) -> list[tuple[Expr, Expr]]:
        """`key: value, ...`."""
        found: list[tuple[Expr, Expr]] = []
        height = 0
        while self.at_key():
            position = self.position
            at, written = self.starts[position], self.texts[position]
            key: Any = written.rstrip(":") if self.kinds[position] != "key" else written
            if self.kinds[position] == "string":
                key = literals.string(written[:-1], self.text, at).decode("utf-8", "replace")
            self.position += 1
            found.append((Literal(WORDS.get(key, key), at), self.expression(100)))
            height = max(height, self.height)
            if self.kinds[self.position] != ",":
                break
            self.position += 1
            if self.kinds[self.position] != closing and not self.at_key():
                self.refuse("unexpected expression after keyword list", "write key: value last")
        self.height = height
        return found

    def list_(self, at: int) -> Expr:
        """From behind `[` to behind `]`."""
        kinds = self.kinds
        found: list[Expr] = []
        tail: Expr | None = None
        height = 0
        self.enter()
        while kinds[self.position] != "]":
            if self.at_key():
                pairs = self.pairs("]")
                found += [TupleOf(pair, pair[0].at) for pair in pairs]
                height = max(height, self.height + 1)
                break
            found.append(self.expression(100))
            height = max(height, self.height)
            if kinds[self.position] == "|":
                self.position += 1
                tail = self.expression(100)
                height = max(height, self.height)
                break
            if kinds[self.position] != ",":
                break
            self.position += 1
        self.expect("]")
        self.depth -= 1
        self.higher(height + 1, at)
        return ListOf(tuple(found), tail, at)

    def map_(self, at: int) -> Expr:
        """From behind `%` to behind `}`."""
        kinds = self.kinds
        if kinds[self.position] == "alias":
            self.refuse("structs are not understood", "match the map: %{key: value}")
        self.expect("{")
        self.enter()
        found: list[tuple[Expr, Expr]] = []
        height = 0
        while kinds[self.position] != "}":
            if self.at_key():
                found += self.pairs("}")
                height = max(height, self.height)
                break
            key = self.expression(100)
            height = max(height, self.height)
            if kinds[self.position] == "|":
                self.refuse("a map cannot be updated here", "write the whole map")
            self.expect("=>")
            found.append((key, self.expression(100)))
            height = max(height, self.height)
            if kinds[self.position] != ",":
                break
            self.position += 1
        self.expect("}")
        self.depth -= 1
        self.higher(height + 1, at)
        return MapOf(tuple(found), at)
