"""Copies of programs, functions and blocks; the registers of a copied block can be renamed."""

from __future__ import annotations

from collections.abc import Callable

from bitwright.ir.ops import Block, Function, Op, Program, Reg


def copy_program(program: Program) -> Program:
    """A copy whose ops can be changed; registers and symbols are shared."""
    functions = {name: Function(f.name, f.params, f.outs, _same_block(f.body), f.unit) for name, f in program.functions.items()}
    return Program(program.name, program.direction, program.entry, functions, program.symbols)


def _same_block(block: Block) -> Block:
    """A copy of ops alone: whoever changes one gives it other registers and constants, and leaves those that it had as they are."""
    return Block(block.params, [Op(op.kind, op.args, op.outs, op.attrs, tuple(map(_same_block, op.blocks))) for op in block.ops])


def copy_block(block: Block, rename: Callable[[Reg], Reg]) -> Block:
    """A copy in which every register is renamed."""
    return Block(tuple(map(rename, block.params)), [_copy_op(op, rename) for op in block.ops])


def _copy_op(op: Op, rename: Callable[[Reg], Reg]) -> Op:
    inner = tuple(copy_block(block, rename) for block in op.blocks)
    return Op(op.kind, tuple(map(rename, op.args)), tuple(map(rename, op.outs)), op.attrs, inner)


def replace_uses(block: Block, replaced: dict[Reg, Reg]) -> None:
    """Read other registers instead, everywhere in a block."""
    if not replaced:
        return
    for op in block.ops:
        if any(a in replaced for a in op.args):
            op.args = tuple(replaced.get(a, a) for a in op.args)
        for inner in op.blocks:
            replace_uses(inner, replaced)


def highest_number(program: Program) -> int:
    """The highest register number in use."""
    highest = 0
    waiting = [f.body for f in program.functions.values()]
    for function in program.functions.values():
        highest = _highest_of(function.params, highest)
    while waiting:
        block = waiting.pop()
        highest = _highest_of(block.params, highest)
        for op in block.ops:
            for reg in op.outs:
                highest = max(highest, reg.number)
            if op.blocks:
                waiting += op.blocks
    return highest


def _highest_of(regs: tuple[Reg, ...], highest: int) -> int:
    return max([highest, *[reg.number for reg in regs]])
