"""A pattern as a program: what matches it, and binds its variables.

Promise: the program accepts what Elixir 1.18 on OTP 27 matches, and yields its bindings as a dict, in the order of their first
occurrence, without those whose names begin with `_`.  What its text calls free, names that come from outside, are parameters of `entry`,
in the order of their names, each under its own name as a hint.
"""

from __future__ import annotations

from typing import Literal

from bitwright.bitsyntax import tree
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Function, Program, Reg
from bitwright.lower.segments import Segments
from bitwright.wire.bitruns import MOST_BITS

BitOrder = Literal["msb", "lsb"]


class Frees:
    """Names from outside that a function turned out to need."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.found: dict[str, Reg] = {}

    def __call__(self, name: str) -> Reg:
        """The register of a name."""
        if name not in self.found:
            self.found[name] = self.builder.reg("obj", hint=name)
        return self.found[name]

    def params(self) -> tuple[Reg, ...]:
        """All of them in the order of their names."""
        return tuple(self.found[name] for name in sorted(self.found))


def lower_match(
    guarded: tree.Guarded, bound: frozenset[str] = frozenset(), *, prefix: bool = False, bit_order: BitOrder = "msb"
) -> Program:  # fmt: skip
    """The program of a pattern.

    `bound`: in Erlang, names that are bound already, and so compared.  `prefix`: bits may follow the last segment.
    """
    pinned = bound if guarded.dialect == "erlang" else frozenset()
    assert isinstance(guarded.pattern, tree.Bitstring)
    entry = _bit_entry(guarded, guarded.pattern, pinned, prefix, bit_order)
    return Program("pattern", "parse", "entry", {"entry": entry}, {})


def _bit_entry(guarded: tree.Guarded, pattern: tree.Bitstring, pinned: frozenset[str], prefix: bool, bit_order: BitOrder) -> Function:
    """`entry` of a pattern that is one bitstring: start, end, free names; the bindings and the position after it, in bits."""
    builder = Builder()
    start, end = builder.reg("int", 0, MOST_BITS, "start"), builder.reg("int", 0, MOST_BITS, "end")
    free = Frees(builder)
    segments = Segments(builder, start, end, free, bits=bit_order, pinned=pinned)
    segments.lower(pattern.segments, whole=not prefix)
    record = _record(builder, segments.bound)
    builder.give(record, segments.settle() if prefix else end)
    return Function("entry", (start, end, *free.params()), ("obj", "int"), builder.block, "bit")


def _record(builder: Builder, bound: dict[str, Reg]) -> Reg:
    named = {name: reg for name, reg in bound.items() if not name.startswith("_")}
    return builder.obj("record", *named.values(), hint="bindings", names=tuple(named))
