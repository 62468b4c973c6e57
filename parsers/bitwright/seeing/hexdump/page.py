"""Items as lines: offset, bytes in their columns, characters, name and value; bits under the bytes that they share."""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterator
from typing import Final

from bitwright.escaping import shortened
from bitwright.seeing.hexdump.layout import Item, Mark

_SHOWN_ROWS: Final = 4  # of one field before it is folded
_WIDEST_NAME: Final = 44
_LONGEST_VALUE: Final = 100
_NARROWEST: Final = 24  # columns for values and messages, however narrow the terminal
_COLOURS: Final = ("36", "33", "32", "35", "34", "96", "93", "92", "95", "94")
_STYLES: Final = {"faint": "2", "strong": "1", "error": "1;31", "finding": "33"}


@dataclasses.dataclass(frozen=True, slots=True)
class Paper:
    """How it is shown: bytes a row, whether long fields are folded, ANSI colours or none, columns of the terminal or any number."""

    width: int = 16
    fold: bool = True
    color: bool = False
    columns: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.width <= 64:
            raise ValueError(f"bytes_per_row={self.width}: a row has 1 to 64 bytes")

    def paint(self, code: str, text: str) -> str:
        """The text in a colour, if colours are wanted."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and code and text.strip() else text


class Page:
    """Draws the items of one message."""

    def __init__(self, data: bytes, items: list[Item], paper: Paper) -> None:
        self.data, self.items, self.paper = data, items, paper
        self.digits = max(4, len(f"{max(len(data) - 1, 0):x}"))
        self.area = self._column(paper.width - 1) + 2
        widest = max((len(item.name) for item in items if item.kind == "field"), default=0)
        self.name_width = min(max(widest, len("field")), _WIDEST_NAME)
        self.colours: dict[int, str] = {}
        for number, item in enumerate(item for item in items if item.kind == "field" and item.end > item.begin):
            self.colours[id(item)] = _COLOURS[number % len(_COLOURS)]

    def lines(self, behind: list[Mark]) -> Iterator[str]:
        """The column heads, then every item in order, then marks whose place is behind the data."""
        heads = "".join(f"{f'{column:x}':>{self._column(column) - (self._column(column - 1) + 2 if column else 0) + 2}}"
                        for column in range(self.paper.width))  # fmt: skip
        head = self._row("offset", heads, "ascii", "field", "value")
        yield self.paper.paint(_STYLES["faint"], head)
        waiting: list[Item] = []
        for item in self.items:
            if waiting and not (item.shares_bytes and item.begin < _byte_end(waiting)):
                yield from self._shared(waiting)
                waiting = []
            if item.shares_bytes:
                waiting.append(item)
            else:
                yield from self._whole(item)
        if waiting:
            yield from self._shared(waiting)
        for mark in behind:
            yield from self._mark(mark, mark.begin // 8, self._offset(mark.begin // 8))

    # --- lines of one item -------------------------------------------------------------------

    def _whole(self, item: Item) -> Iterator[str]:
        """A field of whole bytes; a long one is folded after its first rows, except where something is wrong."""
        if item.kind == "fold":
            yield self._fold(item.begin // 8, item.text)
            return
        first, last = item.begin // 8, item.end // 8
        colour = self.colours.get(id(item), _STYLES["faint"])
        if first == last:
            yield self._labelled(first, " " * self.area, "", item, colour)
        rows = list(self._rows(first, last))
        shown = {number for number, (begin, end) in enumerate(rows) if number < _SHOWN_ROWS or _marked(item, begin, end)}
        if not self.paper.fold or len(rows) <= _SHOWN_ROWS + 1:
            shown = set(range(len(rows)))
        skipped: int | None = None
        for number, (begin, end) in enumerate(rows):
            if number not in shown:
                skipped = begin if skipped is None else skipped
                continue
            if skipped is not None:
                yield self._fold(skipped, self._more(begin - skipped, item))
                skipped = None
            cells = self._hex(begin, end, colour)
            if number == 0:
                yield self._labelled(begin, cells, self._ascii(begin, end, colour), item, colour)
            else:
                yield self._row(self._offset(begin), cells, self._ascii(begin, end, colour))
            for mark in item.marks:
                if begin <= mark.begin // 8 < end:
                    yield from self._mark(mark, begin)
        if skipped is not None:
            yield self._fold(skipped, self._more(last - skipped, item))

    def _shared(self, items: list[Item]) -> Iterator[str]:
        """Fields that share bytes: the bytes first, then the bits of each."""
        first, last = items[0].begin // 8, _byte_end(items) // 8
        for begin, end in self._rows(first, last):
            yield self._row(self._offset(begin), self._hex(begin, end, ""), self._ascii(begin, end, ""))
        for item in items:
            colour = self.colours.get(id(item), _STYLES["faint"])
            pattern = self._bits((item.begin, item.end), item.bits, (first, last), colour)
            label = f"{self._offset(item.begin // 8)}.{item.begin % 8}"
            if item.kind == "field" and not pattern.strip():
                item.text += f" ({item.end - item.begin} bits)"
            yield self._labelled(label, pattern, "", item, colour)
            for mark in item.marks:
                marked = mark.begin, min(mark.end, item.end)
                carets = self._bits(marked, item.bits, (first, last), _STYLES[mark.kind], caret=True)
                yield from self._said(mark, "", carets)

    def _labelled(self, place: int | str, cells: str, characters: str, item: Item, colour: str) -> str:
        offset = place if isinstance(place, str) else self._offset(place)
        before, dot, name = item.name.rpartition(".")
        padding = " " * (self.name_width - len(item.name))
        shown = self.paper.paint(_STYLES["faint"], before + dot) + self.paper.paint(colour, name) + padding
        if item.kind == "rest":
            text = self.paper.paint(_STYLES["faint"], f"({item.text})")
            return self._row(offset, cells, characters, f"{shown}  {text}" if item.name else text)
        return self._row(offset, cells, characters, shown, self._value(item))

    def _value(self, item: Item) -> str:
        room = _LONGEST_VALUE
        if self.paper.columns is not None:
            room = max(self.paper.columns - self._before_names() - max(self.name_width, len(item.name)) - 2, _NARROWEST)
        return shortened(item.text, room)

    def _mark(self, mark: Mark, base: int, offset: str = "") -> Iterator[str]:
        """Carets under the bytes that a mark is about, as far as they are in this row, and what it says."""
        row = base // self.paper.width * self.paper.width
        first, last = mark.begin // 8, min(-(-mark.end // 8), row + self.paper.width)
        before = " " * self._column(first % self.paper.width)
        text = " ".join("^^" for _ in range(max(last - first, 1)))
        carets = self.paper.paint(_STYLES[mark.kind], text) + " " * (self.area - len(before) - len(text))
        yield from self._said(mark, offset, before + carets)

    def _said(self, mark: Mark, offset: str, carets: str) -> Iterator[str]:
        """What a mark says, beside its carets; on a terminal broken where it ends."""
        room = None if self.paper.columns is None else max(self.paper.columns - self._before_names(), _NARROWEST)
        for number, line in enumerate([mark.text] if room is None else textwrap.wrap(mark.text, room)):
            text = self.paper.paint(_STYLES[mark.kind], line)
            yield self._row(offset, carets, "", text) if number == 0 else self._row("", " " * self.area, "", text)

    def _fold(self, first: int, text: str) -> str:
        return f"{self._offset(first)}    {self.paper.paint(_STYLES['faint'], text)}"

    def _more(self, count: int, item: Item) -> str:
        return f"... {count:,} more bytes" + (f" of {item.name}" if item.name else f", {item.text}")

    # --- columns -----------------------------------------------------------------------------

    def _row(self, offset: str, cells: str, characters: str, name: str = "", value: str = "") -> str:
        gap = " " * (self.paper.width - _visible(characters))
        offset += " " * (self.digits + 2 - len(offset))
        if name == "field":
            name = name.ljust(self.name_width)
        return f"{offset}  {cells}  {characters}{gap}  {name}  {value}".rstrip()

    def _before_names(self) -> int:
        """The columns before the one with the names."""
        return self.digits + 2 + 2 + self.area + 2 + self.paper.width + 2

    def _offset(self, byte: int) -> str:
        return f"{byte:0{self.digits}x}"

    def _column(self, column: int) -> int:
        """Where a byte's two digits begin: eights stand apart."""
        return 3 * column + column // 8

    def _rows(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """The bytes of a run, row by row."""
        width = self.paper.width
        while first < last:
            end = min(last, (first // width + 1) * width)
            yield first, end
            first = end

    def _hex(self, begin: int, end: int, colour: str) -> str:
        width = self.paper.width
        text, at = "", self._column(begin % width)
        for byte in range(begin, end):
            column = self._column(byte % width) - at
            text = text.ljust(column) + f"{self.data[byte]:02x}"
        return " " * at + self.paper.paint(colour, text) + " " * (self.area - at - len(text))

    def _ascii(self, begin: int, end: int, colour: str) -> str:
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in self.data[begin:end])
        return " " * (begin % self.paper.width) + self.paper.paint(colour, text)

    def _bits(self, field: tuple[int, int], order: str, whole: tuple[int, int], colour: str, *, caret: bool = False) -> str:
        """The bits of a field in the bytes of a run, with a dot for each that belongs to others; blank where there is no room.

        Bytes are shown as always, the most significant bit first, whatever the order in which the field fills them.
        """
        (begin, end), (first, last) = field, whole
        if 9 * (last - first) - 1 > self.area:
            first, last = begin // 8, -(-end // 8)
        size = 9 * (last - first) - 1
        if size > self.area:
            return " " * self.area
        shown = ""
        for byte in range(first, last):
            for place in range(8):
                bit = 8 * byte + (7 - place if order == "lsb" else place)
                own = "^" if caret else str(self.data[byte] >> (7 - place) & 1)
                shown += own if begin <= bit < end else " " if caret else "."
        text = " ".join(shown[i : i + 8] for i in range(0, len(shown), 8))
        at = min(self._column(first % self.paper.width), self.area - size)
        runs = re.findall(r"[01^]+(?: [01^]+)*|[. ]+", text)
        painted = "".join(self.paper.paint(_STYLES["faint"] if run[0] in ". " else colour, run) for run in runs)
        return " " * at + painted + " " * (self.area - at - size)


def _byte_end(items: list[Item]) -> int:
    """The first bit of the first byte behind the items."""
    return -(-max(item.end for item in items) // 8) * 8


def _marked(item: Item, begin: int, end: int) -> bool:
    return any(begin <= mark.begin // 8 < end for mark in item.marks)


def _visible(text: str) -> int:
    """The characters of a text that take room: what stands between escape sequences."""
    return sum(len(part) if number == 0 else len(part.partition("m")[2]) for number, part in enumerate(text.split("\x1b[")))
