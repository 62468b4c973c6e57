"""The skip form of a pattern: what an element that does not match has to be for a generator to go on behind it.

Promise: it takes the bits that the element takes, and compares nothing.  Values are `_`, but for variables that later sizes read; a
string is as many bytes, a float as many bits whatever they say; code points and numbers of variable size are still read, since only
they tell where they end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from bitwright.bitsyntax import tree
from bitwright.bitsyntax.scope import parts_of


def skip_form(guarded: tree.Guarded, bound: frozenset[str] = frozenset()) -> tree.Guarded:
    """The pattern that skips what a pattern of one bitstring does not match; `bound` are names that it compares, in Erlang."""
    assert isinstance(guarded.pattern, tree.Bitstring)
    return _form(guarded, guarded.pattern, bound, floats=True)


def folding_skip_form(guarded: tree.Guarded) -> tree.Guarded | None:
    """The same for what Elixir compiles to a fold, and not to a comprehension of Erlang; None where it skips nothing, but ends.

    That is so for the bitstrings of `reduce`, of `uniq`, of any `into` but a list or a string, and beside generators of lists: there
    a size that is a mere name keeps Elixir from making a skip form, and a float has to be a number in it too.
    """
    assert isinstance(guarded.pattern, tree.Bitstring)
    if any(isinstance(segment.size, tree.Variable | tree.Pin) for segment in guarded.pattern.segments):
        return None
    return _form(guarded, guarded.pattern, frozenset(), floats=False)


def _form(guarded: tree.Guarded, pattern: tree.Bitstring, bound: frozenset[str], *, floats: bool) -> tree.Guarded:
    read = {name for segment in pattern.segments if segment.size is not None for name in _read(segment.size)} - bound
    segments = []
    for segment in pattern.segments:
        value = segment.value
        keeps = isinstance(value, tree.Variable) and value.name in read
        if isinstance(value, tree.Variable):
            read.discard(value.name)  # the first occurrence binds it
        segments.append(_skipped(segment, keeps, floats))
    return tree.Guarded(tree.Bitstring(tuple(segments), pattern.at, pattern.end), (), guarded.dialect, guarded.text)


def _skipped(segment: tree.Segment, keeps: bool, floats: bool) -> tree.Segment:
    """One segment; `keeps` if a later size reads its variable, `floats` if a float may be any bits."""
    value, at = segment.value, segment.at
    if keeps:
        return segment
    nothing = tree.Wildcard(at)
    if segment.type == "binary" and segment.size is None:
        if isinstance(value, tree.Literal):
            return dataclasses.replace(segment, value=nothing, size=tree.Literal(len(value.value), at), unit=8)
        if isinstance(value, tree.Pin):
            length = tree.Call("byte_size" if segment.unit == 8 else "bit_size", (value,), at)
            return dataclasses.replace(segment, value=nothing, size=length)
    if segment.type == "float" and floats:
        return dataclasses.replace(segment, value=nothing, type="binary", signed=False, order="big")
    return dataclasses.replace(segment, value=nothing)


def _read(expr: tree.Expr) -> Iterator[str]:
    """The variables of the pattern that a size reads."""
    if isinstance(expr, tree.Variable):
        yield expr.name
    for part in parts_of(expr):
        yield from _read(part)
