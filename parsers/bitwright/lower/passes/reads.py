"""What one run of a pattern reads: segments of known width, one behind the other, from a position that is known in bytes.

Promise: `Run.ops` checks once that all of it is there, compares what must be equal as early as that can be known, and reads the
rest with few loads: numbers of 1, 2, 4 or 8 bytes in one `unpack` with the slices between them.  It reads no byte that the
check does not cover.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from bitwright.ir.ops import Op, Reg

_TABLED: Final = 3  # so many numbers of a byte come from one table
_Row: TypeAlias = tuple[int, int, str, Reg]  # offset and size in bytes, how they are read, into what
_ORDERS: Final = ("big", "little")
_SLICE: Final = 64  # bytes of a slice that `unpack` makes along the way


@dataclasses.dataclass(slots=True, eq=False)
class Field:
    """A number of `width` bits from bit `offset` of the run on: into `out`, unless it is not needed; equal to `literal`, if given.

    `literal` is what the bits are as they stand, most significant first.
    """

    offset: int
    width: int
    signed: bool = False
    order: str = "big"
    out: Reg | None = None
    literal: int | None = None

    @property
    def first(self) -> int:
        """The byte that it begins in."""
        return self.offset // 8

    @property
    def last(self) -> int:
        """The byte that it ends in."""
        return (self.offset + self.width - 1) // 8


class Run:
    """Segments from one position on; filled while the pattern is walked through, made into ops at the end."""

    def __init__(self, base: Reg, end: Reg, numbers: Iterator[int], guard: list[Op], *, implied: bool, at_zero: bool) -> None:
        self.base, self.end, self.numbers = base, end, numbers
        self.guard = guard  # the check that the base lies before the end
        self.implied = implied  # whether a check behind the base makes that one needless
        self.at_zero = at_zero  # the base is the first byte of the input
        self.stop = 0  # bits that must be there
        self.given: dict[int, int] = {}  # by byte, bits that whoever calls has compared
        self.exact: int | None = None  # the byte at which the input must end
        self.fields: list[Field] = []
        self.slices: list[tuple[int, int, Reg]] = []
        self.floats: list[_Row] = []  # with their byte orders
        self._positions: dict[int, Reg] = {}
        self._places: list[Op] = []
        self._made: list[Op] = []

    def number(self, lo: int, hi: int, hint: str = "") -> Reg:
        """A fresh number."""
        return Reg(next(self.numbers), "int", lo, hi, hint)

    def cover(self, stop: int) -> None:
        """So many bits behind the base must be there."""
        self.stop = max(self.stop, stop)

    def position(self, offset: int) -> Reg:
        """The byte at an offset."""
        if offset == 0:
            return self.base
        found = self._positions.get(offset)
        if found is None:
            if self.at_zero:
                found = self.number(offset, offset)
                self._places.append(Op("const", (), (found,), {"value": found.lo}))
            else:
                amount = self.number(offset, offset)
                found = self.number(self.base.lo + offset, self.base.hi + offset, "position")
                self._places.append(Op("const", (), (amount,), {"value": offset}))
                self._places.append(Op("bin", (self.base, amount), (found,), {"op": "add"}))
            self._positions[offset] = found
        return found

    # --- what must be there, and what must be equal --------------------------------------------

    def ops(self) -> list[Op]:
        """The checks and reads."""
        self._made = []
        needed = (self.stop + 7) // 8
        if not self.implied or (not needed and self.exact is None):
            self._made += self.guard
        if self.exact is not None:
            self._fail_if("ne", self.position(self.exact), self.end)
        elif needed:
            self._made.append(Op("need", (self.base, self.end), (), {"size": needed}))
        whole, partial = self._literals()
        for at, value in whole:
            place = self.position(at)
            same, differs = self.number(0, 1), self.number(0, 1)
            self._made.append(Op("same", (place,), (same,), {"value": value}))
            self._made.append(Op("not", (same,), (differs,)))
            self._fail(differs)
        self._read(partial)
        return [*self._places, *self._made]

    def _fail_if(self, comparison: str, left: Reg, right: Reg) -> None:
        condition = self.number(0, 1)
        self._made.append(Op("bin", (left, right), (condition,), {"op": comparison}))
        self._fail(condition)

    def _fail(self, condition: Reg) -> None:
        self._made.append(Op("fail_if", (condition,), (), {"code": "mismatch", "message": "does not match"}))

    def _literals(self) -> tuple[list[tuple[int, bytes]], dict[int, tuple[int, int]]]:
        """Bytes of which every bit is given, joined; of the others with given bits these bits, as mask and value."""
        fixed = self.fixed()
        masks = {byte: known for byte, known in fixed.items() if byte not in self.given}
        for byte, mask in self.given.items():
            known, value = fixed.get(byte, (0, 0))
            if known & ~mask:
                masks[byte] = known & ~mask, value & ~mask
        whole: list[tuple[int, bytearray]] = []
        for byte in sorted(byte for byte, (mask, _) in masks.items() if mask == 0xFF):
            if not whole or whole[-1][0] + len(whole[-1][1]) != byte:
                whole.append((byte, bytearray()))
            whole[-1][1].append(masks.pop(byte)[1])
        return [(at, bytes(value)) for at, value in whole], masks

    def fixed(self) -> dict[int, tuple[int, int]]:
        """By byte, the bits that are given: mask and value."""
        masks: dict[int, tuple[int, int]] = {}
        for field in self.fields:
            if field.literal is None:
                continue
            spare, size = -(field.offset + field.width) % 8, field.last - field.first + 1
            mask = ((1 << field.width) - 1 << spare).to_bytes(size, "big")
            value = (field.literal << spare).to_bytes(size, "big")
            for byte, mine, given in zip(range(field.first, field.last + 1), mask, value, strict=True):
                known = masks.get(byte, (0, 0))
                masks[byte] = known[0] | mine, known[1] | given
        return masks

    # --- reading -----------------------------------------------------------------------------

    def _read(self, partial: dict[int, tuple[int, int]]) -> None:
        wanted = [field for field in self.fields if field.out is not None]
        words: list[_Word] = []
        clusters: list[tuple[list[Field], list[_Word]]] = []  # fields that share bytes, and what reads them
        for first, last, fields in _clusters(wanted, partial):
            only = fields[0] if len(fields) == 1 and not any(byte in partial for byte in range(first, last + 1)) else None
            if only is not None and only.width in (8, 16, 32, 64) and only.offset % 8 == 0:
                assert only.out is not None
                how = ("signed-little" if only.order == "little" else "signed") if only.signed else only.order
                words.append(_Word(first, only.width // 8, how, only.out))
            else:
                clusters.append((fields, self._split_up(first, last, fields)))
                words += clusters[-1][1]
        self._load(words)
        for word in words:
            self._compare(word, partial)
        for fields, inside in clusters:
            self._extract(inside, fields)

    def _word(self, size: int) -> Reg:
        return self.number(0, (1 << 8 * size) - 1, "word" if size > 1 else "byte")

    def _split_up(self, first: int, last: int, fields: list[Field]) -> list[_Word]:
        """Words for the bytes of a cluster: single bytes where tables serve them all, otherwise as large as they fit."""
        alone = all(field.first == field.last for field in fields)
        if alone and any(len(_tabled(byte, fields)) >= _TABLED for byte in range(first, last + 1)):
            return [_Word(byte, 1, "big", self._word(1)) for byte in range(first, last + 1)]
        words, at = [], first
        while at <= last:
            size = next(size for size in (8, 4, 2, 1) if at + size <= last + 1)
            words.append(_Word(at, size, "big", self._word(size)))
            at += size
        return words

    def _load(self, words: list[_Word]) -> None:
        """One `unpack` for all that is of one byte order, with the slices; what is of the other order in one of its own."""
        rows: list[_Row] = [(word.at, word.size, word.order, word.reg) for word in words]
        rows += [(at, size, "float-little" if order == "little" else "float", reg) for at, size, order, reg in self.floats]
        orders = [_order(row) for row in rows if _order(row)]
        main = max(("big", "little"), key=orders.count)
        first = [row for row in rows if _order(row) in ("", main)]
        wide = len(first) > 1 or main in orders
        for at, size, reg in self.slices:
            if size <= _SLICE and (wide or len(self.slices) > 1):
                first.append((at, size, "bytes", reg))
            else:
                self._made.append(Op("span", (self.position(at), self.position(at + size)), (reg,), {"as": "bytes"}))
        self._unpack(first, main)
        self._unpack([row for row in rows if _order(row) not in ("", main)], "little" if main == "big" else "big")
        for _, _, _, value in self.floats:
            finite, wrong = self.number(0, 1), self.number(0, 1)
            self._made += [Op("finite", (value,), (finite,)), Op("not", (finite,), (wrong,))]
            self._fail(wrong)

    def _unpack(self, rows: list[_Row], order: str) -> None:
        rows = sorted(((at, size, order if size == 1 and kind in _ORDERS else kind, reg) for at, size, kind, reg in rows), key=_place)
        if len(rows) == 1 and rows[0][2] in _ORDERS:
            at, size, order, reg = rows[0]
            self._made.append(Op("load", (self.base,), (reg,), {"offset": at, "bytes": size, "order": order}))
        elif rows:
            layout = tuple(row[:3] for row in rows)
            self._made.append(Op("unpack", (self.base,), tuple(reg for _, _, _, reg in rows), {"layout": layout}))

    def _compare(self, word: _Word, partial: dict[int, tuple[int, int]]) -> None:
        mask = value = 0
        for byte in range(word.at, word.at + word.size):
            known = partial.get(byte, (0, 0))
            mask, value = mask << 8 | known[0], value << 8 | known[1]
        if mask:
            masking, masked, wanted = self.number(mask, mask), self.number(0, mask), self.number(value, value)
            self._made.append(Op("const", (), (masking,), {"value": mask}))
            self._made.append(Op("const", (), (wanted,), {"value": value}))
            self._made.append(Op("bin", (word.reg, masking), (masked,), {"op": "and"}))
            self._fail_if("ne", masked, wanted)

    # --- fields out of words -------------------------------------------------------------------

    def _extract(self, words: list[_Word], fields: list[Field]) -> None:
        done: set[int] = set()
        for word in words:
            tabled = _tabled(word.at, fields) if word.size == 1 else []
            if len(tabled) >= _TABLED:
                parts = tuple((8 * (word.at + 1) - f.offset - f.width, f.width, f.signed, "int") for f in tabled)
                outs = tuple(f.out for f in tabled if f.out is not None)
                self._made.append(Op("split", (word.reg,), outs, {"fields": parts}))
                done.update(map(id, tabled))
        for field in fields:
            if id(field) not in done:
                self._field(words, field)

    def _field(self, words: list[_Word], field: Field) -> None:
        """The bits of a field, joined where it lies in several words, in its byte order and with its sign."""
        pieces: list[tuple[_Word, int, int]] = []  # word, shift, width
        for word in words:
            begin, stop = max(field.offset, 8 * word.at), min(field.offset + field.width, 8 * (word.at + word.size))
            if begin < stop:
                pieces.append((word, 8 * (word.at + word.size) - stop, stop - begin))
        swaps = field.order == "little" and field.width > 8
        assert field.out is not None
        plain = not swaps and not field.signed
        if len(pieces) == 1:
            word, shift, width = pieces[0]
            signed = field.signed and not swaps
            got = self._bits(word.reg, shift, width, field.out if not swaps else None, signed=signed)
            if not swaps:
                return
        else:
            got = self._joined(pieces, field.out if plain else None)
        if swaps:
            turned = field.out if not field.signed else self.number(0, (1 << field.width) - 1)
            self._made.append(Op("swap", (got,), (turned,), {"width": field.width, "order": "little"}))
            got = turned
        if field.signed:
            self._bits(got, 0, field.width, field.out, signed=True)

    def _bits(self, word: Reg, shift: int, width: int, out: Reg | None, *, signed: bool = False) -> Reg:
        out = self.number(0, (1 << width) - 1) if out is None else out
        self._made.append(Op("bits", (word,), (out,), {"shift": shift, "width": width, "signed": signed}))
        return out

    def _joined(self, pieces: list[tuple[_Word, int, int]], out: Reg | None) -> Reg:
        total: Reg | None = None
        done = 0
        for index, (word, shift, width) in enumerate(pieces):
            piece = word.reg if width == 8 * word.size else self._bits(word.reg, shift, width, None)
            done += width
            if total is None:
                total = piece
                continue
            amount, moved = self.number(width, width), self.number(0, (1 << done) - 1)
            self._made.append(Op("const", (), (amount,), {"value": width}))
            self._made.append(Op("bin", (total, amount), (moved,), {"op": "shl"}))
            last = index == len(pieces) - 1 and out is not None
            total = out if last and out is not None else self.number(0, (1 << done) - 1)
            self._made.append(Op("bin", (moved, piece), (total,), {"op": "or"}))
        assert total is not None
        return total


@dataclasses.dataclass(slots=True, eq=False)
class _Word:
    at: int
    size: int
    order: str
    reg: Reg


def _place(row: _Row) -> int:
    return row[0]


def _order(row: _Row) -> str:
    """The byte order that it must be read in; empty if either will do."""
    if row[2] == "bytes" or row[1] == 1:
        return ""
    return "little" if row[2].endswith("little") else "big"


def _tabled(byte: int, fields: Iterable[Field]) -> list[Field]:
    """The fields that lie in one byte."""
    return [field for field in fields if field.first == field.last == byte]


def _clusters(fields: list[Field], partial: dict[int, tuple[int, int]]) -> Iterator[tuple[int, int, list[Field]]]:
    """Bytes that fields, or bits to compare, share or lie across: first and last, and the fields in them."""
    spans = [(f.first, f.last, [f]) for f in fields] + [(byte, byte, list[Field]()) for byte in partial]
    spans.sort(key=lambda span: span[:2])
    for _, group in itertools.groupby(_numbered(spans), key=lambda row: row[0]):
        rows = [row[1] for row in group]
        yield rows[0][0], max(row[1] for row in rows), [f for row in rows for f in row[2]]


def _numbered(spans: list[tuple[int, int, list[Field]]]) -> Iterator[tuple[int, tuple[int, int, list[Field]]]]:
    serial, stop = 0, -1
    for span in spans:
        if span[0] > stop:
            serial += 1
        stop = max(stop, span[1])
        yield serial, span
