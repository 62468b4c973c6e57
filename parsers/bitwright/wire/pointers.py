"""What one message remembers of its pointers while it is read, and of the blocks that they lead to while it is built.

Promise: the bytes read through pointers stay within a small multiple of the input, whatever they say, so that neither
many pointers to one block nor a graph of them costs more than that; and a block at a place that was given is written
onto other bytes only where they are equal, and never onto numbers that are still to be filled in; what is written so
stays within the same multiple of the output.
"""

from __future__ import annotations

import bisect
from typing import Any, Final

from bitwright.errors import Fault

LEAST_INPUT: Final = 1024  # the budget of a smaller input is that of one of so many bytes


class Reach:
    """Where the pointers of one struct count from, how far they may lead, and the furthest byte that any of them reached."""

    __slots__ = ("base", "budget", "end", "furthest", "whole")

    def __init__(self, base: int, end: int, outer: Reach | None, factor: int) -> None:
        self.base, self.end, self.furthest = base, end, base
        self.whole: int = outer.whole if outer is not None else factor * max(end - base, LEAST_INPUT)
        self.budget: list[int] = outer.budget if outer is not None else [self.whole]  # shared by the whole message

    def reached(self, begin: int, stop: int) -> None:
        """Charge the bytes that a pointer led to; nothing costs as much as one byte.  Fault if they are too many."""
        self.furthest = max(self.furthest, stop)
        self.budget[0] -= max(stop - begin, 1)
        if self.budget[0] < 0:
            left = f"{stop - begin} {'byte is' if stop - begin == 1 else 'bytes are'} more than is left"
            raise Fault("pointer-budget", begin, f"its {left} of the {self.whole} that pointers may lead to")

    def extent(self, position: int) -> int:
        """Where the struct ends: behind its own bytes and behind everything reached, but not behind its region."""
        return min(max(position, self.furthest), self.end)


class Blocks:
    """Blocks that wait to be written behind the inline part of one struct, first come, first served.

    `holes` are numbers that wait for their block, `gaps` bytes between blocks that nothing was written to: where each
    begins, and where it ends.
    """

    __slots__ = ("factor", "gaps", "holes", "jobs", "written")

    def __init__(self, factor: int) -> None:
        self.factor, self.written = factor, 0
        self.jobs: list[tuple[int, Any]] = []
        self.holes: dict[int, int] = {}
        self.gaps: list[tuple[int, int]] = []  # in ascending order

    def add(self, hole: int, size: int, job: Any) -> None:
        """Queue a job; if it will fill in a number, that lies in `size` bytes from `hole` on, which is -1 otherwise."""
        self.jobs.append((hole, job))
        if hole >= 0:
            self.holes[hole] = hole + size

    def __iter__(self) -> Any:
        """Every job in turn, those queued meanwhile too."""
        for hole, job in self.jobs:
            yield job
            self.holes.pop(hole, None)
        self.jobs.clear()

    def fill(self, out: bytearray, position: int) -> None:
        """Zeros up to a position."""
        if position > len(out):
            self.gaps.append((len(out), position))
            out += bytes(position - len(out))

    def charge(self, out: bytearray, position: int, size: int) -> None:
        """What shares bytes may not be more than reading would allow: a value can lead to itself."""
        self.written += max(size, 1)
        most = self.factor * max(len(out), LEAST_INPUT)
        if self.written > most:
            raise Fault("too-large", position, f"blocks that share their bytes hold {self.written} in all, the limit is {most}")

    def fits(self, out: bytearray, position: int, written: bytes) -> bool:
        """Whether bytes may be written there: into gaps, and onto bytes that are the same and final."""
        stop = position + len(written)
        if any(begin < stop and position < end for begin, end in self.holes.items()):
            return False
        first = max(bisect.bisect(self.gaps, (position, 0)) - 1, 0)
        last = bisect.bisect(self.gaps, (stop, 0))
        left: list[tuple[int, int]] = []
        here = position
        for begin, end in self.gaps[first:last]:
            if out[here : max(begin, here)] != written[here - position : max(begin, here) - position]:
                return False
            here = min(max(here, end), stop)
            left += [(a, b) for a, b in ((begin, min(end, position)), (max(begin, stop), end)) if a < b]
        self.gaps[first:last] = left
        return out[here:stop] == written[here - position :]


def begin_block(out: bytearray, blocks: Blocks, base: int, wanted: int, align: int, *, movable: bool) -> tuple[int, int | bytes | None]:
    """Make ready to write a block: at `wanted` bytes after `base`, or, if that is -1, at the next multiple of `align`.

    Its place, and what `end_block` must know.  A movable block does not depend on its place, so it is written at the
    end first; before any other, the bytes from its place on are put aside.
    """
    size = len(out)
    position = base + wanted if wanted >= 0 else size + (base - size) % align
    if position >= size:
        blocks.fill(out, position)
        return position, None
    if movable:
        return position, size
    aside = bytes(out[position:])
    del out[position:]
    return position, aside


def end_block(out: bytearray, blocks: Blocks, position: int, held: int | bytes | None) -> None:
    """Join a block to what lay at its place before; Fault if they differ or the bytes are not final yet."""
    if held is None:
        blocks.charge(out, position, len(out) - position)
        return
    if isinstance(held, bytes):
        written, before = bytes(out[position:]), held
        del out[position:]
        out += before
    else:
        written = bytes(out[held:])
        del out[held:]
    blocks.charge(out, position, len(written))
    shared = min(len(written), len(out) - position)
    if not blocks.fits(out, position, written[:shared]):
        raise Fault("overlap", position, f"would be written onto other bytes, at byte {position}")
    out[position : position + shared] = written
