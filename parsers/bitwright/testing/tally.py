"""Counting outcomes: by kind, by tier and rule, by time; and the few inputs that were slowest or allocated most.

Promise: constant memory, and a few microseconds an input.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from typing import Final

from bitwright.testing.labels import Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.report import SHOWN_BYTES, TIME_EDGES_US, Extreme, Finding, Report, RuleCount, Stop, versions

MOST_EXTREMES: Final = 5
_EDGES: Final = tuple(edge / 1e6 for edge in TIME_EDGES_US)


class Tally:
    """What came of the inputs so far; `number` is that of the next one."""

    def __init__(self, first: int = 0) -> None:
        self.first = self.number = first
        self.seconds = 0.0  # as it was told last, for progress
        self.buckets = 0  # the same
        self.kinds: dict[str, int] = {}
        self.findings = 0
        self.known = 0
        self._rules: dict[tuple[str, str], RuleCount] = {}
        self._times = [0] * (len(_EDGES) + 1)
        self._measured = False
        self._slowest = Extremes()
        self._largest = Extremes()

    @property
    def inputs(self) -> int:
        """How many there were."""
        return self.number - self.first

    def add(self, data: bytes, label: Label, outcome: Outcome) -> None:
        """Count one input."""
        kind, number = outcome.kind, self.number
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        key = label.tier, label.rule
        rule = self._rules.get(key)
        if rule is None:
            rule = self._rules[key] = RuleCount(*key)
        rule.inputs += 1
        if label.expected.accepts is not None:
            rule.expected += 1
            self.known += 1
        if outcome.bucket:
            rule.findings += 1
            self.findings += 1
        elif kind == "value":
            rule.values += 1
        else:
            rule.errors += 1
        seconds = outcome.seconds
        if seconds:
            self._measured = True
            self._times[bisect_left(_EDGES, seconds)] += 1
            if seconds > self._slowest.least:
                self._slowest.add(seconds, number, data, label, outcome)
        peak = outcome.peak_bytes
        if peak is not None and peak > self._largest.least:
            self._largest.add(peak, number, data, label, outcome)
        self.number = number + 1

    def report(
        self, *, spec: str, target: str, seed: int, seconds: float, stopped: Stop, findings: list[Finding], uncounted: int,
    ) -> Report:
        """Everything that was counted."""
        order = {"seed": 0, "value": 1, "lie": 2, "raw": 3}
        return Report(
            spec=spec, target=target, seed=seed, first=self.first, inputs=self.inputs, seconds=seconds,
            rate=self.inputs / seconds if seconds else 0.0, stopped=stopped, kinds=dict(sorted(self.kinds.items())),
            rules=sorted(self._rules.values(), key=lambda rule: (order[rule.tier], rule.rule)),
            expected_share=self.known / self.inputs if self.inputs else 0.0, findings=findings, uncounted=uncounted,
            slowest=self._slowest.sorted(), largest=self._largest.sorted(), times=self._times if self._measured else [],
            versions=versions(),
        )  # fmt: skip


class Extremes:
    """The inputs with the greatest measure; of equal ones the first."""

    def __init__(self) -> None:
        self.least = 0.0  # what an input must exceed to be among them
        self._heap: list[tuple[float, int, bytes, Label, Outcome]] = []

    def add(self, measure: float, number: int, data: bytes, label: Label, outcome: Outcome) -> None:
        """One that exceeds `least`."""
        entry = measure, -number, data, label, outcome  # numbers differ, so nothing behind them is compared
        if len(self._heap) < MOST_EXTREMES:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heapreplace(self._heap, entry)
        if len(self._heap) == MOST_EXTREMES:
            self.least = self._heap[0][0]

    def sorted(self) -> list[Extreme]:
        """The greatest first."""
        return [
            Extreme(-number, outcome.seconds, outcome.peak_bytes, len(data), label, data[:SHOWN_BYTES].hex())
            for _, number, data, label, outcome in sorted(self._heap, key=lambda entry: entry[:2], reverse=True)
        ]
