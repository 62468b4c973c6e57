"""A campaign: inputs to a target, one after the other, and what came of them.

    report = Campaign(inputs, target, runs=100_000, corpus=Path("corpus")).run()

Promise: no input is lost and none is counted twice; one example of each bucket is kept, and is in the corpus folder as soon as it is found;
what is kept in memory is bounded, however long it runs.  It ends after `runs` inputs or `seconds`, when the inputs are at an end, at
Ctrl-C, and when a server stays dead; whichever it was, there is a report.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from bitwright.escaping import encodable
from bitwright.testing.corpus import Corpus
from bitwright.testing.labels import SEED, Label
from bitwright.testing.outcome import Outcome, Target
from bitwright.testing.report import Finding, Report, Stop
from bitwright.testing.tally import Tally

MOST_BUCKETS: Final = 500
DEAD_IN_A_ROW: Final = 3
PROGRESS_SECONDS: Final = 0.2
# Makes an input smaller: the input, and whether another is still of the same bucket.
Minimise: TypeAlias = Callable[[bytes, Callable[[bytes], bool]], bytes]


class Campaign:
    """See the module.  `first` numbers the first of the inputs; `name` is the spec's; `minimise` makes the inputs of findings smaller."""

    def __init__(
        self, inputs: Iterator[tuple[bytes, Label]], target: Target, *, corpus: Corpus | Path | None = None, runs: int | None = None,
        seconds: float | None = None, seed: int = 0, first: int = 0, name: str = "", minimise: Minimise | None = None,
        on_progress: Callable[[Tally], None] | None = None,
    ) -> None:  # fmt: skip
        self.inputs, self.target = inputs, target
        self.corpus = Corpus(corpus, name) if isinstance(corpus, Path) else corpus
        self.runs, self.seconds, self.seed, self.first, self.name = runs, seconds, seed, first, name
        self.minimise, self.on_progress = minimise, on_progress
        self.tally = Tally(first)
        self.findings: dict[str, Finding] = {}
        self._uncounted = 0
        self._dead = 0
        self._started = 0.0

    def run(self) -> Report:
        """Give the target its inputs, make those that were found smaller, and report."""
        self._started = time.perf_counter()
        try:
            stopped = self._feed()
        except KeyboardInterrupt:
            stopped = "interrupted"
        seconds = time.perf_counter() - self._started
        if self.corpus is not None:
            self.corpus.save(self.first + self.tally.inputs)
        if stopped not in ("interrupted", "dead"):
            self._minimise_all()
        findings = sorted(self.findings.values(), key=lambda finding: finding.number)
        report = self.tally.report(
            spec=self.name, target=self.target.name, seed=self.seed, seconds=seconds, stopped=stopped, findings=findings,
            uncounted=self._uncounted,
        )  # fmt: skip
        states: Mapping[str, int] = getattr(self.target, "states", {})  # of a server
        report.states = dict(sorted(states.items(), key=lambda pair: (-pair[1], pair[0])))
        return report

    def _feed(self) -> Stop:
        run, clock, tally, started = self.target.run, time.perf_counter, self.tally, self._started
        ends = started + self.seconds if self.seconds is not None else float("inf")
        runs = self.runs if self.runs is not None else float("inf")
        draw = started + PROGRESS_SECONDS
        while tally.inputs < runs:
            pair = next(self.inputs, None)
            if pair is None:
                return "inputs"
            data, label = pair
            outcome = run(data, label)
            tally.add(data, label, outcome)
            if outcome.bucket:
                self._found(data, label, outcome)
                self._dead = self._dead + 1 if outcome.kind == "dead" else 0
                if self._dead == DEAD_IN_A_ROW:
                    return "dead"
            else:
                self._dead = 0
            now = clock()
            if now >= ends:
                return "seconds"
            if now >= draw:
                draw = now + PROGRESS_SECONDS
                self._progress(now - started)
        return "inputs"

    def _progress(self, seconds: float) -> None:
        self.tally.seconds, self.tally.buckets = seconds, len(self.findings)
        if self.on_progress is not None:
            self.on_progress(self.tally)
        if self.corpus is not None:
            self.corpus.save(self.first + self.tally.inputs, at_most_every=1.0)

    def _found(self, data: bytes, label: Label, outcome: Outcome) -> None:
        finding = self.findings.get(outcome.bucket)
        if finding is not None:
            finding.count += 1
            return
        if len(self.findings) >= MOST_BUCKETS:
            self._uncounted += 1
            return
        number, seconds = self.tally.number - 1, time.perf_counter() - self._started
        bucket, detail = encodable(outcome.bucket), encodable(outcome.detail)
        finding = Finding(bucket, outcome.kind, 1, number, seconds, label, detail, data.hex())
        self.findings[outcome.bucket] = finding
        if self.corpus is not None:
            self.corpus.keep(finding)

    def _minimise_all(self) -> None:
        """Smaller inputs of the same buckets; what only its label makes wrong stays as it is, one rule from a message."""
        if self.minimise is None:
            return
        for finding in self.findings.values():
            if finding.kind in ("unexpected", "dead") or finding.was_known:
                continue
            smaller = self.minimise(bytes.fromhex(finding.data), functools.partial(self._is_same, finding.bucket))
            finding.minimised = smaller.hex()
            if self.corpus is not None:
                self.corpus.keep(finding)

    def _is_same(self, bucket: str, data: bytes) -> bool:
        return self.target.run(data, SEED).bucket == bucket
