"""One bounds check where there were many: the largest moves to the place of the first."""

from __future__ import annotations

from bitwright.ir.ops import Block, Op, Program, Reg


def hoist_bounds_checks(program: Program) -> None:
    """Within a block, of all checks from one base against one end, only the first stays, with the largest size."""
    for function in program.functions.values():
        _hoist(function.body)


def _hoist(block: Block) -> None:
    first: dict[tuple[Reg, Reg], Op] = {}
    kept: list[Op] = []
    for op in block.ops:
        if op.kind == "need":
            known = first.get((op.args[0], op.args[1]))
            if known is not None:
                known.attrs = {**known.attrs, "size": max(known.attrs["size"], op.attrs["size"])}
                continue
            first[op.args[0], op.args[1]] = op
        for inner in op.blocks:
            _hoist(inner)
        kept.append(op)
    block.ops = kept
