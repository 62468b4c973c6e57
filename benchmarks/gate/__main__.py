"""`python -m benchmarks.gate`: the hot paths' instructions beside those written down; exit code 1 if one is off by more than 3 %.

What cannot be counted here, or has no counts to compare with, is said and fails nothing: no valgrind, a kind of CPU without requests to
valgrind, an interpreter or packages without counts.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from pathlib import Path

from benchmarks.gate import builds, callgrind, counts, earlier, verdict
from benchmarks.gate.cases import CASES, REFERENCES
from benchmarks.gate.client import MACHINES
from benchmarks.packets import ROOT
from bitwright.backends.llvm import is_available


def main() -> int:
    """Count, and compare or write down; the exit code."""
    arguments = _arguments()
    if arguments.python:
        return max([_elsewhere(program, arguments) for program in arguments.python])
    why = _cannot()
    if why:
        print(f"instructions are not counted: {why}")
        return 2 if arguments.update else 0
    if arguments.against:
        return _against(arguments.against, arguments.only, everything=arguments.all)
    if arguments.update and not is_available():
        print("both engines are counted for what is written down: pip install llvmlite")
        return 2
    build, packages = builds.this_build(), builds.packages()
    print(f"{build}; {', '.join(f'{name} {known}' for name, known in packages.items())}")
    written = counts.load()
    old = written.get(build)
    if not arguments.update and (old is None or old.packages != packages):
        print(f"no counts are written down for {_difference(old, written)}: nothing to compare with.\n{verdict.HOW}")
        return 0
    found = _counted(arguments.only)
    compared = counts.rows(old.counts if old else {}, found)
    if arguments.update:
        for line in verdict.table(compared, everything=arguments.all or old is None):
            print(line)
        if old and old.packages != packages:
            old = None
        if old:
            written = counts.without_stale(written, compared)
        counts.save({**written, build: counts.merged(old, packages, found, whole=not arguments.only)})
        print(f"written to {counts.FILE.name}")
        return 0
    return _said(compared, everything=arguments.all)


def _arguments() -> argparse.Namespace:
    description = "Count the instructions of the hot paths, and compare them with those written down."
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=description)
    parser.add_argument("--update", action="store_true", help="write down what is counted now, for this interpreter")
    parser.add_argument("--only", metavar="TEXT", default="", help="the cases that have this in their names")
    parser.add_argument("--against", metavar="COMMIT", help="compare with that commit by this interpreter, not with what is written down")
    parser.add_argument("--all", action="store_true", help="show also what did not change")
    parser.add_argument("--python", metavar="PROGRAM", action="append", help="do it in that interpreter instead; may be repeated")
    return parser.parse_args()


def _elsewhere(program: str, arguments: argparse.Namespace) -> int:
    """The same in another interpreter; its exit code."""
    rest = [f"--{name}={value}" for name in ("only", "against") if (value := getattr(arguments, name))]
    rest += [f"--{name}" for name in ("update", "all") if getattr(arguments, name)]
    return subprocess.run([program, "-m", "benchmarks.gate", *rest], cwd=ROOT, check=False).returncode


def _against(commit: str, only: str, *, everything: bool) -> int:
    """Compare with a commit by the same interpreter; the exit code."""
    try:
        with earlier.source_at(commit) as source:
            before = _counted(only, source)
    except earlier.NoSuchCommit as error:
        print(error)
        return 2
    return _said(counts.rows(before, _counted(only)), everything=everything)


def _said(compared: list[counts.Row], *, everything: bool) -> int:
    """Print the table and what it means; the exit code."""
    for line in verdict.table(compared, everything=everything):
        print(line)
    said, code = verdict.judge(compared)
    print(said)
    return code


def _cannot() -> str:
    """Why nothing can be counted here; empty if it can."""
    if platform.machine() not in MACHINES:
        return f"this CPU is {platform.machine()}, and requests to valgrind are written for {', '.join(MACHINES)}"
    return callgrind.missing()


def _difference(old: counts.Build | None, written: dict[str, counts.Build]) -> str:
    """What is not the same as where counts are from."""
    if old is None:
        return f"this interpreter, only for {'; '.join(written) or 'none'}"
    return f"these packages, only for {', '.join(f'{name} {known}' for name, known in old.packages.items())}"


def _counted(only: str, source: Path = ROOT) -> counts.Counts:
    """Instructions for each item of the chosen cases."""
    chosen = {case.name: case for case in CASES if only in case.name or case.name in REFERENCES}
    engines = [engine for engine in callgrind.ENGINES if engine == "python" or is_available()]
    found = callgrind.count(list(chosen), engines, source)
    return {engine: {name: round(count / chosen[name].items) for name, count in one.items()} for engine, one in found.items()}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except callgrind.NotCounted as error:
        sys.exit(str(error))
