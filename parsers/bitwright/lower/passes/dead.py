"""Drops ops whose results nobody reads and that can neither fail nor be seen."""

from __future__ import annotations

import collections

from bitwright.ir.ops import OPS, Block, Program, Reg, count_uses, walk

# Not pure (they make fresh objects), yet nobody notices when an unread one is not made.
UNSEEN = frozenset({"list", "memo", "make", "record", "attr", "len", "here", "reach", "blocks"})


def drop_unused(program: Program) -> None:
    """Remove unread pure ops, until nothing changes; then functions that nobody calls."""
    for function in program.functions.values():
        _drop_filled(function.body)
        while _drop(function.body, count_uses(function.body)):
            pass
    _drop_functions(program)


def _drop_filled(body: Block) -> None:
    """Drop what is put into lists that nobody reads."""
    made = {op.outs[0] for op in walk(body) if op.kind == "list"}
    uses = count_uses(body)
    filled = collections.Counter(op.args[0] for op in walk(body) if op.kind == "append")
    unread = {reg for reg in made if uses.get(reg) == filled[reg] > 0}
    if unread:
        _drop_appends(body, unread)


def _drop_appends(block: Block, lists: set[Reg]) -> None:
    block.ops = [op for op in block.ops if op.kind != "append" or op.args[0] not in lists]
    for op in block.ops:
        for inner in op.blocks:
            _drop_appends(inner, lists)


def _drop(block: Block, uses: dict[Reg, int]) -> bool:
    kept = []
    changed = False
    for op in block.ops:
        removable = (OPS[op.kind].pure or op.kind in UNSEEN) and not any(uses.get(out) for out in op.outs)
        if removable:
            changed = True
        else:
            kept.append(op)
    block.ops = kept
    for op in kept:
        for inner in op.blocks:
            changed |= _drop(inner, uses)
    return changed


def _drop_functions(program: Program) -> None:
    waiting = [name for name in (program.entry, "whole") if name in program.functions]
    reached = set(waiting)
    while waiting:
        for op in walk(program.functions[waiting.pop()].body):
            names = [op.attrs["function"]] if op.kind in ("call", "defer", "written", "within") else []
            if op.kind == "first":
                names = [*op.attrs["functions"]]
            if op.kind == "dispatch":
                names = [n for n in (*op.attrs["table"].values(), op.attrs["default"]) if n is not None]
            for name in names:
                if name not in reached:
                    reached.add(name)
                    waiting.append(name)
    for name in [n for n in program.functions if n not in reached]:
        del program.functions[name]
