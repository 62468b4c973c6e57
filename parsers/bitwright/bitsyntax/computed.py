"""What may be computed, and where: anything in a construction, what a guard may call in a guard and in the size of a segment.

Promise: literals nested in a bitstring that is built have become its own segments, where that changes nothing; in the size of a segment
of a pattern a `Variable` was bound by an earlier segment of the same `<<>>`, and a name from outside is a `Pin`.
"""

from __future__ import annotations

from typing import ClassVar, Final, NoReturn

from bitwright.bitsyntax.functions import GUARD_NAMES
from bitwright.bitsyntax.tree import (
    BitGenerator,
    Bitstring,
    Both,
    Call,
    Comprehension,
    Expr,
    Filter,
    ListOf,
    Literal,
    MapOf,
    Pin,
    RangeOf,
    Segment,
    TupleOf,
    Variable,
    Wildcard,
)
from bitwright.errors import PatternError

_UNDERSCORE: Final = 'invalid use of _. "_" represents a value to be ignored in a pattern and cannot be used in expressions'


class Checker:
    """What both kinds of text share.

    `foreign` is what is refused as the value of a segment, of what makes a term: in a construction most of it is refused when that
    runs, as any other value that is no number.
    """

    __slots__ = ("text",)

    foreign: ClassVar[tuple[type, ...]] = (ListOf,)

    def __init__(self, text: str) -> None:
        self.text = text

    def refuse(self, message: str, at: int, advice: str = "") -> NoReturn:
        """Refuse the text at a place."""
        raise PatternError(message, self.text, at, advice)

    def error(self, message: str, at: int, advice: str = "") -> PatternError:
        """What refuses the text at a place."""
        return PatternError(message, self.text, at, advice)

    def literal(self, value: Expr, at: int) -> None:
        """Refuse what a bitstring cannot hold, known without running anything."""
        if isinstance(value, self.foreign):
            kind = {ListOf: "a list", TupleOf: "a tuple", MapOf: "a map"}.get(type(value), "a range")
            self.refuse(f"invalid literal in <<>>: {kind}", at, "a segment holds a number, a string or a bitstring")
        if isinstance(value, Literal) and value.value.__class__ not in {int, float, bytes}:
            shown = value.value if isinstance(value.value, str) else {None: "nil", True: "true", False: "false"}[value.value]
            shown = f":{shown}" if isinstance(value.value, str) else shown
            advice = "a segment holds a number, a string or a bitstring"
            if shown.startswith(":Elixir."):
                from bitwright.bitsyntax.advice import alias

                shown = shown.removeprefix(":Elixir.")
                advice = alias(shown)
            self.refuse(f"invalid literal {shown} in <<>>", at, advice)


class Size(Checker):
    """Resolves the names in the size of a segment, and checks it as a guard; the first `outside` names of the pattern are not its own."""

    __slots__ = ("bound", "outside", "own")

    def __init__(self, text: str, bound: dict[str, int], outside: int, own: Expr) -> None:
        super().__init__(text)
        self.bound, self.outside = bound, outside
        self.own = own.name if isinstance(own, Variable) else ""

    def resolved(self, node: Expr) -> Expr:
        """The size with names from outside as pins."""
        if isinstance(node, Variable):
            return self.name(node)
        if isinstance(node, Call):
            _guard(self, node, "a bitstring size specifier")
            node.args = tuple(map(self.resolved, node.args))
        elif isinstance(node, TupleOf):
            node.items = tuple(map(self.resolved, node.items))
        elif isinstance(node, ListOf):
            node.items = tuple(map(self.resolved, node.items))
            node.tail = None if node.tail is None else self.resolved(node.tail)
        elif isinstance(node, RangeOf):
            node.first, node.last = self.resolved(node.first), self.resolved(node.last)
            node.step = None if node.step is None else self.resolved(node.step)
        elif isinstance(node, Bitstring):
            for segment in node.segments:
                segment.value = self.resolved(segment.value)
                segment.size = None if segment.size is None else self.resolved(segment.size)
            Expression(self.text, "a bitstring size specifier", pins=True).check(node)
        elif not isinstance(node, Literal | Pin):
            Expression(self.text, "a bitstring size specifier").check(node)
            self.refuse("no size", node.at, "a size is a number, a name, or computed from them")
        return node

    def name(self, node: Variable) -> Expr:
        """A name in a size."""
        name = node.name
        order = self.bound.get(name)
        if order is not None and order >= self.outside:
            return node
        if order is not None:
            self.refuse(
                f'undefined variable "{name}"', node.at,
                "a size can use what earlier segments of the same <<>> bind, or what is given from outside (write "
                f"size(^{name}) for that), but nothing bound elsewhere in the pattern",
            )  # fmt: skip
        if name == self.own:
            advice = f"a segment cannot be its own size; if {name} is given from outside, write size(^{name})"
            self.refuse(f'undefined variable "{name}"', node.at, advice)
        return Pin(name, node.at)


