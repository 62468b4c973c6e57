"""What a run of the benchmarks found, as data: everything the page, its charts and a comparison need, in docs/benchmarks.json.

A record names the machine by what matters for speed, never by name or address.  Times are seconds for one item.
"""

from __future__ import annotations

import datetime as dt
import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks import peers
from benchmarks.groups import Group
from benchmarks.measure import Timing
from bitwright import __version__


class Machine(msgspec.Struct, frozen=True):
    """Where it was measured."""

    cpu: str
    cores: int
    system: str
    architecture: str


class GroupRun(msgspec.Struct, frozen=True):
    """A group as it was measured: contenders in the order in which they took turns."""

    name: str
    subject: str
    item: str
    contenders: dict[str, Timing]
    inputs: str = ""
    skipped: tuple[str, ...] = ()  # keys of peers that were not installed
    cannot: dict[str, str] = {}


class TimeRun(msgspec.Struct, frozen=True):
    """Something that happens once in a process, or is a whole process."""

    name: str
    subject: str
    seconds: Timing


class Curve(msgspec.Struct, frozen=True):
    """How a cost grows: points of size and cost, and the exponent of the power law that fits them (1: linear; 0: constant)."""

    name: str
    subject: str
    across: str  # what a size counts: "records of a message"
    unit: str  # of the cost: "seconds" or "bytes"
    points: tuple[tuple[float, float], ...]
    exponent: float
    most: float  # that the exponent may be


class Run(msgspec.Struct, frozen=True):
    """All of a run."""

    date: str
    took: float  # seconds
    machine: Machine
    python: str
    bitwright: str
    peers: dict[str, str]  # versions of those installed
    groups: tuple[GroupRun, ...] = ()
    times: tuple[TimeRun, ...] = ()
    curves: tuple[Curve, ...] = ()

    def group(self, name: str) -> GroupRun | None:
        """A group of this run."""
        return next((group for group in self.groups if group.name == name), None)

    def time(self, name: str) -> TimeRun | None:
        """A time of this run."""
        return next((one for one in self.times if one.name == name), None)


def group_run(group: Group, subject: str, timings: dict[str, Timing]) -> GroupRun:
    """What is kept of a group."""
    return GroupRun(group.name, subject, group.item, timings, group.inputs, group.skipped, dict(group.cannot))


def run_of(took: float, groups: Sequence[GroupRun], times: Sequence[TimeRun], curves: Sequence[Curve]) -> Run:
    """A run that ended now, on this machine."""
    versions = {key: found for key in peers.PEERS if (found := peers.version(key)) is not None}
    return Run(
        date=dt.datetime.now(dt.UTC).date().isoformat(),
        took=took,
        machine=this_machine(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        bitwright=__version__,
        peers=versions,
        groups=tuple(groups),
        times=tuple(times),
        curves=tuple(curves),
    )


def this_machine() -> Machine:
    """The machine, by what is of interest to a reader."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    kernel = re.match(r"[\d.]+", platform.release())
    system = f"{platform.system()} {kernel[0].rstrip('.')}" if kernel else platform.system()
    return Machine(_cpu() or platform.processor() or "unknown processor", cores, system, platform.machine())


def _cpu() -> str | None:
    """The processor's name where /proc has it."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return " ".join(found[1].split()) if found else None


def write(run: Run, path: Path) -> None:
    """As indented JSON, figures cut to what they are worth, so that a new record is a readable difference."""
    text = msgspec.json.encode(_rounded(msgspec.to_builtins(run)))
    path.write_bytes(msgspec.json.format(text, indent=1) + b"\n")


def read(path: Path) -> Run:
    """A record that `write` wrote."""
    return msgspec.json.decode(path.read_bytes(), type=Run)


def _rounded(value: object) -> object:
    """Numbers to four digits."""
    match value:
        case float():
            return float(f"{value:.4g}")
        case dict():
            return {key: _rounded(one) for key, one in value.items()}
        case list() | tuple():
            return [_rounded(one) for one in value]
    return value


