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
    """A name that was written: where it begins, its full wire form, the size it has; `settled` if that must stay."""

    __slots__ = ("at", "settled", "size", "wire")

    def __init__(self, at: int, wire: bytes, size: int) -> None:
        self.at, self.wire, self.size, self.settled = at, wire, size, False

    def sizes(self, memo: NameMemo, origin: int) -> list[int]:
        """Every size it can have: in full, or ending in a pointer to a suffix that was known before it."""
        if self.settled:
            return [self.size]
        known = (at for at in label_starts(self.wire) if memo.get(self.wire[at:], POINTER_RANGE) < self.at - origin)
        return [len(self.wire), *(at + 2 for at in known)]


def label_starts(wire: bytes) -> list[int]:
    """Where the labels of an uncompressed name begin."""
    starts, at = [], 0
    while wire[at]:
        starts.append(at)
        at += wire[at] + 1
    return starts


class NameMemo(dict[bytes, int]):
    """Suffixes in wire form and their offsets from the origin; what was written; what is to be chosen next.

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
        begin = len(out)
        wanted = self.plan.pop(0) if self.plan else None
        place, at = begin - origin, 0
        if compress or wanted is not None:
            for label in labels:
                suffix = wire[at:]
                known = self.get(suffix)
                if known is not None and (wanted is None or wanted == at + 2):
                    out += wire[:at]
                    out += (0xC000 | known).to_bytes(2, "big")
                    self.written.append(Written(begin, wire, at + 2))
                    return
                if known is None and compress and place + at < POINTER_RANGE:
                    self[suffix] = place + at
                at += len(label) + 1
        out += wire
        self.written.append(Written(begin, wire, len(wire)))

    def write_as(self, form: bytes, labels: list[bytes], out: bytearray, origin: int, compress: bool) -> bool:
        """Append a name in a form that it had before, unless a plan asks for another size; whether it was written."""
        if self.plan:
            wanted = self.plan.pop(0)
            if wanted != len(form):
                self.plan.insert(0, wanted)
                return False
        begin, at, wire = len(out), 0, b"".join([bytes((len(label),)) + label for label in labels]) + b"\0"
        while compress and at < len(form) and 0 < form[at] < 0x40 and begin - origin + at < POINTER_RANGE:
            self.setdefault(wire[at:], begin - origin + at)
            at += form[at] + 1
        out += form
        written = Written(begin, wire, len(form))
        written.settled = True
        self.written.append(written)
        return True


def fit_region(out: bytearray, memo: NameMemo, origin: int, begin: int, wanted: int) -> bool:
    """Whether the region from `begin` on has to be written again to have `wanted` bytes.

    If so, it has been taken back, and the memo's plan makes it fit.  A region that cannot be made to fit
    stays as it is: its length field is a lie, told on purpose.  The names of a region that was settled
    keep their sizes, so a region around it can be fitted too.
    """
    size = len(out) - begin
    first = len(memo.written)
    while first and memo.written[first - 1].at >= begin:
        first -= 1
    names = memo.written[first:]
    if wanted != size and memo.tried != begin:
        plan = choose_sizes([(name.size, name.sizes(memo, origin)) for name in names], wanted - size)
        if plan is not None:
            _take_back(out, memo, origin, begin)
            memo.plan, memo.tried = plan, begin
            return True
    memo.tried = -1
    for name in names:
        name.settled = True
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
