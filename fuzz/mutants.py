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
from bitwright.testing import Campaign, EngineTarget, Mutator
from bitwright.testing.labels import SEED
from bitwright.testing.report import Finding, Report
from bitwright.testing.tally import Tally
from fuzz.driver import FOUND
from fuzz.mutant_seeds import FORMATS, LARGEST

PIECE: Final = 50_000
PROGRESS_SECONDS: Final = 10.0  # from one message of a piece to the next
SLOWEST: Final = 5e-3  # seconds of processor time
LARGEST_ALLOCATION: Final = 1_000_000  # bytes


class Piece(msgspec.Struct):
    """What came of some inputs of one format, and the processor time that it took."""

    report: Report
    processor: float  # seconds


@functools.cache
def prepared(name: str, slowest: float = SLOWEST) -> tuple[EngineTarget, list[bytes]]:
    """The target of a format and its seeds; every seed was read once, so that nothing is loaded or made when time is taken."""
    made = FORMATS[name]
    seeds = made.seeds()
    warm = EngineTarget(made.message)
    for data in seeds:
        warm.run(data, SEED)
    return EngineTarget(made.message, slowest=slowest, largest=LARGEST_ALLOCATION, ordinary=LARGEST), seeds


def piece(task: tuple[str, int, int, int], slowest: float = SLOWEST) -> tuple[str, Piece]:
    """Some inputs of one format: its name, the seed, the number of the piece, how many; KeyboardInterrupt if it is not finished."""
    name, seed, number, inputs = task
    target, seeds = prepared(name, slowest)
    mutator = Mutator(FORMATS[name].message, seeds, random.Random(f"{name} {seed} {number}"), largest=LARGEST)
    mutants = (mutant for mutant in mutator if len(mutant[0]) <= LARGEST)
    told = 0.0

    def tell(tally: Tally) -> None:
        nonlocal told
        if tally.seconds >= told + PROGRESS_SECONDS:
            told = tally.seconds
            print(f"{name}, piece {number}: {tally.inputs} of {inputs} inputs", file=sys.stderr, flush=True)

    begin = time.process_time()
    found = Campaign(mutants, target, runs=inputs, seed=seed, name=name, on_progress=tell).run()
    if found.stopped == "interrupted":
        raise KeyboardInterrupt
    return name, Piece(found, time.process_time() - begin)


def patient() -> None:
    """Search seldom for cycles in a process that only reads: what is made for one input is let go with it, almost always without."""
    gc.set_threshold(20_000, 20, 50)


def results(tasks: list[tuple[str, int, int, int]], jobs: int, slowest: float) -> Iterator[tuple[str, Piece]]:
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
    pieces: dict[str, list[Piece]] = {name: [] for name in names}
    begin, done = time.perf_counter(), 0
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is ended tells what it did
    try:
        for name, one in results(tasks, asked.jobs, asked.slowest_ms / 1e3):
            pieces[name].append(one)
            done += one.report.inputs
            rate = done / (time.perf_counter() - begin)
            print(f"{done} of {sum(task[3] for task in tasks)} inputs, {rate:.0f} a second", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        print("interrupted: what follows is of the pieces that were done", file=sys.stderr)
    return report(pieces, asked.seed, time.perf_counter() - begin)


def report(pieces: dict[str, list[Piece]], seed: int, seconds: float) -> int:
    """The table of the README, and what was found; 1 if anything was."""
    engines = ", ".join(prepared(next(iter(pieces)))[0].engines)
    print(f"{sum(one.report.inputs for of in pieces.values() for one in of)} mutants (seed {seed}) through {engines} in {seconds:.0f} s\n")
    print("| format | mutants | values | refused | expected outcome known | rules | slowest | largest allocation | a second |")
    print("|---|---|---|---|---|---|---|---|---|")
    for name, of in pieces.items():
        if of:
            print(_row(name, of))
    findings = [(name, found) for name, of in pieces.items() for found in _merged(of)]
    for name, found in findings:
        FOUND.mkdir(exist_ok=True)
        data = bytes.fromhex(found.data)
        path = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
        path.write_bytes(data)
        told = "\n    ".join(printable(line) for line in (str(found.label), *found.detail.splitlines()))
        print(f"\n{name}: {printable(found.bucket)} ({found.count} times); the first input is {path}\n    {told}")
    print(f"\nbroken invariants: {len(findings)}")
    return 1 if findings else 0


def _row(name: str, pieces: list[Piece]) -> str:
    reports = [one.report for one in pieces]
    inputs = sum(one.inputs for one in reports)
    values, refused = (sum(one.kinds.get(kind, 0) for one in reports) for kind in ("value", "error"))
    known = sum(rule.expected for one in reports for rule in one.rules)
    rules = len({(rule.tier, rule.rule) for one in reports for rule in one.rules})
    slowest = max((extreme.seconds for one in reports for extreme in one.slowest), default=0.0)
    largest = max((extreme.peak_bytes or 0 for one in reports for extreme in one.largest), default=0)
    rate = inputs / sum(one.processor for one in pieces)
    figures = f"{inputs:,} | {values:,} | {refused:,} | {known / inputs:.0%} | {rules} | {slowest * 1e3:.1f} ms | {largest / 1e3:.0f} kB"
    return f"| {name} | {figures} | {rate:,.0f} |"


def _merged(pieces: list[Piece]) -> list[Finding]:
    """One finding a cause, the first, counted over all pieces."""
    found: dict[str, Finding] = {}
    for one in (finding for piece in pieces for finding in piece.report.findings):
        if one.bucket in found:
            found[one.bucket].count += one.count
        else:
            found[one.bucket] = msgspec.structs.replace(one)
    return list(found.values())


if __name__ == "__main__":
    sys.exit(main())
