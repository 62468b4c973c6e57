"""What one message remembers of its pointers while it is read, and of the blocks that they lead to while it is built.

Promise: the bytes read through pointers stay within a small multiple of the input, whatever they say, so that neither
many pointers to one block nor a graph of them costs more than that; and a block at a place that was given is written
onto other bytes only where they are equal, and never onto numbers that are still to be filled in.
"""

from __future__ import annotations

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
    """Blocks that wait to be written behind the inline part of one struct, first come, first served."""

    __slots__ = ("holes", "jobs")

    def __init__(self) -> None:
        self.jobs: list[tuple[int, Any]] = []
        self.holes: dict[int, int] = {}  # numbers that wait for their block: where they begin and end

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

    def waits_in(self, begin: int, stop: int) -> bool:
        """Whether a number in these bytes is still to be filled in."""
        return any(begin < end and hole < stop for hole, end in self.holes.items())


def begin_block(out: bytearray, base: int, wanted: int, align: int, *, movable: bool) -> tuple[int, int | bytes | None]:
    """Make ready to write a block: at `wanted` bytes after `base`, or, if that is -1, at the next multiple of `align`.

    Its place, and what `end_block` must know.  A movable block does not depend on its place, so it is written at the
    end first; before any other, the bytes from its place on are put aside.
    """
    size = len(out)
    if wanted < 0:
        position = size + (base - size) % align
        out += bytes(position - size)
        return position, None
    position = base + wanted
    if position >= size:
        out += bytes(position - size)
        return position, None
    if movable:
        return position, size
    aside = bytes(out[position:])
    del out[position:]
    return position, aside


def end_block(out: bytearray, blocks: Blocks, position: int, held: int | bytes | None) -> None:
    """Join a block to what lay at its place before; Fault if they differ or the bytes are not final yet."""
    if held is None:
        return
    if isinstance(held, bytes):
        written, before = bytes(out[position:]), held
        del out[position:]
        out += before
    else:
        written = bytes(out[held:])
        del out[held:]
    shared = min(len(written), len(out) - position)
    if out[position : position + shared] != written[:shared] or blocks.waits_in(position, position + shared):
        raise Fault("overlap", position, f"would be written onto other bytes, at byte {position}")
    out += written[shared:]
