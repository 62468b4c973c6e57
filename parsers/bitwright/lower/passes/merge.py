"""Merges adjacent reads into one, and adjacent writes into one."""

from __future__ import annotations

import itertools
from typing import Final

from bitwright.ir.ops import Block, Op, Program, Reg, count_uses, walk
from bitwright.lower.passes.copying import highest_number, replace_uses

WORDS = (1, 2, 4, 8)


def merge_reads(program: Program) -> None:
    """Loads of one base in one block become one `unpack`; a load inside a wider one becomes bits of it."""
    numbers = itertools.count(highest_number(program) + 1)
    for function in program.functions.values():
        _merge_block(function.body, numbers)


def _merge_block(block: Block, numbers: itertools.count[int]) -> None:
    for op in block.ops:
        for inner in op.blocks:
            _merge_block(inner, numbers)
    for loads in _checked_together(block):
        base = loads[0].args[0]
        before = [op for op in block.ops if op.kind == "load"]
        _share(block, loads, numbers)
        made = [op for op in block.ops if op.kind == "load" and op.args[0] is base and (op in loads or op not in before)]
        _unpack(block, [op for op in made if op.attrs["bytes"] in WORDS])


def _checked_together(block: Block) -> list[list[Op]]:
    """Loads of one base that the checks before the first of them cover: these may move to its place."""
    groups: list[list[Op]] = []
    covered: dict[Reg, int] = {}
    current: dict[Reg, tuple[int, list[Op]]] = {}
    for op in block.ops:
        if op.kind == "need":
            covered[op.args[0]] = max(covered.get(op.args[0], 0), op.attrs["size"])
        elif op.kind == "load":
            base, stop = op.args[0], op.attrs["offset"] + op.attrs["bytes"]
            limit, group = current.get(base, (-1, []))
            if stop > limit:
                limit, group = covered.get(base, 0), []
                groups.append(group)
                current[base] = (limit, group)
            group.append(op)
    return groups


def _share(block: Block, loads: list[Op], numbers: itertools.count[int]) -> None:
    """Equal loads become one; overlapping ones of one order become bits of the word around them, if it has at most 8 bytes."""
    merged: list[tuple[int, int, str, list[Op]]] = []
    for op in sorted(loads, key=lambda o: (o.attrs["offset"], -o.attrs["bytes"])):
        begin, stop, order = op.attrs["offset"], op.attrs["offset"] + op.attrs["bytes"], op.attrs["order"]
        if merged:
            last_begin, last_stop, last_order, members = merged[-1]
            same = (begin, stop) == (last_begin, last_stop) and (order == last_order or stop - begin == 1)
            joint = begin < last_stop and order == last_order and _word(max(stop, last_stop) - last_begin)
            if same or joint:
                merged[-1] = (last_begin, max(stop, last_stop), last_order, [*members, op])
                continue
        merged.append((begin, stop, order, [op]))
    for begin, stop, order, members in merged:
        if len(members) > 1:
            _replace(block, members, begin, stop, order, numbers)


def _word(size: int) -> bool:
    return size in WORDS


def _replace(block: Block, members: list[Op], begin: int, stop: int, order: str, numbers: itertools.count[int]) -> None:
    size = stop - begin
    first = next(op for op in block.ops if op in members)
    word = Reg(next(numbers), "int", 0, (1 << 8 * size) - 1, "word")
    where = block.ops.index(first)
    block.ops.insert(where, Op("load", first.args, (word,), {"offset": begin, "bytes": size, "order": order}))
    same: dict[Reg, Reg] = {}
    for op in members:
        width = 8 * op.attrs["bytes"]
        if width == 8 * size:
            same[op.outs[0]] = word
            block.ops.remove(op)
        else:
            before, behind = op.attrs["offset"] - begin, stop - op.attrs["offset"] - op.attrs["bytes"]
            shift = 8 * (before if order == "little" else behind)
            op.kind, op.args, op.attrs = "bits", (word,), {"shift": shift, "width": width, "signed": False}
    replace_uses(block, same)
    _compose(block)


