"""What a pattern's segments are, for people and programs that ask: names, types, sizes and where they lie.

Promise: `bit_offset` and `size_bits` are there exactly where they are the same in every match.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

from bitwright.bitsyntax import tree
from bitwright.terms import shown

SegmentKind: TypeAlias = Literal["integer", "float", "binary", "bitstring", "utf8", "utf16", "utf32", "varint"]


@dataclasses.dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a pattern.

    `index` counts from 1.  `name` is the variable that it binds or compares, "" where it has none; `literal` is what it must be,
    None where it may be anything.  `bit_offset` counts from the first bit of its bitstring, and is None behind a segment of
    unknown size; `size_bits` is None where the size is computed, or is the rest.  `text` is how it was written.
    """

    index: int
    name: str
    type: SegmentKind
    bit_offset: int | None
    size_bits: int | None
    signed: bool
    order: Literal["big", "little"]
    unit: int
    literal: Any
    text: str

    def __str__(self) -> str:
        """How it was written."""
        return self.text


def segments_of(guarded: tree.Guarded) -> tuple[Segment, ...]:
    """The segments of every bitstring of a pattern, in the order in which they are written; each bitstring counts from 1."""
    return tuple(segment for bitstring in bitstrings_in(guarded.pattern) for segment in _segments(bitstring, guarded.text))


def bitstrings_in(pattern: tree.Expr) -> Iterator[tree.Bitstring]:
    """Every bitstring of a pattern, from left to right."""
    match pattern:
        case tree.Bitstring():
            yield pattern
        case tree.TupleOf(items):
            for item in items:
                yield from bitstrings_in(item)
        case tree.ListOf(items, tail):
            for item in (*items, *((tail,) if tail is not None else ())):
                yield from bitstrings_in(item)
        case tree.MapOf(pairs):
            for _, value in pairs:
                yield from bitstrings_in(value)
        case tree.Both(left, right):
            yield from bitstrings_in(left)
            yield from bitstrings_in(right)
        case _:
            return


def _segments(bitstring: tree.Bitstring, text: str) -> Iterator[Segment]:
    offset: int | None = 0
    for index, each in enumerate(bitstring.segments, 1):
        size = size_bits(each)
        yield Segment(
            index,
            name_of(each.value),
            "bitstring" if each.type == "binary" and each.unit == 1 and not isinstance(each.value, tree.Literal) else each.type,
            offset,
            size,
            each.signed,
            each.order,
            each.unit,
            each.value.value if isinstance(each.value, tree.Literal) else None,
            text[each.at : each.end] or _written(each),
        )
        offset = None if offset is None or size is None else offset + size


def _written(segment: tree.Segment) -> str:
    """A segment that stands in no bitstring, but on a side of `<>`, as it could be written in one."""
    match segment.value:
        case tree.Literal(value):
            return shown(value)
        case tree.Variable(name) | tree.Pin(name):
            return f"{name}::binary"
        case _:
            return "_::binary"


def name_of(value: tree.Expr) -> str:
    """The variable of a segment, "" if it has none."""
    match value:
        case tree.Variable(name) | tree.Pin(name):
            return name
        case _:
            return ""


def size_bits(segment: tree.Segment) -> int | None:
    """How many bits a segment takes in every match, if that is known."""
    match segment.size:
        case tree.Literal(size) if type(size) is int and size >= 0:
            return size * segment.unit
        case None if isinstance(segment.value, tree.Literal) and isinstance(segment.value.value, bytes):
            return 8 * len(segment.value.value)
        case None if segment.type == "utf32":
            return 32
        case _:
            return None
