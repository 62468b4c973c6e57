"""Turns positions that are another position plus a constant into offsets of reads and checks."""

from __future__ import annotations

import itertools

from bitwright.ir.ops import Block, Op, Program, Reg
from bitwright.lower.passes.copying import highest_number

Place = tuple[Reg, int]


class _Folding:
    def __init__(self, program: Program) -> None:
        self.numbers = itertools.count(highest_number(program) + 1)
        self.places: dict[Reg, Place] = {}
        self.constants: dict[Reg, int] = {}

    def block(self, block: Block) -> None:
        made: list[Op] = []
        for op in block.ops:
            if op.kind == "const":
                self.constants[op.outs[0]] = op.attrs["value"]
            elif op.kind == "bin" and op.attrs["op"] == "add" and op.args[1] in self.constants:
                self.add(op, made)
            elif op.kind in ("load", "need") and op.args[0] in self.places:
                self.shift(op, "offset" if op.kind == "load" else "size")
            for inner in op.blocks:
                self.block(inner)
            made.append(op)
        block.ops = made

    def add(self, op: Op, made: list[Op]) -> None:
        """A sum with a constant refers to the earliest base; a sum of constants becomes one."""
        left, amount = op.args[0], self.constants[op.args[1]]
        base, offset = self.places.get(left, (left, 0))
        self.places[op.outs[0]] = (base, offset + amount)
        if left in self.constants:
            total = self.constants[left] + amount
            op.kind, op.args, op.attrs = "const", (), {"value": total}
            self.constants[op.outs[0]] = total
        elif base is not left:
            number = Reg(next(self.numbers), "int", offset + amount, offset + amount)
            made.append(Op("const", (), (number,), {"value": offset + amount}))
            op.args = (base, number)

    def shift(self, op: Op, attribute: str) -> None:
        """A read or check from a place refers to the place's base."""
        base, offset = self.places[op.args[0]]
        op.args = (base, *op.args[1:])
        op.attrs = {**op.attrs, attribute: op.attrs[attribute] + offset}


def fold_offsets(program: Program) -> None:
    """Loads and bounds checks refer to the earliest position that a constant leads from; constants are folded."""
    folding = _Folding(program)
    for function in program.functions.values():
        folding.block(function.body)
