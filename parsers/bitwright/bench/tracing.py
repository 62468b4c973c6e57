"""What the interpreter does for each field of messages: how often a field is there, its bits, and the steps done in it.

Promise: counts are exact and the same on every machine; a step is an op of the program as lowered, of the field or of what lies in it.
Elements of an array count as their field does, whatever their index.
"""

from __future__ import annotations

import collections
from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from bitwright.codec import Codec
from bitwright.ir.interp import Frame, Handler, Machine, Step
from bitwright.ir.ops import OPS, Block, Op, Program
from bitwright.lower.passes.copying import copy_program

Path: TypeAlias = tuple[str, ...]  # names of fields, without the indexes between them
WHOLE: Final[Path] = ()


class Trace(Machine):
    """An interpreter that counts; of one message, with what was counted before it."""

    def __init__(self, program: Program, steps: collections.Counter[Path]) -> None:
        super().__init__(program, trace=True)
        self.steps = steps
        self.counts: collections.Counter[Path] = collections.Counter()
        self.bits: collections.Counter[Path] = collections.Counter()

    def note(self, frame: Frame, bit_end: int, value: Any = None, *, is_valued: bool = True) -> None:
        """Count a field that is left; an element of an array belongs to the array."""
        path = frame.path
        if path and isinstance(path[-1], str):
            self.counts[named(path)] += 1
            self.bits[named(path)] += (bit_end if frame.bit_end is None else frame.bit_end) - frame.bit_offset

    def _steps(self, block: Block) -> list[Step]:
        """The same steps, each counted where it is done; the blocks of the program belong to this run of counting."""
        made = [(_counted(handler, op), op, *rest) for handler, op, *rest in super()._steps(block)]
        block.steps = made
        return made  # type: ignore[return-value]


def traced(codec: Codec, direction: str, inputs: Iterable[Any]) -> Trace:
    """The machine of the last message, which has counted all of them: bytes to "parse", values to "build"."""
    program = copy_program(codec.program(direction, codec._order(None)))
    steps: collections.Counter[Path] = collections.Counter()
    counts: collections.Counter[Path] = collections.Counter()
    bits: collections.Counter[Path] = collections.Counter()
    machine = Trace(program, steps)
    for given in inputs:
        machine = Trace(program, steps)
        machine.counts, machine.bits = counts, bits
        if direction == "parse":
            machine.data = given
            machine.run(0, len(given), *codec._defaults() or ())
        else:
            machine.run(given, *codec._defaults() or ())
    return machine


def named(path: tuple[str | int, ...]) -> Path:
    """A path without indexes."""
    return tuple(part for part in path if isinstance(part, str))


def _counted(handler: Handler | None, op: Op) -> Handler | None:
    """A handler that counts its step for the field in work and those around it; marks of the trace are no steps."""
    if handler is None or OPS[op.kind].trace:
        return handler

    def count(machine: Any, one: Op, args: list[Any]) -> Any:
        path = named(machine.path)
        for depth in range(len(path) + 1):
            machine.steps[path[:depth]] += 1
        return handler(machine, one, args)

    return count
