"""What the routines demand of whoever calls them, and what they promise where they do not fail.

Whatever reads the input takes a region of it: it demands 0 <= begin and end <= size, and looks itself whether anything lies between.
Whatever takes the context may move the output: an address in it that a routine has given before is no good any more.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from bitwright.backends.llvm.routines.names_table import TABLE_SIZE
from bitwright.backends.llvm.routines.parts import BESIDE
from bitwright.backends.llvm.routines.values import HELPERS as HELPING
from bitwright.backends.llvm.routines.varint_writing import MOST_BYTES
from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.memory import Value
from bitwright.backends.llvm.verify.numbers import range_of
from bitwright.backends.llvm.verify.places import HELPERS, OBJECT, OBJECTS, Pointer, Root
from bitwright.backends.llvm.verify.text import Instruction
from bitwright.backends.llvm.verify.walk import Walk


@dataclasses.dataclass(frozen=True)
class Routine:
    """What is said of one; arguments are counted from 0.

    What it takes: objects and other numbers (o), numbers that are not negative (n), the context (c), the input (d) with a position and an
    end in it, of entries of the table of objects two (t2) or as many as an argument says (t:2), of any bytes that may be read as many as an
    argument says (r:2), the vector of arguments as it came (v) with their number, the content of a constant object (a), and room for so
    many bytes that it fills in (x8), or NULL (y8).
    """

    takes: str
    status: bool = False  # it returns 0 or -1
    after: int | None = None  # where the position goes behind what was read: begin < that <= end
    number: int | None = None  # where the number goes that it reads, of so many bits (argument 4)
    signed: bool = False
    found: bool = False  # it returns a position of the region that has so many bytes (argument 4) behind it, or -1
    within: bool = False  # it returns a position of the region
    most: int | None = None  # it returns how many bytes it wrote, so many at most
    given: tuple[int, int] | None = None  # it returns the address of as many bytes of the output as an argument says and some more, or NULL


_VARINT: Final = Routine("d o o o o x16 x8", status=True, after=6, number=5)
_SIGNED: Final = dataclasses.replace(_VARINT, signed=True)
_SEARCH: Final = "d o o r:4 o"
_SUM: Final = ("bw_sum_internet", "bw_sum_adler", "bw_sum_fletcher", "bw_sum_bytes", "bw_sum_xor")
_CRC: Final = ("bw_sum_low_first", "bw_sum_high_first")
ROUTINES: Final = {
    "bw_read_name": Routine(f"d o o n x{TABLE_SIZE} o x8 x8", status=True, after=7),
    "bw_name_end": Routine("d o o x8", status=True, after=3),
    "bw_drop_names": Routine(f"x{TABLE_SIZE}"),
    "bw_new": Routine("o n"),
    "bw_find": Routine(f"{_SEARCH} o", found=True), "bw_trim": Routine(_SEARCH, within=True), "bw_is_padding": Routine(_SEARCH),
    **dict.fromkeys(("bw_read_leb128", "bw_read_vlq", "bw_read_quic", "bw_read_der"), _VARINT),
    **dict.fromkeys(("bw_read_sleb128", "bw_read_zigzag"), _SIGNED),
    "bw_grow": Routine("c o"), "bw_room": Routine("c o", given=(1, 0)), "bw_room_begun": Routine("c o", given=(1, 1)),
    "bw_there": Routine("c o o", given=(2, 0)), "bw_wrote": Routine("c o r:3 o"), "bw_put_zeros": Routine("c o"),
    "bw_put_bytes": Routine("c o"), "bw_as_array": Routine("c"), "bw_array_changed": Routine("c"), "bw_finish": Routine("c o"),
    "bw_member": Routine("t:1 o o o"),
    "bw_attr": Routine("o t2 o"), "bw_arm": Routine("o t:2 o"), "bw_is_of": Routine("o o"), "bw_as_int": Routine("c o"),
    "bw_attr_int": Routine("c o t2 o"), "bw_as_wide_int": Routine("c o x16"), "bw_as_bytes": Routine("c o"), "bw_as_list": Routine("c o"),
    "bw_as_value": Routine("c o o"), "bw_as_text": Routine("c o o x8"), "bw_as_float": Routine("c o o x8"),
    "bw_call_method": Routine("o o v o o"), "bw_hand_on": Routine(f"t{2 + len(BESIDE)} v o o"),
    "bw_new_memo": Routine(""), "bw_put_name": Routine("c o o o o o o y8"), "bw_fit": Routine("c o o o o o"),
    **dict.fromkeys(("bw_leb128", "bw_sleb128", "bw_zigzag", "bw_vlq", "bw_quic", "bw_der"), Routine(f"o x{MOST_BYTES}", most=MOST_BYTES)),
    "bw_put_raw": Routine("c r:2 o"), "bw_insert_raw": Routine("c o r:3 o"),
    "bw_json": Routine("c o t2 o o"), "bw_json_list": Routine("c t2 o o"), "bw_json_object": Routine("c t2 o o"),
    "bw_json_line": Routine("c t2 o"),
    **dict.fromkeys(_SUM, Routine("o r:2 o o")), **dict.fromkeys(_CRC, Routine("o r:2 o a")),
}  # fmt: skip


def call_of_routine(walk: Walk, one: Instruction, name: str) -> Value:
    """Show what it demands; assume what it promises."""
    said, given = ROUTINES[name], one.args[1:]
    takes = said.takes.split()
    if len(given) != len(takes):
        walk.refuse(f"calls {name} with {len(given)} arguments")
        return walk.unknown(one.kind) if one.kind != "void" else OBJECT
    numbers = {index: walk.number(arg, kind) for index, (arg, kind) in enumerate(zip(given, one.kinds[1:], strict=True)) if kind[0] == "i"}
    after, read = walk.any_number("i64"), walk.any_number("i128")
    for index, (how, arg) in enumerate(zip(takes, given, strict=True)):
        if how == "d":
            _region(walk, one, name, numbers)
        elif how == "c":
            _context(walk, one, name)
        elif how == "n" and not walk.shown(numbers[index]):
            walk.refuse(f"it is not shown that {name} is not handed a number below zero")
        elif how == "o" and index not in numbers and walk.pointer(arg).root.kind not in OBJECTS:
            walk.refuse(f"{name} is handed a pointer to {walk.pointer(arg).root.kind} as an object")
        elif how == "v":
            walk.handed_on(walk.pointer(arg), numbers[index + 1])
        elif how == "a" and walk.pointer(arg).root.kind != "content":
            walk.refuse(f"{name} is handed something else than the content of an object")
        elif how[0] in "tr":
            count = numbers[int(how[2:])] if how[1] == ":" else constant(int(how[1:]))
            walk.touch(walk.pointer(arg), count.times(8 if how[0] == "t" else 1), write=False)
        elif how[0] in "xy" and (how[0] == "x" or arg is not None):
            walk.touch(walk.pointer(arg), constant(int(how[1:])), write=True)
            walk.fill(walk.pointer(arg).root, after if index == said.after else read if index == said.number else None)
    if said.given is not None:
        return _given(walk, one, said.given, numbers)
    if said.status:
        return _status(walk, said, numbers, after, read)
    return _result(walk, one, name, numbers)


def _region(walk: Walk, one: Instruction, name: str, numbers: dict[int, Sum]) -> None:
    place, begin, end = walk.pointer(one.args[1]), numbers[1], numbers[2]
    size = place.root.size
    if place.root.kind != "input" or place.offset != constant(0) or size is None:
        walk.refuse(f"hands {name} something else than the input")
    elif not (walk.is_there(place.root) and walk.must(begin) and walk.must(size.minus(end))):
        walk.refuse(f"it is not shown that {name} is handed a region of the input")


def _context(walk: Walk, one: Instruction, name: str) -> None:
    place = walk.pointer(one.args[1])
    if place.root.kind not in ("room", "context") or place.offset != constant(0):
        walk.refuse(f"hands {name} something else than the context")
        return
    walk.demand_output(place.root)
    walk.context_changed(place.root)
    helpers = walk.memory.load(walk.block, place.root, HELPERS, "ptr")
    if name.startswith(("bw_as_", "bw_attr")) and name != "bw_as_array" and isinstance(helpers, Pointer):
        walk.touch(helpers, constant(8 * len(HELPING)), write=False)


def _given(walk: Walk, one: Instruction, given: tuple[int, int], numbers: dict[int, Sum]) -> Pointer:
    """An address in the output, until the context is handed to anybody again."""
    context, count, there = walk.pointer(one.args[1]).root, numbers[given[0]], walk.facts.new(0, 1)
    return Pointer(Root("output", one.result, count.shifted(given[1]), writable=True, there=there, of=context, when=walk.line), constant(0))


def _status(walk: Walk, said: Routine, numbers: dict[int, Sum], after: Sum, read: Sum) -> Sum:
    status = walk.facts.new(-1, 0)
    promised = [after.minus(numbers[1]).shifted(-1), numbers[2].minus(after)] if said.after is not None else []
    if said.number is not None and not numbers[4].terms:
        most = 1 << min(numbers[4].const, 126)
        promised += [constant(most).minus(read), read.shifted(most if said.signed else 0)]
    walk.conditions.promised[status.single or 0] = lambda: promised
    return status


def _result(walk: Walk, one: Instruction, name: str, numbers: dict[int, Sum]) -> Value:
    said = ROUTINES[name]
    if name == "bw_new":
        return Pointer(Root("made", one.result, numbers[1], writable=True), constant(0))
    if one.kind[0] != "i":
        return OBJECT
    low, high = range_of(one.kind)
    result = walk.facts.new(-1 if said.found else low, high)
    if said.most is not None:
        return walk.facts.new(1, said.most)
    if name == "bw_is_of":
        result = walk.facts.new(0, 1)
        walk.exact[walk.pointer(one.args[1]).root.name] = result
    if said.found:
        walk.conditions.not_negative[result.single or 0] = lambda: [result.minus(numbers[1]), numbers[2].minus(result).minus(numbers[4])]
    elif said.within and walk.shown(numbers[2].minus(numbers[1])):
        walk.know([result.minus(numbers[1]), numbers[2].minus(result)])
    return result
