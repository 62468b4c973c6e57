"""What the constants of ops must be that read and write a form in bytes: numbers, areas, sums, codecs; see `constants`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.field_codec import FieldCodec
from bitwright.ir.claims import Check, byte_order, flag, is_int, natural, symbol, within
from bitwright.ir.ops import Op, Program, Reg
from bitwright.wire.floats import WIDTHS
from bitwright.wire.varints import KINDS, bounds_of_varint

SIGNED: Final = frozenset({"signed", "signed-little"})  # orders of signed numbers among others that are read
MOST_BYTES: Final = 9  # a 64-bit number that begins inside a byte touches nine


def _piece(offset: Any, size: Any, order: Any, out: Reg) -> str | None:
    if not is_int(offset):
        return f"the offset is {offset!r}"
    if not natural(size, 1) or size > MOST_BYTES:
        return f"reads {size!r} bytes; 1 to {MOST_BYTES} can be read"
    return byte_order(order) or within(out, 0, (1 << 8 * size) - 1)


def _signed_piece(offset: Any, size: Any, out: Reg) -> str | None:
    if not is_int(offset) or size not in (1, 2, 4, 8):
        return f"no signed number has {size!r} bytes, at {offset!r}"
    return within(out, -1 << 8 * size - 1, (1 << 8 * size - 1) - 1)


def _object(offset: Any, size: Any, kind: Any, out: Reg) -> str | None:
    """Bytes, or a float."""
    if not is_int(offset) or not natural(size, 1):
        return f"cuts {size!r} bytes out at {offset!r}"
    if kind == "bytes":
        return None
    if kind not in ("float", "float-little"):
        return "an int register holds each number"
    return None if 8 * size in WIDTHS else f"no float has {size!r} bytes"


def _number(op: Op, program: Program) -> str | None:
    return byte_order(op.attrs["order"]) or flag("signed")(op, program)


def _load(op: Op, program: Program) -> str | None:
    return _piece(op.attrs["offset"], op.attrs["bytes"], op.attrs["order"], op.outs[0])


def _unpack(op: Op, program: Program) -> str | None:
    layout, at = op.attrs["layout"], None
    orders: set[str] = set()
    if not isinstance(layout, tuple) or len(layout) != len(op.outs) or not layout:
        return f"the layout does not have one entry for each of the {len(op.outs)} registers"
    for (offset, size, order), out in zip(layout, op.outs, strict=True):
        if out.type == "obj":
            wrong = _object(offset, size, order, out)
        else:
            wrong = _signed_piece(offset, size, out) if order in SIGNED else _piece(offset, size, order, out)
        if wrong is not None:
            return wrong
        if size > 1 and order != "bytes":
            orders.add("little" if order.endswith("little") else "big")
        if at is not None and offset < at:
            return f"the layout is not ascending at offset {offset}"
        at = offset + size
    return "reads in both byte orders" if len(orders) > 1 else None


def run_of_bits(shift: Any, width: Any, signed: Any, word: Reg) -> str | None:
    """So many bits lie in a number."""
    if not natural(shift) or not natural(width, 1) or not isinstance(signed, bool):
        return f"no run of bits: shift {shift!r}, width {width!r}, signed {signed!r}"
    if word.lo < 0 or shift + width > max(word.hi.bit_length(), 1):
        return f"bits {shift} to {shift + width - 1} do not lie in %{word.number} of {word.lo}..{word.hi}"
    return None


def _bits(op: Op, program: Program) -> str | None:
    shift, width, signed = op.attrs["shift"], op.attrs["width"], op.attrs["signed"]
    wrong = run_of_bits(shift, width, signed, op.args[0])
    if wrong is not None:
        return wrong
    half = 1 << (width - 1)
    return within(op.outs[0], -half, half - 1) if signed else within(op.outs[0], 0, 2 * half - 1)


def _swap(op: Op, program: Program) -> str | None:
    width, word = op.attrs["width"], op.args[0]
    if not natural(width, 1):
        return f"the width is {width!r}"
    if word.lo < 0 or word.hi >> width:
        return f"%{word.number} of {word.lo}..{word.hi} does not lie in {width} bits"
    return byte_order(op.attrs["order"]) or within(op.outs[0], 0, (1 << width) - 1)


def _some_bytes(name: str) -> Check:
    def check(op: Op, program: Program) -> str | None:
        value = op.attrs[name]
        return None if isinstance(value, bytes) and value else f"{name} must be bytes, not none of them: {value!r}"

    return check


def _find(op: Op, program: Program) -> str | None:
    return _some_bytes("terminator")(op, program) or whole_units(op.attrs.get("unit", 1), op.attrs["terminator"])


def whole_units(unit: Any, *parts: bytes) -> str | None:
    """Bytes that consist of units of so many."""
    whole = natural(unit, 1) and not any(len(part) % unit for part in parts)
    return None if whole else f"the unit is {unit!r}"


def _area(op: Op, program: Program) -> str | None:
    pad, terminator, unit = op.attrs["pad"], op.attrs["terminator"], op.attrs["unit"]
    if terminator is not None and not (isinstance(terminator, bytes) and terminator):
        return f"the terminator is {terminator!r}"
    if not isinstance(pad, bytes) or len(pad) != unit:
        return f"a unit of {unit!r} bytes is padded with {pad!r}"
    return whole_units(unit, terminator or b"") or (within(op.outs[1], 0, 1) if op.outs else None)


def _same(op: Op, program: Program) -> str | None:
    return _some_bytes("value")(op, program) or within(op.outs[0], 0, 1)


def _sum(op: Op, program: Program) -> str | None:
    size, own = op.attrs["bytes"], op.attrs.get("own", b"\0")
    if not isinstance(own, bytes) or len(own) > 1:
        return f"its own bytes count as {own!r}"
    return symbol(op, program, op.attrs["algorithm"], "function") or (None if natural(size, 1) else f"the sum has {size!r} bytes")


def _codec(op: Op, program: Program) -> str | None:
    name, plain = op.attrs["codec"], op.attrs.get("plain", False)
    if not isinstance(name, str) or not isinstance(program.symbols.get(name), FieldCodec):
        return f"{name} is no codec"
    return None if isinstance(plain, bool) else f"plain is {plain!r}"


def _coding(op: Op, program: Program) -> str | None:
    coding = op.attrs["coding"]
    return None if coding in KINDS else f"no coding is called {coding!r}"


def _varint(op: Op, program: Program) -> str | None:
    wrong, bits = _coding(op, program), op.attrs["bits"]
    if wrong is not None or not natural(bits, 1) or bits > KINDS[op.attrs["coding"]][0]:
        return wrong or f"no {op.attrs['coding']} has {bits!r} bits"
    return within(op.outs[0], *bounds_of_varint(op.attrs["coding"], bits))


def _varint_size(op: Op, program: Program) -> str | None:
    return _coding(op, program) or _held(op.args[0], op) or within(op.outs[0], 1, 10)


def _held(number: Reg, op: Op) -> str | None:
    """Whether the coding can hold every value of a register."""
    coding = op.attrs["coding"]
    low, high = bounds_of_varint(coding, KINDS[coding][0])
    if low <= number.lo and number.hi <= high:
        return None
    return f"%{number.number} lies in {number.lo}..{number.hi}, {coding} holds {low}..{high}"


def _put_varint(op: Op, program: Program) -> str | None:
    return _coding(op, program) or _held(op.args[-1], op) or (within(op.outs[0], 1, 10) if op.outs else None)


FORM_CHECKS: Final[Mapping[str, Check]] = {
    "load": _load, "unpack": _unpack, "number": _number, "bits": _bits, "swap": _swap,
    "find": _find, "trim": _area, "put.area": _area, "same": _same, "wrote": _same, "checksum": _sum, "put.checksum": _sum,
    "decode": _codec, "encode": _codec,
    "varint": _varint, "varint.size": _varint_size, "put.varint": _put_varint, "insert.varint": _put_varint,
}  # fmt: skip
