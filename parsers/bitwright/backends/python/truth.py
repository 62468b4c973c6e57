"""Which comparisons must become numbers: `a > 3` is True in Python and 1 in a program.

Where a comparison only decides something, True will do.  Where its number is kept (boxed as an int, yielded, handed
to a function), the generated source says `int(...)`, so that no value differs from the interpreter's.
"""

from __future__ import annotations

from bitwright.ir.ops import Block, Function, Op, Reg

_TRUTHS = frozenset({"not", "same", "zeros", "known", "is_none", "finite", "truth", "equal"})
_COMPARISONS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_BITWISE = frozenset({"and", "or", "xor"})  # of two truths a truth


def truths_kept(function: Function) -> set[Reg]:
    """Registers that a Python comparison assigns and whose number is kept."""
    truths: set[Reg] = set()
    kept: set[Reg] = set()
    _collect(function.body, "", truths, kept)
    return truths & kept


def _collect(block: Block, holder: str, truths: set[Reg], kept: set[Reg]) -> None:
    for op in block.ops:
        name = op.attrs.get("op")
        if op.kind in _TRUTHS or (op.kind == "bin" and (name in _COMPARISONS or (name in _BITWISE and truths.issuperset(op.args)))):
            truths.update(op.outs)
        kept.update(_keeps(op, holder))
        for inner in op.blocks:
            _collect(inner, op.kind, truths, kept)


def _keeps(op: Op, holder: str) -> tuple[Reg, ...]:
    """The registers whose numbers go on as they are; `holder` is the kind of op whose block this is."""
    match op.kind:
        case "record":
            return op.args
        case "box":
            return op.args if op.attrs["as"] == "int" else ()
        case "bin":
            return op.args if op.attrs["op"] in ("min", "max") else ()
        case "yield":
            return op.args[1:] if holder == "loop.while" else op.args
        case "select" | "dispatch" | "loop.count" | "loop.while" | "loop.each":
            return op.args[1:]
        case "call" | "defer" | "block":
            return op.args
    return ()
