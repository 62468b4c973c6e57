"""Checksums in both directions: what one covers, and in which order several are computed."""

from __future__ import annotations

from collections.abc import Callable

from bitwright.ir.builder import Builder
from bitwright.ir.ops import Reg
from bitwright.lower.common import POSITION_HI
from bitwright.lower.expressions import Values
from bitwright.schema import spec

Sum = tuple[spec.FieldSpec, spec.ChecksumType]


def sums_of(made: spec.StructSpec) -> list[Sum]:
    """The checksums of a struct, each after those that it covers."""
    waiting, ordered = list(made.sums), list[Sum]()
    while waiting:
        free = [one for one in waiting if not any(other is not one and made.covers(one[1], other[0]) for other in waiting)]
        # Of a number of bytes it is not known which fields lie in them, so it comes before what covers everything.
        first = min(free, key=lambda one: one[1].over is None)
        waiting.remove(first)
        ordered.append(first)
    return ordered


def edges_of(made: spec.StructSpec) -> tuple[set[str], set[str]]:
    """The fields of which a checksum needs the begin, and those of which it needs the end."""
    spans = [wire.over for _, wire in made.sums if isinstance(wire.over, spec.FieldSpan)]
    return {span.first for span in spans}, {span.last for span in spans}


class Covering:
    """From where to where a checksum of one struct reaches."""

    def __init__(self, builder: Builder, values: Values, start: Reg, begins: dict[str, Reg], ends: dict[str, Reg]) -> None:
        self.b, self.values, self.start, self.begins, self.ends = builder, values, start, begins, ends

    def of(self, field: spec.FieldSpec, wire: spec.ChecksumType, end: Callable[[], Reg]) -> tuple[Reg, Reg]:
        """The first byte and the one after the last; `end` is where the struct ends."""
        over = wire.over
        if over is None:
            return self.start, end()
        if isinstance(over, spec.FieldSpan):
            return self.begins[over.first], self.ends[over.last]
        if isinstance(over, tuple):
            begin, stop = (self._from_start(self.values.lower(node, field.location)) for node in over)
            return begin, stop
        return self.start, self._from_start(self.values.lower(over, field.location))

    def _from_start(self, amount: Reg) -> Reg:
        if amount.lo < 0:
            amount = self.b.bin("max", amount, self.b.const(0))
        return self.b.number("bin", self.start, amount, lo=0, hi=POSITION_HI, op="add")
