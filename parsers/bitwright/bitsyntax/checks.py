"""What Elixir's compiler refuses although every segment on its own is well formed, and what it makes of names.

Promise: what comes through can be lowered as it is.  In a pattern one segment of each bitstring at most has no size, and it is the last;
literals nested in a bitstring have become its own segments; in the size of a segment a `Variable` was bound by an earlier segment of the
same `<<>>`, and a name from outside is a `Pin`.  Trees are checked and completed in place, in one walk.
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
    Guarded,
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

_UNSIZED: Final = (
    "a binary field without size is only allowed at the end of a binary pattern, "
    "at the right side of binary concatenation and never allowed in binary generators"
)
_UNDERSCORE: Final = 'invalid use of _. "_" represents a value to be ignored in a pattern and cannot be used in expressions'


def check_pattern(guarded: Guarded, text: str, *, extended: bool = False) -> None:
    """Check a pattern with its guards."""
    _Pattern(text, extended=extended).check(guarded)


def check_construction(node: Expr, text: str) -> None:
    """Check what is built, or computed."""
    _Expression(text).check(node)


def check_comprehension(node: Comprehension, text: str) -> None:
    """Check a comprehension: its patterns, and everything that is computed."""
    _Expression(text).check(node)


class _Checker:
    """What both kinds of text share."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    # Of what makes a term: in a construction most of it is refused when that runs, as any other value that is no number.
    foreign: ClassVar[tuple[type, ...]] = (ListOf,)

    def refuse(self, message: str, at: int, advice: str = "") -> NoReturn:
        raise PatternError(message, self.text, at, advice)

    def error(self, message: str, at: int, advice: str = "") -> PatternError:
        return PatternError(message, self.text, at, advice)

    def literal(self, value: Expr, at: int) -> None:
        """Refuse what a bitstring cannot hold, known without running anything."""
        if isinstance(value, self.foreign):
            kind = {ListOf: "a list", TupleOf: "a tuple", MapOf: "a map"}.get(type(value), "a range")
            self.refuse(f"invalid literal in <<>>: {kind}", at, "a segment holds a number, a string or a bitstring")
        if isinstance(value, Literal) and value.value.__class__ not in {int, float, bytes}:
            shown = value.value if isinstance(value.value, str) else {None: "nil", True: "true", False: "false"}[value.value]
            shown = f":{shown}" if isinstance(value.value, str) else shown
            self.refuse(f"invalid literal {shown} in <<>>", at, "a segment holds a number, a string or a bitstring")


