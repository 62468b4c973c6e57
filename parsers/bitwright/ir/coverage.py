"""Shows that no op of a parse program can read outside the input; `check_reads` raises `ProgramError` otherwise.

By convention a function of a parse program takes a position and the end of its region first, and `whole` takes the end alone; a
position whose interval is 0..0 is the first byte.  Whoever runs the entry guarantees 0 <= position <= end <= size of the input.
From that, for every function, with what `need`, `need.var`, `find`, `trim`, `name`, `varint`, `utf` and `fail_if` establish, and in
the blocks of an `if` with what its comparison says, is proven:

* every byte that `load`, `unpack` and `same` read lies in the input: a check for as many bytes, from the
  same position or from one that a constant leads to it, comes first on every way to the read;
* `span`, `number`, `render`, `text` and `zeros` take a beginning that is not behind their end, and an end within the input;
* `find`, `trim`, `name`, `decode`, `varint` and `utf` get a position that is not behind their end, and an end within the input (what `name`
  reads through a pointer it checks itself, as does `checksum` with what it covers);
* every call hands over a position and an end that keep the convention.

It is not proven here that intervals narrower than the arithmetic (of positions, within 2**48) hold, nor
that positions are never negative but for that interval: tests run programs with every interval checked.

Ops that read bits check themselves that those lie before the end that they are given; it is shown that this is an end of bits: in a
function that counts bits its own, elsewhere eight times an end within the input.

A place is a register plus a constant; of constants the register is `_ZERO`.  A fact is "register + n <=
register".  Facts of a block do not leave it, except about what it yields.  What a loop carries is assumed
not to be behind an end if it is not at first; if the block does not keep that up, the loop is done again
without the assumption.  That the position a function yields is not behind its end is assumed likewise.

In programs that wait (`waiting`), an end that is still open is only a limit: that something lies before it shows
nothing about bytes being there, except where an op waited for them.  So of an open end only what such ops check is
learned, and no read may begin or end at a place that counts from it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NoReturn

from bitwright.ir.ops import Block, Function, Op, Program, Reg, walk
from bitwright.ir.verify import ProgramError
from bitwright.ir.waiting import hands_on, open_functions, waits

_ZERO: Final = Reg(-1, "int")
Place = tuple[Reg, int]


def check_reads(program: Program) -> None:
    """Return if every read of a parse program is covered by a check before it."""
    beyond: set[str] = set()  # functions that may yield a position behind their end
    opened = open_functions(program) if waits(program) else set()
    while True:
        found = {name for name, function in program.functions.items() if not _Reads(program, function, beyond, opened).check()}
        if found <= beyond:
            return
        beyond |= found


class _Reads:
    """What is known at one point of a function."""

    def __init__(self, program: Program, function: Function, beyond: set[str], opened: set[str]) -> None:
        self.program, self.function, self.beyond = program, function, beyond
        self.open = function.name in opened
        self.index = -1
        self.places: dict[Reg, Place] = {}
        self.conditions: dict[Reg, Op] = {}
        self.room: dict[tuple[Reg, Reg], int] = {}  # (a, b): a + this <= b
        self.regions: dict[Reg, Reg] = {}  # of what pointers count in, the end
        self.others: set[Reg] = set()  # ends in the input besides the function's own
        self.sums: dict[tuple[Reg, int, Reg], list[Reg]] = {}  # (place, size): place + size <= each of these ends
        self.eightfold: dict[Reg, Reg] = {}  # numbers of bits, and of which number of bytes
        numbers = [p for p in function.params if p.type == "int"]
        alone = function.name == "whole"
        self.end = numbers[0 if alone else 1] if len(numbers) > (0 if alone else 1) else None
        self.ends: set[Reg] = set() if self.end is None else {self.end}
        if self.end is not None:
            first = not alone and numbers[0].lo == numbers[0].hi == 0
            self.room[_ZERO if alone or first else numbers[0], self.end] = 0
            if first:
                self.places[numbers[0]] = (_ZERO, 0)

    def check(self) -> bool:
        """Whether the position that the function yields, if any, is never behind its end."""
        yields = self.block(self.function.body)
        if self.end is None or len(yields) < 2 or yields[1].type != "int":
            return True
        return self.before(self.place(yields[1]), self.end)

    def fail(self, op: Op, message: str) -> NoReturn:
        raise ProgramError(message, self.function.name, self.index, op)

    # --- facts -------------------------------------------------------------------------------

    def place(self, reg: Reg) -> Place:
        """The register as another plus a constant."""
        return self.places.get(reg) or (reg, 0)

    def before(self, place: Place, end: Reg, size: int = 0) -> bool:
        """Whether place + size <= end is known."""
        base, offset = place
        known = self.known(base, end)
        return known is not None and offset + size <= known

    def known(self, base: Reg, end: Reg) -> int | None:
        """The largest n for which base + n <= end is known."""
        root, offset = self.places.get(end) or (end, 0)
        if root is base:
            return offset
        found = self.room.get((base, root))
        return None if found is None else found + offset

    def learn(self, place: Place, end: Reg, size: int = 0) -> None:
        """From here on place + size <= end, where `end` is the end of something."""
        self.ends.add(end)
        self.bound(place, end, size)

    def bound(self, place: Place, end: Reg, size: int = 0) -> None:
        """From here on place + size <= end, and so the same for each end in the input that `end` is not behind."""
        base, offset = place
        root, beyond = self.places.get(end) or (end, 0)
        total = offset + size - beyond
        if self.room.get((base, root), total - 1) < total:
            self.room[base, root] = total
        if base.lo + total > self.room.get((_ZERO, root), 0):
            self.room[_ZERO, root] = base.lo + total
        for last in self.tops():
            if root is last:
                continue
            left = self.known(root, last)
            if left is not None and self.room.get((base, last), total + left - 1) < total + left:
                self.room[base, last] = total + left

    def least(self, place: Place) -> int:
        """What a place cannot be less than."""
        base, offset = place
        return max(base.lo, self.room.get((_ZERO, base), base.lo)) + offset

    def tops(self) -> list[Reg]:
        """The ends that are known to lie in the input."""
        return [*self.others] if self.end is None else [self.end, *self.others]

    def within_input(self, end: Reg) -> bool:
        place = self.place(end)
        return any(self.before(place, last) for last in self.tops())

    def is_limit(self, reg: Reg) -> bool:
        """Whether a place counts from an open end."""
        return self.open and self.place(reg)[0] is self.end

    # --- walking -----------------------------------------------------------------------------

    def block(self, block: Block) -> tuple[Reg, ...]:
        """Walk a block; what it yields.  Facts stay as they are at its end."""
        for op in block.ops:
            self.index += 1
            handler = _HANDLERS.get(op.kind)
            if handler is not None:
                handler(self, op)
            elif op.kind == "yield":
                return op.args
        return ()

    def const(self, op: Op) -> None:
        self.places[op.outs[0]] = (_ZERO, op.attrs["value"])

    def bin(self, op: Op) -> None:
        name = op.attrs["op"]
        if name == "add":
            self.add(op)
        elif name == "sub":
            base, amount = self.place(op.args[1])
            if base is _ZERO:
                root, offset = self.place(op.args[0])
                self.places[op.outs[0]] = (root, offset - amount)
        elif name == "min":
            self.minimum(op.args, op.outs[0])
        elif name == "mul" and self.place(op.args[1]) == (_ZERO, 8):
            self.eightfold[op.outs[0]] = op.args[0]
        elif name in ("lt", "gt", "ne"):
            self.conditions[op.outs[0]] = op

    def add(self, op: Op) -> None:
        (left, right), out = op.args, op.outs[0]
        base, amount = self.place(right)
        root, offset = self.place(left)
        if base is _ZERO:
            self.places[out] = (root, offset + amount)
            return
        if root is _ZERO:
            self.places[out] = (base, offset + amount)
        for place, size in (((root, offset), right), ((base, amount), left)):
            for end in self.sums.get((*place, size), ()):
                self.learn(self.place(out), end)
            if self.least(self.place(size)) >= 0:
                self.learn(place, out)

    def minimum(self, args: tuple[Reg, ...], out: Reg) -> None:
        """min(a, b) is not behind either, and everything before both is before it."""
        a, b = args
        if self.is_limit(a) or self.is_limit(b):
            return
        self.learn((out, 0), a)
        self.learn((out, 0), b)
        ends = (self.place(a)[0], self.place(b)[0])
        for base in {base for base, end in self.room if end in ends}.union(ends):
            first, second = self.known(base, a), self.known(base, b)
            if first is not None and second is not None:
                self.learn((base, 0), out, min(first, second))

    def fail_if(self, op: Op) -> None:
        """Behind it the condition does not hold."""
        condition = self.conditions.get(op.args[0])
        if condition is None:
            return
        left, right = condition.args
        if self.is_limit(left) or self.is_limit(right):
            return
        if condition.attrs["op"] in ("lt", "ne"):
            self.bound(self.place(right), left)
        if condition.attrs["op"] in ("gt", "ne"):
            self.bound(self.place(left), right)

    # --- checks ------------------------------------------------------------------------------

    def need(self, op: Op) -> None:
        base, end = op.args
        self.learn(self.place(base), end, op.attrs["size"])

    def need_var(self, op: Op) -> None:
        base, end, size = op.args
        place, amount = self.place(base), self.place(size)
        self.bound((_ZERO, 0), size)
        self.learn(place, end, max(amount[1], 0) if amount[0] is _ZERO else 0)
        self.sums[*place, size] = [*self.sums.get((*place, size), ()), end]

    def find(self, op: Op) -> None:
        base, end = op.args
        self.region(op, base, end)
        self.learn((op.outs[0], 0), end, len(op.attrs["terminator"]))
        self.learn(self.place(base), op.outs[0])

    def name(self, op: Op) -> None:
        base, end = op.args[:2]
        self.region(op, base, end)
        self.learn((op.outs[1], 0), end)
        self.learn(self.place(base), op.outs[1], 1)

    def trim(self, op: Op) -> None:
        base, end = op.args
        self.region(op, base, end)
        self.learn((op.outs[0], 0), end, len(op.attrs["terminator"] or b""))
        self.learn(self.place(base), op.outs[0])

    def decode(self, op: Op) -> None:
        base, end = op.args
        self.region(op, base, end)
        self.learn((op.outs[1], 0), end)
        self.learn(self.place(base), op.outs[1])

    def varint(self, op: Op) -> None:
        base, end = op.args
        self.region(op, base, end)
        self.learn((op.outs[1], 0), end)
        self.learn(self.place(base), op.outs[1], 1)

    def name_end(self, op: Op) -> None:
        base, end = op.args
        self.region(op, base, end)
        self.learn((op.outs[0], 0), end)
        self.learn(self.place(base), op.outs[0], 1)

    # --- reads -------------------------------------------------------------------------------

    def region(self, op: Op, base: Reg, end: Reg) -> None:
        """Demand base <= end <= size of the input."""
        if self.is_limit(end) and not op.attrs.get("wait") and not (end is self.end and hands_on(op, end)):
            self.fail(op, f"%{end.number} counts from an end that is open, and the op does not wait")
        if not self.within_input(end):
            self.fail(op, f"it is not shown that the end %{end.number} lies in the input")
        if not self.before(self.place(base), end):
            self.fail(op, f"it is not shown that %{base.number} is not behind %{end.number}")
        if self.least(self.place(base)) < 0:
            self.fail(op, f"it is not shown that %{base.number} is not before the input")

    def covered(self, op: Op, offset: int, size: int) -> None:
        base, at = self.place(op.args[0])
        if self.is_limit(op.args[0]):
            self.fail(op, f"%{op.args[0].number} counts from an end that is open")
        if not any(self.before((base, at + offset), end, size) for end in self.tops()):
            known = None if self.end is None else self.room.get((base, self.end))
            there = "nothing" if known is None else f"up to {known}"
            begin = "of the input" if base is _ZERO else f"after %{base.number}"
            self.fail(op, f"reads up to byte {at + offset + size} {begin}; checked is {there}")
        if self.least((base, at + offset)) < 0:
            self.fail(op, "it is not shown that it does not read before the input")

    def load(self, op: Op) -> None:
        self.covered(op, op.attrs["offset"], op.attrs["bytes"])

    def unpack(self, op: Op) -> None:
        for offset, size, _ in op.attrs["layout"]:
            self.covered(op, offset, size)

    def same(self, op: Op) -> None:
        self.covered(op, 0, len(op.attrs["value"]))

    def span(self, op: Op) -> None:
        self.region(op, op.args[0], op.args[1])

    def of_bits(self, op: Op) -> None:
        """Demand that the end, in bits, is one of the input."""
        end = op.args[1]
        root = self.eightfold.get(end)
        if not (end is self.end if self.function.unit == "bit" else root is not None and self.within_input(root)):
            self.fail(op, f"it is not shown that %{end.number} is an end in bits")
        keep = op.attrs.get("keep")
        if root is not None and keep is not None:  # what must follow lies in the input, so this has at least so many bytes
            self.bound((_ZERO, -(-(self.least(self.place(op.args[0])) + op.attrs["offset"] + keep) // 8)), root)

    # --- pointers ----------------------------------------------------------------------------

    def reach(self, op: Op) -> None:
        """The region that a struct's pointers count in lies in the input, and so does what they are said to have reached."""
        self.region(op, op.args[0], op.args[1])
        self.regions[op.outs[0]] = op.args[1]

    def reach_region(self, op: Op) -> None:
        base, end = op.outs
        self.bound((_ZERO, 0), base)
        self.learn((base, 0), end)
        self.others.add(end)

    def reached(self, op: Op) -> None:
        if not self.within_input(op.args[2]):
            self.fail(op, f"it is not shown that %{op.args[2].number} lies in the input")

    def extent(self, op: Op) -> None:
        """By its definition not behind the end of the region."""
        end = self.regions.get(op.args[0])
        if end is not None:
            self.learn((op.outs[0], 0), end)

    # --- control -----------------------------------------------------------------------------

    def call(self, op: Op) -> None:
        self.calls(op, op.args, [op.attrs["function"]], op.outs)

    def first(self, op: Op) -> None:
        self.calls(op, op.args, list(op.attrs["functions"]), op.outs[1:])

    def dispatch(self, op: Op) -> None:
        names = [*op.attrs["table"].values(), *([op.attrs["default"]] if op.attrs["default"] is not None else [])]
        self.calls(op, op.args[1:], names, op.outs)

    def calls(self, op: Op, args: tuple[Reg, ...], names: list[str], outs: tuple[Reg, ...]) -> None:
        numbers = [arg for arg in args if arg.type == "int"]
        if len(numbers) < 2:
            return  # such a function knows no end, so nothing in it reads
        self.region(op, numbers[0], numbers[1])
        if len(outs) > 1 and outs[1].type == "int" and self.beyond.isdisjoint(names):
            self.learn((outs[1], 0), numbers[1])

    def branch(self, op: Op) -> None:
        """What both blocks yield before an end lies before it."""
        room, sums = self.room, self.sums
        kept: list[set[tuple[int, Reg]]] = []
        for block in op.blocks:
            self.room, self.sums = room.copy(), sums.copy()
            if op.kind == "if":
                self.told(op.args[0], holds=block is op.blocks[0])
            kept.append(self._kept(self.block(block)))
        self.room, self.sums = room, sums
        for index, end in set.intersection(*kept):
            self.learn((op.outs[index], 0), end)

    def told(self, condition: Reg, *, holds: bool) -> None:
        """What a comparison says where it holds, or does not."""
        op = self.conditions.get(condition)
        if op is None or op.attrs["op"] == "ne" or any(map(self.is_limit, op.args)):
            return
        less, more = op.args if op.attrs["op"] == "lt" else op.args[::-1]
        if holds:
            self.bound(self.place(less), more, 1)
        else:
            self.bound(self.place(more), less)

    def loop(self, op: Op) -> None:
        """What is carried stays before the ends that it is before at first, if every round keeps that up."""
        body, begin = op.blocks[0], self.index
        carried = body.params[{"loop.count": 1, "loop.each": 2}.get(op.kind, 0) :]
        # Ends of regions of a fixed size; one of no size ends where it begins.
        self.ends |= {reg for inner in walk(body) for reg in inner.args if reg in self.places or reg in op.args}
        assumed = self._kept(op.args[1:])
        room, sums = self.room, self.sums
        while True:
            self.index, self.room, self.sums = begin, room.copy(), sums.copy()
            for index, end in assumed:
                self.learn((carried[index], 0), end)
            yields = self.block(body)
            kept = assumed & self._kept(yields[1:] if op.kind == "loop.while" else yields)
            if kept == assumed:
                break
            assumed = kept
        self.room, self.sums = room, sums
        for index, end in assumed:
            self.learn((op.outs[index], 0), end)

    def _kept(self, regs: tuple[Reg, ...]) -> set[tuple[int, Reg]]:
        """Which of the registers, by number in the row, are known to be before which ends."""
        places = [(index, self.place(reg)) for index, reg in enumerate(regs) if reg.type == "int"]
        return {(index, end) for index, place in places for end in self.ends if self.before(place, end)}


