"""Measure bitwright beside its peers, print what was found, record it, and draw docs/benchmarks.md from the record.

    python -m benchmarks.report                     # everything, in less than ten minutes on two cores; writes the record and the page
    python -m benchmarks.report --show --quick      # a first look: little time for each group, nothing written
    python -m benchmarks.report --only patterns     # groups with this in their subject or name; nothing written
    python -m benchmarks.report --capture my.pcap   # with the DNS messages of a capture of your own; nothing written
    python -m benchmarks.report --from docs/benchmarks.json       # draws the page again, measures nothing
    python -m benchmarks.report --compare docs/benchmarks.json    # which ratios differ by more than a quarter from a record; writes nothing

The exit code is 0, or 1 where `--compare` found such a ratio.  A target that is missed is said, and is no failure of the measurement.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks import compare, page, printing, record
from benchmarks.measure import GROUP_SECONDS, QUICK_SECONDS, measure, timing
from benchmarks.packets import ROOT, use
from benchmarks.targets import verdicts

RECORD = ROOT / "docs" / "benchmarks.json"


def measure_all(*, quick: bool, only: str | None) -> record.Run:
    """Everything of the catalogue that was chosen, printed as it is found."""
    from benchmarks import catalogue

    begin = time.perf_counter()
    groups: list[record.GroupRun] = []
    for subject, make in catalogue.chosen(only):
        group = make()
        found = record.group_run(group, subject, measure(group, QUICK_SECONDS if quick else GROUP_SECONDS))
        _print(printing.of_group(found))
        groups.append(found)
    times: list[record.TimeRun] = []
    for subject, take in catalogue.chosen_times(only):
        taken = [record.TimeRun(name, subject, timing(turns)) for name, turns in take(quick).items()]
        _print(["", *printing.of_times(taken)] if taken else [])
        times += taken
    curves: list[record.Curve] = []
    for curve in (curve for _, take in catalogue.chosen_curves(only) for curve in take(quick)):
        _print([*([] if curves and curves[-1].subject == curve.subject else ["", curve.subject]), printing.of_curve(curve)])
        curves.append(curve)
    return record.run_of(time.perf_counter() - begin, groups, times, curves)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure or read, print, write, compare."""
    asked = _options().parse_args(arguments)
    if asked.drawn_from is not None:
        page.write(record.read(asked.drawn_from), ROOT / "docs")
        return 0
    if asked.capture is not None:
        use(asked.capture)
    run = measure_all(quick=asked.quick, only=asked.only)
    if not run.groups and not run.times and not run.curves:
        print(f"nothing in the catalogue has {asked.only!r} in its name", file=sys.stderr)
        return 2
    print(f"\n{printing.of_machine(run)}; measured in {run.took:.0f} s")
    _print(printing.of_verdicts([one for one in verdicts(run) if asked.only is None or one.reached is not None]))
    if asked.compare is not None:
        return _compare(record.read(asked.compare), run)
    if not (asked.show or asked.quick or asked.only or asked.capture):
        record.write(run, RECORD)
        page.write(record.read(RECORD), ROOT / "docs")  # of figures as they were rounded
        print(f"\nwritten: {RECORD.relative_to(ROOT)}, and the page and the charts from it")
    return 0


def _compare(recorded: record.Run, run: record.Run) -> int:
    found = compare.compare(recorded, run)
    shared = [one for one in found if one.recorded is not None and one.measured is not None]
    beyond = [one for one in shared if one.beyond]
    print(f"\n{len(shared)} ratios beside the record of {recorded.date}: {len(beyond)} differ by more than a quarter")
    for one in beyond:
        print(f"  {one}")
    for one in found:
        if one not in shared:
            print(f"  not compared: {one}")
    return 1 if beyond else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.report", description="bitwright beside its peers: measured, recorded, drawn.")
    parser.add_argument("--quick", action="store_true", help="little time for each group; nothing is written")
    parser.add_argument("--only", metavar="TEXT", help="just what has this in its subject or name; nothing is written")
    parser.add_argument("--show", action="store_true", help="print only; nothing is written")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="say which ratios differ by more than a quarter from this record")
    parser.add_argument("--capture", type=Path, metavar="FILE", help="DNS messages of this pcap instead of the mix; nothing is written")
    parser.add_argument("--from", type=Path, metavar="FILE", dest="drawn_from", help="draw the page from this record, measure nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
