"""What there is to show of a message, in the order of its bits: fields, what no field covers, folds, and marks.

Promise: every bit of the data is in at least one item or fold, whatever the fields do: they may overlap, lie
before others that were read earlier, or leave gaps.
"""

from __future__ import annotations

import bisect
import dataclasses
import heapq
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from bitwright.errors import Finding, ParseError
from bitwright.escaping import printable
from bitwright.seeing.observe import Observation, Part
from bitwright.seeing.words import bytes_in_words, scalar

MOST_ELEMENTS: Final = 16  # of a list that are shown before it is folded
SPARE_ELEMENTS: Final = 4  # a list that is longer by no more than this is shown whole
_LONGEST_TEXT: Final = 40  # of bytes that are shown as text too

Kind = Literal["field", "rest", "fold"]


@dataclasses.dataclass(slots=True)
class Mark:
    """What is wrong, and the bits that it is about."""

    kind: Literal["error", "finding"]
    begin: int
    end: int
    text: str


@dataclasses.dataclass(slots=True)
class Item:
    """A field, bits that no field covers ("rest"), or elements that are not shown one by one ("fold")."""

    kind: Kind
    begin: int
    end: int
    name: str
    text: str
    bits: str = "msb"  # the order in which it fills a byte
    marks: list[Mark] = dataclasses.field(default_factory=list)

    @property
    def shares_bytes(self) -> bool:
        """Whether it begins or ends inside a byte."""
        return bool(self.begin % 8 or self.end % 8)


def items_of(seen: Observation, *, fold: bool) -> tuple[list[Item], list[Mark]]:
    """The items in the order of their bits, and the marks whose place is behind all data."""
    marks = sorted(_marks(seen), key=lambda mark: mark.begin)
    found = list(_shown(seen.parts, [mark.begin for mark in marks], fold=fold))
    found += _gaps(seen)
    found.sort(key=lambda item: item.begin)  # stable: what lies at one place stays in the order in which it was read
    begins = [item.begin for item in found]
    behind = [mark for mark in marks if not _attach(mark, found, begins)]
    return found, behind


# --- fields ------------------------------------------------------------------------------------


