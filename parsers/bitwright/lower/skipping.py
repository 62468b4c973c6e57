"""The skip form of a pattern: what an element that does not match has to be for a generator to go on behind it.

Promise: it takes the bits that the element takes, and compares nothing.  Values are `_`, but for variables that later sizes read, of
which each occurrence counts anew; a string is as many bytes, a float as many bits whatever they say; code points and numbers of
variable size are still read, since only they tell where they end.
"""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from bitwright.bitsyntax import tree
from bitwright.bitsyntax.rebuilding import rebuilt


def skip_form(guarded: tree.Guarded, bound: frozenset[str] = frozenset()) -> tree.Guarded:
    """The pattern that skips what a pattern of one bitstring does not match; `bound` are names that it compares, in Erlang."""
    assert isinstance(guarded.pattern, tree.Bitstring)
    return _form(guarded, guarded.pattern, bound, floats=True)


def folding_skip_form(guarded: tree.Guarded) -> tree.Guarded | None:
    """The same for what Elixir compiles to a fold, and not to a comprehension of Erlang; None where it skips nothing, but ends.

    That is so for the bitstrings of `reduce`, of `uniq`, of any `into` but a list or a string, and beside generators of lists: there
    a size that is a mere name keeps Elixir from making a skip form, so that only what a pinned name differs from is skipped; and a float
    has to be a number in it too.
    """
    pattern = guarded.pattern
    assert isinstance(pattern, tree.Bitstring)
    if any(isinstance(segment.size, tree.Variable | tree.Pin) for segment in pattern.segments):
        return _unpinned(guarded, pattern)
    return _form(guarded, pattern, frozenset(), floats=False)


def _unpinned(guarded: tree.Guarded, pattern: tree.Bitstring) -> tree.Guarded | None:
    """What is skipped where there is no skip form: Elixir compares pinned names in a filter behind the pattern."""
    pinned = [isinstance(segment.value, tree.Pin) for segment in pattern.segments]
    if not any(pinned):
        return None
    segments: list[tree.Segment] = []
    for segment, is_pinned in zip(pattern.segments, pinned, strict=True):
        segments += _skipped(segment, None, floats=False) if is_pinned else [segment]
    return tree.Guarded(tree.Bitstring(tuple(segments), pattern.at, pattern.end), (), guarded.dialect, guarded.text)


def _form(guarded: tree.Guarded, pattern: tree.Bitstring, bound: frozenset[str], *, floats: bool) -> tree.Guarded:
    names = _Names(bound)
    sized = []
    for segment in pattern.segments:
        size = None if segment.size is None else names.in_size(segment.size)
        sized.append((segment, size, names.value(segment.value)))
    segments = []
    for segment, size, name in sized:
        kept = tree.Variable(name, segment.at) if name in names.read else None
        segments += _skipped(msgspec.structs.replace(segment, size=size), kept, floats)
    return tree.Guarded(tree.Bitstring(tuple(segments), pattern.at, pattern.end), (), guarded.dialect, guarded.text)


class _Names:
    """A name for each occurrence of a variable: nothing is compared, so a size reads the last one before it."""

    def __init__(self, bound: frozenset[str]) -> None:
        self.bound = bound
        self.latest: dict[str, str] = {}
        self.serial = itertools.count(1)
        self.read: set[str] = set()

    def value(self, value: tree.Expr) -> str:
        """The name of what a segment binds; "" if it binds nothing."""
        if not isinstance(value, tree.Variable) or value.name in self.bound:
            return ""
        name = self.latest[value.name] = f"{value.name} {next(self.serial)}"
        return name

    def in_size(self, node: Any) -> Any:
        """A size, reading those names."""
        if isinstance(node, tree.Variable) and node.name in self.latest:
            self.read.add(self.latest[node.name])
            return tree.Variable(self.latest[node.name], node.at)
        return rebuilt(node, self.in_size)


def _skipped(segment: tree.Segment, kept: tree.Variable | None, floats: bool) -> list[tree.Segment]:
    """The form of one segment; `kept` is what a later size reads, `floats` if a float may be any bits."""
    value, at = segment.value, segment.at
    if kept is not None:
        return [msgspec.structs.replace(segment, value=kept)]
    nothing = tree.Wildcard(at)
    if segment.type == "binary" and segment.size is None:
        if isinstance(value, tree.Literal):
            if segment.characters is not None:
                count, kind = segment.characters
                return [msgspec.structs.replace(segment, value=nothing, type=kind, unit=1, characters=None)] * count
            return [msgspec.structs.replace(segment, value=nothing, size=tree.Literal(len(value.value), at), unit=8)]
        if isinstance(value, tree.Pin):
            length = tree.Call("byte_size" if segment.unit == 8 else "bit_size", (value,), at)
            return [msgspec.structs.replace(segment, value=nothing, size=length)]
    if segment.type == "float" and floats:
        return [msgspec.structs.replace(segment, value=nothing, type="binary", signed=False, order="big")]
    return [msgspec.structs.replace(segment, value=nothing)]
