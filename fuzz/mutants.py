"""Mutants of seven formats through all engines: DNS, IPv4, IPv6, TCP, ICMPv6, and pcap and pcapng files as a whole.

    python -m fuzz.mutants [--inputs 100000] [--formats dns,tcp] [--jobs 2] [--seed 1] [--piece 50000] [--done 0]
        [--slowest-ms 5]

Invariant, for any mutant of at most 1,500 bytes: what `bitwright.testing.EngineTarget` promises of every engine, with what the label
expects; a reading by all engines takes at most 5 ms of processor time, and none allocates more than 1 MB.

The inputs of a format are made in pieces, each with a seed of its own, so that they are the same however many processes
share them.  What breaks the invariant is written to `fuzz/found/`, one input a cause, and ends the run with 1.
"""

from __future__ import annotations

import argparse
import collections
import functools
import gc
import hashlib
import multiprocessing
import random
import signal
import sys
import time
from collections.abc import Iterator
from typing import Final

import msgspec

from bitwright.escaping import printable
from bitwright.testing import EngineTarget, Mutator
from bitwright.testing.labels import SEED
from fuzz.driver import FOUND
from fuzz.mutant_seeds import FORMATS, LARGEST

PIECE: Final = 50_000
PROGRESS: Final = 10_000  # inputs from one message to the next
SLOWEST: Final = 5e-3  # seconds of processor time
LARGEST_ALLOCATION: Final = 1_000_000  # bytes


class Found(msgspec.Struct):
    """What broke the invariant: the first input of a cause."""

    bucket: str
    detail: str
    label: str
    data: bytes
    count: int = 1