_HANDLERS: Final[dict[str, Callable[[_Reads, Op], None]]] = {
    "const": _Reads.const, "bin": _Reads.bin, "fail_if": _Reads.fail_if, "need": _Reads.need, "need.var": _Reads.need_var,
    "find": _Reads.find,
    "trim": _Reads.trim, "name": _Reads.name, "load": _Reads.load, "unpack": _Reads.unpack, "same": _Reads.same, "span": _Reads.span,
    "number": _Reads.span,
    "varint": _Reads.varint, "utf": _Reads.varint, "decode": _Reads.decode, "name.end": _Reads.name_end,
    "text": _Reads.span, "render": _Reads.span, "zeros": _Reads.span, "call": _Reads.call, "dispatch": _Reads.dispatch, "if": _Reads.branch,
    "reach": _Reads.reach, "reach.region": _Reads.reach_region, "reached": _Reads.reached, "extent": _Reads.extent,
    "attempt": _Reads.branch,
    "loop.count": _Reads.loop, "loop.while": _Reads.loop, "loop.each": _Reads.loop,
    "take": _Reads.of_bits, "take.int": _Reads.of_bits, "take.float": _Reads.of_bits, "take.bits": _Reads.of_bits,
    "take.rest": _Reads.of_bits, "take.utf": _Reads.of_bits, "take.varint": _Reads.of_bits, "take.same": _Reads.of_bits,
    "skip": _Reads.of_bits, "skip.rest": _Reads.of_bits, "finish": _Reads.of_bits,
    "first": _Reads.first,
}  # fmt: skip
