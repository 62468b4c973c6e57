"""Measuring a format: samples, contenders that agree, turns, a report."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter, process_time

from bitwright import __version__
from bitwright.bench.agreement import BenchError, Samples
from bitwright.bench.allocations import allocations_of
from bitwright.bench.beside import agreed
from bitwright.bench.contenders import OPERATIONS, Contender, NotMeasured, engine_contender, rival_contender
from bitwright.bench.looking import Told
from bitwright.bench.profiling import NOTES, engine_of, profile
from bitwright.bench.report import Operation, Report, Row
from bitwright.bench.rivals import Rival
from bitwright.bench.turns import take_turns, timing_of
from bitwright.engines import AUTO, wanted_engine
from bitwright.struct_ import Struct
from bitwright.testing.quiet import engines_here
from bitwright.tiers import missing_llvmlite


def _silent(_: str) -> None:
    """Nobody waits."""


def measure(
    message: type[Struct], wires: Iterable[bytes], *, operations: Sequence[str] | None = None, engines: Sequence[str] | None = None,
    rivals: Sequence[Rival] = (), skip_unequal: bool = False, seconds: float = 1.0, profiled: bool = False, source: str = "",
    tell: Told = _silent,
) -> Report:  # fmt: skip
    """Measure operations ("parse", "build", "push") on messages by engines, with rivals beside them.

    Without `operations` all are measured that the format can; without `engines` all compiled ones, unless `BITWRIGHT_BACKEND` names one.
    `seconds` is the time for the turns of each operation.  With `profiled`, also what each field costs in parsing and building by the
    first engine.  `source` says in the report where messages come from.  BenchError where what is asked for by name cannot be measured,
    or contenders do not give the same; `skip_unequal` leaves out messages that a rival refuses or makes something else of.
    """
    engine = _profiled_engine(operations or OPERATIONS, engines) if profiled else None  # which may refuse: before the time is spent
    samples = Samples.of(message, wires)
    if skip_unequal:
        given, samples = len(samples.wires), agreed(samples, rivals)
        source = f"{source}; {given - len(samples.wires):,} left out, with which a function does something else"
    asked = operations or OPERATIONS
    chosen = [(operation, _contenders(samples, operation, engines, rivals, operations is not None)) for operation in asked]
    measured = [_measured(samples, name, found, notes, seconds, tell) for name, (found, notes) in chosen]
    profiles = [
        profile(message, samples.wires, one.name, engine=engine, seconds=seconds, tell=tell)
        for one in measured if engine and one.rows and one.name in NOTES
    ]  # fmt: skip
    return Report(
        spec=f"{message.__module__}:{message.__qualname__}", messages=len(samples.wires), bytes=sum(map(len, samples.wires)), source=source,
        operations=measured, profiles=profiles, versions=versions(), machine=machine(),
    )  # fmt: skip


def _profiled_engine(operations: Sequence[str], engines: Sequence[str] | None) -> str:
    """The engine whose profile is taken."""
    if not set(operations) & set(NOTES):
        raise BenchError(f"a profile is of {' or '.join(NOTES)}")
    return engine_of((engines or default_engines())[0])


def default_engines() -> list[str]:
    """What is measured if nobody says: the engine that the environment names, or all compiled ones, the fastest first."""
    wanted = wanted_engine()
    return [wanted] if wanted != AUTO else [name for name in ("llvm", "python") if name in engines_here()]


def versions() -> dict[str, str]:
    """Of what takes part."""
    found = {"Python": platform.python_version(), "bitwright": __version__}
    if not missing_llvmlite():
        from importlib.metadata import version

        found["llvmlite"] = version("llvmlite")
    return found


def machine() -> str:
    """The processor, as far as it tells."""
    name = platform.processor() or platform.machine()
    if sys.platform == "linux":
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return name


def _contenders(
    samples: Samples, operation: str, engines: Sequence[str] | None, rivals: Sequence[Rival], is_asked_for: bool
) -> tuple[dict[str, Contender], list[str]]:
    """Who takes turns, by label, and notes about them and about who does not; BenchError if nobody does though it was asked for."""
    found: dict[str, Contender] = {}
    notes: list[str] = []
    why = ""
    for engine in engines or default_engines():
        try:
            contender = engine_contender(samples, operation, engine)
        except NotMeasured as refusal:
            if engines and is_asked_for:
                raise BenchError(f"{operation}: {refusal}") from None
            why = str(refusal)
            notes.append(f"{engine}: {why}")
            continue
        found[contender.label] = contender
    if operation == "build" and samples.given:
        notes.append(f"{samples.given:,} of {len(samples.wires):,} messages build only with their derived fields as read")
    if not found:
        if is_asked_for:
            raise BenchError(f"{operation}: {why}")
        return found, [f"not measured: {why}"]
    for rival in rivals:
        if rival.operation == operation:
            contender = rival_contender(samples, rival)
            found[contender.label] = contender
            notes.append(contender.note)
    return found, notes


def _measured(
    samples: Samples, name: str, contenders: dict[str, Contender], notes: list[str], seconds: float, tell: Told
) -> Operation:
    """The rows of one operation, in the order of the contenders."""
    if not contenders:
        return Operation(name=name, rows=[], notes=notes, processor_share=None)
    count = len(samples.wires)
    passes = {label: contender.once for label, contender in contenders.items()}
    wall, own = perf_counter(), process_time()
    turns = take_turns(passes, count, seconds, on_round=lambda: tell(name))
    had = min((process_time() - own) / (perf_counter() - wall), 1.0)
    timings = {label: timing_of(times) for label, times in turns.items()}
    size = sum(map(len, samples.built if name == "build" and samples.built is not None else samples.wires)) / count
    first = next(iter(timings.values()))
    rows = []
    for label, timing in timings.items():
        taken = allocations_of(contenders[label], count)
        rows.append(Row(
            contender=label, engine=contenders[label].engine, seconds=timing.seconds, lower=timing.lower, median=timing.median,
            upper=timing.upper, rounds=timing.rounds, messages_per_second=1 / timing.seconds, bytes_per_second=size / timing.seconds,
            relative=timing.seconds / first.seconds, allocated_blocks=taken.blocks, allocated_bytes=taken.size, peak_bytes=taken.peak,
            fields=contenders[label].fields,
        ))  # fmt: skip
    return Operation(name=name, rows=rows, notes=notes, processor_share=had)
