"""Measure what docs/performance.md has figures of, and write them into it: `python -m benchmarks.figures`, on an idle machine.

    python -m benchmarks.figures --quick --show   # fewer rounds, printed instead of written

Figures stand between two marks in the document; everything else in it is written by people.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Mapping

from benchmarks import headers, messages, patterns, records, starting
from benchmarks.groups import BITWRIGHT, C_BY_HAND, MACHINE_CODE, PYTHON, TARGETS, Group
from benchmarks.measure import GROUP_SECONDS, QUICK_SECONDS, measure
from benchmarks.packets import ROOT

DOCUMENT = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by `python -m benchmarks.figures` -->", "<!-- end of the figures -->"
GROUPS = (
    headers.header_group, headers.build_group, messages.message_group, messages.simple_message_group, messages.build_group,
    *records.RECORD_GROUPS, *patterns.PATTERN_GROUPS,
)  # fmt: skip
_OURS = (BITWRIGHT, MACHINE_CODE, PYTHON, C_BY_HAND)


def table_of_groups(measured: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A row for each group: what each engine takes, and how many times as long the others do."""
    rows = ["| | machine code | the python engine | by hand in C | others |", "|---|---|---|---|---|"]
    for name, times in measured.items():
        if MACHINE_CODE not in times:
            continue
        ours = times[MACHINE_CODE]
        python = times.get(PYTHON, times[BITWRIGHT])
        others = [f"{who} {_times(seconds / ours)}" for who, seconds in times.items() if who not in _OURS]
        cells = [_nanoseconds(ours), f"{_nanoseconds(python)}, {_times(python / ours)}"]
        cells.append(f"{_nanoseconds(times[C_BY_HAND])}, {_times(times[C_BY_HAND] / ours)}" if C_BY_HAND in times else "")
        rows.append(f"| {name} | {' | '.join(cells)} | {', '.join(others)} |")
    return rows


def table_of_targets(measured: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A row for each ratio that is asked for of machine code."""
    rows = ["| machine code, of | beside | at most | takes |", "|---|---|---|---|"]
    for target in TARGETS:
        times = measured.get(target.group, {})
        if target.contender == MACHINE_CODE and {MACHINE_CODE, target.peer} <= times.keys():
            ratio = times[MACHINE_CODE] / times[target.peer]
            met = "" if ratio <= target.most else ": missed"
            rows.append(f"| {target.group} | {target.peer} | {_share(target.most)} | {_share(ratio)}{met} |")
    return rows


def table_of_starting(rounds: int) -> list[str]:
    """A row for each step before machine code serves."""
    rows = ["| in a new process | with nothing on disk | from the cache |", "|---|---|---|"]
    return rows + [f"| {step} | {cold * 1e3:.1f} ms | {cached * 1e3:.1f} ms |" for step, (cold, cached) in starting.measure(rounds).items()]


def figures(*, quick: bool) -> str:
    """All tables."""
    measured: dict[str, dict[str, float]] = {}
    for make in GROUPS:
        group: Group = make()
        timings = measure(group, QUICK_SECONDS if quick else GROUP_SECONDS)
        measured[group.name] = {who: one.best for who, one in timings.items()}
    version = f"CPython {platform.python_version()}, {platform.machine()}"
    parts = [
        [f"One header, message or record each, on one core; {version}."], table_of_groups(measured), table_of_targets(measured),
        table_of_starting(3 if quick else 9),
    ]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts)


def _nanoseconds(seconds: float) -> str:
    return f"{seconds * 1e9:,.0f} ns" if seconds < 1e-6 else f"{seconds * 1e6:,.2f} µs"


def _times(ratio: float) -> str:
    return f"{ratio:.2f} x" if ratio < 10 else f"{ratio:,.0f} x"


def _share(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 1 / 3 else f"1/{1 / ratio:.0f}"


def main() -> int:
    """Measure, and write."""
    parser = argparse.ArgumentParser(prog="benchmarks.figures", description="The figures of docs/performance.md.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--show", action="store_true", help="print them instead")
    asked = parser.parse_args()
    found = figures(quick=asked.quick)
    if asked.show:
        print(found)
        return 0
    text = DOCUMENT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    DOCUMENT.write_text(f"{before}{BEGIN}\n\n{found}\n\n{END}{after}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
