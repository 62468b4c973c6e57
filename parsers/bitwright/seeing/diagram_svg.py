"""The picture of a format as SVG: the boxes of the text picture, drawn.

Promise: the same boxes, rows, names and legends as in text; what is declared is escaped; no script, no font or image
from elsewhere.  Colours: alone, the picture follows what the viewer prefers, light or dark; within a page of HTML it
takes the page's colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from bitwright.escaping import escaped
from bitwright.seeing import diagram as text

_CELL: Final = 20  # pixels a bit
_LINE: Final = 15  # pixels a line of text
_MARGIN: Final = 10
_CHARACTER: Final = 7.3  # pixels, of a monospaced font of 12
_WIDTH: Final = text.ROW_BITS * _CELL + 2 * _MARGIN
_LEGEND: Final = int((_WIDTH - 2 * _MARGIN) / _CHARACTER)

STYLE: Final = (
    ".bw-diagram{color:#1f2328;background:none;font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}"
    "@media(prefers-color-scheme:dark){.bw-diagram{color:#e6edf3}}"
    ".bw-diagram text{fill:currentColor}"
    ".bw-diagram .faint{opacity:.65}"
    ".bw-diagram .title{font-weight:bold}"
    ".bw-diagram path{stroke:currentColor;fill:none}"
    ".bw-diagram .absent{stroke-dasharray:4 3}"
    ".bw-diagram .elsewhere{stroke-dasharray:1 3}"
    ".bw-diagram rect{fill:currentColor;fill-opacity:.05}"
    ".bw-diagram .spare{fill-opacity:.16}"
    ".bw-diagram .varies{fill-opacity:.09}"
)


def diagram_svg(struct: type) -> str:
    """The pictures of a format and of the structs it is made of, one below the other."""
    return pictures_svg([(text.heading(made), text.boxes(made), text.notes(made)) for made in text.structs_of(struct)])


def pictures_svg(pictures: Iterable[tuple[list[str], list[text.Box], list[str]]], empty: str = "(no fields)") -> str:
    """Pictures one below the other: of each its heading, its boxes, its notes; `empty` stands where there is no box."""
    drawing = _Drawing(empty)
    for heading, boxes, notes in pictures:
        drawing.picture(heading, boxes, notes)
    return drawing.svg()


class _Drawing:
    """Draws downwards; `y` is where the next thing goes."""

    def __init__(self, empty: str) -> None:
        self.empty = empty
        self.parts: list[str] = []
        self.y = _MARGIN

    def svg(self) -> str:
        """All that was drawn, as one element with its own style."""
        body = "".join(self.parts)
        size = f'width="{_WIDTH}" height="{self.y}" viewBox="0 0 {_WIDTH} {self.y}"'
        return f'<svg xmlns="http://www.w3.org/2000/svg" class="bw-diagram" {size}><style>{STYLE}</style>{body}</svg>\n'

    def picture(self, heading: list[str], boxes: list[text.Box], notes: list[str]) -> None:
        """One picture: heading, bit numbers, boxes, legend."""
        title, *remarks = heading or [""]
        for number, line in enumerate(textwrap.wrap(title, _LEGEND)):
            self._line(line, "title" if number == 0 else "")
        for remark in remarks:
            self._line(remark, "faint")
        legend, keys = list[str](), iter(text.KEYS)
        if boxes:
            self._numbers()
        for rows, run in text.bands(boxes):
            if run[0].bits is None:
                self._varying(run[0], legend)
            else:
                self._fixed(rows, run, keys, legend)
        self.y += _LINE // 2
        for line in [*([] if boxes else [self.empty]), *legend, *notes]:
            for piece in textwrap.wrap(line.strip(), _LEGEND, subsequent_indent="   "):
                self._line(piece, "faint")
        self.y += 2 * _LINE

    def _line(self, words: str, kind: str = "") -> None:
        self.y += _LINE
        self._text(_MARGIN, self.y - 3, words, kind, middle=False)

    def _text(self, x: float, y: float, words: str, kind: str = "", *, middle: bool = True) -> None:
        style = (f' class="{kind}"' if kind else "") + (' text-anchor="middle"' if middle else "")
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{style} xml:space="preserve">{escaped(words)}</text>')

    def _numbers(self) -> None:
        self.y += _LINE
        for bit in range(text.ROW_BITS):
            self._text(_MARGIN + (bit + 0.5) * _CELL, self.y - 2, str(bit), "faint")
        self.y += 3

    # --- boxes -------------------------------------------------------------------------------

    def _fixed(self, rows: list[list[int | None]], run: list[text.Box], keys: Iterator[str], legend: list[str]) -> None:
        """Boxes to scale; one that fills several rows is one area."""
        labels: dict[int, tuple[int, bool, list[str]]] = {}
        for index, box in enumerate(run):
            at, between = text.label_place(rows, index)
            room = int((rows[at].count(index) * _CELL - 4) / _CHARACTER)
            labels[index] = at, between, text.label_of(box, room, keys, legend)
        empty: list[int | None] = [None] * text.ROW_BITS
        for number, row in enumerate(rows):
            here = [(index, lines) for index, (at, between, lines) in labels.items() if at == number and not between]
            height = max([28, *(len(lines) * _LINE + 10 for _, lines in here)])
            self._areas(row, run, height)
            self._edges(rows[number - 1] if number else empty, row, height)
            for index, (at, between, lines) in labels.items():
                if at == number and between:
                    self._label(row, index, lines, self.y + _LINE // 4)
            for index, lines in here:
                self._label(row, index, lines, self.y + height / 2 - len(lines) * _LINE / 2 + _LINE - 4)
            self.y += height
        self._path("".join(f"M{self._x(a)} {self.y}H{self._x(b)}" for a, b in _runs(rows[-1], filled=True)))

    def _areas(self, row: list[int | None], run: list[text.Box], height: int) -> None:
        for first, last in _runs(row, filled=False):
            index = row[first]
            if index is not None:
                kind = ' class="spare"' if run[index].short else ""
                self.parts.append(f'<rect{kind} x="{self._x(first)}" y="{self.y}" width="{(last - first) * _CELL}" height="{height}"/>')

    def _edges(self, above: list[int | None], row: list[int | None], height: int) -> None:
        """The lines above a row, and those between its boxes."""
        lines = [f"M{self._x(bit)} {self.y}h{_CELL}" for bit in range(text.ROW_BITS) if row[bit] is not None and row[bit] != above[bit]]
        beside = [None, *row, None]
        lines += [f"M{self._x(bit)} {self.y}v{height}" for bit in range(text.ROW_BITS + 1) if beside[bit] != beside[bit + 1]]
        self._path("".join(lines))

    def _label(self, row: list[int | None], index: int, lines: list[str], y: float) -> None:
        x = _MARGIN + (row.index(index) + row.count(index) / 2) * _CELL
        for number, line in enumerate(lines):
            self._text(x, y + number * _LINE, line)

    def _varying(self, box: text.Box, legend: list[str]) -> None:
        """A row for what has no fixed size: broken sides; dashed where it may be absent, dotted where it lies elsewhere."""
        height, right = 40, _WIDTH - _MARGIN
        words = f"{box.name}: {box.note}" if box.note else box.name
        if len(words) > _LEGEND - 2:
            legend.append(words)
            words = box.name if len(box.name) <= _LEGEND - 2 else f"{box.name[: _LEGEND - 5]}..."
        self.parts.append(f'<rect class="varies" x="{_MARGIN}" y="{self.y}" width="{right - _MARGIN}" height="{height}"/>')
        kind = {":": "absent", "@": "elsewhere"}.get(box.edge, "")
        self._path(f"M{_MARGIN} {self.y}H{right}M{_MARGIN} {self.y + height}H{right}", kind)
        for x in (_MARGIN, right):
            broken = "v40" if kind else "v12l-5 5l10 6l-5 5v12"
            self._path(f"M{x} {self.y}{broken}", kind)
        self._text(_WIDTH / 2, self.y + height / 2 + 4, words)
        self.y += height

    def _path(self, steps: str, kind: str = "") -> None:
        style = f' class="{kind}"' if kind else ""
        self.parts.append(f'<path{style} d="{steps}"/>')

    @staticmethod
    def _x(bit: int) -> int:
        return _MARGIN + bit * _CELL


def _runs(row: list[int | None], *, filled: bool) -> Iterator[tuple[int, int]]:
    """Where neighbouring cells are alike: the same box, or, with `filled`, any box."""
    keys = [cell is not None for cell in row] if filled else list(row)
    begin = 0
    for bit in range(1, len(row) + 1):
        if bit == len(row) or keys[bit] != keys[begin]:
            if keys[begin] not in (None, False) or (not filled and keys[begin] is not None):
                yield begin, bit
            begin = bit
