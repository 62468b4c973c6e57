"""A match program that counts bits becomes a function that counts bytes: for whole bytes from bit 0, which is what people match.

Promise: what it makes accepts, returns and refuses exactly the same.  Segments of known width from one position are one `Run`:
checked together, read with few loads.  Behind a size that is only known when it is read, positions stay in bytes where the size
is a number of bytes; where a phase is not known, the ops stay as they were lowered and count bits.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Final

from bitwright.ir.ops import Block, Function, Op, Program, Reg, walk
from bitwright.lower.passes.copying import highest_number
from bitwright.lower.passes.places import MOST_BYTES, Places, Size, live_ops
from bitwright.lower.passes.reads import Field, Run

FLOATS: Final = (16, 32, 64)
LONG_STRING: Final = 1024  # bytes; a longer one is compared as it was lowered, and not taken apart


def in_words(program: Program) -> Function | None:
    """The first function of a match program for input of whole bytes; None where it has no such form.

    One that must use up its input becomes `whole(end, *free)`, which yields the record; one that may leave some becomes
    `at(start, end, *free)`, which yields the record and the position after it, if that is a byte's.
    """
    words = Words.of(program.functions[program.entry], itertools.count(highest_number(program) + 1))
    return None if words is None else words.function()


class Words(Places):
    """Walks through one function once, and writes the other."""

    def __init__(self, function: Function, numbers: Iterator[int], *, alone: bool) -> None:
        super().__init__(function.params[0], function.params[1], numbers, alone=alone)
        self.source = function
        self.constants: dict[Reg, int] = {}
        self.fields: dict[Reg, Field] = {}
        self.live, self.used = live_ops(function.body)

    @classmethod
    def of(cls, function: Function, numbers: Iterator[int]) -> Words | None:
        """For a function that counts bits, and from the most significant one."""
        if function.unit != "bit" or any(op.attrs.get("bits") == "lsb" for op in walk(function.body)):
            return None
        return cls(function, numbers, alone=any(op.kind == "finish" for op in function.body.ops))

    def function(self) -> Function | None:
        """The function; None if the position after it is no byte's."""
        record, after = self.walk()
        free = self.source.params[2:]
        if self.alone:
            self.emit("yield", (record,))
            return Function("whole", (self.end, *free), ("obj",), self.body())
        run, offset = self.place(after)
        if not isinstance(run, Run) or offset % 8:
            return None
        self.emit("yield", (record, run.position(offset // 8)))
        return Function("at", (self.start, self.end, *free), ("obj", "int"), self.body())

    def clause(self) -> Function:
        """The same for one of several clauses, which was walked through: it yields what it yielded, and begins at byte 0."""
        start = self.number(0, 0, "start")
        self.emit("yield", self.live[-1].args)
        return Function(self.source.name, (start, self.end, *self.source.params[2:]), self.source.outs, self.body())

    def walk(self) -> tuple[Reg, ...]:
        """Go through the ops; the registers that they yield."""
        for op in self.live:
            handler = _HANDLERS.get(op.kind)
            if handler is not None:
                handler(self, op)
            elif op.kind != "yield":
                self.copy(op)
        return self.live[-1].args

    def body(self) -> Block:
        """What was made."""
        ops = [each for item in self.made for each in (item.ops() if isinstance(item, Run) else (item,))]
        return Block((), live_ops(Block((), ops))[0])

    def compared(self, at: int, mask: bytes) -> None:
        """Some bits from a byte on were compared by whoever calls."""
        given = self.first_run().given
        for byte, bits in enumerate(mask, at):
            given[byte] = given.get(byte, 0) | bits

    def first_run(self) -> Run:
        """What lies at the beginning."""
        return next(item for item in self.made if isinstance(item, Run))

    def fixed(self) -> dict[int, tuple[int, int]]:
        """By byte from the beginning, which bits must be what: mask and value."""
        return self.first_run().fixed()

    # --- numbers -------------------------------------------------------------------------------

    def on_const(self, op: Op) -> None:
        """A number known now."""
        self.constants[op.outs[0]] = op.attrs["value"]
        self.made.append(op)

    def on_bin(self, op: Op) -> None:
        """Positions, sizes, and all other numbers as they are."""
        (left, right), out, name = op.args, op.outs[0], op.attrs["op"]
        if name == "mul" and self.constants.get(right, 1) % 8 == 0 and left not in self.places:
            self.sizes[out] = Size(left, self.constants[right] // 8)
        elif name == "add" and left in self.places:
            self.move(left, right, out)
            return
        elif name == "sub" and left is self.old_end and self.constants.get(right, 1) % 8 == 0:
            self.places[out] = self.run(self.before_end(self.constants[right] // 8), [], implied=True), 0
            return
        self.copy(op)

    def move(self, base: Reg, size: Reg, out: Reg) -> None:
        """A position behind another."""
        run, offset = self.places[base]
        if self.constants.get(size, -1) >= 0:
            self.places[out] = run, offset + self.constants[size]
        elif size in self.sizes and isinstance(run, Run):
            self.places[out] = self.step((run, offset), size)
        else:
            begin = self.bits((run, offset))
            if begin.hi + size.hi < 0:  # which was refused before
                self.emit("const", (), (out,), value=0)
            else:
                self.emit("bin", (begin, self.read(size)), (out,), op="add")
            self.places[out] = out, 0

    def before_end(self, amount: int) -> Reg:
        """So many bytes before the end."""
        if amount == 0:
            return self.end
        out = self.number(-amount, MOST_BYTES, "stop")
        self.emit("bin", (self.end, self.const(amount)), (out,), op="sub")
        return out

    def on_size(self, op: Op) -> None:
        """A size from outside, as a number of bytes if it is one."""
        unit, out = op.attrs["unit"], op.outs[0]
        if unit % 8:
            self.copy(op)
            return
        number = self.number(0, out.hi // 8, out.hint)
        self.made.append(Op("size.of", op.args, (number,), {**op.attrs, "unit": unit // 8}))
        self.sizes[out] = Size(number, 1)
        if out in self.used:
            self.emit("bin", (number, self.const(8)), (out,), op="mul")

    # --- reading -------------------------------------------------------------------------------

    def on_take(self, op: Op) -> None:
        """A number of a known width is read with others."""
        run, offset = self.place(op.args[0], op.attrs["offset"])
        width, out = op.attrs["width"], op.outs[0]
        if not isinstance(run, Run):
            self.as_lowered(op, (run, offset))
            return
        run.cover(offset + width)
        if width == 0:
            self.emit("const", (), (out,), value=0)
        elif out in self.used:
            field = Field(offset, width, op.attrs["signed"], op.attrs["order"], out)
            run.fields.append(field)
            self.fields[out] = field

    def on_must(self, op: Op) -> None:
        """A number read here is compared as bits, before anything else is done."""
        field, value = self.fields.get(op.args[0]), op.attrs["value"]
        if field is None:
            self.copy(op)
            return
        literal = raw_bits(value, field.width, field.order, signed=field.signed)
        if literal is None or (field.literal is not None and field.literal != literal):
            self.never()
        else:
            field.literal = literal
            if self.used[op.args[0]] == 1:
                field.out = None

    def on_same(self, op: Op) -> None:
        """A string is compared before anything else is done."""
        run, offset = self.place(op.args[0], op.attrs["offset"])
        value: bytes = op.attrs["value"]
        if not isinstance(run, Run) or len(value) > LONG_STRING:
            self.as_lowered(op, (run, offset))
            return
        run.cover(offset + 8 * len(value))
        run.fields += [Field(offset + 8 * index, 8, literal=byte) for index, byte in enumerate(value)]

    def on_skip(self, op: Op) -> None:
        """Bits that only have to be there."""
        place, size = self.place(op.args[0], op.attrs["offset"]), op.args[2]
        run, offset = place
        if not isinstance(run, Run):
            self.as_lowered(op, place)
        elif self.constants.get(size, -1) >= 0:
            run.cover(offset + self.constants[size])
        elif size in self.sizes and offset % 8 == 0:
            self.step(place, size)
        else:
            self.as_lowered(op, place)

    def on_bits(self, op: Op) -> None:
        """A bitstring, or a wide number: a slice where it begins and ends at a byte."""
        place, size = self.place(op.args[0], op.attrs["offset"]), op.args[2]
        run, offset = place
        if not isinstance(run, Run) or offset % 8:
            self.as_lowered(op, place)
        elif self.constants.get(size, -1) >= 0 and self.constants[size] % 8 == 0:
            amount = self.constants[size] // 8
            run.cover(offset + 8 * amount)
            if op.outs[0] not in self.used:
                return
            if op.kind == "take.bits" and amount:
                run.slices.append((offset // 8, amount, op.outs[0]))
            else:
                self.cut(op, run.position(offset // 8), run.position(offset // 8 + amount))
        elif size in self.sizes:
            begin = run.position(offset // 8)
            behind, _ = self.step(place, size)
            assert isinstance(behind, Run)
            if op.outs[0] in self.used:
                self.cut(op, begin, behind.base)
        else:
            self.as_lowered(op, place)

    def cut(self, op: Op, begin: Reg, stop: Reg) -> None:
        """Bytes as they are, or as the number that they are."""
        if op.kind == "take.bits":
            self.span(begin, stop, op.outs)
        else:
            self.emit("number", (begin, stop), op.outs, signed=op.attrs["signed"], order=op.attrs["order"])

    def on_float(self, op: Op) -> None:
        """A float at a byte is read with others; where NaN will do, with every bit of it, as it was lowered."""
        place, size = self.place(op.args[0], op.attrs["offset"]), self.constants.get(op.args[2])
        run, offset = place
        if not isinstance(run, Run) or offset % 8 or size not in FLOATS or op.attrs["nonfinite"]:
            self.as_lowered(op, place)
            return
        run.cover(offset + size)
        run.floats.append((offset // 8, size // 8, op.attrs["order"], op.outs[0]))

    def on_rest(self, op: Op) -> None:
        """What is left, but for what must follow."""
        place, unit, keep = self.place(op.args[0], op.attrs["offset"]), op.attrs["unit"], op.attrs["keep"]
        run, offset = place
        if not isinstance(run, Run) or offset % 8 or keep % 8 or (unit % 8 and unit != 1):
            self.as_lowered(op, place)
            return
        run.cover(offset + keep)
        begin = run.position(offset // 8)
        if unit > 8:
            left, over = self.number(-MOST_BYTES, MOST_BYTES), self.number(0, unit // 8 - 1)
            self.emit("bin", (self.before_end(keep // 8), begin), (left,), op="sub")
            self.emit("bin", (left, self.const(unit // 8)), (over,), op="mod")
            self.emit("fail_if", (over,), code="ragged", message="does not match")
        if op.outs and op.outs[0] in self.used:
            self.span(begin, self.before_end(keep // 8), op.outs)

    def on_char(self, op: Op) -> None:
        """What finds out its own size: its position counts bits, whose phase is the same as before."""
        run, offset = self.place(op.args[0], op.attrs["offset"])
        after = op.outs[1]
        if isinstance(run, Run) and offset % 8 == 0 and op.kind == "take.utf":
            run.cover(offset)
            begin = run.position(offset // 8)
            position = self.number(max(begin.lo, 0) + 1, MOST_BYTES, "position")
            how = {"encoding": op.attrs["encoding"], "order": op.attrs["order"]}
            self.made.append(Op("utf", (begin, self.end), (op.outs[0], position), how))
            self.places[after] = self.run(position, [], implied=True), 0
            return
        self.as_lowered(op, (run, offset))
        if not isinstance(run, Run):
            self.places[after] = after, 0
            return
        base, beyond = self.number(0, after.hi // 8, "position"), self.number(0, 1)
        self.emit("bin", (after, self.const(3)), (base,), op="shr")
        guard = [
            Op("bin", (base, self.end), (beyond,), {"op": "gt"}),
            Op("fail_if", (beyond,), (), {"code": "truncated", "message": "is cut off"}),
        ]
        self.places[after] = self.run(base, guard, implied=True), offset % 8

    def on_finish(self, op: Op) -> None:
        """Where the input must end."""
        place = self.place(op.args[0], op.attrs["offset"])
        run, offset = place
        if not isinstance(run, Run):
            self.as_lowered(op, place)
        elif offset % 8:
            self.never()
        elif run.base is not self.end or offset:
            run.cover(offset)
            run.exact = offset // 8


def raw_bits(value: int, width: int, order: str, *, signed: bool) -> int | None:
    """The bits of a number, most significant first, as they lie in the input; None if it has none of that width."""
    low, high = (-1 << width >> 1, (1 << width >> 1) - 1) if signed and width else (0, (1 << width) - 1)
    if not low <= value <= high:
        return None
    value &= (1 << width) - 1
    if order == "big" or width <= 8:
        return value
    whole, odd = divmod(width, 8)
    turned = int.from_bytes((value & (1 << 8 * whole) - 1).to_bytes(whole, "little"), "big")
    return turned << odd | value >> 8 * whole


_HANDLERS: Final[dict[str, Callable[[Words, Op], None]]] = {
    "const": Words.on_const, "bin": Words.on_bin, "size.of": Words.on_size,
    "take": Words.on_take, "take.int": Words.on_bits, "take.float": Words.on_float,
    "take.bits": Words.on_bits, "take.rest": Words.on_rest, "skip.rest": Words.on_rest, "take.same": Words.on_same,
    "take.utf": Words.on_char, "take.varint": Words.on_char, "skip": Words.on_skip, "finish": Words.on_finish, "must": Words.on_must,
}  # fmt: skip
