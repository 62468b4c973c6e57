"""What each instruction gives, and what it demands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bitwright.backends.llvm.verify.calls import call
from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.numbers import number_of, selected
from bitwright.backends.llvm.verify.places import KEPT, OBJECT, Pointer, Root
from bitwright.backends.llvm.verify.text import Instruction, size_of
from bitwright.backends.llvm.verify.walk import Walk

# What the addresses lead to that lie somewhere: an entry of the table of objects is one, and a dict says where its values are, of
# which there are as many as its keys: how many is not in the text.
_LEADS: Final[dict[str, tuple[str, int | None]]] = {"table": ("entry", None), "dict": ("values", 1 << 16)}


def step(walk: Walk, one: Instruction) -> None:
    """Go past an instruction."""
    walk.line = one.line
    handler = _HANDLERS.get(one.op, _compute)
    handler(walk, one)


def _give(walk: Walk, one: Instruction, value: Sum | Pointer) -> None:
    if one.result is not None:
        walk.values[one.result] = value


def _compute(walk: Walk, one: Instruction) -> None:
    known = one.kind[0] == "i" and (not one.kinds or one.op in ("zext", "sext", "trunc"))
    _give(walk, one, number_of(walk, one) if known else walk.unknown(one.kind))


def _compare(walk: Walk, one: Instruction) -> None:
    kind = one.kinds[0]
    if kind[0] != "i" or kind[-1] == "*":
        _give(walk, one, _is_null(walk, one))
        return
    left, right = (walk.number(arg, kind) for arg in one.args)
    _give(walk, one, walk.conditions.compare(one.detail, left, right))


def _is_null(walk: Walk, one: Instruction) -> Sum:
    """Where an address is compared with NULL that a routine has given, what is there hangs on it."""
    there = walk.pointer(one.args[0]).root.there
    if there is None or one.args[1] is not None or one.detail not in ("eq", "ne"):
        return walk.any_number("i1")
    return there if one.detail == "ne" else constant(1).minus(there)


def _select(walk: Walk, one: Instruction) -> None:
    if one.kind[0] == "i" and one.kind[-1] != "*":
        _give(walk, one, selected(walk, one))
        return
    then, other = (walk.value(arg, one.kind) for arg in one.args[1:])
    _give(walk, one, then if then == other else OBJECT)


def _alloca(walk: Walk, one: Instruction) -> None:
    size = size_of(one.detail) * int(str(one.args[0]))
    _give(walk, one, Pointer(Root("room", one.result, constant(size), writable=True), constant(0)))


def _address(walk: Walk, one: Instruction) -> None:
    index = walk.number(one.args[1], "i64").times(size_of(one.detail))
    _give(walk, one, walk.pointer(one.args[0]).moved(index))


def _load(walk: Walk, one: Instruction) -> None:
    place = walk.pointer(one.args[0])
    walk.touch(place, constant(size_of(one.kind)), write=False)
    if place.root.kind in ("room", "context") and not place.offset.terms:
        _give(walk, one, walk.memory.load(walk.block, place.root, place.offset.const, "ptr" if one.kind[-1] == "*" else one.kind))
    elif one.kind == "ptr" and place.root.kind in _LEADS:
        kind, size = _LEADS[place.root.kind]
        _give(walk, one, Pointer(Root(kind, one.result, None if size is None else constant(size), writable=size is not None), constant(0)))
    else:
        _give(walk, one, walk.unknown(one.kind))


def _store(walk: Walk, one: Instruction) -> None:
    kind = one.kinds[0]
    value, place, size = walk.value(one.args[0], kind), walk.pointer(one.args[1]), size_of(kind)
    walk.touch(place, constant(size), write=True)
    if place.root.kind not in ("room", "context"):
        return
    if place.root.kind == "context" and (place.offset.terms or place.offset.const in KEPT):
        walk.refuse("changes what everybody takes for granted in the context")
    if place.offset.terms:
        walk.memory.forget(walk.block, place.root, lambda offset, kind: None)
    else:
        walk.memory.store(walk.block, place.root, place.offset.const, size, value)


def finish(walk: Walk, block: str) -> None:
    """At the end of a block: what was changed in the context is true, as is assumed of it wherever ways meet, and by callers."""
    for name, kind in walk.function.params:
        found = walk.values[name]
        if kind == "ptr" and isinstance(found, Pointer) and found.root.kind == "context" and walk.memory.is_changed(block, found.root):
            walk.demand_output(found.root)


def _return(walk: Walk, one: Instruction) -> None:
    """Where a function has not failed, its results are as its callers rely on."""
    walk.leave(one.args[0] if one.args else None)


def _nothing(walk: Walk, one: Instruction) -> None:
    """What follows from a branch is known in the blocks that it leads to."""


_HANDLERS: Final[dict[str, Callable[[Walk, Instruction], None]]] = {
    "icmp": _compare, "select": _select, "alloca": _alloca, "getelementptr": _address, "load": _load, "store": _store, "call": call,
    "ret": _return, "br": _nothing, "switch": _nothing, "unreachable": _nothing, "phi": _nothing,
}  # fmt: skip
