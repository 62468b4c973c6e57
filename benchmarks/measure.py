"""How a group is measured: contenders take turns, round by round, so that ratios are of figures taken side by side.

A turn lasts two milliseconds or more, so that a quick contender has caches of its own as a slow one has.  Its time is the processor's for
this thread, so that a slow contender, in whose longer turns other processes get theirs, is not made slower than a quick one.  What counts
is the first decile of a contender's turns, for whatever else the machine does only makes a turn slower; the quartiles say how much it
did.  Rounds are as many as a group's time allows, at least three.
"""

from __future__ import annotations

import dataclasses
import gc
import statistics
import time
from collections.abc import Callable, Sequence

from benchmarks.groups import Contender, Group, OwnClock

TURN_SECONDS = 0.002
GROUP_SECONDS, QUICK_SECONDS = 6.0, 1.0
ROUNDS = (3, 101)  # at least, at most


@dataclasses.dataclass(frozen=True)
class Timing:
    """Seconds for one item: first decile, quartiles, and of how many turns."""

    best: float
    low: float
    median: float
    high: float
    turns: int

    @property
    def rate(self) -> float:
        """Items in a second."""
        return 1 / self.best

    @property
    def spread(self) -> float:
        """How far the middle half of the turns lies apart, as a share of the median."""
        return (self.high - self.low) / self.median


def measure(group: Group, seconds: float = GROUP_SECONDS) -> dict[str, Timing]:
    """Each contender's timing, in about this many seconds altogether; the group is closed then."""
    try:
        return _measured(group, seconds)
    finally:
        if group.close is not None:
            group.close()


def _measured(group: Group, seconds: float) -> dict[str, Timing]:
    clocks = {name: _clock(contender) for name, contender in group.contenders.items()}
    repeats: dict[str, int] = {}
    begin = time.perf_counter()
    for name, clock in clocks.items():
        clock(1)  # what is done once, at the first call, is no part of the work
        repeats[name] = max(1, round(TURN_SECONDS / max(clock(1), 1e-9)))
    left = seconds - (time.perf_counter() - begin)
    taken: dict[str, list[float]] = {name: [] for name in clocks}
    gc.collect()
    gc.freeze()  # what other groups left in memory is not walked over in the turns of this one
    try:
        done, begin = 0, time.perf_counter()
        while done < ROUNDS[0] or (done < ROUNDS[1] and time.perf_counter() - begin < left):
            for name, clock in clocks.items():
                taken[name].append(clock(repeats[name]) / repeats[name] / group.items)
            done += 1
    finally:
        gc.unfreeze()
    return {name: timing(turns) for name, turns in taken.items()}


def timing(turns: Sequence[float]) -> Timing:
    """The figures of a contender's turns."""
    low, median, high = statistics.quantiles(turns, n=4, method="inclusive")
    return Timing(statistics.quantiles(turns, n=10, method="inclusive")[0], low, median, high, len(turns))


def _clock(contender: Contender) -> Callable[[int], float]:
    """Seconds of a number of repetitions."""
    if isinstance(contender, OwnClock):
        return contender.seconds

    def seconds(times: int) -> float:
        start = time.thread_time()
        for _ in range(times):
            contender()
        return time.thread_time() - start

    return seconds