class _Pattern(_Checker):
    """Checks one pattern; `bound` are its names so far, in order."""

    __slots__ = ("bound", "extended", "generator")

    foreign: ClassVar[tuple[type, ...]] = (ListOf, TupleOf, MapOf, RangeOf)

    def __init__(self, text: str, *, extended: bool = False, generator: bool = False) -> None:
        super().__init__(text)
        self.bound: dict[str, None] = {}
        self.extended, self.generator = extended, generator

    def check(self, guarded: Guarded) -> None:
        guarded.pattern = self.pattern(guarded.pattern)
        for guard in guarded.guards:
            _Expression(self.text, "guards").check(guard)

    def pattern(self, node: Expr) -> Expr:
        """Check a part of the pattern, and give what stands in its place."""
        kind = node.__class__
        if kind is Bitstring:
            self.bitstring(node)  # type: ignore[arg-type]
        elif kind is Variable:
            self.bound[node.name] = None  # type: ignore[union-attr]
        elif isinstance(node, TupleOf):
            node.items = tuple(map(self.pattern, node.items))
        elif isinstance(node, ListOf):
            node.items = tuple(map(self.pattern, node.items))
            if node.tail is not None:
                node.tail = self.pattern(node.tail)
        elif isinstance(node, Both):
            node.left, node.right = self.pattern(node.left), self.pattern(node.right)
        elif isinstance(node, MapOf):
            node.pairs = tuple((self.key(key), self.pattern(value)) for key, value in node.pairs)
        elif isinstance(node, Call):
            return self.call(node)
        elif isinstance(node, RangeOf | Comprehension):
            self.refuse("cannot be matched", node.at, "bind a name, and compare it in a guard")
        return node

    def key(self, node: Expr) -> Expr:
        """The key of a map: a literal or a pinned name."""
        if isinstance(node, Variable):
            self.refuse(f"cannot use variable {node.name} as map key inside a pattern", node.at, f"write ^{node.name}")
        if isinstance(node, Wildcard):
            self.refuse("cannot use _ as map key inside a pattern", node.at)
        if isinstance(node, TupleOf | ListOf):
            for item in node.items:
                self.key(item)
        elif not isinstance(node, Literal | Pin):
            self.refuse("map keys in patterns can only be literals or a pinned variable", node.at, "write ^name")
        return node

    def call(self, node: Call) -> Expr:
        """Of all calls only `[...] ++ tail` can be matched."""
        if node.function == "++" and isinstance(node.args[0], ListOf) and node.args[0].tail is None:
            left, right = node.args
            assert isinstance(left, ListOf)
            if isinstance(right, ListOf):
                return self.pattern(ListOf((*left.items, *right.items), right.tail, left.at))
            return self.pattern(ListOf(left.items, right, left.at) if left.items else right)
        name = {"neg": "-", "pos": "+"}.get(node.function, node.function)
        if node.function == "++":
            self.refuse("invalid argument for ++ operator inside a match, expected a literal proper list", node.at, "write [head | tail]")
        raise self.error(
            f"cannot invoke {name}/{len(node.args)} inside a match", node.at,
            "write the value itself, or bind a name and compare it in a guard: when name == ...",
        )  # fmt: skip

    def bitstring(self, node: Bitstring) -> None:
        """Check and flatten a bitstring."""
        node.segments = tuple(self.segments(node, last=not self.generator))

    def segments(self, node: Bitstring, *, last: bool) -> list[Segment]:
        """The segments of a bitstring, checked; `last`: nothing follows it, so that its last segment may be unsized."""
        outside = frozenset(self.bound)
        found: list[Segment] = []
        final = len(node.segments) - 1
        for index, segment in enumerate(node.segments):
            if segment.size.__class__ is not Literal and segment.size is not None:
                segment.size = _Size(self.text, self.bound, outside, segment.value).resolved(segment.size)
            value = segment.value
            kind = value.__class__
            if kind is Variable:
                self.bound[value.name] = None  # type: ignore[union-attr]
            elif kind is Bitstring:
                found += self.nested(segment, last=last and index == final)
                continue
            elif kind is Literal:
                if value.value.__class__ not in {int, float, bytes}:  # type: ignore[union-attr]
                    self.literal(value, segment.at)
            elif kind is not Wildcard and kind is not Pin:
                self.value(value, segment.at)
            if segment.size is None and segment.type == "binary" and not (last and index == final) and kind is not Pin:
                self.unsized(node, index, segment, last=last)
            found.append(segment)
        return found

    def nested(self, segment: Segment, *, last: bool) -> list[Segment]:
        """The segments of a literal in a segment."""
        inner = segment.value
        assert isinstance(inner, Bitstring)
        found = self.segments(inner, last=last)
        if segment.unit == 8:
            width = alignment(found)
            if width is None:
                self.refuse(
                    "the length of the nested <<>> may be no multiple of 8 bits, so it is no binary", segment.at, "write <<...>>::bits"
                )
            if width:
                self.unaligned(segment.at)
        return found

    def unaligned(self, at: int) -> NoReturn:
        self.refuse("expected <<>> to be a binary but its number of bits is not divisible by 8", at, "write <<...>>::bits")

    def unsized(self, node: Bitstring, index: int, segment: Segment, *, last: bool) -> None:
        """Refuse a segment without size before others, if it cannot be computed."""
        if isinstance(segment.value, Literal):
            return
        if self.generator:
            self.refuse(_UNSIZED, segment.at, "write a size, as in x::binary-size(2): the pattern is repeated")
        behind = node.segments[index + 1 :]
        if not self.extended:
            advice = "write a size, as in x::binary-size(n)"
            if last and behind and all(width_of(other) is not None for other in behind):
                advice += "; with extended=True a segment without size may stand before others of known size"
            self.refuse(_UNSIZED, segment.at, advice)
        if not last or any(width_of(other) is None for other in behind):
            self.refuse(
                "only one segment can be without size, and what stands behind it has to be of known size", segment.at,
                "write sizes as numbers behind it",
            )  # fmt: skip

    def value(self, value: Expr, at: int) -> None:
        """Refuse what is no value in a bitstring of a pattern."""
        self.literal(value, at)
        if isinstance(value, Both):
            self.refuse("cannot pattern match inside a bitstring that is already in match", at, "match the whole: <<...>> = name")
        if isinstance(value, Call):
            self.call(value)
        self.refuse("a bitstring only accepts binaries, numbers, and variables inside a match", at)


