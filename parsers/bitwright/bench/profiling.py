"""Where the time goes, field by field: the interpreter's counts beside times of the compiled engine.

Promise: times are measured, none is shared out by an estimate; where a field's time cannot be measured, there is none and it says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from bitwright.bench.agreement import BenchError, Samples
from bitwright.bench.allocations import evenly
from bitwright.bench.emptying import Emptying
from bitwright.bench.fieldpaths import Fields, in_order
from bitwright.bench.leaving_out import LeavingOut
from bitwright.bench.looking import Looking, Told
from bitwright.bench.report import Cost, Profile
from bitwright.bench.tracing import WHOLE, Path, Trace, traced
from bitwright.struct_ import Struct
from bitwright.tiers import missing_llvmlite

MESSAGES: Final = 200  # evenly chosen of those given
NOTES: Final = {
    "parse": "ns: by how much parsing without the field (only=) is faster; what others need is still read",
    "build": "ns: by how much building is faster where it is empty; what has a fixed size cannot be empty",
}


def _silent(_: str) -> None:
    """Nobody waits."""


def profile(
    message: type[Struct], wires: Iterable[bytes], operation: str = "parse", *, engine: str | None = None, seconds: float = 1.0,
    tell: Told = _silent,
) -> Profile:  # fmt: skip
    """What each field costs where messages are parsed ("parse") or built ("build"), by one compiled engine (machine code if there is any).

    `seconds` is the time for the fields of one struct; what lies in those that cost most is looked into after them.
    """
    if operation not in NOTES:
        raise BenchError(f"a profile is of {' or '.join(NOTES)}, not of {operation}")
    samples = Samples.of(message, evenly(list(wires), MESSAGES))
    if operation == "build" and samples.built is None:
        raise BenchError(samples.unbuilt)
    chosen, interpreter = engine_of(engine), message.codec("interp")
    counted = traced(interpreter, "parse", samples.wires)
    fields = Fields(message, counted.counts)
    steps = counted.steps if operation == "parse" else traced(interpreter, "build", samples.sources).steps
    kind = LeavingOut if operation == "parse" else Emptying
    timed = kind(samples, chosen, seconds, tell)
    try:
        timed.look(fields)
    finally:
        timed.end()
    return _profile(operation, chosen, timed, fields, counted, steps)


def engine_of(engine: str | None) -> str:
    """The engine whose times are taken; BenchError for one that compiles nothing."""
    if engine == "interp":
        raise BenchError("a profile takes times of compiled code: name another engine than interp")
    if engine in (None, "auto"):
        return "python" if missing_llvmlite() else "llvm"
    return engine


def _profile(operation: str, engine: str, timed: Looking, fields: Fields, counted: Trace, steps: Mapping[Path, int]) -> Profile:
    def mean(of: Mapping[Path, int], path: Path) -> float:
        return of[path] / timed.messages

    costs = []
    for path in in_order(fields, timed.costs):
        found = timed.costs[path]
        seconds, error, why = (None, None, found) if isinstance(found, str) else (*found, "")
        costs.append(Cost(
            path=".".join(path), depth=len(path), count=mean(counted.counts, path), bytes=mean(counted.bits, path) / 8,
            ops=mean(steps, path), seconds=seconds, error=error, why=why,
        ))  # fmt: skip
    told = sum(cost.seconds or 0.0 for cost in costs if cost.depth == 1)
    return Profile(
        operation=operation, engine=engine, seconds=timed.whole, rest=timed.whole - told, ops=mean(steps, WHOLE), costs=costs,
        note=NOTES[operation],
    )  # fmt: skip
