"""How far a campaign is: inputs, rate, findings, time left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitwright.cli.progress import StatusLine

if TYPE_CHECKING:
    from bitwright.testing.tally import Tally


class FuzzProgress(StatusLine):
    """A line on stderr, of a campaign of so many inputs or seconds, where either is set."""

    def __init__(self, runs: int | None, seconds: float | None, *, wanted: bool) -> None:
        super().__init__(wanted=wanted)
        self._runs, self._seconds = runs, seconds

    def tick(self, tally: Tally) -> None:
        """Tell how far it is."""
        if self.due() is not None:
            self.draw(status(tally, self._runs, self._seconds))


def status(tally: Tally, runs: int | None, seconds: float | None) -> str:
    """`34,000 of 100,000 inputs (34 %), 8,100 a second, 8.1 s left, 2 findings in 12 inputs`."""
    from bitwright.testing.words import duration

    rate = tally.inputs / max(tally.seconds, 1e-9)
    done = f"{tally.inputs:,} of {runs:,} inputs ({100 * tally.inputs // runs} %)" if runs else f"{tally.inputs:,} inputs"
    left = [(runs - tally.inputs) / rate] if runs and tally.inputs else []
    left += [seconds - tally.seconds] if seconds is not None else []
    parts = [done, f"{rate:,.0f} a second"]
    if left:
        parts.append(f"{duration(max(min(left), 0.0))} left")
    count = tally.buckets
    parts.append(f"{count} {'finding' if count == 1 else 'findings'} in {tally.findings:,} inputs" if count else "no finding")
    return ", ".join(parts)
