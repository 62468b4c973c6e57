"""Which names a construction reads: every variable in it, since in an expression only a comprehension binds any."""

from __future__ import annotations

from typing import Final

from bitwright.bitsyntax import tree

_SHORT: Final = 512  # bits of zeros that may be kept ready


def read_names(expr: tree.Expr | None) -> frozenset[str]:
    """The names whose values an expression takes; of a pattern, those of all its variables."""
    match expr:
        case None | tree.Literal() | tree.Wildcard():
            return frozenset()
        case tree.Variable(name) | tree.Pin(name):
            return frozenset((name,))
        case tree.Bitstring(segments):
            found = (read_names(part) for segment in segments for part in (segment.value, segment.size))
        case tree.Call(_, args):
            found = (read_names(arg) for arg in args)
        case tree.TupleOf(items):
            found = (read_names(item) for item in items)
        case tree.ListOf(items, tail):
            found = (read_names(item) for item in (*items, tail))
        case tree.MapOf(pairs):
            found = (read_names(part) for pair in pairs for part in pair)
        case tree.RangeOf(first, last, step):
            found = (read_names(part) for part in (first, last, step))
        case tree.Both(left, right):
            found = (read_names(part) for part in (left, right))
        case tree.Comprehension():
            return frozenset()
    return frozenset().union(*found)


def unbuildable(expr: tree.Expr | None) -> tree.Expr | None:
    """The first part of a pattern that has no value: `_`, two patterns of one value; or a comprehension, which is run by itself."""
    match expr:
        case tree.Wildcard() | tree.Both() | tree.Comprehension():
            return expr
        case tree.Bitstring(segments):
            parts: tuple[tree.Expr | None, ...] = tuple(part for segment in segments for part in (segment.value, segment.size))
        case tree.Call(_, parts) | tree.TupleOf(parts):
            pass
        case tree.ListOf(items, tail):
            parts = (*items, tail)
        case tree.MapOf(pairs):
            parts = tuple(part for pair in pairs for part in pair)
        case tree.RangeOf(first, last, step):
            parts = (first, last, step)
        case _:
            return None
    return next((found for part in parts if (found := unbuildable(part)) is not None), None)


def zero_of(expr: tree.Expr, name: str) -> int | bytes | None:
    """The value that writes zero bits wherever a name stands; None if there is no one value that does so everywhere."""
    found = {_zero(segment) for segment in segments_of(expr) if name in read_names(segment.value)}
    if len(found) != 1 or not isinstance(expr, tree.Bitstring):
        return None
    others = (part for segment in segments_of(expr) for part in (segment.size, segment.value if not _is_name(segment.value) else None))
    return None if any(name in read_names(part) for part in others) else found.pop()


def segments_of(expr: tree.Expr) -> tuple[tree.Segment, ...]:
    """The segments of a bitstring, and none of anything else."""
    return expr.segments if isinstance(expr, tree.Bitstring) else ()


def _is_name(expr: tree.Expr) -> bool:
    return isinstance(expr, tree.Variable | tree.Pin)


def _zero(segment: tree.Segment) -> int | bytes | None:
    if segment.type != "binary":
        return 0
    if segment.size is None:
        return b""
    size = segment.size.value if isinstance(segment.size, tree.Literal) else None
    if type(size) is not int or not 0 <= size * segment.unit <= _SHORT or size * segment.unit % 8:
        return None
    return bytes(size * segment.unit // 8)
