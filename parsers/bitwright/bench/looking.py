"""What a field costs: time with it beside time without it, field by field, and then inside of those that cost most.

Promise: what is compared was taken in the same rounds; each difference comes with how far off it may be.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from time import thread_time
from typing import Final, TypeAlias

from bitwright.bench.agreement import Samples
from bitwright.bench.fieldpaths import DEPTH, Fields
from bitwright.bench.tracing import WHOLE, Path
from bitwright.bench.turns import Pass, take_turns

WORTH: Final = 0.05  # of the whole time: what costs more is looked into
OFTEN: Final = 0.05  # of the messages: what fewer have is not measured
MOST: Final = 100  # fields, so that a large format takes no hours
TURN_SECONDS: Final = 0.0005
TURNS_COMPARED: Final = 6  # of which the shortest counts

Told: TypeAlias = Callable[[str], object]  # what is being done, for whoever waits
Copies: TypeAlias = list[Pass]  # the same work by copies of a program, of which the fastest counts


class Looking:
    """Times of samples by one engine, with and without fields; `costs` are seconds, give or take, or why there are none."""

    def __init__(self, samples: Samples, engine: str, seconds: float, tell: Told) -> None:
        self.samples, self.engine, self.seconds, self.tell = samples, engine, seconds, tell
        self.messages = len(samples.wires)
        self.whole = 0.0  # seconds of a message with all fields
        self.costs: dict[Path, tuple[float, float] | str] = {}

    def passes(self, fields: Fields, path: Path | None, parent: Path) -> Copies | str:
        """The work without a field (None: with all those below `parent`), or why there is none."""
        raise NotImplementedError  # parsing leaves a field out, building empties it: a class of each extends this

    def end(self) -> None:
        """Let go what was made for it."""

    def look(self, fields: Fields, parent: Path = WHOLE) -> None:
        """Measure the fields below a path, and then what is in those that cost most."""
        works, said = self._works(fields, parent), ".".join(parent) or "the message"
        for path, why in works.items():
            if path is not None and isinstance(why, str):
                self.costs[path] = why
        times = self._times({path: copies for path, copies in works.items() if not isinstance(copies, str)}, f"fields of {said}")
        whole = times.pop(None)
        if not parent:
            self.whole = min(statistics.quantiles(copy, n=10, method="inclusive")[0] for copy in whole)
        for path, part in times.items():
            assert path is not None
            seconds, error = self.costs[path] = difference(whole, part)
            if len(path) < DEPTH and seconds > max(WORTH * self.whole, error) and 0 < len(fields.below(path)) <= MOST - len(self.costs):
                self.look(fields, path)

    def _works(self, fields: Fields, parent: Path) -> dict[Path | None, Copies | str]:
        often = [path for path in fields.below(parent) if fields.seen[path] >= OFTEN * self.messages]
        found: dict[Path | None, Copies | str] = {}
        for index, path in enumerate([None, *often]):
            self.tell(f"preparing {index + 1} of {len(often) + 1} for {'.'.join(parent) or 'the message'}")
            found[path] = self.passes(fields, path, parent)
        return found

    def _times(self, works: Mapping[Path | None, Copies], said: str) -> dict[Path | None, list[list[float]]]:
        """By field that is left out, the times of each copy, round by round."""
        passes = {f"{index}/{copy}": work for index, copies in enumerate(works.values()) for copy, work in enumerate(copies)}
        turns = take_turns(passes, self.messages, self.seconds, turn=TURN_SECONDS, clock=thread_time, on_round=lambda: self.tell(said))
        return {path: [turns[f"{index}/{copy}"] for copy in range(len(works[path]))] for index, path in enumerate(works)}


def difference(more: Sequence[Sequence[float]], less: Sequence[Sequence[float]]) -> tuple[float, float]:
    """By how much one contender takes longer than another, and how far off that may be, from the times of their copies.

    What disturbs a turn only makes it longer, so of a few rounds in turn the shortest times are compared, of whichever copy.  The median of
    these differences counts.  How sure it is: 1.57 times the distance of their quartiles by the root of their number, as the notches of box
    plots show it; or, if that is more, by how much the best copy is better than the next, which says what the place of code in memory does.
    """
    rounds = len(more[0])
    group = max(2, TURNS_COMPARED // len(more))
    starts = range(0, rounds - group + 1, group)
    differences = [_shortest(more, at, group) - _shortest(less, at, group) for at in starts]
    lower, median, upper = statistics.quantiles(differences, n=4, method="inclusive")
    return median, max(1.57 * (upper - lower) / len(differences) ** 0.5, _gap(more), _gap(less))


def _shortest(copies: Sequence[Sequence[float]], at: int, group: int) -> float:
    return min(min(times[at : at + group]) for times in copies)


def _gap(copies: Sequence[Sequence[float]]) -> float:
    """By how much the best copy is better than the next."""
    best = sorted(statistics.quantiles(times, n=10, method="inclusive")[0] for times in copies)
    return best[1] - best[0] if len(best) > 1 else 0.0
