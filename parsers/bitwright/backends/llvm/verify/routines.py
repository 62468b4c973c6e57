"""What the routines demand of whoever calls them, and what they promise where they do not fail.

Whatever reads the input takes a region of it: it demands 0 <= begin and end <= size, and looks itself whether anything lies between.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from bitwright.backends.llvm.routines.names_table import TABLE_SIZE
from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.memory import Value
from bitwright.backends.llvm.verify.numbers import range_of
from bitwright.backends.llvm.verify.text import Instruction
from bitwright.backends.llvm.verify.walk import Walk


@dataclasses.dataclass(frozen=True)
class Routine:
    """What is said of one, by the numbers of its arguments."""

    parameters: int
    reads: bool = True  # the first three are the input, and a position and an end in it
    after: int | None = None  # where the position behind what was read goes: begin + least <= that <= end
    least: int = 1
    found: bool = False  # it returns such a position, and size bytes (argument 4) after it, or -1
    within: bool = False  # it returns a position of the region
    constants: tuple[tuple[int, int], ...] = ()  # what is read of the module's own bytes, and how many
    rooms: tuple[tuple[int, int], ...] = ()  # what is filled in, and how many bytes there must be
    counted: tuple[int, ...] = ()  # what must not be negative
    status: bool = False  # it returns 0 or -1
    number: int | None = None  # where the number goes that it reads, of so many bits (argument 4)
    signed: bool = False


_VARINT: Final = Routine(7, after=6, rooms=((5, 16), (6, 8)), status=True, number=5)
_SIGNED: Final = dataclasses.replace(_VARINT, signed=True)
ROUTINES: Final = {
    "bw_read_name": Routine(8, after=7, rooms=((4, TABLE_SIZE), (6, 8), (7, 8)), counted=(3,), status=True),
    "bw_name_end": Routine(4, after=3, rooms=((3, 8),), status=True),
    "bw_drop_names": Routine(1, reads=False, rooms=((0, TABLE_SIZE),)),
    "bw_find": Routine(6, found=True, constants=((3, 4),)),
    "bw_trim": Routine(5, within=True, constants=((3, 4),)),
    "bw_is_padding": Routine(5, constants=((3, 4),)),
    **dict.fromkeys(("bw_read_leb128", "bw_read_vlq", "bw_read_quic", "bw_read_der"), _VARINT),
    **dict.fromkeys(("bw_read_sleb128", "bw_read_zigzag"), _SIGNED),
}  # fmt: skip


def call_of_routine(walk: Walk, one: Instruction, name: str) -> Value:
    """Show what it demands; assume what it promises."""
    said, given = ROUTINES[name], one.args[1:]
    if len(given) != said.parameters:
        walk.refuse(f"calls {name} with {len(given)} arguments")
        return walk.unknown(one.kind) if one.kind != "void" else walk.pointer(None)
    numbers = {index: walk.number(arg, kind) for index, (arg, kind) in enumerate(zip(given, one.kinds[1:], strict=True)) if kind[0] == "i"}
    if said.reads:
        _region(walk, one, name, numbers)
    for index in said.counted:
        if not walk.shown(numbers[index]):
            walk.refuse(f"it is not shown that {name} is not handed a number below zero")
    for index, count in said.constants:
        walk.touch(walk.pointer(given[index]), numbers[count], write=False)
    return _results(walk, one, said, numbers)


def _region(walk: Walk, one: Instruction, name: str, numbers: dict[int, Sum]) -> None:
    place, begin, end = walk.pointer(one.args[1]), numbers[1], numbers[2]
    size = place.root.size
    if place.root.kind != "input" or place.offset != constant(0) or size is None:
        walk.refuse(f"hands {name} something else than the input")
    elif not (walk.shown(begin) and walk.shown(size.minus(end))):
        walk.refuse(f"it is not shown that {name} is handed a region of the input")


def _results(walk: Walk, one: Instruction, said: Routine, numbers: dict[int, Sum]) -> Value:
    """What it gives back, and what lies then in the rooms that it was handed."""
    after, read = walk.any_number("i64"), walk.any_number("i128")
    for index, size in said.rooms:
        place = walk.pointer(one.args[index + 1])
        walk.touch(place, constant(size), write=True)
        filled = after if index == said.after else read if index == said.number else None
        walk.memory.forget(walk.block, place.root, lambda offset, kind, filled=filled: filled if offset == 0 and kind != "ptr" else None)
    if one.kind == "void":
        return walk.pointer(None)
    if said.status:
        status = walk.facts.new(-1, 0)
        promised = [after.minus(numbers[1]).shifted(-said.least), numbers[2].minus(after)] if said.after is not None else []
        if said.number is not None and not numbers[4].terms:
            most = 1 << min(numbers[4].const, 126)
            promised += [constant(most).minus(read), read.shifted(most if said.signed else 0)]
        walk.conditions.promised[status.single or 0] = lambda: promised
        return status
    result = walk.facts.new(*range_of(one.kind)) if not said.found else walk.facts.new(-1, range_of(one.kind)[1])
    if said.found:
        walk.conditions.not_negative[result.single or 0] = lambda: [result.minus(numbers[1]), numbers[2].minus(result).minus(numbers[4])]
    elif said.within:
        walk.know([result.minus(numbers[1]), numbers[2].minus(result)] if walk.shown(numbers[2].minus(numbers[1])) else [])
    return result
