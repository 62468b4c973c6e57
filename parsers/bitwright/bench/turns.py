"""Contenders that take turns, and what their times come to.

Promise: in every round each contender has one turn, so whatever else the machine does meanwhile meets all of them alike, and figures of one
round may be compared with each other.  A turn is long enough for the clock and for a contender to have its caches to itself.
"""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Final

TURN_SECONDS: Final = 0.002  # that a turn takes, if a pass is not longer
PATIENCE: Final = 3  # times as long on the wall as by the clock, where others have the processor
ROUNDS: Final = 12  # at least, however long they take

Pass = Callable[[], object]  # all the work of a contender, once
Clock = Callable[[], float]  # seconds


@dataclasses.dataclass(frozen=True, slots=True)
class Timing:
    """Seconds that one item takes.

    The first decile of the turns is what counts, since whatever else the machine does only makes a turn slower; the quartiles say how
    far turns differ.
    """

    seconds: float
    lower: float
    median: float
    upper: float
    rounds: int

    @property
    def spread(self) -> float:
        """The distance of the quartiles, as a part of the median."""
        return (self.upper - self.lower) / self.median


def timing_of(turns: list[float]) -> Timing:
    """What the turns of one contender come to."""
    lower, median, upper = statistics.quantiles(turns, n=4, method="inclusive")
    return Timing(statistics.quantiles(turns, n=10, method="inclusive")[0], lower, median, upper, len(turns))


def take_turns(
    contenders: Mapping[str, Pass], items: int, seconds: float, *, turn: float = TURN_SECONDS, clock: Clock = perf_counter,
    on_round: Callable[[], object] | None = None,
) -> dict[str, list[float]]:  # fmt: skip
    """Seconds an item, turn by turn, of contenders that each handle so many items in a pass; rounds begin until the time is over.

    `clock` measures turns and the time: that on the wall, or the processor's time for this thread, which leaves out what others do
    meanwhile; then the wall says when patience ends.
    """
    repeats = {}
    for name, work in contenders.items():
        work()  # what is made on first use is made now
        repeats[name] = max(1, round(turn / max(_timed(work, 1, clock), 1e-9)))
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    order, rounds = list(contenders.items()), 0
    own, wall = clock() + seconds, perf_counter() + PATIENCE * seconds
    while rounds < ROUNDS or (clock() < own and perf_counter() < wall):
        first = rounds % len(order)  # whoever begins has caches that others filled, so everybody begins as often
        for name, work in order[first:] + order[:first]:
            taken[name].append(_timed(work, repeats[name], clock) / items)
        rounds += 1
        if on_round is not None:
            on_round()
    return taken


def _timed(work: Pass, times: int, clock: Clock) -> float:
    """Seconds of one pass out of several in turn."""
    start = clock()
    for _ in range(times):
        work()
    return (clock() - start) / times
