"""What counts beside those written down look like, and what they mean: a table, a sentence, an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.gate.cases import REFERENCES
from benchmarks.gate.counts import TOLERANCE, Row

REFERENCE_TOLERANCE: Final = 0.02  # of what uses nothing of bitwright
HOW: Final = "To write down what is counted now: python -m benchmarks.gate --update"


def table(compared: Sequence[Row], *, everything: bool) -> Iterator[str]:
    """A line for each case and engine: all of them, or those that are off or have nothing to be compared with."""
    shown = [row for row in compared if everything or row.beyond or row.recorded is None]
    if shown:
        yield f"{'instructions for each item':44}{'before':>12}{'now':>12}{'change':>10}"
    for row in shown:
        before = "" if row.recorded is None else f"{row.recorded:,}"
        change = "new" if row.recorded is None else f"{row.change:+.1%}"
        mark = "  <" if row.beyond and row.recorded else ""
        yield f"{row.name + ', ' + row.engine:44}{before:>12}{row.found:>12,}{change:>10}{mark}"


def judge(compared: Sequence[Row]) -> tuple[str, int]:
    """What it means, and the exit code: 1 if a count is off, unless the interpreter is not the one that its name says."""
    moved = dict.fromkeys(row.name for row in compared if row.name in REFERENCES and abs(row.change) > REFERENCE_TOLERANCE)
    if moved:
        return f"{' and '.join(moved)}: another count, so another build than its name says, with which nothing is compared.\n{HOW}", 0
    beyond = [row for row in compared if row.beyond]
    if beyond:
        return f"{len(beyond)} of {len(compared)} counts are off by more than {TOLERANCE:.0%}.  If that is meant:\n{HOW}", 1
    new = sum(row.recorded is None for row in compared)
    missing = f"; {new} are not written down for this interpreter.  {HOW}" if new else ""
    return f"{len(compared) - new} counts are within {TOLERANCE:.0%} of those written down{missing}", 0
