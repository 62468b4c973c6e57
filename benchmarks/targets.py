"""What bitwright sets out to reach, as data, and how a record stands beside it.

Each row says what is asked; one that a run misses says why it is missed and what reaching it would take.  Rows of what is not built
yet say what they wait for.
"""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

from benchmarks import decoding, processes, starting
from benchmarks.erlang.contenders import INET_DNS
from benchmarks.groups import (
    ANSWERS_TO_OBJECTS,
    BITWRIGHT,
    C_BY_HAND,
    CAPTURE_TO_JSON,
    CBITSTRUCT,
    ERLANG_BY_HAND,
    HEADER_FROM_OBJECT,
    HEADER_TO_OBJECT,
    IPV4_AND_TCP,
    MACHINE_CODE,
    MESSAGE_FROM_OBJECTS,
    MESSAGE_TO_OBJECTS,
    MQTT_RECORD,
    PART_OF_MESSAGE,
    PATTERN_REFERENCE,
    PYTHON,
    SIMPLE_MESSAGE_TO_OBJECTS,
    TLS_RECORD,
)
from benchmarks.record import Run
from benchmarks.wording import asked, got, seconds


@dataclasses.dataclass(frozen=True)
class Verdict:
    """A row of the table: `reached` is None where it was not measured."""

    what: str
    wanted: str
    found: str
    reached: bool | None
    said: str = ""


@dataclasses.dataclass(frozen=True)
class Ratio:
    """`contender` takes at most `most` times what `peer` takes (below 1: it is that much faster)."""

    group: str
    contender: str
    peer: str
    most: float
    missed: str = ""

    def verdict(self, run: Run) -> Verdict:
        """How the run stands."""
        what, wanted = f"{self.group}: {self.contender}", asked(self.most, self.peer)
        group = run.group(self.group)
        if group is None or not {self.contender, self.peer} <= group.contenders.keys():
            return Verdict(what, wanted, "not measured", None)
        ratio = group.contenders[self.contender].best / group.contenders[self.peer].best
        reached = ratio <= self.most
        return Verdict(what, wanted, got(ratio, self.most), reached, "" if reached else self.missed)


@dataclasses.dataclass(frozen=True)
class Within:
    """Something that happens once takes at most so many seconds, as the median of several runs."""

    time: str
    most: float
    missed: str = ""

    def verdict(self, run: Run) -> Verdict:
        """How the run stands."""
        found = run.time(self.time)
        if found is None:
            return Verdict(self.time, f"at most {seconds(self.most)}", "not measured", None)
        reached = found.seconds.median <= self.most
        return Verdict(self.time, f"at most {seconds(self.most)}", seconds(found.seconds.median), reached, "" if reached else self.missed)


@dataclasses.dataclass(frozen=True)
class Later:
    """A target of what is not built yet."""

    what: str
    wanted: str
    needs: str

    def verdict(self, run: Run) -> Verdict:
        """Nothing to measure."""
        return Verdict(self.what, self.wanted, "comes later", None, self.needs)


Target: TypeAlias = Ratio | Within | Later

_COLUMNS = "Comes with the column engine, which decodes a capture into columns without an object for each packet."
_ERLANG = (
    "Erlang refers to parts of the message where they lie, and frees what it made at once; CPython makes and frees each object by itself, "
    "which is half of the time. Less needs fewer objects: names that become strings when somebody looks at them."
)
_LINES = (
    "Of what a packet takes, two thirds are the walk from layer to layer, with the objects of each, and a third is its line; "
    "docs/performance.md says what each part takes, and what was tried. More needs lines written straight from a packet's bytes, without "
    "objects in between, as the column engine will read columns."
)
_COLD = (
    "LLVM reads, selects and links the functions of the whole message, which are not optimized; docs/performance.md says what each step "
    "takes. Less needs fewer functions: arms of unions that differ in their class alone could share one."
)
_BUSY = "The bound is for an idle machine: where other work shares processor and caches, starting takes longer, as everything does."
_IMPORT = (
    "Most of it is msgspec and the modules of the standard library that it and dataclasses need; bitwright's own are a third. What is left "
    "out already is loaded when it is asked for: less needs fewer of those modules."
)