def _compose(block: Block) -> None:
    """Bits of unsigned bits are bits."""
    parts = {op.outs[0]: op for op in walk(block) if op.kind == "bits" and not op.attrs["signed"]}
    for op in walk(block):
        if op.kind == "bits" and op.args[0] in parts:
            outer = parts[op.args[0]]
            op.args, op.attrs = outer.args, {**op.attrs, "shift": op.attrs["shift"] + outer.attrs["shift"]}


def _unpack(block: Block, loads: list[Op]) -> None:
    """Several loads of one base become one `unpack` at the place of the first."""
    order = next((op.attrs["order"] for op in loads if op.attrs["bytes"] > 1), "big")
    loads = sorted((op for op in loads if op.attrs["order"] == order or op.attrs["bytes"] == 1), key=lambda op: int(op.attrs["offset"]))
    disjoint = all(a.attrs["offset"] + a.attrs["bytes"] <= b.attrs["offset"] for a, b in itertools.pairwise(loads))
    if len(loads) < 2 or not disjoint or loads[-1].attrs["offset"] - loads[0].attrs["offset"] > 64:
        return
    layout = tuple((op.attrs["offset"], op.attrs["bytes"], order) for op in loads)
    where = min(block.ops.index(op) for op in loads)
    block.ops.insert(where, Op("unpack", loads[0].args, tuple(op.outs[0] for op in loads), {"layout": layout}))
    block.ops = [op for op in block.ops if op not in loads]


def merge_demands(program: Program) -> None:
    """A bitstring that is demanded to be one, and later to be whole units, is demanded to be that at once."""
    for function in program.functions.values():
        uses, block, merged = count_uses(function.body), function.body, set[Reg]()
        first = {op.outs[0]: op for op in block.ops if op.kind == "whole" and uses.get(op.outs[0]) == 1}
        for op in block.ops:
            before = first.get(op.args[0]) if op.kind == "whole" else None
            if before is not None and op.attrs["unit"] % before.attrs["unit"] == 0:
                merged.add(op.args[0])
                op.args = before.args
        if merged:
            block.ops = [op for op in block.ops if op.kind != "whole" or op.outs[0] not in merged]


def merge_puts(program: Program) -> None:
    """Numbers written one after the other become one `put.pack`."""
    for function in program.functions.values():
        _merge_puts(function.body)


def _merge_puts(block: Block) -> None:
    pending: list[Op] = []
    made: list[Op] = []
    for op in block.ops:
        for inner in op.blocks:
            _merge_puts(inner)
        if op.kind == "put":
            pending.append(op)
            continue
        if op.kind == "here" and pending:  # the place is known ahead of the bytes that come before it
            phase = pending[0].attrs.get("phase", 0)
            op.attrs = {**op.attrs, "phase": phase, "ahead": (phase + sum(p.attrs["width"] for p in pending)) // 8}
        elif pending and _sees_output(op):
            _flush(pending, made)
        made.append(op)
    if made and made[-1].kind == "yield":
        last = made.pop()
        _flush(pending, made)
        made.append(last)
    else:
        _flush(pending, made)
    block.ops = made


def _flush(pending: list[Op], made: list[Op]) -> None:
    if len(pending) > 1:
        layout = tuple((op.attrs["width"], op.attrs["order"]) for op in pending)
        phase = pending[0].attrs.get("phase", 0)
        made.append(Op("put.pack", tuple(op.args[0] for op in pending), (), {"layout": layout, **({"phase": phase} if phase else {})}))
    else:
        made.extend(pending)
    pending.clear()


_TO_THE_OUTPUT: Final = frozenset({"call", "dispatch", "patch", "here", "fit", "insert.varint", "defer", "wrote"})


def _sees_output(op: Op) -> bool:
    """Whether an op reads or writes the output, so that numbers before it must be there."""
    if op.kind.startswith(("put", "push", "block")) or op.kind in _TO_THE_OUTPUT:
        return True
    return any(_sees_output(inner) for block in op.blocks for inner in block.ops)
