"""What the constants of the ops that match bit patterns must be; see `constants`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bitwright.ir.claims import Check, byte_order, is_int, natural, within
from bitwright.ir.ops import Op, Program
from bitwright.wire.bitruns import MOST_BITS, UTF_BITS
from bitwright.wire.varints import KINDS, bounds_of_varint

WIDEST_TAKE: Final = 64
LAST_POINT: Final = 0x10FFFF


def _place(op: Op) -> str | None:
    """Where an op reads, in which order of bits, and what follows at least."""
    attrs = op.attrs
    if not natural(attrs["offset"]) or not natural(attrs.get("more", 0)) or not natural(attrs.get("keep", 0)):
        return f"no place: offset {attrs['offset']!r}, more {attrs.get('more')!r}, keep {attrs.get('keep')!r}"
    if attrs.get("bits", "msb") not in ("msb", "lsb"):
        return f"the bit order is {attrs['bits']!r}"
    base = op.args[0]
    return None if base.lo >= 0 else f"%{base.number} of {base.lo}..{base.hi} can lie before the input"


def _placed(*checks: Check) -> Check:
    def check(op: Op, program: Program) -> str | None:
        for each in checks:
            wrong = each(op, program)
            if wrong is not None:
                return wrong
        return _place(op)

    return check


def _in_order(op: Op, program: Program) -> str | None:
    return byte_order(op.attrs["order"])


def _signed(op: Op, program: Program) -> str | None:
    return _flag(op, "signed")


def _flag(op: Op, name: str) -> str | None:
    return None if isinstance(op.attrs[name], bool) else f"{name} is {op.attrs[name]!r}"


def _take(op: Op, program: Program) -> str | None:
    width = op.attrs["width"]
    if not natural(width) or width > WIDEST_TAKE:
        return f"takes {width!r} bits; 0 to {WIDEST_TAKE} can be taken"
    half = 1 << (width - 1) if width else 0
    return within(op.outs[0], -half, max(half - 1, 0)) if op.attrs["signed"] else within(op.outs[0], 0, (1 << width) - 1)


def _nonfinite(op: Op, program: Program) -> str | None:
    return _flag(op, "nonfinite")


def _unit(op: Op, program: Program) -> str | None:
    return None if natural(op.attrs["unit"], 1) else f"the unit is {op.attrs['unit']!r}"


def _after(op: Op) -> str | None:
    return None if op.outs[1].lo >= 0 else f"%{op.outs[1].number} is a position, and so not negative"


def _utf(op: Op, program: Program) -> str | None:
    if op.attrs["encoding"] not in UTF_BITS:
        return f"no encoding of code points is called {op.attrs['encoding']!r}"
    return within(op.outs[0], 0, LAST_POINT) or _after(op)


def _varint(op: Op, program: Program) -> str | None:
    coding = op.attrs["coding"]
    if coding not in KINDS:
        return f"no coding is called {coding!r}"
    return within(op.outs[0], *bounds_of_varint(coding, KINDS[coding][0])) or _after(op)


def _same(op: Op, program: Program) -> str | None:
    value: Any = op.attrs["value"]
    return None if isinstance(value, bytes) and value else f"value must be bytes, not none of them: {value!r}"


def _must(op: Op, program: Program) -> str | None:
    return None if is_int(op.attrs["value"]) else f"the value is no int: {op.attrs['value']!r}"


def _size_of(op: Op, program: Program) -> str | None:
    return _unit(op, program) or within(op.outs[0], 0, MOST_BITS * op.attrs["unit"])


def _compose(op: Op, program: Program) -> str | None:
    layout = op.attrs["layout"]
    if not isinstance(layout, tuple):
        return f"the layout is {layout!r}"
    for part in layout:
        if not isinstance(part, tuple) or len(part) != 4:
            return f"no part of a bitstring: {part!r}"
        kind, sized, unit, order_ = part
        if kind not in ("integer", "float", "binary", *UTF_BITS, *KINDS) or not isinstance(sized, bool) or not natural(unit, 1):
            return f"no part of a bitstring: {part!r}"
        wrong = byte_order(order_)
        if wrong is not None:
            return wrong
    wanted = sum(1 + sized for _, sized, _, _ in layout)
    return None if len(op.args) == wanted else f"the layout takes {wanted} values"


SHAPES: Final = ("tuple", "list", "cons", "map")


def _unfold(op: Op, program: Program) -> str | None:
    shape = op.attrs["shape"]
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[0] not in SHAPES or not natural(shape[1]):
        return f"no shape: {shape!r}"
    kind, count = shape
    wanted = 0 if kind == "map" else count + (kind == "cons")
    return None if len(op.outs) == wanted else f"a {kind} of {count} has {wanted} parts, not {len(op.outs)}"


def _within(op: Op, program: Program) -> str | None:
    if op.attrs.get("bits", "msb") not in ("msb", "lsb"):
        return f"the bit order is {op.attrs['bits']!r}"
    return None if isinstance(op.attrs["function"], str) else f"the function is {op.attrs['function']!r}"


def _first(op: Op, program: Program) -> str | None:
    functions = op.attrs["functions"]
    if not isinstance(functions, tuple) or not functions or not all(isinstance(name, str) for name in functions):
        return f"the functions are {functions!r}"
    return within(op.outs[0], 0, len(functions) - 1)


def _utf_in_bytes(op: Op, program: Program) -> str | None:
    return _utf(op, program) or byte_order(op.attrs["order"])


MATCH_CHECKS: Final[Mapping[str, Check]] = {
    "take": _placed(_in_order, _signed, _take), "take.int": _placed(_in_order, _signed), "take.float": _placed(_in_order, _nonfinite),
    "take.bits": _placed(), "take.rest": _placed(_unit), "take.utf": _placed(_in_order, _utf), "take.varint": _placed(_varint),
    "take.same": _placed(_same), "skip": _placed(), "skip.rest": _placed(_unit), "finish": _placed(), "must": _must,
    "utf": _utf_in_bytes, "size.of": _size_of, "compose": _compose, "unfold": _unfold, "within": _within, "first": _first,
}  # fmt: skip
