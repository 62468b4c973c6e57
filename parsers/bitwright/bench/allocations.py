"""What results of a contender take of memory.

Promise: counted are the blocks that Python's allocators hand out and their bytes, whoever asks for them; what CPython shares (small
numbers, members of enumerations) or keeps for reuse (the header of a list) is not there twice, so this is what one more result costs.
"""

from __future__ import annotations

import dataclasses
import gc
import tracemalloc
from collections.abc import Sequence
from typing import Any, Final

from bitwright.bench.contenders import Contender
from bitwright.testing.peaks import peak_of

SAMPLED: Final = 200  # messages, evenly chosen


@dataclasses.dataclass(frozen=True, slots=True)
class Allocations:
    """Of one message on average: blocks and bytes that its result consists of, and bytes at most while it is made."""

    blocks: float
    size: float
    peak: float | None


def allocations_of(contender: Contender, messages: int) -> Allocations:
    """What the results of a contender take, whose inputs hold so many messages."""
    whole = len(contender.inputs) != messages  # one input is all messages
    inputs = list(contender.inputs) if whole else evenly(contender.inputs, SAMPLED)
    blocks, size = _held(contender, inputs)
    count = messages if whole else len(inputs)
    peak = None if whole else sum(peak_of(contender.work, one) for one in inputs) / count
    return Allocations(blocks / count, size / count, peak)


def evenly(items: Sequence[Any], most: int) -> list[Any]:
    """At most so many of them, from the whole length."""
    if len(items) <= most:
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]


def _held(contender: Contender, inputs: list[Any]) -> tuple[int, int]:
    """Blocks and bytes that the results consist of."""
    work, results = contender.work, [None] * len(inputs)
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    try:
        blocks, size = _traced()
        for index, one in enumerate(inputs):
            results[index] = work(one)
        more, now = _traced()
        return max(more - blocks, 0), max(now - size, 0)
    finally:
        if not tracing:
            tracemalloc.stop()


def _traced() -> tuple[int, int]:
    """Blocks and bytes that are traced, without those of the answer."""
    size = tracemalloc.get_traced_memory()[0]
    count = len(tracemalloc.take_snapshot().traces)
    gc.collect()  # also empties what CPython keeps for reuse
    return count, size
