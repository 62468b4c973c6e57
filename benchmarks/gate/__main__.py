"""`python -m benchmarks.gate`: the hot paths' instructions beside those written down; exit code 1 if one is off by more than 3 %.

What cannot be counted here, or has no counts to compare with, is said and fails nothing: no valgrind, a kind of CPU without requests to
valgrind, an interpreter or packages without counts.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys

from benchmarks.gate import builds, callgrind, counts
from benchmarks.gate.cases import CASES, REFERENCES
from benchmarks.gate.client import MACHINES
from bitwright.backends.llvm import is_available

_REFERENCE_TOLERANCE = 0.01


def main() -> int:
    """Count, and compare or write down; the exit code."""
    arguments = _arguments()
    if arguments.python:
        rest = [word for word in ("--update",) if arguments.update] + (["--only", arguments.only] if arguments.only else [])
        return max(subprocess.run([one, "-m", "benchmarks.gate", *rest], check=False).returncode for one in arguments.python)
    why = _cannot()
    if why:
        print(f"instructions are not counted: {why}")
        return 2 if arguments.update else 0
    build, packages = builds.this_build(), builds.packages()
    print(f"{build}; {', '.join(f'{name} {known}' for name, known in packages.items())}")
    written = counts.load()
    old = written.get(build)
    if not arguments.update and (old is None or old.packages != packages):
        print(f"no counts are written down for {_difference(old, written)}: nothing to compare with.\n{_HOW}")
        return 0
    found = _counted(arguments.only)
    compared = counts.rows(old.counts if old else {}, found)
    _print(compared, everything=arguments.all or old is None)
    if arguments.update:
        if old and old.packages != packages:
            old = None
        written[build] = counts.merged(old, packages, found, whole=not arguments.only)
        counts.save(written)
        print(f"written to {counts.FILE.name}")
        return 0
    return _judged(compared)


_HOW = "To write them down: python -m benchmarks.gate --update"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description="Instructions of the hot paths beside those written down.")
    parser.add_argument("--update", action="store_true", help="write down what is counted now, for this interpreter")
    parser.add_argument("--only", metavar="TEXT", default="", help="the cases that have this in their names")
    parser.add_argument("--all", action="store_true", help="show also what did not change")
    parser.add_argument("--python", metavar="PROGRAM", action="append", help="do it in that interpreter instead; may be repeated")
    return parser.parse_args()


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


def _counted(only: str) -> counts.Counts:
    """Instructions for each item of the chosen cases."""
    chosen = {case.name: case for case in CASES if only in case.name or case.name in REFERENCES}
    engines = [engine for engine in callgrind.ENGINES if engine == "python" or is_available()]
    found = callgrind.count(list(chosen), engines)
    return {engine: {name: round(count / chosen[name].items) for name, count in one.items()} for engine, one in found.items()}


def _print(compared: list[counts.Row], *, everything: bool) -> None:
    shown = [row for row in compared if everything or row.beyond]
    if shown:
        print(f"{'instructions for each item':44}{'before':>12}{'now':>12}{'change':>10}")
    for row in shown:
        before = "" if row.recorded is None else f"{row.recorded:,}"
        change = "new" if row.recorded is None else f"{row.change:+.1%}"
        print(f"{row.name + ', ' + row.engine:44}{before:>12}{row.found:>12,}{change:>10}{'  <' if row.beyond and row.recorded else ''}")


def _judged(compared: list[counts.Row]) -> int:
    """Say what it means; the exit code."""
    moved = [row.name for row in compared if row.name in REFERENCES and abs(row.change) > _REFERENCE_TOLERANCE]
    if moved:
        print(f"{' and '.join(dict.fromkeys(moved))} took another count: this is another build than its name says; nothing is compared.\n{_HOW}")
        return 0
    beyond = [row for row in compared if row.beyond]
    if beyond:
        print(f"{len(beyond)} of {len(compared)} counts are off by more than {counts.TOLERANCE:.0%}.  Where that is meant, {_HOW[0].lower()}{_HOW[1:]}")
        return 1
    print(f"{len(compared)} counts are within {counts.TOLERANCE:.0%} of those written down")
    return 0


if __name__ == "__main__":
    sys.exit(main())
