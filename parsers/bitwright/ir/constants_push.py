"""What the constants of the ops of constructions must be; the other ops are in `constants`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bitwright.ir.claims import Check, byte_order, flag, natural, within
from bitwright.ir.ops import Op, Program
from bitwright.wire.floats import WIDTHS
from bitwright.wire.varints import KINDS


def _bits(*checks: Check) -> Check:
    """Of an op that may fill bytes from their least significant bit."""

    def check(op: Op, program: Program) -> str | None:
        if op.attrs.get("bits", "msb") not in ("msb", "lsb"):
            return f"the bit order is {op.attrs['bits']!r}"
        return next((wrong for each in checks if (wrong := each(op, program)) is not None), None)

    return check


def _coding(op: Op, program: Program) -> str | None:
    return None if op.attrs["coding"] in KINDS else f"no coding is called {op.attrs['coding']!r}"


def _written(op: Op, program: Program) -> str | None:
    return None if isinstance(op.attrs["function"], str) else f"the function is {op.attrs['function']!r}"


_STRICT: Final = (None, "signed", "unsigned")


def _size_bits(op: Op, program: Program) -> str | None:
    unit, limit = op.attrs["unit"], op.attrs["limit"]
    if not natural(unit, 1) or not natural(limit):
        return f"no size: unit {unit!r}, limit {limit!r}"
    return within(op.outs[0], 0, 8 * limit)


def _low(op: Op, program: Program) -> str | None:
    width, strict = op.attrs["width"], op.attrs["strict"]
    if not natural(width) or strict not in _STRICT:
        return f"no run of bits: width {width!r}, strict {strict!r}"
    return within(op.outs[0], 0, (1 << width) - 1)


def _nearest(op: Op, program: Program) -> str | None:
    width = op.attrs["width"]
    if width not in WIDTHS:
        return f"a float has 16, 32 or 64 bits, not {width!r}"
    return within(op.outs[0], 0, (1 << width) - 1) or flag("strict")(op, program) or flag("nonfinite")(op, program)


def _first_bits(op: Op, program: Program) -> str | None:
    width = op.attrs["width"]
    return flag("strict")(op, program) or (within(op.outs[0], 0, (1 << width) - 1) if natural(width) else f"the width is {width!r}")


def _whole(op: Op, program: Program) -> str | None:
    return None if natural(op.attrs["unit"], 1) else f"the unit is {op.attrs['unit']!r}"


def _code_point(op: Op, program: Program) -> str | None:
    encoding = op.attrs["encoding"]
    return byte_order(op.attrs["order"]) if encoding in ("utf8", "utf16", "utf32") else f"no encoding is called {encoding!r}"


def _push(op: Op, program: Program) -> str | None:
    return _phases(op) or (None if natural(op.attrs["width"]) else f"the width is {op.attrs['width']!r}")


def _push_int(op: Op, program: Program) -> str | None:
    strict = op.attrs["strict"]
    return _phases(op) or byte_order(op.attrs["order"]) or (None if strict in _STRICT else f"strict is {strict!r}")


def _push_float(op: Op, program: Program) -> str | None:
    return _phases(op) or byte_order(op.attrs["order"]) or flag("strict")(op, program) or flag("nonfinite")(op, program)


def _phases(op: Op) -> str | None:
    """Of an op that writes at any bit: it takes and gives how many bits of the last byte are written."""
    phase = op.args[0]
    if phase.lo < 0 or phase.hi > 7:
        return f"%{phase.number} lies in {phase.lo}..{phase.hi}, but is to be how many bits of a byte are written"
    return within(op.outs[0], 0, 7)


PUSH_CHECKS: Final[Mapping[str, Check]] = {
    "size.bits": _size_bits, "low": _low, "nearest": _nearest, "first.bits": _bits(_first_bits), "cut": _bits(flag("strict")),
    "whole": _whole, "code.point": _code_point, "shortest": _coding, "written": _bits(_written),
    "push": _bits(_push), "push.int": _bits(_push_int), "push.float": _bits(_push_float),
    "push.bits": _bits(lambda op, program: _phases(op)),
}  # fmt: skip
