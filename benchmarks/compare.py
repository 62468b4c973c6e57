"""Two records side by side: which ratios differ by more than a quarter.

Only ratios within a group are compared, for absolute times belong to a machine and an hour; of times of whole processes and of starting
none is.
"""

from __future__ import annotations

import dataclasses

from benchmarks.record import GroupRun, Run
from benchmarks.wording import reference, times

TOLERANCE = 1.25


@dataclasses.dataclass(frozen=True)
class Difference:
    """A ratio that is not the same in both runs, or a contender that one of them lacks (its ratio is None)."""

    group: str
    contender: str
    recorded: float | None
    measured: float | None

    @property
    def beyond(self) -> bool:
        """Whether both have it, and they differ by more than the tolerance."""
        if self.recorded is None or self.measured is None:
            return False
        return not 1 / TOLERANCE <= self.measured / self.recorded <= TOLERANCE

    def __str__(self) -> str:
        if self.recorded is None or self.measured is None:
            return f"{self.group}: {self.contender} is only in {'this run' if self.recorded is None else 'the record'}"
        return f"{self.group}: {self.contender} takes {times(self.measured)} of bitwright's time, in the record {times(self.recorded)}"


def compare(recorded: Run, measured: Run) -> list[Difference]:
    """Every ratio of the groups that this run measured, beside the record's."""
    found: list[Difference] = []
    for group in measured.groups:
        known = recorded.group(group.name)
        before, now = ratios(known) if known else {}, ratios(group)
        found += [Difference(group.name, name, before.get(name), now.get(name)) for name in {**before, **now}]
    return found


def ratios(group: GroupRun) -> dict[str, float]:
    """How many times as long as ours each contender takes."""
    ours = group.contenders[reference(group.contenders)].best
    return {name: timing.best / ours for name, timing in group.contenders.items()}
