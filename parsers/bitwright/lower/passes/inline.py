"""Puts the body of a function in place of its only call, and of every call that begins or ends inside a byte.

The latter is no matter of speed: a build function cannot hand on bits that do not fill a byte yet.
"""

from __future__ import annotations

import itertools

from bitwright.ir.ops import Block, Function, Op, Program, Reg, walk
from bitwright.lower.passes.copying import copy_block, highest_number, replace_uses


def inline_calls(program: Program) -> None:
    """Inline every function that one call and no dispatch refers to, and calls marked `inline`."""
    numbers = itertools.count(highest_number(program) + 1)
    once = _called_once(program)
    for function in list(program.functions.values()):
        _inline_in(program, function.body, once, numbers)
    for name in once:
        program.functions.pop(name, None)


def _called_once(program: Program) -> set[str]:
    calls: dict[str, int] = {}
    dispatched: set[str] = {program.entry}
    for function in program.functions.values():
        for op in walk(function.body):
            if op.kind == "call":
                calls[op.attrs["function"]] = calls.get(op.attrs["function"], 0) + 1
                if op.attrs["function"] == function.name:
                    dispatched.add(function.name)
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


def _inline_in(program: Program, block: Block, once: set[str], numbers: itertools.count[int]) -> None:
    made: list[Op] = []
    renamed: dict[Reg, Reg] = {}
    for op in block.ops:
        op.args = tuple(renamed.get(a, a) for a in op.args)
        for inner in op.blocks:
            replace_uses(inner, renamed)
            _inline_in(program, inner, once, numbers)
        if op.kind == "call" and (op.attrs["function"] in once or op.attrs.get("inline")):
            body = _body(program.functions[op.attrs["function"]], op, numbers)
            inner_block = Block((), body)
            _inline_in(program, inner_block, once, numbers)
            *ops, last = inner_block.ops
            made += ops
            renamed.update(zip(op.outs, last.args, strict=True))
        else:
            made.append(op)
    block.ops = made


def _body(function: Function, call: Op, numbers: itertools.count[int]) -> list[Op]:
    names: dict[Reg, Reg] = dict(zip(function.params, call.args, strict=True))

    def rename(reg: Reg) -> Reg:
        found = names.get(reg)
        if found is None:
            found = names[reg] = Reg(next(numbers), reg.type, reg.lo, reg.hi, reg.hint)
        return found

    return copy_block(function.body, rename).ops
