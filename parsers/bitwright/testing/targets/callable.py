"""A Python function as target: anybody's parser, of any library, that takes bytes.

    target = CallableTarget("dpkt.dns:DNS", raises=["dpkt:Error"])

Promise: what the function does is an `Outcome`, also if it never returns, takes all memory or ends its process.  An exception that is
not in `raises` is a finding, with one bucket for each type and place in the function's own code.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from bitwright.testing.faults import without_indexes
from bitwright.testing.labels import Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.targets.calls import Caller, Terms
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.worker import Worker

SHARE: Final = 64  # one input in so many is called once more to measure what it allocates, and each that is slower than all before
REPEATS: Final = 2  # of what was slow: the least of all counts, because a busy machine is no property of an input


class CallableTarget:
    """Calls a function, in a process of its own unless `isolated` is False.

    In this process it is faster, but then code in C that does not return, crashes or takes all memory does so here.  `timeout` is seconds
    of the clock for a call, `slow` seconds of processor time, `memory` bytes for one input: to exceed them is a finding.  `limit` is what
    its whole process may take.  With `expect` it is one too if the function accepts what the declaration refuses, or the other way about.
    """

    def __init__(
        self, function: str | Callable[[bytes], object], *, raises: Sequence[str] = (), timeout: float | None = 5.0,
        slow: float | None = 1.0, memory: int | None = None, limit: int | None = 2 << 30, isolated: bool = True, expect: bool = False,
    ) -> None:  # fmt: skip
        self.name = function if isinstance(function, str) else f"{function.__module__}:{function.__qualname__}"
        self._slow, self._memory, self._expect = slow, memory, expect
        self._slowest = 0.0
        terms = Terms(function=self.name, raises=tuple(raises), timeout=timeout, limit=limit)
        self._caller: Caller | Worker
        if not isolated:
            self._caller = Caller(terms, None if isinstance(function, str) else function)
        elif isinstance(function, str) or "<" not in self.name:
            self._caller = Worker(terms)
        else:
            raise TargetError(f"{self.name} cannot be found by its name in another process: name it module:function, or isolated=False")

    def run(self, data: bytes, label: Label) -> Outcome:
        """What comes of one input."""
        outcome = self._caller.once(data)
        if self._slow is not None and outcome.seconds > self._slow and not outcome.bucket:
            outcome = self._again(data, outcome)
        if zlib.crc32(data) % SHARE == 0 or outcome.seconds > 1.1 * self._slowest:
            outcome = self._measured(data, outcome)
        if self._expect and label.expected.accepts is not None and outcome.kind in ("value", "error"):
            return _against(label, outcome)
        return outcome

    def close(self) -> None:
        """End the process, or give the alarm signal back."""
        self._caller.close()

    def _again(self, data: bytes, outcome: Outcome) -> Outcome:
        """A slow one, unless it is faster the next times."""
        assert self._slow is not None
        seconds = min(outcome.seconds, *(self._caller.once(data).seconds for _ in range(REPEATS)))
        if seconds <= self._slow:
            return msgspec.structs.replace(outcome, seconds=seconds)
        bucket = f"slow in {outcome.detail}" if outcome.detail else "slow"
        return Outcome("slow", bucket, f"{seconds:.2f} s of processor time for {len(data):,} bytes", seconds)

    def _measured(self, data: bytes, outcome: Outcome) -> Outcome:
        """The outcome with what a second call allocated at most."""
        if outcome.kind in ("timeout", "crash", "slow"):
            return outcome
        self._slowest = max(self._slowest, outcome.seconds)
        peak = self._caller.peak(data).peak_bytes
        if peak is None:
            return outcome
        if self._memory is not None and peak > self._memory and not outcome.bucket:
            detail = f"{peak:,} bytes for an input of {len(data):,}"
            return Outcome("memory", f"more than {self._memory:,} bytes allocated", detail, outcome.seconds, peak)
        return msgspec.structs.replace(outcome, peak_bytes=peak)


def _against(label: Label, outcome: Outcome) -> Outcome:
    """The outcome, or that it is not what the declaration expects; a finding of the declaration (it has a code) may be either."""
    expected, accepted = label.expected, outcome.kind == "value"
    if expected.accepts == accepted or (expected.accepts and expected.code):
        return outcome
    where = f"{label.rule} at {without_indexes(label.path)}" if label.path else label.rule
    bucket = f"{'accepts' if accepted else 'refuses'} {label.tier} {where}"
    return msgspec.structs.replace(outcome, kind="unexpected", bucket=bucket, detail=str(label))