class Tally(msgspec.Struct):
    """What came of some inputs of one format."""

    inputs: int = 0
    values: int = 0
    known: int = 0  # labels that say what is expected
    slowest: float = 0.0
    largest: int = 0
    processor: float = 0.0  # seconds
    rules: dict[str, int] = msgspec.field(default_factory=dict)
    found: dict[str, Found] = msgspec.field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Count those of another piece too."""
        self.inputs += other.inputs
        self.values += other.values
        self.known += other.known
        self.processor += other.processor
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)
        self.rules = dict(collections.Counter(self.rules) + collections.Counter(other.rules))
        for bucket, found in other.found.items():
            if bucket in self.found:
                self.found[bucket].count += found.count
            else:
                self.found[bucket] = found


@functools.cache
def prepared(name: str, slowest: float = SLOWEST) -> tuple[EngineTarget, list[bytes]]:
    """The target of a format and its seeds; every seed was read once, so that nothing is loaded or made when time is taken."""
    made = FORMATS[name]
    seeds = made.seeds()
    warm = EngineTarget(made.message)
    for data in seeds:
        warm.run(data, SEED)
    return EngineTarget(made.message, slowest=slowest, largest=LARGEST_ALLOCATION, ordinary=LARGEST), seeds


def piece(task: tuple[str, int, int, int], slowest: float = SLOWEST) -> tuple[str, Tally]:
    """Some inputs of one format: its name, the seed, the number of the piece, how many."""
    name, seed, number, inputs = task
    target, seeds = prepared(name, slowest)
    mutator = Mutator(FORMATS[name].message, seeds, random.Random(f"{name} {seed} {number}"), largest=LARGEST)
    mutants = (mutant for mutant in mutator if len(mutant[0]) <= LARGEST)
    tally, rules = Tally(inputs), collections.Counter[str]()
    begin = time.process_time()
    for done in range(1, inputs + 1):
        data, label = next(mutants)
        outcome = target.run(data, label)
        rules[f"{label.tier} {label.rule}"] += 1
        tally.values += outcome.kind == "value"
        tally.known += label.expected.accepts is not None
        tally.slowest = max(tally.slowest, outcome.seconds)
        tally.largest = max(tally.largest, outcome.peak_bytes or 0)
        if outcome.is_finding:
            known = tally.found.setdefault(outcome.bucket, Found(outcome.bucket, outcome.detail, str(label), data, 0))
            known.count += 1
        if not done % PROGRESS:
            print(f"{name}, piece {number}: {done} of {inputs} inputs", file=sys.stderr, flush=True)
    tally.rules, tally.processor = dict(rules), time.process_time() - begin
    return name, tally


def patient() -> None:
    """Search seldom for cycles in a process that only reads: what is made for one input is let go with it, almost always without."""
    gc.set_threshold(20_000, 20, 50)


def results(tasks: list[tuple[str, int, int, int]], jobs: int, slowest: float) -> Iterator[tuple[str, Tally]]:
    """What comes of each piece, in their order."""
    if jobs == 1:
        patient()
        yield from map(functools.partial(piece, slowest=slowest), tasks)
        return
    with multiprocessing.get_context("spawn").Pool(jobs, patient) as pool:
        yield from pool.imap(functools.partial(piece, slowest=slowest), tasks)


def main() -> int:
    """Run as many mutants of each format as asked for."""
    parser = argparse.ArgumentParser(prog="fuzz.mutants", description="Mutants of seven formats through all engines.")
    parser.add_argument("--inputs", type=int, default=100_000, help="of each format (default 100000)")
    parser.add_argument("--formats", default=",".join(FORMATS), help="which, with commas between them (default: all)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--piece", type=int, default=PIECE, help=f"inputs that are made with one seed (default {PIECE})")
    parser.add_argument("--done", type=int, default=0, help="of each format, how many an earlier run did: whole pieces are left out")
    parser.add_argument("--slowest-ms", type=float, default=SLOWEST * 1e3, help="bound of a reading (default 5; on a busy machine, more)")
    asked = parser.parse_args()
    names = [name.strip() for name in asked.formats.split(",")]
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        parser.error(f"no such format: {', '.join(unknown)}; there are {', '.join(FORMATS)}")
    tasks = [
        (name, asked.seed, number, min(asked.piece, asked.inputs - number * asked.piece))
        for name in names for number in range(asked.done // asked.piece, -(-asked.inputs // asked.piece))
    ]  # fmt: skip
    tallies = {name: Tally() for name in names}
    begin, done = time.perf_counter(), 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended tells what it did
    try:
        for name, tally in results(tasks, asked.jobs, asked.slowest_ms / 1e3):
            tallies[name].add(tally)
            done += tally.inputs
            rate = done / (time.perf_counter() - begin)
            print(f"{done} of {sum(task[3] for task in tasks)} inputs, {rate:.0f} a second", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("interrupted: what follows is of the pieces that were done", file=sys.stderr)
    return report(tallies, asked.seed, time.perf_counter() - begin)


def report(tallies: dict[str, Tally], seed: int, seconds: float) -> int:
    """The table of the README, and what was found; 1 if anything was."""
    engines = ", ".join(prepared(next(iter(tallies)))[0].engines)
    print(f"{sum(tally.inputs for tally in tallies.values())} mutants (seed {seed}) through {engines} in {seconds:.0f} s\n")
    print("| format | mutants | values | refused | expected outcome known | rules | slowest | largest allocation | a second |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, tally in tallies.items():
        if not tally.inputs:
            continue
        refused = tally.inputs - tally.values - sum(found.count for found in tally.found.values())
        rate = tally.inputs / tally.processor
        print(
            f"| {name} | {tally.inputs:,} | {tally.values:,} | {refused:,} | {tally.known / tally.inputs:.0%} | {len(tally.rules)} "
            f"| {tally.slowest * 1e3:.1f} ms | {tally.largest / 1e3:.0f} kB | {rate:,.0f} |"
        )
    findings = [(name, found) for name, tally in tallies.items() for found in tally.found.values()]
    for name, found in findings:
        FOUND.mkdir(exist_ok=True)
        path = FOUND / f"{name}-{hashlib.sha256(found.data).hexdigest()[:12]}.bin"
        path.write_bytes(found.data)
        told = "\n    ".join(printable(line) for line in (found.label, *found.detail.splitlines()))
        print(f"\n{name}: {printable(found.bucket)} ({found.count} times); the first input is {path}\n    {told}")
    print(f"\nbroken invariants: {len(findings)}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
