"""Charts as SVG: bars of a group on a log scale, strips of how a cost grows.

A chart follows what its viewer prefers, light or dark, and the width that it is given: places across are shares of the width, while text
keeps its size, so that a telephone shows all of it.  No script, no font or image from elsewhere; what it shows is also in its title,
for those who hear it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Final

from benchmarks.compare import ratios
from benchmarks.record import Curve, GroupRun
from benchmarks.wording import by_time, is_ours, seconds, times

_ROW: Final = 36  # pixels: a line of text, and a bar below it
_TOP: Final = 30
_FOOT: Final = 26
_STRIP: Final = 62  # pixels: a line of text, and a strip below it
_STRIP_HOLDS: Final = 3.0  # times more, and less
_STYLE: Final = (
    "svg{color-scheme:light dark;--back:#fff;--text:#1f2328;--soft:#59636e;--line:#d8dde3;--ours:#2f6fd0;--hand:#1b7f3b;--peer:#aab4c0;"
    "--mark:#1f2328;font:13px system-ui,-apple-system,'Segoe UI',sans-serif}"
    "@media(prefers-color-scheme:dark){svg{--back:#15181c;--text:#e6edf3;--soft:#9aa4af;--line:#343b43;--ours:#5b9bf0;--hand:#56c271;"
    "--peer:#5d6875;--mark:#e6edf3}}"
    "@media(max-width:420px){svg{font-size:11px}.more{display:none}}"
    ".back{fill:var(--back)}text{fill:var(--text)}.title{font-weight:600}.soft{fill:var(--soft);font-size:11px}"
    ".end{text-anchor:end;font-variant-numeric:tabular-nums}.middle{text-anchor:middle}.line{stroke:var(--line)}"
    ".mark{stroke:var(--mark);stroke-width:1.5}.ours{fill:var(--ours)}.hand{fill:var(--hand)}.peer{fill:var(--peer)}"
    ".measured{fill:none;stroke:var(--ours);stroke-width:2}.bold{font-weight:600}"
)


def bars(group: GroupRun) -> str:
    """A bar for each contender, quickest first; a short line across the end of a bar is the middle half of the turns."""
    rows = by_time(group)
    height = _TOP + _ROW * len(rows) + _FOOT
    scale = _Scale(min(timing.best for _, timing in rows), max(timing.high for _, timing in rows))
    compared = ratios(group)
    parts = [_text(19, group.name, "title"), *_decades(scale, _TOP - 4, height - _FOOT + 4, height - 8, group.item)]
    for index, (name, timing) in enumerate(rows):
        y = _TOP + _ROW * index
        told = f'{seconds(timing.best)}<tspan class="more"> · {times(compared[name])}</tspan>'
        parts.append(_text(y + 13, name, "bold" if is_ours(name) else ""))
        parts.append(f'<text class="end" x="98%" y="{y + 13}">{told}</text>')
        parts.append(f'<rect class="{_kind(name)}" x="2%" y="{y + 18}" width="{scale.at(timing.best) - 2:.2f}%" height="10" rx="2"/>')
        low, high, middle = scale.at(timing.low), scale.at(timing.high), y + 23
        parts.append(f'<line class="mark" x1="{low:.2f}%" x2="{max(high, low + 0.2):.2f}%" y1="{middle}" y2="{middle}"/>')
    said = "; ".join(f"{name} {seconds(timing.best)}" for name, timing in rows)
    return _svg(height, f"{group.name}: {said}", parts)


class _Scale:
    """Where a figure lies across the chart, in per cent of its width: decades side by side."""

    def __init__(self, least: float, most: float) -> None:
        self.first = math.floor(math.log10(least) - 0.3)  # the quickest bar has a length, too
        self.last = max(math.log10(most), self.first + 1)

    def at(self, value: float) -> float:
        """Per cent of the width."""
        return 2 + 96 * (math.log10(value) - self.first) / (self.last - self.first)

    def decades(self) -> list[float]:
        """The powers of ten on the scale."""
        return [10.0**power for power in range(self.first, math.floor(self.last) + 1)]


def _decades(scale: _Scale, top: int, bottom: int, label: int, item: str) -> list[str]:
    parts = []
    for value in scale.decades():
        x = scale.at(value)
        parts.append(f'<line class="line" x1="{x:.2f}%" x2="{x:.2f}%" y1="{top}" y2="{bottom}"/>')
        anchor = "soft" if x < 5 else "soft end" if x > 95 else "soft middle"
        parts.append(f'<text class="{anchor}" x="{x:.2f}%" y="{label}">{_power(seconds(value))}</text>')
    return parts


def growth(subject: str, found: Sequence[Curve]) -> str:
    """A strip for each cost in seconds: what it is for each of the things that grow, from the fewest to the most; level is linear."""
    rows = [one for one in found if one.unit == "seconds"]
    height = _TOP + _STRIP * len(rows) + 8
    parts = [_text(19, subject, "title")]
    for index, one in enumerate(rows):
        top = _TOP + _STRIP * index
        told = f'<tspan class="more">{seconds(_each(one)[-1])} each · </tspan>power {one.exponent:.2f}'
        parts.append(_text(top + 13, one.name, "" if one.exponent <= one.most else "bold"))
        parts.append(f'<text class="end" x="98%" y="{top + 13}">{told}</text>')
        parts += _strip(one, top + 18)
    said = "; ".join(f"{one.name}: cost grows as size to the power of {one.exponent:.2f}" for one in rows)
    return _svg(height, f"{subject}: {said}", parts)


def _each(found: Curve) -> list[float]:
    """The cost for one of the things that grow, by size."""
    return [cost / size for size, cost in found.points]


def _strip(found: Curve, top: int) -> list[str]:
    """A line of costs for one, three times more or less than the last at its edges, over a line that is level."""
    costs, room = _each(found), _STRIP - 26
    middle, half = top + room / 2, room / 2
    least, most = (math.log10(found.points[end][0]) for end in (0, -1))

    def place(size: float, cost: float) -> tuple[float, float]:
        beside = math.log10(cost / costs[-1]) / math.log10(_STRIP_HOLDS)
        return 2 + 96 * (math.log10(size) - least) / (most - least), middle - half * max(-1.0, min(1.0, beside))

    level = f'<line class="line" x1="2%" x2="98%" y1="{middle:.1f}" y2="{middle:.1f}"/>'
    return [level, *_lines([place(size, cost) for (size, _), cost in zip(found.points, costs, strict=True)])]


def _lines(places: Sequence[tuple[float, float]]) -> list[str]:
    """Points with lines between them: a path cannot have shares of the width, lines can."""
    parts = [
        f'<line class="measured" x1="{x:.2f}%" y1="{y:.1f}" x2="{after:.2f}%" y2="{below:.1f}"/>'
        for (x, y), (after, below) in pairwise(places)
    ]
    return parts + [f'<circle class="ours" cx="{x:.2f}%" cy="{y:.1f}" r="2.5"/>' for x, y in places]


def _power(told: str) -> str:
    """A power of ten, which needs no digits behind the point."""
    return told.replace(".00 ", " ").replace(".0 ", " ")


def _kind(contender: str) -> str:
    return "ours" if is_ours(contender) else "hand" if "by hand" in contender else "peer"


def _text(y: int, text: str, style: str) -> str:
    kind = f' class="{style}"' if style else ""
    return f'<text{kind} x="2%" y="{y}">{escape(text)}</text>'


def _svg(height: int, title: str, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}" role="img" aria-labelledby="title">'
    back = '<rect class="back" width="100%" height="100%"/>'
    return "\n".join([head, f'<title id="title">{escape(title)}</title>', f"<style>{_STYLE}</style>", back, *parts, "</svg>", ""])
