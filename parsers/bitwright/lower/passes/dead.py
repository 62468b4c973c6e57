"""Drops ops whose results nobody reads and that can neither fail nor be seen."""

from __future__ import annotations

import collections
from typing import Final

from bitwright.ir.ops import OPS, Block, Program, Reg, count_uses, walk

# Not pure (they make fresh objects), yet nobody notices when an unread one is not made.
UNSEEN = frozenset({"list", "memo", "make", "record", "attr", "len", "here", "reach", "blocks"})
_REMOVABLE: Final = UNSEEN | {kind for kind, signature in OPS.items() if signature.pure}


def drop_unused(program: Program) -> None:
    """Remove unread pure ops, and what only they read; then functions that nobody calls."""
    for function in program.functions.values():
        uses = count_uses(function.body)
        if _drop_filled(function.body, uses):
            uses = count_uses(function.body)
        _drop(function.body, uses)
    _drop_functions(program)


def _drop_filled(body: Block, uses: dict[Reg, int]) -> bool:
    """Drop what is put into lists that nobody reads; whether there was any."""
    made = {op.outs[0] for op in walk(body) if op.kind == "list"}
    if not made:
        return False
    filled = collections.Counter(op.args[0] for op in walk(body) if op.kind == "append")
    unread = {reg for reg in made if uses.get(reg) == filled[reg] > 0}
    if unread:
        _drop_appends(body, unread)
    return bool(unread)


def _drop_appends(block: Block, lists: set[Reg]) -> None:
    block.ops = [op for op in block.ops if op.kind != "append" or op.args[0] not in lists]
    for op in block.ops:
        for inner in op.blocks:
            _drop_appends(inner, lists)


def _drop(block: Block, uses: dict[Reg, int]) -> None:
    """From the last op to the first: whatever reads a register comes behind what assigns it, so `uses` are right by then."""
    kept = []
    for op in reversed(block.ops):
        if op.kind in _REMOVABLE and not any(uses.get(out) for out in op.outs):
            for reg in op.args:
                uses[reg] -= 1
            continue
        for inner in op.blocks:
            _drop(inner, uses)
        kept.append(op)
    kept.reverse()
    block.ops = kept


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
