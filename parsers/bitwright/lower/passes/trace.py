"""Drops the marks that only the interpreter needs."""

from __future__ import annotations

from bitwright.ir.ops import OPS, Block, Program


def strip_trace(program: Program) -> None:
    """Remove `enter` and `leave`."""
    for function in program.functions.values():
        _strip(function.body)


def _strip(block: Block) -> None:
    block.ops = [op for op in block.ops if not OPS[op.kind].trace]
    for op in block.ops:
        for inner in op.blocks:
            _strip(inner)
