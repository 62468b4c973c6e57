"""One bounds check where there were many: the largest moves to the place of the first."""

from __future__ import annotations

from bitwright.ir.ops import OPS, Block, Op, Program, Reg
from bitwright.lower.passes.dead import UNSEEN


def hoist_bounds_checks(program: Program) -> None:
    """Within a block, of all checks from one base against one end, only the first stays, with the largest size.

    One that waits for input does not move over an op that can fail, which is to fail as soon as its bytes are there;
    it only tells the checks before it what will be needed (`more`).
    """
    for function in program.functions.values():
        _hoist(function.body)


def _stop(op: Op) -> int:
    """How many bytes from the base on surely follow."""
    return int(op.attrs["size"]) + int(op.attrs.get("more", 0))


def _widen(op: Op, size: int) -> None:
    """Check more at once."""
    if size > op.attrs["size"]:
        more = {"more": max(_stop(op) - size, 0)} if "more" in op.attrs else {}
        op.attrs = {**op.attrs, "size": size, **more}


def _hoist(block: Block) -> None:
    first: dict[tuple[Reg, Reg], Op] = {}
    before: dict[tuple[Reg, Reg], list[Op]] = {}
    kept: list[Op] = []
    for op in block.ops:
        if op.kind == "need":
            place = (op.args[0], op.args[1])
            known = first.get(place)
            if op.attrs.get("wait"):
                for earlier in before.setdefault(place, []):
                    earlier.attrs = {**earlier.attrs, "more": max(_stop(earlier), _stop(op)) - earlier.attrs["size"]}
                if known is None and any(earlier.attrs["size"] >= op.attrs["size"] for earlier in before[place]):
                    continue
            if known is not None:
                _widen(known, op.attrs["size"])
                continue
            first[place] = op
            before.setdefault(place, []).append(op)
        elif not OPS[op.kind].pure and op.kind not in UNSEEN:
            first = {place: op for place, op in first.items() if not op.attrs.get("wait")}
        for inner in op.blocks:
            _hoist(inner)
        kept.append(op)
    block.ops = kept
