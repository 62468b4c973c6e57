"""What lies on the stack: which value was stored last where something is loaded.

A location is a room and a constant offset.  Looking one up goes back over the blocks that lead here; where several
meet that stored different numbers, the number is one of those, by the way that was taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.places import CAPACITY, LENGTH, OBJECT, OUTPUT, Pointer, Root
from bitwright.backends.llvm.verify.text import CodeFunction

if TYPE_CHECKING:
    from bitwright.backends.llvm.verify.walk import Walk

Value: TypeAlias = "Sum | Pointer"
Maker: TypeAlias = Callable[[int, str], "Value | None"]


EVERYWHERE: Final = "everywhere"  # no block is called so: of a room whose address is kept somewhere


def touched_in(function: CodeFunction) -> dict[str, set[str]]:
    """Of each room and parameter the blocks in which something may be stored there: through it, or through what it was handed to."""
    bases: dict[str, str] = {name: name for name, kind in function.params if kind == "ptr"}
    found: dict[str, set[str]] = {name: set() for name in bases}
    for block in function.blocks.values():
        for one in block:
            if one.op == "alloca" and one.result:
                bases[one.result] = one.result
                found[one.result] = set()
            elif one.op in ("getelementptr", "bitcast") and one.args[0] in bases and one.result:
                bases[one.result] = bases[str(one.args[0])]
    for name, block in function.blocks.items():
        for one in block:
            for index, arg in enumerate(one.args):
                if isinstance(arg, str) and arg in bases and one.op not in ("load", "getelementptr", "bitcast", "icmp"):
                    kept = one.op != "call" and (one.op, index) != ("store", 1)
                    found[bases[arg]].add(EVERYWHERE if kept else name)
    return found


class Memory:
    """The rooms of one function, as far as it has been walked."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.flow = walk, walk.flow
        self.stored: dict[str, dict[tuple[Root, int], Value]] = {name: {} for name in self.flow.order}
        self.unknown: dict[str, dict[Root, Maker]] = {name: {} for name in self.flow.order}
        self.sizes: dict[tuple[Root, int], int] = {}  # of what was stored, at most
        self.first: dict[tuple[str, Root, int, str], Value] = {}

    def store(self, block: str, root: Root, offset: int, size: int, value: Value | None) -> None:
        """From here on the location holds this; what overlapped it is lost."""
        mine = self.stored[block]
        for one, at in [*mine]:
            if one == root and at < offset + size and offset < at + self.sizes.get((one, at), 8) and at != offset:
                mine[one, at] = OBJECT if isinstance(mine[one, at], Pointer) else self.walk.any_number("i64")
        mine[root, offset] = OBJECT if value is None else value
        self.sizes[root, offset] = max(size, self.sizes.get((root, offset), 0))

    def forget(self, block: str, root: Root, maker: Maker) -> None:
        """From here on the room holds what `maker` says."""
        for key in [key for key in self.stored[block] if key[0] == root]:
            del self.stored[block][key]
        self.unknown[block][root] = maker

    def load(self, block: str, root: Root, offset: int, kind: str) -> Value:
        """What the location holds."""
        if EVERYWHERE in self.walk.touched.get(root.name, ()):
            return self.walk.unknown(kind)
        found = self._load(block, root, offset, kind)
        wanted = Pointer if kind == "ptr" else Sum
        return found if isinstance(found, wanted) else self.walk.unknown(kind)

    def _load(self, block: str, root: Root, offset: int, kind: str) -> Value:
        while True:
            found = self.stored[block].get((root, offset))
            if found is not None:
                return found
            maker = self.unknown[block].get(root)
            if maker is not None:
                made = maker(offset, kind)
                value = self.walk.unknown(kind) if made is None else made
                self.stored[block][root, offset] = value
                return value
            before = self.flow.before[block]
            if len(before) == 1:
                block = before[0]
            elif before and self._is_untouched(block, root):
                block = self.flow.above[block]
            else:
                return self.at_start(block, root, offset, kind)

    def is_changed(self, block: str, root: Root) -> bool:
        """Whether a block stores where the output lies."""
        return any((root, offset) in self.stored[block] for offset in (OUTPUT, LENGTH, CAPACITY))

    def _is_untouched(self, block: str, root: Root) -> bool:
        """Whether the room is as it was above the block."""
        touched = self.walk.touched.get(root.name)
        return touched is not None and touched.isdisjoint(self.flow.between(block))

    def at_start(self, block: str, root: Root, offset: int, kind: str) -> Value:
        """What the location holds where a block begins to which several ways lead, or none."""
        key = (block, root, offset, kind)
        known = self.first.get(key)
        if known is None:
            joined = bool(self.flow.before[block])
            known = self.first[key] = self._joined(block, root, offset, kind) if joined else self.walk.initial(root, offset, kind)
        return known

    def _joined(self, block: str, root: Root, offset: int, kind: str) -> Value:
        if block in self.flow.loops:
            return self.walk.initial(root, offset, kind, at=block)
        found = [(one, self.load(one, root, offset, kind)) for one in self.flow.before[block]]
        first = found[0][1]
        if all(value == first for _, value in found):
            return first
        if kind == "ptr":
            return self._pointers_joined(block, root, offset)
        numbers = {one: value for one, value in found if isinstance(value, Sum)}
        lows, highs = zip(*map(self.walk.facts.bounds, numbers.values()), strict=True)
        made = self.walk.facts.new(min(lows), max(highs))
        self.walk.chosen(block, {made.single or 0: numbers})
        if root.kind == "context" and offset == LENGTH:  # as is demanded where the context is changed
            capacity = self.at_start(block, root, CAPACITY, "i64")
            assert isinstance(capacity, Sum)
            self.walk.facts.always(capacity.minus(made))
        return made

    def _pointers_joined(self, block: str, root: Root, offset: int) -> Value:
        """Only of the output is known what is there: its capacity, whichever it is."""
        if root.kind != "context" or offset != OUTPUT:
            return OBJECT
        capacity = self.at_start(block, root, CAPACITY, "i64")
        return Pointer(Root("output", (root.name, block), capacity if isinstance(capacity, Sum) else None, writable=True), constant(0))
