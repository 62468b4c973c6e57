"""Clauses for whole bytes: bits that most of them fix are looked at once, and only the clauses that they leave are tried.

Promise: the first clause that matches in order is found.  A clause that does not fix the bits looked at is tried whatever they are;
where the input is too short for them, only such clauses are.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from bitwright.ir.ops import Block, Function, Op, Program, Reg
from bitwright.lower.passes.copying import highest_number
from bitwright.lower.passes.places import MOST_BYTES
from bitwright.lower.passes.words import Words

_WIDEST: Final = 4  # bytes that are looked at together
_FEW: Final = 3  # clauses that are tried in turn, once some bits were looked at
_MOST: Final = 64  # windows that are compared

Seen: TypeAlias = dict[int, int]  # by byte, bits that were looked at


@dataclasses.dataclass(slots=True, eq=False)
class _Clause:
    """A clause that is walked through, and not written yet."""

    index: int
    words: Words
    fixed: dict[int, tuple[int, int]]  # by byte: which bits must be what
    alone: bool = True  # no other way than by the bits that were compared leads to it


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Bits of `size` bytes from byte `at` on."""

    at: int
    size: int
    mask: int

    def key(self, fixed: dict[int, tuple[int, int]]) -> int | None:
        """What the bits must be; None if that is not fixed."""
        mask, value = _joined(fixed, self.at, self.size)
        return value & self.mask if mask & self.mask == self.mask else None

    def bits(self) -> bytes:
        """The mask of each byte."""
        return self.mask.to_bytes(self.size, "big")


def clauses_in_words(program: Program) -> Program | None:
    """`whole(end, *free) -> index, record` of a program of clauses; None where it counts from the lowest bits of bytes."""
    entry = program.functions[program.entry]
    numbers = itertools.count(highest_number(program) + 1)
    clauses: list[_Clause] = []
    for index, name in enumerate(entry.body.ops[0].attrs["functions"]):
        words = Words.of(program.functions[name], numbers)
        if words is None:
            return None
        words.walk()
        clauses.append(_Clause(index, words, words.fixed()))
    return _Dispatching(program, entry, clauses, numbers).program()


