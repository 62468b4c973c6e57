"""A pattern as an RFC draws it: the same boxes as those of a Struct.

Promise: what is of constant size is drawn to scale, what is not in a row of its own; every bitstring of the pattern has its picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitwright.escaping import printable

if TYPE_CHECKING:
    from bitwright.patterns.pattern import Pattern
    from bitwright.patterns.segments import Segment
    from bitwright.seeing.diagram import Box

_EMPTY: Final = "(no segments)"
_MOST_BITS: Final = 8 * 32  # a higher box is drawn as one of varying size


def diagram(pattern: Pattern) -> str:
    """The picture of every bitstring of a pattern."""
    from bitwright.seeing.diagram import pictured

    drawn = "\n\n".join(pictured(boxes, []) for boxes in _bitstrings(pattern))
    return "\n".join([*_heading(pattern), "", drawn or _EMPTY]) + "\n"


def diagram_svg(pattern: Pattern) -> str:
    """The same, drawn."""
    from bitwright.seeing.diagram_svg import pictures_svg

    heading = _heading(pattern)
    bitstrings = _bitstrings(pattern) or [[]]
    return pictures_svg([(heading if number == 0 else [], boxes, []) for number, boxes in enumerate(bitstrings)], _EMPTY)


def _heading(pattern: Pattern) -> list[str]:
    title = [" ".join(printable(pattern.text).split())]
    return [*title, "(bits of a byte: least significant first)"] if pattern.bit_order == "lsb" else title


def _bitstrings(pattern: Pattern) -> list[list[Box]]:
    """The boxes of each bitstring."""
    bitstrings: list[list[Box]] = []
    for segment in pattern.segments:
        if segment.index == 1:
            bitstrings.append([])
        bitstrings[-1].append(_box(segment))
    return bitstrings


def _box(segment: Segment) -> Box:
    """A segment as a box: what has no name is shown as it is written."""
    from bitwright.seeing.diagram import Box

    written = " ".join(printable(segment.text).split())
    name = segment.name or written.partition("::")[0].partition(":")[0]
    if name.startswith("_"):
        return Box(name.lstrip("_") or "skipped", segment.size_bits or None, short=("rsvd", "0"))
    size = segment.size_bits
    return Box(name, size if size and size <= _MOST_BITS else None, "" if size else written)
