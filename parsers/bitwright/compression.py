"""Writing domain names with compression, and choosing among the ways to write one (RFC 1035, 4.1.4).

A name can be written in full or end in a pointer to any suffix met before, so the size of what holds
names is a choice.  Normally each name is as short as it can be.  Where a length field was given, as
it is in every message that was parsed, the names are written so that the length comes true, if they
can be: a message keeps its lengths though its sender compressed in another way.
"""

from __future__ import annotations

import itertools
from typing import Final

POINTER_RANGE: Final = 0x4000  # a pointer has 14 bits
_MOST_NAMES: Final = 64  # in one region; with more, the search for a fitting choice is not tried
_MOST_STEPS: Final = 10_000


class Written:
    """A name that was written: where it begins, how long it is, and how long each other way is."""

    __slots__ = ("at", "size", "sizes")

    def __init__(self, at: int, size: int, sizes: list[int]) -> None:
        self.at, self.size, self.sizes = at, size, sizes


class NameMemo(dict[bytes, int]):
    """Suffixes in wire form and their offsets from the origin; what was written last; what is to be chosen next.

    Letter case is kept, so that a name never comes back in another's spelling.
    """

    __slots__ = ("plan", "tried", "written")

    def __init__(self) -> None:
        super().__init__()
        self.written: list[Written] = []
        self.plan: list[int] = []  # sizes that the next names are to have
        self.tried = -1  # where the region begins that was written a second time

    def write(self, labels: list[bytes], out: bytearray, origin: int, compress: bool) -> None:
        """Append a name: as short as can be if `compress`, else in full, unless a plan says otherwise."""
        wire = b"".join([bytes((len(label),)) + label for label in labels]) + b"\0"
        ends = list(itertools.accumulate((len(label) + 1 for label in labels), initial=0))[:-1]
        pointers = {at + 2: at for at in ends if wire[at:] in self}
        natural = min(pointers, default=len(wire)) if compress else len(wire)
        size = self.plan.pop(0) if self.plan else natural
        begin = len(out)
        self.written.append(Written(begin, size, [len(wire), *pointers]))
        if compress:
            self._remember(wire, ends, size, begin - origin)
        cut = pointers.get(size)
        if cut is None or size == len(wire):
            out += wire
        else:
            out += wire[:cut]
            out += (0xC000 | self[wire[cut:]]).to_bytes(2, "big")

    def _remember(self, wire: bytes, ends: list[int], size: int, begin: int) -> None:
        for at in ends:
            if at + 2 > size or begin + at >= POINTER_RANGE:
                break
            self.setdefault(wire[at:], begin + at)


def fit_region(out: bytearray, memo: NameMemo, origin: int, begin: int, wanted: int) -> bool:
    """Whether the region from `begin` on has to be written again to have `wanted` bytes.

    If so, it has been taken back, and the memo's plan makes it fit.  A region that cannot be made to fit
    stays as it is: its length field is a lie, told on purpose.  The names of a region that was settled
    keep their sizes, so a region around it can be fitted too.
    """
    size = len(out) - begin
    names = [name for name in memo.written if name.at >= begin]
    if wanted != size and memo.tried != begin:
        plan = choose_sizes([(name.size, name.sizes) for name in names], wanted - size)
        if plan is not None:
            _take_back(out, memo, origin, begin)
            memo.plan, memo.tried = plan, begin
            return True
    memo.tried = -1
    for name in names:
        name.sizes = [name.size]
    return False


def _take_back(out: bytearray, memo: NameMemo, origin: int, begin: int) -> None:
    del out[begin:]
    memo.written = [name for name in memo.written if name.at < begin]
    for suffix in [s for s, offset in memo.items() if offset >= begin - origin]:
        del memo[suffix]


def choose_sizes(names: list[tuple[int, list[int]]], more: int) -> list[int] | None:
    """A size for each name out of those it can have, so that all together are `more` bytes longer; None if there is none.

    The search ends after a bounded number of steps: a length that only a long search could meet is a lie.
    """
    steps = itertools.count()

    def search(index: int, rest: int) -> list[int] | None:
        if index == len(names):
            return [] if rest == 0 else None
        now, sizes = names[index]
        for size in sizes:
            if next(steps) > _MOST_STEPS:
                return None
            found = search(index + 1, rest - (size - now))
            if found is not None:
                return [size, *found]
        return None

    return search(0, more) if 0 < len(names) <= _MOST_NAMES else None