class _Dispatching:
    """Writes the functions that choose among clauses."""

    def __init__(self, program: Program, entry: Function, clauses: list[_Clause], numbers: Iterator[int]) -> None:
        self.source, self.entry, self.clauses, self.numbers = program, entry, clauses, numbers
        self.functions: dict[str, Function] = {}
        self.names: dict[tuple[int, ...], str] = {}
        self.serial = itertools.count(1)

    def program(self) -> Program:
        body, params = self.choice(self.clauses, {}, alone=True)
        functions = {"whole": Function("whole", params[1:], ("int", "obj"), body), **self.functions}
        return Program(self.source.name, "parse", "whole", functions, self.source.symbols)

    def number(self, lo: int, hi: int, hint: str = "") -> Reg:
        return Reg(next(self.numbers), "int", lo, hi, hint)

    def arm(self, clauses: list[_Clause], seen: Seen) -> str:
        """The name of the function that tries these, after some bits were looked at."""
        key = tuple(clause.index for clause in clauses)
        found = self.names.get(key)
        if found is None:
            if len(clauses) == 1:
                function = clauses[0].words.clause()
            else:
                body, params = self.choice(clauses, seen, alone=False)
                function = Function(f"arm_{next(self.serial)}", params, ("int", "obj"), body)
            found = self.names[key] = function.name
            self.functions[found] = function
        return found

    def choice(self, clauses: list[_Clause], seen: Seen, *, alone: bool) -> tuple[Block, tuple[Reg, ...]]:
        """A body that chooses, and its parameters: begin, which is 0, end, names from outside."""
        zero, end = self.number(0, 0, "start"), self.number(0, MOST_BYTES, "end")
        params = (zero, end, *(Reg(next(self.numbers), "obj", hint=reg.hint) for reg in self.entry.params[2:]))
        ops: list[Op] = []
        if alone:
            ops.append(Op("const", (), (zero,), {"value": 0}))
        index, record = self.number(0, self.entry.body.ops[0].outs[1].hi, "index"), Reg(next(self.numbers), "obj", hint="bindings")
        window = best_window([_but(clause.fixed, seen) for clause in clauses]) if alone or len(clauses) > _FEW else None
        if window is None:
            names = tuple(self.arm([clause], seen) for clause in clauses)
            which = self.number(0, len(names) - 1)
            ops.append(Op("first", params, (which, index, record), {"functions": names}))
        else:
            table, default = self.table(clauses, window, seen)
            key = self.key(ops, window, zero, end, needed=default is None)
            ops.append(Op("dispatch", (key, *params), (index, record), {"table": table, "default": default}))
        ops.append(Op("yield", (index, record)))
        return Block((), ops), params

    def table(self, clauses: list[_Clause], window: Window, seen: Seen) -> tuple[dict[int, str], str | None]:
        """By what the bits are, which function goes on; and which does where they are something else."""
        keys = [window.key(clause.fixed) for clause in clauses]
        others = [clause for clause, key in zip(clauses, keys, strict=True) if key is None]
        table: dict[int, str] = {}
        after = {**seen, **{at: seen.get(at, 0) | bits for at, bits in enumerate(window.bits(), window.at)}}
        for clause, key in zip(clauses, keys, strict=True):
            if key is not None and clause.alone:
                clause.words.compared(window.at, window.bits())
            clause.alone &= key is not None
        for key in dict.fromkeys(keys):
            if key is not None:
                table[key] = self.arm([clause for clause, own in zip(clauses, keys, strict=True) if own in (key, None)], after)
        return table, self.arm(others, seen) if others else None

    def key(self, ops: list[Op], window: Window, zero: Reg, end: Reg, *, needed: bool) -> Reg:
        """The bits of the window as a number; where the input is too short for them, no match, or -1."""
        stop = window.at + window.size
        if needed:
            ops.append(Op("need", (zero, end), (), {"size": stop}))
            return self.read(ops, window, zero)
        size, short = self.number(stop, stop), self.number(0, 1)
        none = self.number(-1, -1)
        ops += [Op("const", (), (size,), {"value": stop}), Op("bin", (size, end), (short,), {"op": "gt"})]
        then, other = Block((), [Op("const", (), (none,), {"value": -1}), Op("yield", (none,))]), Block()
        read = self.read(other.ops, window, zero)
        other.ops.append(Op("yield", (read,)))
        key = self.number(-1, read.hi, "key")
        ops.append(Op("if", (short,), (key,), {}, (then, other)))
        return key

    def read(self, ops: list[Op], window: Window, zero: Reg) -> Reg:
        full = (1 << 8 * window.size) - 1
        word = self.number(0, full, "key")
        ops.append(Op("load", (zero,), (word,), {"offset": window.at, "bytes": window.size, "order": "big"}))
        if window.mask == full:
            return word
        mask, key = self.number(window.mask, window.mask), self.number(0, window.mask, "key")
        ops += [Op("const", (), (mask,), {"value": window.mask}), Op("bin", (word, mask), (key,), {"op": "and"})]
        return key


def _joined(fixed: dict[int, tuple[int, int]], at: int, size: int) -> tuple[int, int]:
    """The bits that are fixed in some bytes, as one mask and value."""
    mask = value = 0
    for byte in range(at, at + size):
        known = fixed.get(byte, (0, 0))
        mask, value = mask << 8 | known[0], value << 8 | known[1]
    return mask, value


def _but(fixed: dict[int, tuple[int, int]], seen: Seen) -> dict[int, tuple[int, int]]:
    """What is fixed, but for bits that were looked at."""
    return {byte: (mask & ~seen.get(byte, 0), value) for byte, (mask, value) in fixed.items()}


def best_window(fixed: Sequence[dict[int, tuple[int, int]]]) -> Window | None:
    """The bits that leave the fewest clauses to try if each clause is as likely as another; None if none split the clauses."""
    best: Window | None = None
    least = len(fixed) ** 2
    for window in itertools.islice(_windows(fixed), _MOST):
        keys = [window.key(each) for each in fixed]
        others = keys.count(None)
        tried = sum(keys.count(key) * (keys.count(key) + others) for key in set(keys) if key is not None) + others * others
        if len(set(keys)) > 1 and tried < least:
            best, least = window, tried
    return best


def _windows(fixed: Sequence[dict[int, tuple[int, int]]]) -> Iterator[Window]:
    """Short ones first: all that some clauses fix in each byte, or in some bytes."""
    seen: set[Window] = set()
    for size in range(1, _WIDEST + 1):
        if size == 3:  # no word has three bytes
            continue
        for at in sorted({byte for each in fixed for byte in each}):
            masks = {_joined(each, at, size)[0] for each in fixed}
            masks |= {a & b for a in masks for b in masks}
            for mask in sorted(masks, reverse=True):
                window = Window(at, size, mask)
                if mask and window not in seen:
                    seen.add(window)
                    yield window
