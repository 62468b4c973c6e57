"""Charts of a report as inline SVG: shares of outcomes as a bar, times as columns.

Promise: numbers only, so nothing needs to be escaped; each has a text for those who do not see it; colours are the page's, by class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bitwright.testing.report import TIME_EDGES_US, RuleCount
from bitwright.testing.words import duration

_BAR: Final = 240  # units of a bar's length
_COLUMN, _GAP, _HEIGHT = 44, 6, 120


def outcome_bar(rule: RuleCount) -> str:
    """Values, refusals and findings of a rule, side by side; a finding is seen however few there are."""
    parts = [("value", rule.values), ("error", rule.errors), ("finding", rule.findings)]
    widths = _widths([count for _, count in parts])
    said = f"{rule.values:,} values, {rule.errors:,} refused, {rule.findings:,} findings"
    at, drawn = 0.0, []
    for (name, _), width in zip(parts, widths, strict=True):
        if width:
            drawn.append(f'<rect class="{name}" x="{at:.1f}" width="{width:.1f}" height="10"/>')
        at += width
    return (
        f'<svg class="bar" viewBox="0 0 {_BAR} 10" preserveAspectRatio="none" role="img" aria-label="{said}"><title>{said}</title>'
        f"{''.join(drawn)}</svg>"
    )


def _widths(counts: Sequence[int]) -> list[float]:
    """Shares of the bar; what is there at all has at least 3 units."""
    total = sum(counts) or 1
    widths = [max(count / total * _BAR, 3.0) if count else 0.0 for count in counts]
    return [width * _BAR / (sum(widths) or 1) for width in widths]


def time_columns(times: Sequence[int]) -> str:
    """How many inputs took how long; the height is the logarithm of the number, so that few slow ones are seen."""
    used = [place for place, count in enumerate(times) if count]
    first, last = used[0], used[-1]
    top = math.log10(max(times) + 1)
    width = (last - first + 1) * (_COLUMN + _GAP) + _GAP
    drawn = []
    for place in range(first, last + 1):
        count, x = times[place], _GAP + (place - first) * (_COLUMN + _GAP)
        high = math.log10(count + 1) / top * _HEIGHT
        middle = x + _COLUMN / 2
        label = _edge(place)
        drawn.append(
            f'<g><title>{count:,} inputs {label}</title><rect class="value" x="{x}" y="{20 + _HEIGHT - high:.1f}" width="{_COLUMN}" '
            f'height="{high:.1f}"/><text x="{middle}" y="{15 + _HEIGHT - high:.1f}">{_short(count)}</text>'
            f'<text class="faint" x="{middle}" y="{_HEIGHT + 36}">{label}</text></g>'
        )
    return (
        f'<svg class="columns" width="{width}" height="{_HEIGHT + 44}" viewBox="0 0 {width} {_HEIGHT + 44}" role="img" '
        f'aria-label="inputs by time">{"".join(drawn)}</svg>'
    )


def _edge(place: int) -> str:
    if place == len(TIME_EDGES_US):
        return f"&gt; {duration(TIME_EDGES_US[-1] / 1e6)}"
    return f"≤ {duration(TIME_EDGES_US[place] / 1e6)}".replace(" us", " µs")


def _short(count: int) -> str:
    """At most six characters."""
    if count < 10_000:
        return f"{count:,}" if count else ""
    return f"{count / 1e3:.0f} k" if count < 1_000_000 else f"{count / 1e6:.1f} M"
