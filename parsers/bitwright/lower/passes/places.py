"""Positions of a match program in bytes: what `words` knows of each, and the ops that it writes with them.

Promise: a position is so many bits behind one in bytes wherever that is known (a `Run`, which reads what lies behind it), and a number
of bits only where it is not; every run is checked to be there before what lies behind it is read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final, TypeAlias

from bitwright.ir.ops import OPS, Block, Op, Reg, walk
from bitwright.lower.passes.copying import copy_block
from bitwright.lower.passes.dead import UNSEEN
from bitwright.lower.passes.reads import Run

MOST_BYTES: Final = 1 << 48

Place: TypeAlias = "tuple[Run | Reg, int]"  # so many bits behind a position in bytes, or behind one in bits


@dataclasses.dataclass(frozen=True, slots=True)
class Size:
    """A number of bits that is `number` times so many bytes."""

    number: Reg
    factor: int


class Places:
    """The ops made so far, and where the registers of a function that counts bits lie in them; `alone`: the input begins at byte 0."""

    def __init__(self, start: Reg, end: Reg, numbers: Iterator[int], *, alone: bool) -> None:
        self.numbers, self.alone, self.old_end = numbers, alone, end
        self.made: list[Op | Run] = []
        self.sizes: dict[Reg, Size] = {}
        self.places: dict[Reg, Place] = {}
        self.steps: dict[tuple[int, int, Reg], Place] = {}
        self.positions: dict[tuple[int, int], Reg] = {}  # in bits
        self.bit_end: Reg | None = None
        self.end = self.number(0, MOST_BYTES, "end")
        self.start = self.number(0, 0) if alone else self.number(0, MOST_BYTES, "start")
        if alone:
            self.made.append(Op("const", (), (self.start,), {"value": 0}))
        self.places[start] = self.run(self.start, [], implied=True, at_zero=alone), 0
        self.places[end] = self.run(self.end, [], implied=True), 0

    # --- making --------------------------------------------------------------------------------

    def number(self, lo: int, hi: int, hint: str = "") -> Reg:
        """A fresh number."""
        return Reg(next(self.numbers), "int", lo, hi, hint)

    def emit(self, kind: str, args: tuple[Reg, ...] = (), outs: tuple[Reg, ...] = (), **attrs: object) -> None:
        """Append an op."""
        self.made.append(Op(kind, args, outs, attrs))

    def const(self, value: int) -> Reg:
        """A number known now."""
        out = self.number(value, value)
        self.emit("const", (), (out,), value=value)
        return out

    def times(self, reg: Reg, factor: int) -> Reg:
        """A number so many times."""
        if factor == 1:
            return reg
        out = self.number(reg.lo * factor, reg.hi * factor)
        self.emit("bin", (reg, self.const(factor)), (out,), op="mul")
        return out

    def fail_if(self, comparison: str, left: Reg, right: Reg) -> None:
        """Fail where a comparison holds."""
        condition = self.number(0, 1)
        self.emit("bin", (left, right), (condition,), op=comparison)
        self.emit("fail_if", (condition,), code="mismatch", message="does not match")

    def span(self, begin: Reg, stop: Reg, outs: tuple[Reg, ...]) -> None:
        """Cut bytes out."""
        self.made.append(Op("span", (begin, stop), outs, {"as": "bytes"}))

    def never(self) -> None:
        """Nothing matches."""
        self.emit("fail_if", (self.const(1),), code="mismatch", message="does not match")

    def run(self, base: Reg, guard: list[Op], *, implied: bool, at_zero: bool = False) -> Run:
        """Begin to read at a position."""
        made = Run(base, self.end, self.numbers, guard, implied=implied, at_zero=at_zero)
        self.made.append(made)
        return made

    # --- places --------------------------------------------------------------------------------

    def place(self, reg: Reg, offset: int = 0) -> Place:
        """What a position is, and so many bits behind it."""
        base, known = self.places.get(reg, (reg, 0))
        return base, known + offset

    def bits(self, place: Place) -> Reg:
        """A place as a number of bits."""
        base, offset = place
        if not isinstance(base, Run):
            return base if offset == 0 else self.sum_of(base, offset)
        if base.at_zero:
            return self.const(offset)
        found = self.positions.get((id(base), 0))
        if found is None:
            begin = base.base  # as lowered, what is so many bits before the end was found to lie in the input
            found = self.positions[id(base), 0] = self.number(max(8 * begin.lo, 0), 8 * begin.hi)
            self.emit("bin", (begin, self.const(8)), (found,), op="mul")
        return found if offset == 0 else self.sum_of(found, offset)

    def sum_of(self, reg: Reg, amount: int) -> Reg:
        """A number and a constant."""
        out = self.number(reg.lo + amount, reg.hi + amount)
        self.emit("bin", (reg, self.const(amount)), (out,), op="add")
        return out

    def end_in_bits(self) -> Reg:
        """The end as a number of bits."""
        if self.bit_end is None:
            self.bit_end = self.number(0, 8 * MOST_BYTES, "bit_end")
            at = next(index for index, item in enumerate(self.made) if isinstance(item, Run))
            eight = self.number(8, 8)
            self.made[at:at] = [Op("const", (), (eight,), {"value": 8}), Op("bin", (self.end, eight), (self.bit_end,), {"op": "mul"})]
        return self.bit_end

    def read(self, reg: Reg) -> Reg:
        """The register that holds what one held."""
        if reg is self.old_end:
            return self.end_in_bits()
        return self.bits(self.places[reg]) if reg in self.places else reg

    def copy(self, op: Op) -> None:
        """An op as it was lowered; what it reads of positions counts bits."""
        blocks = tuple(copy_block(block, self.read) for block in op.blocks)
        self.made.append(Op(op.kind, tuple(map(self.read, op.args)), op.outs, op.attrs, blocks))

    def as_lowered(self, op: Op, place: Place) -> None:
        """A read at a place, in bits."""
        base, offset = place
        begin = self.const(0) if isinstance(base, Run) and base.at_zero else self.bits((base, 0))
        rest = tuple(map(self.read, op.args[2:]))
        self.made.append(Op(op.kind, (begin, self.end_in_bits(), *rest), op.outs, {**op.attrs, "offset": offset}))

    def step(self, place: Place, size: Reg) -> Place:
        """The place behind a segment of a size in bytes that is only known now; what lies before it is checked to be there."""
        run, offset = place
        key = id(run), offset, size
        found = self.steps.get(key)
        if found is not None:
            return found
        assert isinstance(run, Run)
        known = self.sizes[size]
        amount = self.times(known.number, known.factor)
        begin = run.position(offset // 8)
        if amount.hi < 0:
            self.never()
            amount = self.const(0)
        stop = self.number(begin.lo + max(amount.lo, 0), begin.hi + amount.hi, "stop")
        run.cover(offset // 8 * 8)
        if amount.lo < 0:
            self.emit("need.var", (begin, self.end, amount), expr="", refs=())
        self.emit("bin", (begin, amount), (stop,), op="add")
        beyond = self.number(0, 1)
        guard = [
            Op("bin", (stop, self.end), (beyond,), {"op": "gt"}),
            Op("fail_if", (beyond,), (), {"code": "truncated", "message": "is cut off"}),
        ] if amount.lo >= 0 else []  # fmt: skip
        found = self.steps[key] = self.run(stop, guard, implied=True), offset % 8
        return found


def live_ops(block: Block) -> tuple[list[Op], dict[Reg, int]]:
    """The ops of a block that anybody needs, without marks, and how often those read each register."""
    used: dict[Reg, int] = {}
    kept: list[Op] = []
    for op in reversed(block.ops):
        signature = OPS[op.kind]
        if signature.trace:
            continue
        if (signature.pure or op.kind in UNSEEN) and not any(out in used for out in op.outs):
            continue
        told = op.kind == "fail_if" and len(op.args) > 1  # by a message, which is the interpreter's
        kept.append(Op("fail_if", op.args[:1], (), {"code": op.attrs["code"], "message": "does not match"}) if told else op)
        for reg in kept[-1].args:
            used[reg] = used.get(reg, 0) + 1
        for inner in op.blocks:
            for each in walk(inner):
                for reg in each.args:
                    used[reg] = used.get(reg, 0) + 1
    kept.reverse()
    return kept, used