class Expression(Checker):
    """Checks what is computed; `where` is empty for an expression that may call anything, else what the place is called."""

    __slots__ = ("pins", "where")

    def __init__(self, text: str, where: str = "", *, pins: bool = False) -> None:
        super().__init__(text)
        self.where, self.pins = where, pins

    def check(self, node: Expr) -> None:
        """Check an expression and everything in it."""
        if isinstance(node, Literal | Variable):
            return
        if isinstance(node, Call):
            if self.where:
                _guard(self, node, self.where)
            for arg in node.args:
                self.check(arg)
        elif isinstance(node, TupleOf | ListOf):
            for item in node.items:
                self.check(item)
            if isinstance(node, ListOf) and node.tail is not None:
                self.check(node.tail)
        elif isinstance(node, MapOf):
            for key, value in node.pairs:
                self.check(key)
                self.check(value)
        elif isinstance(node, RangeOf):
            for part in (node.first, node.last, node.step):
                if part is not None:
                    self.check(part)
        elif isinstance(node, Bitstring):
            node.segments = tuple(self.segments(node))
        elif isinstance(node, Comprehension):
            self.comprehension(node)
        else:
            self.no_expression(node)

    def no_expression(self, node: Expr) -> None:
        """Refuse what stands only in patterns."""
        if isinstance(node, Wildcard):
            self.refuse(_UNDERSCORE, node.at, "give it a name")
        if isinstance(node, Pin) and not self.pins:
            self.refuse(f"cannot use ^{node.name} outside of match clauses", node.at, f"write {node.name}")
        if isinstance(node, Both):
            self.refuse("= matches, and stands in no expression here", node.at, "compare with ==")

    def segments(self, node: Bitstring) -> list[Segment]:
        """The segments of a bitstring that is built."""
        found: list[Segment] = []
        for segment in node.segments:
            value = segment.value
            if segment.size is not None and not isinstance(segment.size, Literal):
                self.check(segment.size)
            if isinstance(value, Bitstring):
                found += self.nested(segment, value)
                continue
            self.literal(value, segment.at)
            self.check(value)
            found.append(segment)
        return found

    def nested(self, segment: Segment, inner: Bitstring) -> list[Segment]:
        """The segments of a literal in a segment, or the segment itself where only running it can tell that it is a binary."""
        inner.segments = found = tuple(self.segments(inner))
        if segment.unit == 8:
            width = alignment(found)
            if width is None:
                return [segment]
            if width:
                self.refuse(
                    "expected <<>> to be a binary but its number of bits is not divisible by 8", segment.at, "write <<...>>::bits"
                )
        return list(found)

    def comprehension(self, node: Comprehension) -> None:
        """Check a comprehension."""
        if self.where:
            self.refuse(f"for is not allowed in {self.where}", node.at)
        from bitwright.bitsyntax.checks import Pattern

        for qualifier in node.qualifiers:
            if isinstance(qualifier, Filter):
                self.check(qualifier.condition)
            else:
                self.check(qualifier.source)
                Pattern(self.text, generator=isinstance(qualifier, BitGenerator)).check(qualifier.pattern)
        for part in (node.into, node.reduce, node.body):
            if part is not None:
                self.check(part)
        for clause in node.clauses:
            Pattern(self.text).check(clause.pattern)
            self.check(clause.body)


def _guard(checker: Checker, node: Call, where: str) -> None:
    """Refuse what a guard cannot call."""
    name = node.function
    if name not in GUARD_NAMES:
        advice = {"&&": "write and", "||": "write or", "!": "write not"}.get(name, "")
        if name in {"&&", "||", "!", "if"}:
            checker.refuse(f"invalid expression in {where}, {name} is not allowed there", node.at, advice)
        message = f"cannot invoke remote function {name}/{len(node.args)} inside {where}"
        checker.refuse(message, node.at, "compute it before, and give it a name")
    if name == "in" and not isinstance(node.args[1], ListOf | RangeOf):
        message = f'invalid right argument for operator "in", it expects a list or a range on the right side when used in {where}'
        checker.refuse(message, node.args[1].at)


def width_of(segment: Segment) -> int | None:
    """The bits of a segment, if they are known without running anything."""
    size = segment.size
    if size is None:
        value = segment.value
        if isinstance(value, Literal) and segment.type == "binary" and isinstance(value.value, bytes):
            return 8 * len(value.value)
        return 32 if segment.type == "utf32" else None
    if isinstance(size, Literal) and size.value.__class__ is int and size.value >= 0:
        width: int = size.value * segment.unit
        return width
    return None


def alignment(segments: list[Segment] | tuple[Segment, ...]) -> int | None:
    """The bits above a multiple of 8 of several segments; None where they depend on a value."""
    total = 0
    for segment in segments:
        width = width_of(segment)
        if width is not None:
            total += width
        elif segment.type == "integer" or (segment.type == "binary" and segment.unit % 8):
            return None
    return total % 8
