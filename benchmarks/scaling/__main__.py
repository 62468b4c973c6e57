"""Print how each cost grows: `python -m benchmarks.scaling [--only TEXT] [--long]`; the exit code is 1 if one grows faster than it should.

`--long` walks and decodes a capture of a million packets as well, which takes some minutes.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.printing import of_curve
from benchmarks.record import Curve
from benchmarks.scaling import all_curves, points_of


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description="How time and memory grow with what is read.")
    parser.add_argument("--only", metavar="TEXT", help="curves with this in their names")
    parser.add_argument("--long", action="store_true", help="captures of a million packets, too")
    asked = parser.parse_args()
    found: list[Curve] = []
    for curve in all_curves(long=asked.long):
        if asked.only is None or asked.only in f"{curve.subject} {curve.name}":
            if not found or found[-1].subject != curve.subject:
                print(f"\n{curve.subject}")
            found += points_of(curve)
            print(*map(of_curve, found[-2:]), sep="\n", flush=True)
    failed = sum(curve.exponent > curve.most for curve in found)
    print(f"\n{failed} grow faster than they should" if failed else "\nnone grows faster than it should")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
