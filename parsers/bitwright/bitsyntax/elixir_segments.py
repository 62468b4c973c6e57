"""`<<...>>` of Elixir: segments and what stands behind their `::`.

Promise: the specifiers that Elixir 1.18 takes, in any order and every abbreviation; the ordinary forms are read without looking twice.
"""

from __future__ import annotations

from typing import Final

from bitwright.bitsyntax import literals, segments
from bitwright.bitsyntax.elixir_expressions import Expressions
from bitwright.bitsyntax.segments import Specifiers
from bitwright.bitsyntax.tree import Bitstring, Call, Expr, Literal, Segment, Variable, Wildcard

_BEHIND: Final = frozenset({"::", ",", ">>"})
_WHOLE_ITEM: Final = frozenset({"-", ",", ">>"})


class Segments(Expressions):
    """Reads `<<...>>`; if what was read last is a generator, `source` is where it takes its bits from, and `strict` says of which kind."""

    __slots__ = ("source", "strict")

    source: Expr | None
    strict: bool

    def bitstring(self, *, generator: bool = False) -> Bitstring:
        """From behind `<<` to behind `>>`."""
        kinds, at = self.kinds, self.starts[self.position - 1]
        found: list[Segment] = []
        height = 0
        self.enter()
        source: Expr | None = None
        while kinds[self.position] != ">>":
            found.append(self._segment())
            height = max(height, self.height)
            kind = kinds[self.position]
            if kind == ",":
                self.position += 1
                continue
            if generator and kind in {"<-", "<:="}:
                source = self._source(kind)
                height = max(height, self.height)
            elif kind != ">>":
                self._wrong_end(kind)
            break
        self.expect(">>")
        self.depth -= 1
        self.higher(height + 1, at)
        self.source = source
        return Bitstring(tuple(found), at, self.end_of(self.position - 1))

    def _source(self, kind: str) -> Expr:
        self.position += 1
        source = self.expression(100)
        self.strict = kind == "<:="
        if self.kinds[self.position] != ">>":
            self.refuse(f"expected >> behind the source of the generator, found {self.shown(self.position)}")
        return source

    def _wrong_end(self, kind: str) -> None:
        position = self.position
        if kind in {"<-", "<:="}:
            self.refuse("a generator can only stand directly in for", "write for <<x <- data>>, do: x")
        if kind == "=":
            self.refuse("a segment cannot be matched with =", "match the whole: <<...>> = name", position)
        if kind in {"*", "+", "/", "("}:
            self.refuse(f"unexpected {self.shown(position)} in a specifier", "write a computed size as size(...)")
        self.refuse(f"expected , or >>, found {self.shown(position)}", self.advice_at(position))

    def _segment(self) -> Segment:
        position, kinds, starts = self.position, self.kinds, self.starts
        kind, at = kinds[position], starts[position]
        value: Expr
        expected: segments.Expected = None
        if kinds[position + 1 if kind != "eof" else position] in _BEHIND and kind in {"id", "number"}:
            written = self.texts[position]
            self.height = 0
            self.position = position + 1
            if kind == "id":
                value = Wildcard(at) if written == "_" else Variable(written, at)
            else:
                value = Literal(literals.number(written, self.text, at), at)
                expected = "integer" if value.value.__class__ is int else "float"
        elif kind == "(" and self._holds_segment():
            return self._inside()
        else:
            value = self.expression(100)
            # Elixir computes -1.5 when it builds, so that it has no type of its own there
            if self.matching or kind not in {"-", "+"}:
                expected = segments.expected_of(value)
        if kinds[self.position] == "::":
            return self._specified(value, expected, at)
        return segments.plain(value, expected, at, self.end_of(self.position - 1))

    def _holds_segment(self) -> bool:
        """Whether the parenthesis here stands around a whole segment: `(x::8)`."""
        level = 0
        typed = False
        for place in range(self.position, len(self.kinds)):
            kind = self.kinds[place]
            if kind in {"(", "<<"}:
                level += 1
            elif kind in {")", ">>"}:
                level -= 1
                if level == 0:
                    return typed and self.kinds[place + 1] in _BEHIND
            elif kind == "::" and level == 1:
                typed = True
        return False

    def _inside(self) -> Segment:
        self.enter()
        self.position += 1
        found = self._segment()
        self.expect(")")
        self.depth -= 1
        if self.kinds[self.position] == "::":
            self.refuse("unexpected ::", "a segment has one type and size")
        return found

    def _specified(self, value: Expr, expected: segments.Expected, at: int) -> Segment:
        kinds, texts, starts = self.kinds, self.texts, self.starts
        given = Specifiers(self.text, extended=self.extended)
        height, several_lines = self.height, self.tokens.several_lines
        position = self.position + 1
        while True:
            kind = kinds[position]
            if kind == "id":
                behind = kinds[position + 1]
                if behind in _WHOLE_ITEM:
                    given.word(texts[position], starts[position])
                    position += 1
                else:
                    self.position = position
                    self._item(given)
                    position = self.position
            elif kind == "number" and kinds[position + 1] in _WHOLE_ITEM:
                self._number(given, position)
                position += 1
            else:
                self.position = position
                self._item(given)
                position = self.position
            height = max(height, self.height)
            if kinds[position] != "-" or (several_lines and self.new_line_before(position)):
                break
            self.refuse_lopsided(position)
            position += 1
        self.position = position
        self.height = height
        return given.resolve(value, expected, at, self.end_of(position - 1))

    def _number(self, given: Specifiers, position: int) -> None:
        written, at = self.texts[position], self.starts[position]
        size = literals.number(written, self.text, at)
        if size.__class__ is float:
            self.refuse(f"unknown bitstring specifier: {self.shown(position)}", "a size is a whole number", position)
        given.sized(Literal(size, at), written, at)

    def _item(self, given: Specifiers) -> None:
        """One specifier that is more than a word or a number."""
        position, kinds = self.position, self.kinds
        kind, at = kinds[position], self.starts[position]
        if kind == "id" and (kinds[position + 1] == "(" or self.texts[position] in {"size", "unit"}):
            self._called(given)
        elif kind == "(":
            self._parenthesized(given)
        else:
            self._product(given, self.expression(221) if kind not in {"-", "+"} else self._signed(), position, at)

    def _signed(self) -> Expr:
        if self.kinds[self.position + 1] == "number":
            return self.operand()
        raise self.error(f"unexpected {self.shown(self.position)} in a specifier", "specifiers are joined by one -, as in signed-16")

    def _called(self, given: Specifiers) -> None:
        """`size(...)`, `unit(...)`, or a word with parentheses, which Elixir takes too."""
        position = self.position
        name, at = self.texts[position], self.starts[position]
        parenthesized = self.kinds[position + 1] == "("
        self.position += 1 + parenthesized
        if self.kinds[self.position] == ")" and name not in {"size", "unit"}:
            self.position += 1
            given.word(name, at)
            return
        if name == "size":
            begin = self.position
            if self.kinds[begin] in {")", "*"}:
                self.refuse("unknown bitstring specifier: size()", "write size(n)", position)
            size = self.size_expression()
            if self.kinds[self.position] == ",":
                self.refuse("unknown bitstring specifier: size takes one argument", "write size(n)-unit(m), or n*m")
            given.sized(size, " ".join(self.texts[begin : self.position]), at)
            if parenthesized:
                self.expect(")")
        elif name == "unit":
            begin = self.position
            if self.kinds[begin] in {")", "*"}:
                self.refuse("unknown bitstring specifier: unit()", "write unit(8)", position)
            given.united(self._unit(self.expression(100), begin), at)
            if parenthesized:
                self.expect(")")
        elif name in segments.WORDS:
            advice = f"write {name}-size(...)" if segments.WORDS[name][0] == "type" and not name.startswith("utf") else f"write {name}"
            self.refuse(f"unknown bitstring specifier: {name}(...)", advice, position)
        else:
            segments.unknown(name, self.text, at, extended=self.extended, lower_name=False)

    def size_expression(self) -> Expr:
        """What stands in `size(...)`."""
        matching, self.matching = self.matching, False
        size = self.expression(100)
        self.matching = matching
        return size

    def _unit(self, unit: Expr, position: int) -> int:
        if not isinstance(unit, Literal) or unit.value.__class__ is not int:
            advice = "a unit is a number from 1 to 256; what varies is the size"
            self.refuse("unit in bitstring expects an integer as argument", advice, position)
        value: int = unit.value
        return value

    def _parenthesized(self, given: Specifiers) -> None:
        """`(signed-8)`, `(n)*8`, `(n + 1)*8`: specifiers, or an operand of `*`."""
        position = self.position
        closing = self._closing(position)
        if closing is not None and self.kinds[closing + 1] == "*":
            self._product(given, self.expression(221), position, self.starts[position])
            return
        self.enter()
        self.position += 1
        while True:
            self._item(given)
            if self.kinds[self.position] != "-":
                break
            self.position += 1
        self.expect(")")
        self.depth -= 1

    def _closing(self, position: int) -> int | None:
        level = 0
        for place in range(position, len(self.kinds)):
            kind = self.kinds[place]
            if kind == "(":
                level += 1
            elif kind == ")":
                level -= 1
                if level == 0:
                    return place
        return None

    def _product(self, given: Specifiers, size: Expr, position: int, at: int) -> None:
        """`operand`, `operand*unit`, `_*unit`; in `a*b*c` the last is the unit."""
        kinds = self.kinds
        factor: Expr | None = None
        stop = behind = self.position
        while kinds[self.position] == "*":
            if factor is not None:
                size = Call("*", (size, factor), at)
                self.higher(self.height + 1, at)
            stop, behind = self.position, self.position + 1
            self.position = behind
            height = self.height
            factor = self.operand()
            self.height = max(height, self.height)
        if kinds[self.position] in {"+", "/"} and not self.new_line_before(self.position):
            self.refuse(f"unexpected {self.shown(self.position)} in a specifier", "write a computed size as size(...)")
        if factor is not None:
            given.united(self._unit(factor, behind), self.starts[behind])
            if not isinstance(size, Wildcard):
                given.sized(size, " ".join(self.texts[position:stop]), at)
        elif isinstance(size, Literal) and size.value.__class__ is int:
            given.sized(size, " ".join(self.texts[position:stop]), at)
        elif isinstance(size, Variable):
            given.word(size.name, at)
        else:
            if kinds[position] == "alias":
                segments.unknown(self.texts[position], self.text, at, extended=self.extended, lower_name=False)
            shown = self.text[at : self.end_of(self.position - 1)]
            advice = "write a computed size as size(...)" if kinds[position] != "string" else ""
            self.refuse(f"unknown bitstring specifier: {shown if len(shown) < 40 else shown[:37] + '...'}", advice, position)
