"""Puts the body of a function in place of its only call, as long as blocks do not come to lie too deep in each other."""

from __future__ import annotations

import itertools
from typing import Final

from bitwright.ir.ops import Block, Function, Op, Program, Reg, walk
from bitwright.lower.passes.copying import copy_block, highest_number, replace_uses

DEEPEST: Final = 12  # blocks inside each other: Python, for one, refuses more than 20 loops


def inline_calls(program: Program) -> None:
    """Inline every function that one call and no dispatch refers to."""
    once = _called_once(program)
    inlining = _Inlining(program, once)
    waiting = [function for name, function in program.functions.items() if name not in once]
    while waiting:
        inlining.kept.clear()
        inlining.block(waiting.pop().body, 0)
        waiting += inlining.kept
        once -= {function.name for function in inlining.kept}
    for name in once:
        del program.functions[name]


def _called_once(program: Program) -> set[str]:
    calls: dict[str, int] = {}
    dispatched: set[str] = {program.entry}
    for function in program.functions.values():
        for op in walk(function.body):
            if op.kind == "call":
                calls[op.attrs["function"]] = calls.get(op.attrs["function"], 0) + 1
                if op.attrs["function"] == function.name:
                    dispatched.add(function.name)
            elif op.kind in ("defer", "written"):
                dispatched.add(op.attrs["function"])
            elif op.kind == "dispatch":
                dispatched.update(n for n in (*op.attrs["table"].values(), op.attrs["default"]) if n)
    once = {name for name, count in calls.items() if count == 1 and name not in dispatched}
    return {name for name in once if not _reaches_itself(program, name)}


def _reaches_itself(program: Program, name: str) -> bool:
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for op in walk(program.functions[waiting.pop()].body):
            names = [op.attrs["function"]] if op.kind == "call" else []
            if op.kind == "dispatch":
                names = [n for n in (*op.attrs["table"].values(), op.attrs["default"]) if n]
            for inner in names:
                if inner == name:
                    return True
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
    return False


class _Inlining:
    """Inlines in one function after the other; `kept` are those whose call stays."""

    def __init__(self, program: Program, once: set[str]) -> None:
        self.program, self.once = program, once
        self.numbers = itertools.count(highest_number(program) + 1)
        self.kept: list[Function] = []

    def block(self, block: Block, depth: int) -> None:
        made: list[Op] = []
        renamed: dict[Reg, Reg] = {}
        for op in block.ops:
            if renamed:
                op.args = tuple(renamed.get(a, a) for a in op.args)
            for inner in op.blocks:
                replace_uses(inner, renamed)
                self.block(inner, depth + 1)
            function = self.program.functions[op.attrs["function"]] if op.kind == "call" and op.attrs["function"] in self.once else None
            if function is None:
                made.append(op)
            elif depth + _depth(function.body) > DEEPEST:
                self.kept.append(function)
                made.append(op)
            else:
                body = Block((), _body(function, op, self.numbers))
                self.block(body, depth)
                *ops, last = body.ops
                made += ops
                renamed.update(zip(op.outs, last.args, strict=True))
        block.ops = made


def _depth(block: Block) -> int:
    return max((1 + _depth(inner) for op in block.ops for inner in op.blocks), default=0)


def _body(function: Function, call: Op, numbers: itertools.count[int]) -> list[Op]:
    names: dict[Reg, Reg] = dict(zip(function.params, call.args, strict=True))

    def rename(reg: Reg) -> Reg:
        found = names.get(reg)
        if found is None:
            found = names[reg] = Reg(next(numbers), reg.type, reg.lo, reg.hi, reg.hint)
        return found

    return copy_block(function.body, rename).ops
