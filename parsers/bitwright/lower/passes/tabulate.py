"""Bits of one byte that only become objects are looked up together: one table of 256 rows."""

from __future__ import annotations

from bitwright.ir.ops import Block, Op, Program, Reg, walk


def tabulate_bits(program: Program) -> None:
    """A byte split into three or more boxed values becomes one `split`."""
    for function in program.functions.values():
        readers: dict[Reg, list[Op]] = {}
        for op in walk(function.body):
            for reg in op.args:
                readers.setdefault(reg, []).append(op)
        _tabulate(function.body, readers)


def _tabulate(block: Block, readers: dict[Reg, list[Op]]) -> None:
    for op in list(block.ops):
        for inner in op.blocks:
            _tabulate(inner, readers)
        if op.kind in ("load", "unpack"):
            for out in op.outs:
                _split(block, out, readers)


def _split(block: Block, word: Reg, readers: dict[Reg, list[Op]]) -> None:
    if word.hi != 255:
        return
    parts: list[tuple[Op, Op]] = []
    for op in readers.get(word, []):
        boxes = readers.get(op.outs[0], []) if op.kind == "bits" and op.outs else []
        if len(boxes) == 1 and boxes[0].kind == "box" and op in block.ops and boxes[0] in block.ops:
            parts.append((op, boxes[0]))
    if len(parts) < 3:
        return
    fields = tuple((b.attrs["shift"], b.attrs["width"], b.attrs["signed"], box.attrs["as"]) for b, box in parts)
    where = min(block.ops.index(bits) for bits, _ in parts)
    gone = {id(op) for pair in parts for op in pair}
    split = Op("split", (word,), tuple(box.outs[0] for _, box in parts), {"fields": fields})
    block.ops = [*block.ops[:where], split, *(op for op in block.ops[where:] if id(op) not in gone)]
