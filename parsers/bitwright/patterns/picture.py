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

_MOST_BITS: Final = 8 * 32  # a higher box is drawn as one of varying size


def diagram(pattern: Pattern) -> str:
    """The picture of every bitstring of a pattern."""
    from bitwright.seeing.diagram import pictured

    bitstrings: list[list[Box]] = []
    for segment in pattern.segments:
        if segment.index == 1:
            bitstrings.append([])
        bitstrings[-1].append(_box(segment))
    title = [" ".join(printable(pattern.text).split())]
    if pattern.bit_order == "lsb":
        title.append("(bits of a byte: least significant first)")
    return "\n".join([*title, "", "\n\n".join(pictured(drawn, []) for drawn in bitstrings) or "(no segments)"]) + "\n"


def _box(segment: Segment) -> Box:
    """A segment as a box: what has no name is shown as it is written."""
    from bitwright.seeing.diagram import Box

    written = " ".join(printable(segment.text).split())
    name = segment.name or written.partition("::")[0].partition(":")[0]
    if name.startswith("_"):
        return Box(name.lstrip("_") or "skipped", segment.size_bits or None, short=("rsvd", "0"))
    size = segment.size_bits
    return Box(name, size if size and size <= _MOST_BITS else None, "" if size else written)
