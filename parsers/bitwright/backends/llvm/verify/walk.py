"""One function, block by block: what its values are, what is known where, and whether what it touches is there.

What is known at the end of a block stays known to whoever asks how a number was chosen where ways meet (`chosen`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from bitwright.backends.llvm.verify.conditions import Conditions
from bitwright.backends.llvm.verify.linear import Case, Facts, Sum, constant
from bitwright.backends.llvm.verify.memory import Memory, Value
from bitwright.backends.llvm.verify.numbers import range_of
from bitwright.backends.llvm.verify.places import CAPACITY, GIVEN, HELPERS, LENGTH, MOST, NAMES, OBJECT, OUTPUT, SIZE, SLOTS, Pointer, Root
from bitwright.backends.llvm.verify.signatures import Signature, Signatures, bounds_of, fact_of
from bitwright.backends.llvm.verify.text import CodeFunction, CodeModule, Operand

_HARDER: Final = 20


class Walk:
    """A function with what is assumed of it and of those that it calls; `problems` says what is not shown."""

    def __init__(self, module: CodeModule, function: CodeFunction, signatures: Signatures) -> None:
        self.module, self.function, self.signatures = module, function, signatures
        self.signature: Signature = signatures[function.name]
        self.flow = signatures.flow_of(function)
        self.touched = signatures.touched_in(function)
        self.facts = Facts()
        self.conditions = Conditions(self.facts)
        self.memory = Memory(self)
        self.values: dict[str, Value] = {}
        self.dead: set[str] = set()  # blocks that nothing leads to, with what is assumed
        self.known: dict[str, list[Sum]] = {name: [] for name in self.flow.order}
        self.problems: list[str] = []
        self.block, self.line = self.flow.entry, 0
        self.input: Root | None = None
        self.outputs: dict[tuple[Root, str], dict[int, Value]] = {}
        self.sizes: dict[str, Sum] = {}  # of bytearrays, until something may change them
        self.exact: dict[str, Sum] = {}  # of objects that were asked whether they are of a class: the answer
        self.dropped: set[str] = set()  # functions of which less is assumed than before
        self.ways: dict[str, dict[str, Case]] = {}  # into blocks where ways meet
        self.again = False  # whether less is assumed of a loop than when it was gone through
        self._path: list[tuple[str, int]] = []  # the blocks whose facts are pushed, and where those begin
        self._parameters()

    # --- parameters --------------------------------------------------------------------------

    def _parameters(self) -> None:
        """What is assumed of them."""
        guesses, numbers = self.signature.before, dict[int, Sum]()
        for index, (name, kind) in enumerate(self.function.params):
            given = self.signature.given.get(index)
            if kind[0] == "i":
                numbers[index] = self.values[name] = self.facts.new(*bounds_of(guesses, index, *range_of(kind)))
            elif given is None:
                self.values[name] = Pointer(Root("object", name), constant(0))
            elif given[0] == "input":
                self.input = Root("input", name, self.facts.new(0, MOST))
                self.values[name] = Pointer(self.input, constant(0))
            else:
                self.values[name] = Pointer(Root(given[0], name, constant(given[1]), writable=True), constant(0))
        for guess in guesses:
            fact = fact_of(guess, numbers[guess[1]], numbers, self.size)
            if fact is not None:
                self.facts.always(fact)
        if not self.function.internal:
            self._arguments()

    def _arguments(self) -> None:
        """What CPython calls gets itself, a vector of objects, how many there are, and perhaps the names of some."""
        _, vector, count = (name for name, _ in self.function.params[:3])
        number = self.values[count] = self.facts.new(0, 1 << 48)
        self.values[vector] = Pointer(Root("arguments", vector, number.times(8)), constant(0))

    @property
    def size(self) -> Sum | None:
        """The bytes of the input."""
        return None if self.input is None else self.input.size

    # --- what is known -----------------------------------------------------------------------

    def know(self, facts: Sequence[Sum]) -> None:
        """From here on, in this block and below it."""
        self.known[self.block] += facts
        for fact in facts:
            self.facts.push(fact)

    def shown(self, fact: Sum) -> bool:
        """Whether a sum is shown not to be negative; where nothing can lead, anything is."""
        return self.block in self.dead or self.facts.prove(fact)

    def must(self, fact: Sum) -> bool:
        """The same of what is demanded, for which it is looked harder."""
        return self.shown(fact) or self.facts.prove(fact, times=_HARDER)

    def refuse(self, message: str) -> None:
        """Note what is not shown."""
        self.problems.append(f"{self.function.name}, line {self.line}: {message}")

    def enter(self, block: str) -> None:
        """Know what is known at the end of the blocks that lead here, and nothing else."""
        above = self.flow.path(block)[:-1]
        same = 0
        while same < min(len(above), len(self._path)) and self._path[same][0] == above[same]:
            same += 1
        if same < len(self._path):
            self.facts.undo(self._path[same][1])
            del self._path[same:]
        for name in above[same:]:
            self._path.append((name, self.facts.mark()))
            for fact in self.known[name]:
                self.facts.push(fact)
        self.block = block
        self._path.append((block, self.facts.mark()))
        before = self.flow.before[block]
        if self.flow.above.get(block) in self.dead or (before and self.dead.issuperset(before)):
            self.dead.add(block)
        if len(before) == 1:
            said = self.on_way(before[0], block)
            if any(self.facts.prove(fact.times(-1).shifted(-1)) for fact in said):
                self.dead.add(block)
            self.know(said)

    def on_way(self, before: str, block: str) -> list[Sum]:
        """What the step from one block to the other says."""
        last = self.function.blocks[before][-1]
        if last.op == "switch":
            ways = [index for index, target in enumerate(last.targets) if target == block]
            if ways != [0] and len(ways) == 1:
                return self.conditions.says("eq", self.number(last.args[0], last.kind), self.number(last.args[ways[0]], last.kind))
            return []
        if last.op == "br" and last.args and last.targets[0] != last.targets[1]:
            return self.conditions.told(self.number(last.args[0], "i1"), holds=last.targets[0] == block)
        return []

    def chosen(self, block: str, values: dict[int, dict[str, Sum]]) -> None:
        """Numbers that are each one of several, all by the same block that comes before this one."""
        cases = self.ways.get(block)
        if cases is None:
            cases = self.ways[block] = {one: Case(functools.partial(self.facts_before, one, block), {}) for one in self.flow.before[block]}
        for atom, by in values.items():
            self.facts.cases[atom] = [*cases.values()]
            for one, value in by.items():
                cases[one].values[atom] = value

    def facts_before(self, one: str, block: str) -> list[Sum]:
        """What is known on a way into a block, besides what is known above it."""
        if one in self.dead:
            return [constant(-1)]
        found = [fact for name in self.flow.path(one, self.flow.above[block]) for fact in self.known[name]]
        return found + self.on_way(one, block)

    # --- values ------------------------------------------------------------------------------

    def any_number(self, kind: str) -> Sum:
        """A number of which only the width is known."""
        return self.facts.new(*range_of(kind))

    def unknown(self, kind: str) -> Value:
        """A value of which only the type is known."""
        return OBJECT if kind[0] != "i" or kind[-1] == "*" else self.any_number(kind)

    def value(self, operand: Operand, kind: str) -> Value:
        """What an operand is."""
        if isinstance(operand, int):
            return constant(operand)
        if operand is None:
            return self.unknown(kind)
        if operand[0] == "%":
            return self.values[operand]
        name = operand[1:]
        for where, kept in (("table", self.module.tables), ("constant", self.module.constants)):
            if name in kept:
                return Pointer(Root(where, name, constant(kept[name])), constant(0))
        self.refuse(f"the address of {name} as a value")
        return OBJECT

    def number(self, operand: Operand, kind: str) -> Sum:
        """An operand that is a number."""
        found = self.value(operand, kind)
        return found if isinstance(found, Sum) else self.any_number(kind if kind[0] == "i" else "i64")

    def pointer(self, operand: Operand) -> Pointer:
        """An operand that is an address."""
        found = self.value(operand, "ptr")
        return found if isinstance(found, Pointer) else OBJECT

    def leave(self, status: Operand) -> None:
        """Drop what is assumed of the results and does not hold here; nothing is assumed of them where the function fails."""
        if isinstance(status, int) and status != 0:
            return
        numbers = {index: value for index, (name, _) in enumerate(self.function.params) if isinstance(value := self.values[name], Sum)}
        for index, kind in self.signature.results.items():
            place = self.values[self.function.params[index][0]]
            found = self.memory.load(self.block, place.root, 0, kind) if isinstance(place, Pointer) and place.root.size else None
            for guess in [guess for guess in self.signature.after if guess[1] == index]:
                fact = fact_of(guess, found, numbers, self.size) if isinstance(found, Sum) else None
                if fact is None or not self.shown(fact):
                    self.signature.after.discard(guess)

    def room_left(self, place: Pointer) -> int:
        """The bytes of a room from a place on."""
        size = place.root.size
        return 0 if size is None or size.terms or place.offset.terms else max(size.const - place.offset.const, 0)

    # --- what is touched ---------------------------------------------------------------------

    def touch(self, place: Pointer, size: Sum, *, write: bool) -> None:
        """Demand that so many bytes are there."""
        root, doing = place.root, "writes" if write else "reads"
        if root.kind in ("object", "entry") and self._is_of_object(place, size, write=write):
            return
        if root.size is None or (write and not root.writable):
            self.refuse(f"{doing} through a pointer to {root.kind} {root.name or ''}".rstrip())
        elif not self.is_there(root):
            self.refuse(f"it is not shown that {root.kind} {root.name} is there")
        elif not self.is_good(root):
            self.refuse(f"{doing} where the output lay before it may have been moved")
        elif not self.must(size):
            self.refuse(f"it is not shown that what it {doing} of {root.kind} {root.name} is not of a size below zero")
        elif not self.must(place.offset):
            self.refuse(f"it is not shown that it {doing} nothing before {root.kind} {root.name}")
        elif not self.must(root.size.minus(place.offset).minus(size)):
            self.refuse(f"it is not shown that it {doing} nothing behind the end of {root.kind} {root.name}")

    def _is_of_object(self, place: Pointer, size: Sum, *, write: bool) -> bool:
        """Of an object its type may be read, and the rest if it was shown to be exactly of a class; an entry is counted."""
        if place.offset.terms or size.terms or place.offset.const < 0:
            return False
        if write:
            return place.root.kind == "entry" and place.offset.const + size.const <= object.__basicsize__ - 8
        exact = self.exact.get(place.root.name)
        return place.offset.const + size.const <= object.__basicsize__ or (exact is not None and self.shown(exact.shifted(-1)))

    def handed_on(self, place: Pointer, count: Sum) -> None:
        """Demand that the vector of arguments is handed on as it came."""
        if place.root.kind != "arguments" or place.offset != constant(0) or place.root.size != count.times(8):
            self.refuse("hands on other arguments than it got")

    def fill(self, root: Root, number: Sum | None) -> None:
        """Whoever was handed a room has put something there: at its beginning a number, if one is given."""
        self.memory.forget(self.block, root, lambda offset, kind: number if offset == 0 and kind != "ptr" else None)

    def context_changed(self, root: Root) -> None:
        """Whoever was handed the context may have written to the output, and moved it."""
        kept = {offset: self.memory.load(self.block, root, offset, "i64" if offset == SIZE else "ptr") for offset in (NAMES, HELPERS, SIZE)}
        when = f"call in line {self.line}"
        self.memory.forget(self.block, root, lambda offset, kind: self.output_of(root, when).get(offset))
        for offset, value in kept.items():
            self.memory.store(self.block, root, offset, 8, value)
        self.memory.store(self.block, root, GIVEN, 8, constant(self.line))

    def is_there(self, root: Root) -> bool:
        """Whether an address that is given only by what does not fail is shown to have been given."""
        return root.there is None or self.shown(root.there.shifted(-1))

    def is_good(self, root: Root) -> bool:
        """Whether an address in the output has not become a wrong one since it was given."""
        return root.of is None or self.memory.load(self.block, root.of, GIVEN, "i64") == constant(root.when)

    def initial(self, root: Root, offset: int, kind: str, at: str = "") -> Value:
        """What a room holds that nothing is known of; of a context that its output has room for what is in it."""
        if root.kind != "context":
            return self.unknown(kind)
        if offset == SIZE and self.size is not None and self.signature.sized:
            return self.size
        if self.signature.slots.get(offset):
            return Pointer(Root(SLOTS[offset], root.name, constant(self.signature.slots[offset]), writable=offset == NAMES), constant(0))
        return self.output_of(root, at or "beginning").get(offset) or self.unknown(kind)

    def output_of(self, root: Root, when: str) -> dict[int, Value]:
        """Where the output lies from some point on."""
        found = self.outputs.get((root, when))
        if found is None:
            length, capacity = self.facts.new(0, MOST), self.facts.new(0, MOST)
            self.facts.always(capacity.minus(length))
            place = Pointer(Root("output", (root.name, when), capacity, writable=True), constant(0))
            found = self.outputs[root, when] = {OUTPUT: place, LENGTH: length, CAPACITY: capacity}
        return found

    def demand_output(self, root: Root) -> None:
        """Demand that what a context says of its output is true: whoever is handed it relies on that."""
        place = self.memory.load(self.block, root, OUTPUT, "ptr")
        length, capacity = (self.memory.load(self.block, root, offset, "i64") for offset in (LENGTH, CAPACITY))
        assert isinstance(place, Pointer)
        assert isinstance(length, Sum)
        assert isinstance(capacity, Sum)
        if not (self.shown(length) and self.shown(capacity.minus(length))):
            self.refuse("it is not shown that the output has room for what is said to be in it")
        if self.shown(capacity.times(-1)):
            return
        if place.root.size is None or not place.root.writable or not self.shown(place.root.size.minus(place.offset).minus(capacity)):
            self.refuse("it is not shown that the output has the room that it is said to have")
        elif not self.shown(place.offset):
            self.refuse("it is not shown that the output does not begin before its room")