class _Size(_Checker):
    """Resolves the names in the size of a segment, and checks it as a guard."""

    __slots__ = ("bound", "outside", "own")

    def __init__(self, text: str, bound: dict[str, None], outside: frozenset[str], own: Expr) -> None:
        super().__init__(text)
        self.bound, self.outside = bound, outside
        self.own = own.name if isinstance(own, Variable) else ""

    def resolved(self, node: Expr) -> Expr:
        """The size with names from outside as pins."""
        kind = node.__class__
        if kind is Variable:
            return self.name(node)  # type: ignore[arg-type]
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
            _Expression(self.text, "a bitstring size specifier", pins=True).check(node)
        elif not isinstance(node, Literal | Pin):
            _Expression(self.text, "a bitstring size specifier").check(node)
            self.refuse("no size", node.at, "a size is a number, a name, or computed from them")
        return node

    def name(self, node: Variable) -> Expr:
        name = node.name
        if name in self.bound and name not in self.outside:
            return node
        if name in self.outside:
            self.refuse(
                f'undefined variable "{name}"', node.at,
                "a size can use what earlier segments of the same <<>> bind, or what is given from outside (write "
                f"size(^{name}) for that), but nothing bound elsewhere in the pattern",
            )  # fmt: skip
        if name == self.own:
            advice = f"a segment cannot be its own size; if {name} is given from outside, write size(^{name})"
            self.refuse(f'undefined variable "{name}"', node.at, advice)
        return Pin(name, node.at)


class _Expression(_Checker):
    """Checks what is computed; `where` is empty for an expression that may call anything, else what the place is called."""

    __slots__ = ("pins", "where")

    def __init__(self, text: str, where: str = "", *, pins: bool = False) -> None:
        super().__init__(text)
        self.where, self.pins = where, pins

    def check(self, node: Expr) -> None:
        kind = node.__class__
        if kind is Literal or kind is Variable:
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
            if segment.size is not None and segment.size.__class__ is not Literal:
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
        if self.where:
            self.refuse(f"for is not allowed in {self.where}", node.at)
        for qualifier in node.qualifiers:
            if isinstance(qualifier, Filter):
                self.check(qualifier.condition)
            else:
                self.check(qualifier.source)
                _Pattern(self.text, generator=isinstance(qualifier, BitGenerator)).check(qualifier.pattern)
        for part in (node.into, node.reduce, node.body):
            if part is not None:
                self.check(part)
        for clause in node.clauses:
            _Pattern(self.text).check(clause.pattern)
            self.check(clause.body)


def _guard(checker: _Checker, node: Call, where: str) -> None:
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


def likely_mistake(guarded: Guarded) -> str:
    """What the author of a pattern that does not match may have meant instead, or nothing."""
    pattern = guarded.pattern
    while isinstance(pattern, Both):
        pattern = pattern.left if isinstance(pattern.left, Bitstring) else pattern.right
    if not isinstance(pattern, Bitstring) or not pattern.segments:
        return ""
    last = pattern.segments[-1]
    if not last.untyped or not isinstance(last.value, Variable) or last.end != last.at + len(last.value.name):
        return ""
    name = last.value.name
    return f"`{name}` without a type at the end is one byte: did you mean {name}::binary?"
