"""The layout of a format as an RFC draws it: 32 bits a row, one character pair a bit.

Fields of a fixed size are boxes to scale, high ones as in RFC 8200; what varies in size or may be
absent is a row of its own between slashes or colons, and what lies elsewhere one between at signs.  A name that is too long for its box is
broken, written downwards, or replaced by a key that the legend below explains.  Structs
that the format repeats or nests follow, each with its own picture.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Iterator

from bitwright.escaping import printable
from bitwright.schema import measure, spec
from bitwright.schema.expr import Const, Node, show

ROW_BITS = 32
_LEFT = " "
KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
_ORDERS = {
    "big": "",
    "little": "(numbers of several bytes: least significant byte first)",
    "inherit": "(byte order of the struct around it)",
}
_LEGEND_WIDTH = 78
_NOTED = (spec.ArrayType, spec.NestedType, spec.SwitchType, spec.FloatType, spec.TextType)  # whose boxes say what they are
_MOST_NAME_LINES = 4
_MOST_ROWS = 8  # a fixed field higher than this is drawn as a varying one


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """One field in the picture: `bits` wide, or None for a row of its own with the edge `edge`."""

    name: str
    bits: int | None
    note: str = ""
    edge: str = "/"
    short: tuple[str, ...] = ()  # other names, for boxes too narrow for the first


def diagram(struct: type) -> str:
    """The picture of a format and of the structs it is made of."""
    parts: list[str] = []
    for made in structs_of(struct):
        title, *notes = heading(made)
        parts.append("\n".join([textwrap.fill(title, _LEGEND_WIDTH), *notes, "", picture(made)]))
    return "\n\n".join(parts) + "\n"


def structs_of(struct: type) -> list[spec.StructSpec]:
    """What there is a picture of: the format, and the structs that it nests or repeats."""
    return [spec.spec_of(one) for one in _closure(struct)]


def heading(made: spec.StructSpec) -> list[str]:
    """What stands above a picture: the name with its summary, and in which order bytes lie."""
    summary = _first_line(made.doc)
    bits = "(bits of a byte: least significant first)" if made.bit_order == "lsb" else ""
    return [f"{made.name}: {summary}" if summary else made.name, *(note for note in (_ORDERS[made.order], bits) if note)]


def boxes(made: spec.StructSpec) -> list[Box]:
    """The fields as boxes."""
    return [_box(field) for field in made.fields if not isinstance(field.type, spec.CheckType)]


def notes(made: spec.StructSpec) -> list[str]:
    """What stands below a picture: the arms of unions, and what must hold."""
    arms = [line for field in made.fields if (line := _arms(field))]
    orders = [f"  {field.name}: {', '.join(said)}" for field in made.fields if (said := _own_order(field.type, made))]
    return arms + orders + [f"  must hold: {show(condition.condition)} ({printable(condition.message)})" for _, condition in made.checks]


def _own_order(wire: spec.WireType, made: spec.StructSpec) -> list[str]:
    """What a number says of its byte and bit order that its struct does not."""
    while isinstance(wire, spec.OptionalType | spec.ChecksumType | spec.ArrayType):
        wire = wire.item if isinstance(wire, spec.ArrayType) else wire.inner
    if not isinstance(wire, spec.IntType) or isinstance(wire, spec.VarintType):
        return []
    said = []
    if isinstance(wire.order, Node):
        said.append(f"least significant byte first if {show(wire.order)}")
    elif wire.order is not None and wire.order != made.order and wire.width > 8:
        said.append(f"{'least' if wire.order == 'little' else 'most'} significant byte first")
    if wire.bit_order != made.bit_order and wire.width % 8:
        said.append(f"{'least' if wire.bit_order == 'lsb' else 'most'} significant bit first")
    return said


def picture(made: spec.StructSpec) -> str:
    """The picture of one struct, with its legend."""
    return pictured(boxes(made), notes(made))


def pictured(drawn: list[Box], remarks: list[str]) -> str:
    """The picture of boxes, with a legend that ends with the remarks."""
    legend: list[str] = []
    lines = [_numbers(tens=True), _numbers(tens=False)]
    keys = iter(KEYS)
    previous: list[int | None] = []
    for rows, run in bands(drawn):
        lines += _band(rows, run, previous, keys, legend)
        previous = rows[-1] if rows else []
    lines.append(_ruler(previous, []))
    if not drawn:
        lines = ["(no fields)"]
    legend = [part for line in legend + remarks for part in textwrap.wrap(line, _LEGEND_WIDTH, subsequent_indent="    ")]
    text = [line.rstrip() for line in lines]
    return "\n".join([*text, "", *legend] if legend else text)


# --- what there is to draw ---------------------------------------------------------------------


def _box(field: spec.FieldSpec) -> Box:
    size = measure.size_of(field.type).fixed
    note = describe(field.type)
    if isinstance(field.type, spec.AtType):
        return Box(field.name, None, note, "@")
    if isinstance(field.type, spec.OptionalType):
        return Box(field.name, None, note, ":")
    if size is None or size == 0 or size > _MOST_ROWS * ROW_BITS:
        return Box(field.name, None, note)
    if isinstance(field.type, spec.PadType) or (field.reserved and field.name.startswith("_")):
        return Box("reserved" if field.reserved else "padding", size, short=("rsvd", "0"))
    fixed = f" = {show(field.fixed)}" if isinstance(field.fixed, Const) and size >= ROW_BITS // 8 else ""
    return Box(f"{field.name}{fixed}", size, note if isinstance(field.type, _NOTED) and not fixed else "")


def describe(wire: spec.WireType) -> str:
    """What a field holds and where it ends, in words."""
    match wire:
        case spec.BytesType(size, prefix, terminator) | spec.TextType(_, size, prefix, terminator):
            coded = f"{type(wire.codec).__name__}, " if isinstance(wire, spec.CodedType) else ""
            if isinstance(wire, spec.CodedType) and wire.unsized:
                return f"{coded}bytes up to where it ends"
            what = coded or "text, " if isinstance(wire, spec.TextType) else "" if wire.as_type is bytes else f"{wire.as_type.__name__}, "
            if wire.pad is not None:
                return f"{what}{_extent(size)}, " + (f"up to 0x{terminator.hex()}" if terminator else f"filled with 0x{wire.pad.hex()}")
            return what + _extent(size, prefix, terminator)
        case spec.NameType():
            return "domain name"
        case spec.AlignType(multiple):
            return f"zero bytes up to a multiple of {multiple}"
        case spec.NestedType(struct, size):
            return struct.__name__ + (f", {_extent(size)}" if size is not None else "")
        case spec.ArrayType(item):
            return f"{describe(item)}{_repetition(wire)}"
        case spec.SwitchType():
            return f"chosen by {show(wire.on)}" + (f", {_extent(wire.size)}" if wire.size is not None else "")
        case spec.OptionalType(condition, inner):
            return f"{describe(inner)}, only if {show(condition)}"
        case spec.VarintType(width, coding=coding):
            return f"{coding} of at most {width} bits"
        case spec.IntType(width):
            return f"{width} bits" if width > 1 else "1 bit"
        case spec.AtType(inner=inner):
            return f"{describe(inner)}, at {place_of(wire)}"
        case spec.BitsType(size):
            return f"{show(size)} bits" + (", filled up to a byte" if wire.fills_up else "")
        case spec.FloatType(bits):
            return f"float of {bits.width} bits"
        case spec.ChecksumType(number):
            return describe(number)
        case spec.PadType(width):
            return f"{width} zero bits"
        case spec.CheckType(condition):
            return f"must hold: {show(condition)}"


def place_of(wire: spec.AtType) -> str:
    """Where a pointer leads, in words."""
    start = {"origin": "", "self": " from this struct's start", "here": " from here"}[wire.base]
    return f"byte {show(wire.offset)}{start}"


def _arms(field: spec.FieldSpec) -> str:
    """The legend of a union: its arms and the tags that select them."""
    wire = spec.pointed(field.type)
    if not isinstance(wire, spec.SwitchType):
        return ""
    tags: dict[str, list[int]] = {}
    for tag, arm in wire.union.cases.items():
        tags.setdefault(arm.__name__, []).append(tag)
    arms = [f"{name} ({', '.join(_runs_of(numbers))})" for name, numbers in tags.items()]
    arms += [f"{wire.default.__name__} (any other)"] if wire.default else []
    return f"  {field.name} is one of {', '.join(arms)}"


def _runs_of(numbers: list[int]) -> Iterator[str]:
    """Numbers in words, three or more in a row as one."""
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        if end - at > 1:
            yield f"{numbers[at]} to {numbers[end]}"
        else:
            yield from map(str, numbers[at : end + 1])
        at = end + 1


def _extent(size: Node | None, prefix: spec.IntType | None = None, terminator: bytes | None = None) -> str:
    if size is not None:
        return f"{show(size)} bytes"
    if prefix is not None:
        return f"bytes after a length of {'at most ' if isinstance(prefix, spec.VarintType) else ''}{prefix.width} bits"
    return f"bytes up to 0x{terminator.hex()}" if terminator is not None else "bytes to the end"


def _repetition(wire: spec.ArrayType) -> str:
    if wire.count is not None:
        return f", {show(wire.count)} times"
    if wire.size is not None:
        return f", as many as fill {show(wire.size)} bytes"
    if wire.prefix is not None:
        return f", as many as {'at most ' if isinstance(wire.prefix, spec.VarintType) else ''}{wire.prefix.width} bits before them say"
    if wire.terminator is not None:
        return f", up to 0x{wire.terminator.hex()}"
    return f", until {show(wire.until)}" if wire.until is not None else ", to the end"


def _closure(struct: type) -> list[type]:
    """The struct and what it nests or repeats, each once, outermost first."""
    found = [struct]
    for one in found:
        for field in spec.spec_of(one).fields:
            wire = spec.pointed(field.type)
            while isinstance(wire, spec.ArrayType):
                wire = wire.item
            if isinstance(wire, spec.NestedType) and wire.struct not in found:
                found.append(wire.struct)
    return found


def _first_line(doc: str) -> str:
    return printable(doc.strip().splitlines()[0]) if doc.strip() else ""


# --- rows --------------------------------------------------------------------------------------


def bands(boxes: list[Box]) -> Iterator[tuple[list[list[int | None]], list[Box]]]:
    """Runs of fixed boxes as rows of 32 cells (which box each bit belongs to), and varying boxes alone."""
    run: list[Box] = []
    for box in [*boxes, Box("", None)]:
        if box.bits is not None:
            run.append(box)
            continue
        if run:
            yield _cells(run), run
            run = []
        if box.name:
            yield [[0] * ROW_BITS], [box]


def _cells(run: list[Box]) -> list[list[int | None]]:
    flat: list[int | None] = [index for index, box in enumerate(run) for _ in range(box.bits or 0)]
    flat += [None] * (-len(flat) % ROW_BITS)
    return [flat[i : i + ROW_BITS] for i in range(0, len(flat), ROW_BITS)]


def _numbers(*, tens: bool) -> str:
    shown = (str(bit // 10) if bit % 10 == 0 else " " for bit in range(ROW_BITS)) if tens else (str(bit % 10) for bit in range(ROW_BITS))
    return f"{_LEFT} " + " ".join(shown)


def _ruler(above: list[int | None], below: list[int | None]) -> str:
    """The line between two rows: dashes where the box changes, blank inside a high box."""
    pad: list[int | None] = [None] * ROW_BITS
    up, down = above or pad, below or pad
    open_ = [u is not None and u == d for u, d in zip(up, down, strict=True)]
    drawn = [(u is not None or d is not None) and not o for u, d, o in zip(up, down, open_, strict=True)]
    line = []
    for bit in range(ROW_BITS + 1):
        left, right = bit > 0 and drawn[bit - 1], bit < ROW_BITS and drawn[bit]
        edge = (bit == 0 and open_[0]) or (bit == ROW_BITS and open_[-1])
        line.append("+" if left or right or edge else " ")
        line.append("-" if right else " ")
    return _LEFT + "".join(line)


def _band(
    rows: list[list[int | None]], run: list[Box], previous: list[int | None], keys: Iterator[str], legend: list[str]
) -> list[str]:
    """The lines of one run of boxes, with the ruler above it."""
    if run[0].bits is None:
        return [_ruler(previous and [1 if p is not None else None for p in previous], rows[0]), *_varying(run[0], keys, legend)]
    places = {index: label_place(rows, index) for index in range(len(run))}
    labels = {index: label_of(box, _width(rows, places[index][0], index), keys, legend) for index, box in enumerate(run)}
    lines: list[str] = []
    above: list[int | None] = [1 if p is not None else None for p in previous]
    for number, row in enumerate(rows):
        ruler = _ruler([-1 if a is not None else None for a in above] if number == 0 else above, row)
        for index, (at, between) in places.items():
            if at == number and between:
                ruler = _put(ruler, row, index, labels[index][0])
        lines.append(ruler)
        here = {i: labels[i] for i, (at, between) in places.items() if at == number and not between}
        lines += _row(row, here)
        above = row
    return lines


def _row(row: list[int | None], labels: dict[int, list[str]]) -> list[str]:
    """The lines of one row of cells: its bars, and the names of the boxes that are labelled in it."""
    height = max([1, *(len(label) for label in labels.values())])
    lines = []
    for number in range(height):
        line = _LEFT + "".join(_bar(row, bit) + " " for bit in range(ROW_BITS)) + _bar(row, ROW_BITS)
        for index, label in labels.items():
            top = (height - len(label)) // 2
            if top <= number < top + len(label):
                line = _put(line, row, index, label[number - top])
        lines.append(line)
    return lines


def _bar(row: list[int | None], bit: int) -> str:
    left = row[bit - 1] if bit > 0 else None
    right = row[bit] if bit < ROW_BITS else None
    return " " if left == right else "|"


def _put(line: str, row: list[int | None], index: int, text: str) -> str:
    """The line with a text in the middle of a box's cells."""
    first = row.index(index)
    width = 2 * row.count(index) - 1
    start = len(_LEFT) + 2 * first + 1
    return line[:start] + text.center(width) + line[start + width :]