TARGETS: tuple[Target, ...] = (
    Ratio(HEADER_TO_OBJECT, MACHINE_CODE, CBITSTRUCT, 0.8),
    Ratio(HEADER_TO_OBJECT, MACHINE_CODE, "construct, compiled", 1 / 150),
    Ratio(HEADER_TO_OBJECT, PYTHON, "by hand, positional", 1.15),
    Ratio(HEADER_FROM_OBJECT, MACHINE_CODE, CBITSTRUCT, 1.0),
    Ratio(MESSAGE_TO_OBJECTS, MACHINE_CODE, C_BY_HAND, 1.3),
    Ratio(MESSAGE_TO_OBJECTS, MACHINE_CODE, INET_DNS, 1.0),
    Ratio(MESSAGE_TO_OBJECTS, MACHINE_CODE, ERLANG_BY_HAND, 1.0, _ERLANG),
    Ratio(ANSWERS_TO_OBJECTS, MACHINE_CODE, INET_DNS, 1.0),
    Ratio(ANSWERS_TO_OBJECTS, MACHINE_CODE, ERLANG_BY_HAND, 1.1, _ERLANG),
    Ratio(MESSAGE_TO_OBJECTS, MACHINE_CODE, "dnspython", 1 / 110),
    Ratio(MESSAGE_TO_OBJECTS, MACHINE_CODE, "dnslib", 1 / 35),
    Ratio(SIMPLE_MESSAGE_TO_OBJECTS, MACHINE_CODE, "dpkt", 1 / 10),
    Ratio(MESSAGE_TO_OBJECTS, PYTHON, "dnspython", 1 / 10),
    Ratio(MESSAGE_TO_OBJECTS, PYTHON, "dnslib", 1 / 3),
    Ratio(SIMPLE_MESSAGE_TO_OBJECTS, PYTHON, "dpkt", 1.0),
    Ratio(MESSAGE_FROM_OBJECTS, MACHINE_CODE, "dnspython", 1 / 20),
    Ratio(IPV4_AND_TCP, MACHINE_CODE, PYTHON, 1 / 4),
    Ratio(MQTT_RECORD, MACHINE_CODE, PYTHON, 1 / 4),
    Ratio(TLS_RECORD, MACHINE_CODE, PYTHON, 1 / 4),
    Ratio(PART_OF_MESSAGE, BITWRIGHT, "the whole message", 1 / 3),
    Ratio(PATTERN_REFERENCE, BITWRIGHT, "by hand", 1.2),
    Ratio(CAPTURE_TO_JSON, BITWRIGHT, decoding.EK, 1 / 10, _LINES),
    Within("the DNS header's pattern, from text to a function", 0.002),
    Within("the IPv4 header's pattern, from text to a function", 0.002),
    Within(processes.HELP, 0.150, _BUSY),
    Within(processes.IMPORT, 0.060, _IMPORT),
    Within(f"{starting.DNS}, {starting.COLD}", 0.300, _COLD),
    Within(f"{starting.DNS}, {starting.CACHED}", 0.020, _BUSY),
    Within(f"{starting.PATTERN}, {starting.COLD}", 0.060),
    Later("a capture to columns, Ethernet, IP, UDP, DNS header and first question, on one core", "1.5 x an Erlang loop", _COLUMNS),
    Later("a capture to columns, all DNS records", "1.5 million packets a second and core; 50 x `tshark -T fields`", _COLUMNS),
    Later("memory of a capture of any size, columns to Parquet", "at most 300 MB", _COLUMNS),
)


def verdicts(run: Run) -> list[Verdict]:
    """How a run stands, target by target."""
    return [target.verdict(run) for target in TARGETS]