def _leaves(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if part.parts:
            yield from _leaves(part.parts)
        elif part.end is not None:
            yield part


def _shown(parts: list[Part], marks: list[int], *, fold: bool) -> Iterator[Item]:
    """The items for parts; of a long list only the first, the last and those with marks."""
    elements = bool(parts) and parts[0].path.endswith("]")
    hidden: list[Part] = []
    for number, part in enumerate(parts):
        too_many = elements and fold and len(parts) > MOST_ELEMENTS + SPARE_ELEMENTS
        if too_many and MOST_ELEMENTS <= number < len(parts) - 1 and not _is_marked(part, marks):
            hidden.append(part)
            continue
        if hidden:
            yield from _folded(hidden)
            hidden = []
        if part.parts:
            yield from _shown(part.parts, marks, fold=fold)
        elif part.end is not None and (part.begin < part.end or part.value is not None):  # what is absent has no bytes
            yield Item("field", part.begin, part.end, part.path, _words(part.value), part.bits)


def _is_marked(part: Part, marks: list[int]) -> bool:
    """Whether one of the marks, whose places are in order, is in the part, or reading failed there."""
    return part.end is None or bisect.bisect_left(marks, part.begin) < bisect.bisect_left(marks, part.end)


def _folded(parts: list[Part]) -> Iterator[Item]:
    leaves = [leaf for leaf in _leaves(parts) if leaf.end is not None]
    if not leaves:
        return
    begin = parts[0].begin  # where the first of them stands, wherever what it points to lies
    bits = sum((leaf.end or 0) - leaf.begin for leaf in leaves)
    size = f"{bits // 8:,} bytes" if bits % 8 == 0 else f"{bits:,} bits"
    name = parts[0].path.rpartition("[")[0]
    yield Item("fold", begin, begin, name, f"... {len(parts):,} more elements of {name} ({size})")


def _words(value: Any) -> str:
    if value is None:
        return "padding"
    if isinstance(value, list):
        return "no elements" if not value else f"{len(value):,} elements"
    if type(value) is bytes:
        words = bytes_in_words(value) if len(value) <= _LONGEST_TEXT else ""
        size = "1 byte" if len(value) == 1 else f"{len(value):,} bytes"
        return f"{size}, {words}" if words.startswith('"') and value else size if value else "empty"
    if hasattr(type(value), "__bitwright__"):
        return type(value).__name__
    return scalar(value)


# --- what no field covers ----------------------------------------------------------------------


def _gaps(seen: Observation) -> Iterator[Item]:
    """The bits that no leaf covers, cut where the structs and lists around them begin and end."""
    size = 8 * len(seen.data)
    around = _Around(seen.parts, size)
    cuts = set(around.edges) | ({8 * seen.end} if seen.error is None else set())
    failed = _failed(seen.parts)
    if failed is not None:
        cuts.add(failed.begin)
    edges = sorted(cuts)
    reached = 0
    for begin, end in [*sorted((leaf.begin, leaf.end or 0) for leaf in _leaves(seen.parts) if leaf.begin < size), (size, size)]:
        for piece in _pieces(reached, min(begin, size), edges):
            yield _gap(seen, piece, around, failed)
        reached = max(reached, end)


def _pieces(begin: int, end: int, edges: list[int]) -> Iterator[tuple[int, int]]:
    while begin < end:
        following = bisect.bisect_right(edges, begin)
        stop = min(end, edges[following]) if following < len(edges) else end
        yield begin, stop
        begin = stop


class _Around:
    """The structs and lists around places that are asked for in ascending order."""

    def __init__(self, parts: list[Part], size: int) -> None:
        found = list(_containers(parts))
        self.edges = [edge for part in found for edge in (part.begin, size if part.end is None else part.end)]
        finished = [(part.begin, -number, part.end, part) for number, part in enumerate(found) if part.end is not None]
        self._waiting = sorted(finished, key=lambda entry: entry[:2], reverse=True)
        self._entered: list[tuple[int, int, Part]] = []  # a heap; the one that was read last, so the innermost, is on top

    def innermost(self, begin: int) -> Part | None:
        """The innermost one that holds the bit."""
        while self._waiting and self._waiting[-1][0] <= begin:
            _, number, end, part = self._waiting.pop()
            heapq.heappush(self._entered, (number, end, part))
        while self._entered and self._entered[0][1] <= begin:
            heapq.heappop(self._entered)
        return self._entered[0][2] if self._entered else None


def _containers(parts: list[Part]) -> Iterator[Part]:
    for part in parts:
        if part.parts:
            yield part
            yield from _containers(part.parts)


def _failed(parts: list[Part]) -> Part | None:
    """The innermost part that was not finished."""
    last = next((part for part in reversed(parts) if part.end is None), None)
    return None if last is None else _failed(last.parts) or last


def _gap(seen: Observation, piece: tuple[int, int], around: _Around, failed: Part | None) -> Item:
    begin, end = piece
    inside = around.innermost(begin)
    misled = seen.error is not None and seen.error.code == "bad-offset"  # it would lie elsewhere
    if failed is not None and not failed.parts and begin == failed.begin and not misled:
        return Item("rest", begin, end, failed.path, "not read")
    if inside is not None:
        return Item("rest", begin, end, inside.path, "length, padding or end mark")
    if begin >= 8 * seen.end and seen.error is None:
        return Item("rest", begin, end, "", "left over")
    return Item("rest", begin, end, "", "not read" if seen.error is not None else "in no field")


# --- what is wrong -----------------------------------------------------------------------------


def _marks(seen: Observation) -> Iterator[Mark]:
    places: dict[str, Part] = {}
    for part in _everything(seen.parts):
        places.setdefault(part.path, part)
    for finding in seen.findings:
        yield _finding(finding, places.get(finding.path))
    if seen.error is not None:
        yield _error(seen.error, places.get(seen.error.path))
    elif left := len(seen.data) - seen.end:
        count = "1 byte is" if left == 1 else f"{left:,} bytes are"
        yield Mark("error", 8 * seen.end, 8 * seen.end + 8, f"error: {count} left over after the message [unconsumed]")


def _everything(parts: list[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        yield from _everything(part.parts)


def _finding(finding: Finding, part: Part | None) -> Mark:
    begin = finding.bit_offset
    return Mark("finding", begin, _end(begin, part), printable(f"finding: {finding.message} [{finding.code}]"))


def _end(begin: int, part: Part | None) -> int:
    """Where the marked bits end: with the field, if it is one that was read, else with the byte."""
    if part is not None and part.end is not None and part.begin == begin < part.end:
        return part.end
    return begin // 8 * 8 + 8


def _error(error: ParseError, part: Part | None) -> Mark:
    problem = error.problem
    begin = problem.bit_offset or 0
    where = f" at byte {begin // 8}" + (f" bit {begin % 8}" if begin % 8 else "") if problem.bit_offset is not None else ""
    because = f", because {problem.culprit}" if problem.culprit else ""
    what = f"{problem.path}: {problem.message}" if problem.path else problem.message
    return Mark("error", begin, _end(begin, part), printable(f"error{where}: {what}{because} [{problem.code}]"))


def _attach(mark: Mark, items: list[Item], begins: list[int]) -> bool:
    """Give the mark to the last item that holds its first bit; False if none does."""
    last = bisect.bisect_right(begins, mark.begin)
    holder = next((items[number] for number in range(last - 1, -1, -1) if items[number].end > mark.begin), None)
    if holder is not None:
        holder.marks.append(mark)
    return holder is not None
