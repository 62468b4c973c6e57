"""Print how each cost grows: `python -m benchmarks.scaling [--only TEXT] [--long]`; the exit code is 1 if one grows faster than it should.

`--long` walks and decodes a capture of a million packets as well, which takes some minutes.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.scaling import CHECKED, all_curves, points_of


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description="How time and memory grow with what is read.")
    parser.add_argument("--only", metavar="TEXT", help="curves with this in their names")
    parser.add_argument("--long", action="store_true", help="captures of a million packets, too")
    asked = parser.parse_args()
    failed = 0
    print(f"{'':<62} {'sizes':>20} {'the largest':>14}  grows as size to the power")
    for curve in all_curves(long=asked.long):
        if asked.only and asked.only not in curve.name:
            continue
        for found in points_of(curve):
            cost = found.points[-1][1]
            told = f"{cost / 2**20:,.2f} MiB" if found.unit == "bytes" else f"{cost * 1e3:,.3f} ms"
            sizes = f"{found.points[0][0]:,.0f} to {found.points[-1][0]:,.0f}"
            grows = found.exponent <= found.most
            failed += not grows
            judged = "" if grows else f", {CHECKED}: at most {found.most:.2f}"
            print(f"{found.name if found.unit == 'seconds' else '':<62} {sizes:>20} {told:>14}  {found.exponent:.2f}{judged}", flush=True)
    print(f"{failed} grow faster than they should" if failed else "none grows faster than it should")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
