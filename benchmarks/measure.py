"""How a group is measured: contenders take turns, round by round, so that ratios are of figures taken side by side.

A turn lasts two milliseconds or more, and begins with a call that is not timed where a call is shorter than that, so that a quick
contender finds caches of its own as a slow one does, whoever had the turn before.  Its time is the processor's for
this thread, so that a slow contender, in whose longer turns other processes get theirs, is not made slower than a quick one.  What counts
is the first decile of a contender's turns, for whatever else the machine does only makes a turn slower; the quartiles say how much it
did.  A group's time is shared evenly: a contender has as many turns as its share allows, at least three, and a slow one sits rounds out.
"""

from __future__ import annotations

import dataclasses
import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.groups import Contender, Group, OwnClock

TURN_SECONDS = 0.002
LONG_SECONDS = 0.5  # a call that takes so long is not made twice to learn how long it takes
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
    turn_seconds: dict[str, float] = {}
    begin = time.perf_counter()
    for name, clock in clocks.items():
        first = clock(1)  # what is done once, at the first call, is no part of the work
        once = first if first > LONG_SECONDS else max(clock(1), 1e-9)
        repeats[name] = max(1, round(TURN_SECONDS / once))
        turn_seconds[name] = once * repeats[name]
    left = seconds - (time.perf_counter() - begin)
    turns = turns_of(turn_seconds, max(left, seconds / 2))  # quick contenders have turns whatever slow ones took so far
    taken: dict[str, list[float]] = {name: [] for name in clocks}
    gc.collect()
    gc.freeze()  # what other groups left in memory is not walked over in the turns of this one
    try:
        for due in rounds(turns):
            for name in due:
                if repeats[name] > 1:
                    clocks[name](1)
                taken[name].append(clocks[name](repeats[name]) / repeats[name] / group.items)
    finally:
        gc.unfreeze()
    return {name: timing(found) for name, found in taken.items()}


def turns_of(turn_seconds: Mapping[str, float], seconds: float) -> dict[str, int]:
    """How many turns each contender has, when every one has the same share of the time: slow ones have fewer."""
    least, most = ROUNDS
    return {name: min(most, max(least, int(seconds / len(turn_seconds) / one))) for name, one in turn_seconds.items()}


def rounds(turns: Mapping[str, int]) -> Iterator[list[str]]:
    """Who has a turn in each round: those with fewer turns than others have them at even distances, from the first round on."""
    count = max(turns.values())
    for i in range(count):
        yield [name for name, its in turns.items() if i * its // count != (i - 1) * its // count]


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