def label_place(rows: list[list[int | None]], index: int) -> tuple[int, bool]:
    """The row that carries a box's name, and whether it is written on the line above that row."""
    mine = [number for number, row in enumerate(rows) if index in row]
    whole = [number for number in mine if rows[number].count(index) == ROW_BITS]
    if len(whole) >= 2 and len(whole) % 2 == 0:
        return whole[len(whole) // 2], True
    if whole:
        return whole[len(whole) // 2], False
    return max(mine, key=lambda number: rows[number].count(index)), False


def _width(rows: list[list[int | None]], row: int, index: int) -> int:
    return 2 * rows[row].count(index) - 1


# --- names -------------------------------------------------------------------------------------


def label_of(box: Box, width: int, keys: Iterator[str], legend: list[str]) -> list[str]:
    """The lines that name a box of `width` characters; a key, and a line of the legend, if no way fits."""
    full = f"{box.name}: {box.note}" if box.note else box.name
    if len(full) <= width:
        return [full]
    if box.note:
        legend.append(f"  {box.name}: {box.note}")
    for name in (*box.short, box.name, box.name.split(" =")[0]):
        if lines := _broken(name, width):
            return lines
    key = next(keys, "*")
    unit = "bit" if box.bits == 1 else "bits"
    legend.append(f"  {key} = {box.name} ({box.bits} {unit})")
    return [key]


def _broken(name: str, width: int) -> list[str]:
    """The name in a few lines of at most `width`: whole, at underscores, or, if short, downwards; [] if no way fits."""
    if len(name) <= width:
        return [name]
    lines: list[str] = []
    for word in re.findall(r"[^_ ]+[_ ]?|_", name):
        if lines and len(lines[-1]) + len(word.rstrip()) <= width:
            lines[-1] += word
        else:
            lines.append(word)
    lines = [line.rstrip() for line in lines]
    if all(len(line) <= width for line in lines) and len(lines) <= _MOST_NAME_LINES:
        return lines
    return list(name) if width == 1 and len(name) <= _MOST_NAME_LINES else []


def _varying(box: Box, keys: Iterator[str], legend: list[str]) -> list[str]:
    """A row of its own for what has no fixed size."""
    width = 2 * ROW_BITS - 1
    full = f"{box.name}: {box.note}" if box.note else box.name
    if len(full) > width - 2:
        legend.append(f"  {full}")
        full = box.name if len(box.name) <= width - 2 else f"{box.name[: width - 5]}..."
    edge = box.edge
    return [f"{_LEFT}{edge}{' ' * width}{edge}", f"{_LEFT}{edge}{full.center(width)}{edge}", f"{_LEFT}{edge}{' ' * width}{edge}"]
