"""`for` of Elixir: generators, filters, options, and the clauses of `reduce`.

Promise: what is a generator and what a filter is told as Elixir tells it; no text is read twice.
"""

from __future__ import annotations

from typing import Final

from bitwright.bitsyntax.elixir_segments import Segments
from bitwright.bitsyntax.tree import (
    BitGenerator,
    Both,
    Clause,
    Comprehension,
    Expr,
    Filter,
    Guarded,
    ListGenerator,
    ListOf,
    Literal,
    Variable,
)
from bitwright.errors import PatternError

_OPTIONS: Final = ("into", "uniq", "reduce", "do")


class Comprehensions(Segments):
    """Reads comprehensions, and patterns with guards, of which they have many."""

    __slots__ = ()

    def guarded(self) -> Guarded:
        """A pattern and its guards, up to what cannot belong to them."""
        matching, self.matching = self.matching, True
        pattern = self.expression(100)
        self.matching = matching
        return self._guarded(pattern)

    def _guarded(self, pattern: Expr) -> Guarded:
        guards: list[Expr] = []
        height = self.height
        while self.kinds[self.position] == "when":
            self.position += 1
            guards.append(self.expression(100))
            height = max(height, self.height)
        self.height = height
        return Guarded(pattern, tuple(guards), "elixir", self.text)

    def comprehension(self) -> Comprehension:
        """From behind `for`."""
        at = self.starts[self.position - 1]
        self.enter()
        parenthesized = self.kinds[self.position] == "("
        self.position += parenthesized
        qualifiers, height = self._qualifiers(at)
        made = Comprehension(qualifiers, None, at=at)
        height = max(height, self._options(made))
        if parenthesized:
            self.expect(")")
        if made.body is None and not made.clauses:
            self.expect("do", "do:, or do ... end")
            height = max(height, self._block(made, "end"))
        self.depth -= 1
        self.higher(height + 1, at)
        return made

    def _qualifiers(self, at: int) -> tuple[tuple[BitGenerator | ListGenerator | Filter, ...], int]:
        found: list[BitGenerator | ListGenerator | Filter] = []
        height = 0
        while not self.at_key() and self.kinds[self.position] != "do":
            qualifier = self._qualifier()
            height = max(height, self.height)
            found += _matching(qualifier) if isinstance(qualifier, Filter) else [qualifier]
            if self.kinds[self.position] != ",":
                break
            self.position += 1
        if not found or isinstance(found[0], Filter):
            raise PatternError("for has to begin with a generator", self.text, at, "write for <<x <- data>>, do: x")
        return tuple(found), height

    def _qualifier(self) -> BitGenerator | ListGenerator | Filter:
        at = self.starts[self.position]
        left: Expr | None = None
        if self.kinds[self.position] == "<<":
            self.position += 1
            left = self.bitstring(generator=True)
            if self.source is not None:
                return BitGenerator(Guarded(left, (), "elixir", self.text), self.source, self.strict, at)
        node = self.expression(100, left)
        height = self.height
        if self.kinds[self.position] not in {"<-", "<:=", "when"}:
            return Filter(node, at)
        pattern = self._guarded(node)
        strict = self.kinds[self.position] == "<:="
        if not strict:
            self.expect("<-")
        else:
            self.position += 1
        height = max(height, self.height)
        source = self.expression(100)
        self.height = max(height, self.height)
        return ListGenerator(pattern, source, strict, at)

    def _options(self, made: Comprehension) -> int:
        """`into:`, `uniq:`, `reduce:` and `do:`; gives how high they are."""
        height = 0
        given: set[str] = set()
        while self.at_key():
            position = self.position
            name = self.texts[position].rstrip(":")
            if name not in _OPTIONS or name in given:
                known = "into:, uniq:, reduce: and do:"
                message = f"{name}: is given twice" if name in given else f"unsupported option {name} given to for"
                self.refuse(message, f"it takes {known}")
            given.add(name)
            self.position += 1
            if name == "do" and made.reduce is not None and self.kinds[self.position] == "(":
                self.position += 1
                height = max(height, self._block(made, ")"))
            else:
                self._option(made, name, position)
                height = max(height, self.height)
            if self.kinds[self.position] != ",":
                break
            self.position += 1
        if made.reduce is not None and (made.into is not None or made.uniq):
            raise PatternError("cannot use :reduce alongside :into/:uniq in for", self.text, made.at)
        return height

    def _option(self, made: Comprehension, name: str, position: int) -> None:
        value = self.expression(100)
        if name == "into":
            made.into = value
        elif name == "reduce":
            made.reduce = value
        elif name == "uniq":
            if not isinstance(value, Literal) or value.value.__class__ is not bool:
                self.refuse(":uniq option for comprehensions only accepts a boolean", "write uniq: true", position)
            made.uniq = value.value
        elif made.reduce is not None:
            self.refuse("when using :reduce with comprehensions, the do block must be written using acc -> expr clauses", "", position)
        else:
            made.body = value

    def _block(self, made: Comprehension, closing: str) -> int:
        """What stands between `do` and `end`: clauses if there is `reduce`, else one expression."""
        if made.reduce is None:
            made.body = self.expression(100)
            height = self.height
            if self.kinds[self.position] == "->":
                self.refuse("clauses stand only behind reduce:", "write reduce: start do acc -> ... end")
            if self.kinds[self.position] == ";" or (self.kinds[self.position] != "end" and self.new_line_before(self.position)):
                self.refuse("only one expression can stand here", "put it into one expression")
            self.expect(closing)
            return height
        found: list[Clause] = []
        height = 0
        while self.kinds[self.position] != closing:
            at = self.starts[self.position]
            pattern = self.guarded()
            height = max(height, self.height)
            if self.kinds[self.position] != "->":
                self.refuse(
                    f"expected ->, found {self.shown(self.position)}",
                    "the do block of a reduce is written as clauses: acc -> expression",
                )
            self.position += 1
            body = self.expression(100)
            height = max(height, self.height)
            found.append(Clause(pattern, body, at))
            while self.kinds[self.position] == ";":
                self.position += 1
        self.expect(closing)
        if not found:
            raise PatternError("for with reduce: needs clauses", self.text, made.at, "write do acc -> expression end")
        made.clauses = tuple(found)
        return height


def _matching(qualifier: Filter) -> list[BitGenerator | ListGenerator | Filter]:
    """A filter; one of the form `pattern = value` binds what it matches, and so is a generator of one element."""
    condition, at = qualifier.condition, qualifier.at
    if not isinstance(condition, Both):
        return [qualifier]
    once = ListGenerator(Guarded(condition.left), ListOf((condition.right,), None, at), strict=True, at=at)
    return [once, Filter(Variable(condition.left.name, at), at)] if isinstance(condition.left, Variable) else [once]
