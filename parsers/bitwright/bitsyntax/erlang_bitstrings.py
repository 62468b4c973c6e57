"""`<<...>>` of Erlang, and comprehensions: segments, generators and filters.

Promise: what Erlang's grammar takes in a segment, no more; `erlang_segments` says what it means.
"""

from __future__ import annotations

from typing import NoReturn

from bitwright.bitsyntax import erlang_functions, erlang_lexer, erlang_segments
from bitwright.bitsyntax.computed import width_of
from bitwright.bitsyntax.erlang_expressions import Expressions, Mode
from bitwright.bitsyntax.tree import (
    BitGenerator,
    Bitstring,
    Comprehension,
    Expr,
    Filter,
    Guarded,
    ListGenerator,
    Literal,
    Segment,
    TupleOf,
    Variable,
    Wildcard,
)
from bitwright.errors import PatternError

_OPENING = frozenset({"(", "[", "{", "<<"})
_CLOSING = frozenset({")", "]", "}", ">>"})
_ARROWS = frozenset({"<-", "<=", "<:-", "<:="})


class Bitstrings(Expressions):
    """Reads `<<...>>` in patterns and constructions, and one comprehension where `comprehensions` allows it."""

    __slots__ = ("comprehensions",)

    def __init__(self, text: str, *, extended: bool = False, comprehensions: bool = False) -> None:
        super().__init__(text, extended=extended)
        self.comprehensions = comprehensions

    def bitstring(self, mode: Mode) -> Bitstring | Comprehension:
        """From behind `<<` to behind `>>`."""
        kinds, at = self.kinds, self.starts[self.position - 1]
        found: list[Segment] = []
        height = 0
        self.enter()
        if kinds[self.position] != ">>":
            while True:
                written = self._written(mode)
                height = max(height, self.height)
                if kinds[self.position] == "||" and not found and mode == "body" and written.value is not None:
                    self.depth -= 1
                    return self.comprehension(written.value, ">>", at)
                found += erlang_segments.resolved(written, self.text, pattern=mode == "pattern", extended=self.extended)
                if kinds[self.position] != ",":
                    break
                self.position += 1
        self.expect(">>")
        self.depth -= 1
        self.higher(height + 1, at)
        if mode == "pattern":
            self._all_sized(found)
        return Bitstring(tuple(found), at, self.starts[self.position - 1] + 2)

    def _all_sized(self, segments: list[Segment]) -> None:
        """Refuse a segment without size before others; extended, before others of unknown size."""
        for index, segment in enumerate(segments[:-1]):
            if not _takes_the_rest(segment):
                continue
            known = all(width_of(other) is not None for other in segments[index + 1 :])
            if self.extended and known:
                continue
            message = "a binary field without size is only allowed at the end of a binary pattern"
            if self.extended:
                message += ", or before fields whose sizes are numbers"
            advice = "write its size, as in Body:Length/binary"
            if known:
                advice += "; with extended=True a field without size may stand before others of known size"
            self.refuse_at(message, advice, segment.at)

    def refuse_at(self, message: str, advice: str, at: int) -> NoReturn:
        """Refuse a place in the text."""
        raise PatternError(message, self.text, at, advice)

    def _written(self, mode: Mode) -> erlang_segments.Written:
        at = self.starts[self.position]
        string = ""
        value: Expr | None = None
        if self.kinds[self.position] == "var":
            value = self.primary(mode)
        elif self._is_string():
            string = self._string()
        else:
            value = self._value(mode)
        height = self.height
        size: Expr | None = None
        words: list[tuple[str, int | None, int]] = []
        if self.kinds[self.position] == ":":
            self.position += 1
            size = self.primary("guard" if mode == "pattern" else mode)
            height = max(height, self.height)
        if self.kinds[self.position] == "/":
            words = self._words()
        self.height = height
        last = self.position - 1
        return erlang_segments.Written(value, string, size, words, at, self.starts[last] + len(self.texts[last]))

    def _is_string(self) -> bool:
        place = self.position
        while self.kinds[place] == "(":
            place += 1
        if self.kinds[place] != "string":
            return False
        opened = place - self.position
        while self.kinds[place] == "string":
            place += 1
        return self.kinds[place : place + opened] == [")"] * opened

    def _string(self) -> str:
        opened = 0
        while self.kinds[self.position] == "(":
            self.position += 1
            opened += 1
        string = self.string()
        self.position += opened
        self.height = 1
        return string

    def _value(self, mode: Mode) -> Expr:
        place = self.position
        kind, at = self.kinds[place], self.starts[place]
        if kind in erlang_functions.UNARY:
            self.position += 1
            operand = self.primary(mode)
            self.higher(self.height + 1, at)
            value = self.signed(mode, kind, operand, at)
        else:
            value = self.primary(mode)
        if mode == "pattern" and not (
            isinstance(value, Variable | Wildcard) or (isinstance(value, Literal) and value.value.__class__ is not bytes)
        ):
            self.refuse("illegal pattern", "a segment is a number, a variable, _ or a string", place)
        return value

    def _words(self) -> list[tuple[str, int | None, int]]:
        """From `/`: a type, a sign, an endianness, a unit, joined with `-`."""
        words: list[tuple[str, int | None, int]] = []
        while not words or self.kinds[self.position] == "-":
            self.position += 1
            at = self.starts[self.position]
            if self.kinds[self.position] not in ("atom", "quoted"):
                self.unexpected("a type")
            word = self.atom()
            number: int | None = None
            if self.kinds[self.position] == ":":
                self.position += 1
                if self.kinds[self.position] != "number":
                    self.unexpected("a number")
                read = erlang_lexer.number(self.texts[self.position], self.text, self.starts[self.position])
                if not isinstance(read, int):
                    self.unexpected("a whole number")
                number = read
                self.position += 1
            words.append((word, number, at))
        return words

    def comprehension(self, body: Expr, closing: str, at: int) -> Comprehension:
        """From `||` to behind the closing bracket."""
        if not self.comprehensions:
            self.refuse("a comprehension cannot stand here", "a text is one comprehension; give the result of another as a variable")
        self.comprehensions = False
        height = self.height
        qualifiers: list[BitGenerator | ListGenerator | Filter] = []
        while not qualifiers or self.kinds[self.position] == ",":
            self.position += 1
            qualifiers.append(self._qualifier())
            height = max(height, self.height)
        self.expect(closing)
        self.higher(height + 2, at)
        return Comprehension(tuple(qualifiers), body, Literal(b"", at) if closing == ">>" else None, at=at)

    def _qualifier(self) -> BitGenerator | ListGenerator | Filter:
        at = self.starts[self.position]
        place = self._arrow()
        if place is None:
            return Filter(self.expression("guard"), at, guard=True)
        arrow = self.kinds[place]
        pattern = self.expression("pattern")
        if self.kinds[self.position] == ":=":
            self.position += 1
            pattern = TupleOf((pattern, self.expression("pattern")), at)
        height = self.height
        if self.position != place:
            self.unexpected(arrow)
        self.position += 1
        guarded = Guarded(pattern, (), "erlang", self.text)
        strict = arrow in ("<:-", "<:=")
        if arrow in ("<-", "<:-"):
            source = self.expression("body")
            self.height = max(height, self.height)
            return ListGenerator(guarded, source, strict, at)
        if not isinstance(pattern, Bitstring):
            self.refuse("a generator of bits has a pattern of bits", f"write <<X>> {arrow} Bits, or X <- List", place)
        for segment in pattern.segments:
            if _takes_the_rest(segment):
                advice = "each element needs an end: write the size, as in X:2/binary"
                self.refuse_at("binary fields without size are not allowed in patterns of bit string generators", advice, segment.at)
        source = self.expression("body")
        self.height = max(height, self.height)
        return BitGenerator(guarded, source, strict, at)

    def _arrow(self) -> int | None:
        """Where the arrow of a qualifier stands, if it has one."""
        opened = 0
        for place in range(self.position, len(self.kinds)):
            kind = self.kinds[place]
            if kind in _OPENING:
                opened += 1
            elif kind in _CLOSING:
                opened -= 1
                if opened < 0:
                    return None
            elif not opened and kind in _ARROWS:
                return place
            elif not opened and kind == ",":
                return None
        return None


def _takes_the_rest(segment: Segment) -> bool:
    """Whether a segment has no size but what is left."""
    if segment.type != "binary" or segment.size is not None:
        return False
    return not (isinstance(segment.value, Literal) and isinstance(segment.value.value, bytes))
