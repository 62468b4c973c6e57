"""What Elixir's compiler refuses although every segment on its own is well formed, and what it makes of names.

Promise: what comes through can be lowered as it is.  In a pattern one segment of each bitstring at most has no size, and it is the last;
literals nested in a bitstring have become its own segments.  Trees are checked and completed in place, in one walk.
"""

from __future__ import annotations

from typing import ClassVar, Final, NoReturn

from bitwright.bitsyntax.computed import Checker, Expression, Size, alignment, width_of
from bitwright.bitsyntax.tree import (
    Bitstring,
    Both,
    Call,
    Comprehension,
    Expr,
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

_UNSIZED: Final = (
    "a binary field without size is only allowed at the end of a binary pattern, "
    "at the right side of binary concatenation and never allowed in binary generators"
)


def check_pattern(guarded: Guarded, text: str, *, extended: bool = False) -> None:
    """Check a pattern with its guards."""
    Pattern(text, extended=extended).check(guarded)


def check_construction(node: Expr, text: str) -> None:
    """Check what is built, or computed."""
    Expression(text).check(node)


class Pattern(Checker):
    """Checks one pattern; `bound` are its names so far, each with how many were bound before it."""

    __slots__ = ("bound", "extended", "generator")

    foreign: ClassVar[tuple[type, ...]] = (ListOf, TupleOf, MapOf, RangeOf)

    def __init__(self, text: str, *, extended: bool = False, generator: bool = False) -> None:
        super().__init__(text)
        self.bound: dict[str, int] = {}
        self.extended, self.generator = extended, generator

    def check(self, guarded: Guarded) -> None:
        """Check the pattern and its guards."""
        guarded.pattern = self.pattern(guarded.pattern)
        for guard in guarded.guards:
            Expression(self.text, "guards").check(guard)

    def pattern(self, node: Expr) -> Expr:
        """Check a part of the pattern, and give what stands in its place."""
        if isinstance(node, Bitstring):
            self.bitstring(node)
        elif isinstance(node, Variable):
            self.bound.setdefault(node.name, len(self.bound))
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
            advice = "bind a name, and compare it in a guard"
            if isinstance(node, Comprehension):
                advice = "bitwright.comprehension() takes this text"
            self.refuse("cannot be matched", node.at, advice)
        return node

    def key(self, node: Expr) -> Expr:
        """The key of a map: a literal or a pinned name."""
        if isinstance(node, Variable):
            self.refuse(f"cannot use variable {node.name} as map key inside a pattern", node.at, f"write ^{node.name}")
        if isinstance(node, Wildcard):
            self.refuse("cannot use _ as map key inside a pattern", node.at)
        if isinstance(node, TupleOf | ListOf):
            node.items = tuple(map(self.key, node.items))
        elif isinstance(node, Bitstring) and all(isinstance(segment.value, Literal) for segment in node.segments):
            self.bitstring(node)
            strings = [segment.value.value for segment in node.segments if isinstance(segment.value, Literal)]
            if all(isinstance(string, bytes) for string in strings):
                return Literal(b"".join(strings), node.at)
            self.refuse("map keys in patterns can only be literals or a pinned variable", node.at, "write the string itself")
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
        outside = len(self.bound)
        found: list[Segment] = []
        final = len(node.segments) - 1
        for index, segment in enumerate(node.segments):
            if segment.size is not None and not isinstance(segment.size, Literal):
                segment.size = Size(self.text, self.bound, outside, segment.value).resolved(segment.size)
            value = segment.value
            if isinstance(value, Variable):
                self.bound.setdefault(value.name, len(self.bound))
            elif isinstance(value, Bitstring):
                found += self.nested(segment, last=last and index == final)
                continue
            elif isinstance(value, Literal):
                if value.value.__class__ not in {int, float, bytes}:
                    self.literal(value, segment.at)
            elif not isinstance(value, Wildcard | Pin):
                self.value(value, segment.at)
            if segment.size is None and segment.type == "binary" and not (last and index == final):
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
        """Refuse a nested bitstring that is no binary."""
        self.refuse("expected <<>> to be a binary but its number of bits is not divisible by 8", at, "write <<...>>::bits")

    def unsized(self, node: Bitstring, index: int, segment: Segment, *, last: bool) -> None:
        """Refuse a segment without size before others, if it cannot be computed."""
        if isinstance(segment.value, Literal | Pin):
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
