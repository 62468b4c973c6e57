"""The reference interpreter: the living definition of every op, slow and short.

It runs programs as lowered, with their trace marks, so it knows at every moment which field it is
in.  Engines that fail hand their input to it, and it makes the error; in trace mode it also
reports the bit span of every field.  The ops themselves are in `interp_parse` and `interp_build`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

from bitwright import kept
from bitwright.errors import Blame, BuildError, Finding, Location, ParseError, Problem
from bitwright.ir.builder import FOLD
from bitwright.ir.interp_terms import HANDLERS as TERMS
from bitwright.ir.ops import Block, Function, Op, Program, Reg
from bitwright.wire.bitstrings import bits_at, spare_bits, text_at
from bitwright.wire.floats import float_of_bits, plain_float


@dataclasses.dataclass(slots=True)
class Frame:
    """A field or an array element being worked on."""

    path: tuple[str | int, ...]
    bit_offset: int
    location: Location | None
    bits: str = "msb"
    bit_end: int | None = None  # of what a pointer led to
    segment: int | None = None  # its number, if it is one of a pattern
    type: str = ""  # and what that calls its type


@dataclasses.dataclass(frozen=True, slots=True)
class KeptName:
    """A name that was written as it was read: whether it still says `text` is known when the message is complete."""

    begin: int
    end: int
    origin: int
    text: str
    place: tuple[int, kept.Place]  # which table, and where in it

    def moved(self, size: int) -> KeptName:
        """The same, after bytes were pushed in before it; so was what it counts from, which it does not reach beyond."""
        return dataclasses.replace(self, begin=self.begin + size, end=self.end + size, origin=self.origin + size)


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """Where a field lay: its path, its bits, its value.

    Bits are counted as they come on the wire: of a byte the most significant first, or, where `bits` is "lsb", the least.
    `segment` is its number, if it is one of a pattern, and `is_valued` whether it has a value: what is only compared has none.
    """

    path: str
    bit_start: int
    bit_end: int
    value: Any
    bits: str = "msb"
    segment: int | None = None
    is_valued: bool = True


def join_path(parts: Sequence[str | int]) -> str:
    """Join a path: answers, 3, rdata → answers[3].rdata."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class Machine:
    """State of one run: registers, the path of fields, what was found."""

    def __init__(self, program: Program, *, collect: bool = False, trace: bool = False, keep: bool = False) -> None:
        self.program = program
        self.regs: dict[Reg, Any] = {}
        self.frames: list[Frame] = []
        self.numbers: dict[tuple[str | int, ...], tuple[int, Any]] = {}
        self.partial: dict[str, Any] = {}
        self.findings: list[Finding] | None = [] if collect else None
        self.found: BaseException | None = None  # the finding that ends a strict run
        self.spans: list[Span] | None = [] if trace else None
        self.data: bytes = b""
        self.base = 0  # where the data begins in what the caller calls the input, in bytes
        self.least = 0  # up to where the message surely reaches, as far as `expect` said
        self.out = bytearray()
        self.loose = 0  # bits written into the last byte
        self.handlers = handlers_for(program.direction)
        self.keep = keep
        self.kept: kept.Table = {}  # of the object in work: what is being kept of it, or was
        self.level = 0  # how many frames are around that object
        self.bases: dict[int, int] = {}  # where the structs begin whose blocks wait
        self.kept_names: list[KeptName] = []
        self.refused: set[tuple[int, kept.Place]] = set()  # names that cannot be written as they were read

    # --- running -----------------------------------------------------------------------------

    def run(self, *args: Any) -> list[Any]:
        """Run the entry function."""
        return self.call(self.program.functions[self.program.entry], args)

    def call(self, function: Function, args: Sequence[Any], own: tuple[kept.Table, int] | None = None) -> list[Any]:
        """Run a function with its own registers; `own` is what is kept of its object, if that is not its first argument."""
        saved, self.regs = self.regs, dict(zip(function.params, args, strict=True))
        around = self.kept, self.level
        if self.keep:
            self.kept, self.level = own or self._own(args)
        try:
            return self.block(function.body)
        finally:
            self.regs = saved
            self.kept, self.level = around

    def _own(self, args: Sequence[Any]) -> tuple[kept.Table, int]:
        """What is kept of the object that a function reads or writes, and how many frames are around that."""
        return {} if self.program.direction == "parse" else kept.table_of(args[0]) or {}, len(self.frames)

    def block(self, block: Block) -> list[Any]:
        """Run a block; the values that it yields."""
        regs = self.regs
        for handler, op, first, second, args, out, outs in block.steps or self._steps(block):
            if first is None:
                values = [regs[r] for r in args] if args else []
            elif second is None:
                values = [regs[first]]
            else:
                values = [regs[first], regs[second]]
            if handler is None:  # a yield
                return values
            if out is not None:
                regs[out] = handler(self, op, values)
            elif outs:
                regs.update(zip(outs, handler(self, op, values), strict=True))
            else:
                handler(self, op, values)
        return []

    def _steps(self, block: Block) -> list[Step]:
        """What to do for each op of a block, looked up once: a program does not change when it runs."""
        steps: list[Step] = [
            (self._handler(op), op, *_one_or_two(op.args), op.args, op.outs[0] if len(op.outs) == 1 else None, op.outs) for op in block.ops
        ]
        block.steps = steps
        return steps

    def _handler(self, op: Op) -> Handler | None:
        """What does an op."""
        found = self.handlers.get(op.kind)
        return found.bind(op) if isinstance(found, Bound) else found

    def enter_block(self, block: Block, values: Sequence[Any]) -> list[Any]:
        """Run a block with parameters."""
        self.regs.update(zip(block.params, values, strict=True))
        return self.block(block)

    # --- where we are ------------------------------------------------------------------------

    @property
    def path(self) -> tuple[str | int, ...]:
        """The path of the field in work."""
        return self.frames[-1].path if self.frames else ()

    def place(self, kind: str) -> kept.Place:
        """The field in work as the table of its object names it."""
        return self.path[self.level :], kind, self.frames[-1].location

    def fail(self, code: str, message: str, bit_offset: int | None = None, **more: Any) -> BaseException:
        """The error for a failure in the field in work."""
        frame = self.frames[-1] if self.frames else None
        parse = self.program.direction == "parse"
        offset = bit_offset if bit_offset is not None else frame.bit_offset if frame and parse else None
        if offset is not None:
            offset += 8 * self.base
        problem = Problem(
            code, message, self.program.name, join_path(self.path), offset,
            declaration=frame.location if frame else None, partial=dict(self.partial), segment=frame.segment if frame else None, **more,
        )  # fmt: skip
        return ParseError(problem) if parse else BuildError(problem)

    def blames(self, refs: Sequence[str]) -> tuple[Blame, ...]:
        """The sibling fields that an expression read, with their values and places."""
        found = []
        above = self.path[:-1]
        for ref in refs:
            known = self.numbers.get((*above, *ref.split(".")))
            if known is not None:
                offset, value = known
                found.append(Blame(ref, int(value), offset + 8 * self.base if self.program.direction == "parse" else None))
        return tuple(found)

    def leave(self, frame: Frame, bit_end: int, value: Any) -> None:
        """Note what the field in work turned out to be."""
        path = frame.path
        if isinstance(value, int):
            self.numbers[path] = (frame.bit_offset, value)
        if len(path) == 1:
            self.partial[str(path[0])] = value
        self.note(frame, bit_end, value)

    def note(self, frame: Frame, bit_end: int, value: Any = None, *, is_valued: bool = True) -> None:
        """Remember where a field lay, if somebody wants to know."""
        if self.spans is not None:
            stop = bit_end if frame.bit_end is None else frame.bit_end
            self.spans.append(Span(join_path(frame.path), frame.bit_offset, stop, value, frame.bits, frame.segment, is_valued))

    def find(self, code: str, message: str) -> None:
        """A finding: an error in a strict run, an entry in a collecting one."""
        if self.findings is None:
            self.found = self.fail(code, message)
            raise self.found
        self.findings.append(Finding(code, message, join_path(self.path), self.frames[-1].bit_offset))


Handler = Callable[[Machine, Op, list[Any]], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Bound:
    """In a table of handlers, of the ops that are run most: what makes the handler of one op, which has looked its constants up."""

    bind: Callable[[Op], Handler]


Handlers = dict[str, Handler | Bound]
# How an op is done (None: a yield), the op, the registers that it reads if they are one or two, all of those, and what it assigns:
# the one register, or all of several.
Step = tuple[Handler | None, Op, Reg | None, Reg | None, tuple[Reg, ...], Reg | None, tuple[Reg, ...]]


def _one_or_two(regs: tuple[Reg, ...]) -> tuple[Reg | None, Reg | None]:
    """As nearly all ops have them: the only one, or the first and the second; None if there are others."""
    return (regs[0], regs[1] if len(regs) == 2 else None) if len(regs) in (1, 2) else (None, None)


@functools.cache
def handlers_for(direction: str) -> Handlers:
    """The meaning of every op for one direction."""
    from bitwright.ir import interp_build, interp_parse

    return {**COMMON, **(interp_parse.HANDLERS if direction == "parse" else interp_build.HANDLERS)}


# --- ops of both directions --------------------------------------------------------------------


def _if(m: Machine, op: Op, args: list[Any]) -> Any:
    return several(op, m.block(op.blocks[0] if args[0] else op.blocks[1]))


def _loop_count(m: Machine, op: Op, args: list[Any]) -> Any:
    count, *carried = args
    for index in range(count):
        carried = m.enter_block(op.blocks[0], [index, *carried])
    return several(op, carried)


def _loop_while(m: Machine, op: Op, args: list[Any]) -> Any:
    again, *carried = args
    while again:
        again, *carried = m.enter_block(op.blocks[0], carried)
    return several(op, carried)


def _loop_each(m: Machine, op: Op, args: list[Any]) -> Any:
    items, *carried = args
    for index, item in enumerate(items):
        carried = m.enter_block(op.blocks[0], [index, item, *carried])
    return several(op, carried)


def several(op: Op, values: list[Any]) -> Any:
    """What an op assigns, from what its block yields."""
    return values[0] if len(op.outs) == 1 else values


def _call(m: Machine, op: Op, args: list[Any]) -> Any:
    return several(op, m.call(m.program.functions[op.attrs["function"]], args))


def _dispatch(m: Machine, op: Op, args: list[Any]) -> Any:
    key, *rest = args
    name = op.attrs["table"].get(key, op.attrs["default"])
    if name is None:
        raise m.fail("unknown-tag", f"no arm has the tag {key}")
    return several(op, m.call(m.program.functions[name], rest))


def _fail_if(m: Machine, op: Op, args: list[Any]) -> None:
    condition, *values = args
    if condition:
        at = values.pop() * 8 + op.attrs.get("phase", 0) if op.attrs.get("at") else None
        if op.attrs.get("field"):
            m.frames.append(Frame((*m.path, op.attrs["field"]), 0, op.attrs["location"]))
        message, refs = op.attrs["message"].format(condition, *values), op.attrs.get("refs", ())
        parse = m.program.direction == "parse"  # what is built is not read back, so there the values are the numbers that refs name
        blames = m.blames(refs) if parse else tuple(Blame(ref, value) for ref, value in zip(refs, values, strict=False))
        raise m.fail(op.attrs["code"], message, at, blames=blames)


def _finding_if(m: Machine, op: Op, args: list[Any]) -> None:
    if args[0]:
        m.find(op.attrs["code"], op.attrs["message"].format(*args[1:]))


def _list(m: Machine, op: Op, args: list[Any]) -> list[Any]:
    made: list[Any] = []
    if len(m.frames) == 1:
        m.partial[str(m.frames[0].path[0])] = made  # so that an error in an element shows those before it
    return made


def _constant(one: Op) -> Handler:
    value = one.attrs["value"]
    return lambda m, op, args: value


def _bin(one: Op) -> Handler:
    fold = FOLD[one.attrs["op"]]
    return lambda m, op, args: int(fold(args[0], args[1]))


def _box(one: Op) -> Handler:
    kind = one.attrs["as"]
    return (lambda m, op, args: args[0]) if kind == "int" else lambda m, op, args: boxed(m.program, kind, args[0])


def boxed(program: Program, kind: str, number: int) -> Any:
    """The object for a number: an int, a bool, or a member of the enumeration whose table is named."""
    return number if kind == "int" else bool(number) if kind == "bool" else program.symbols[kind][number]


def bits_of(word: int, shift: int, width: int, signed: bool) -> int:
    """A run of bits of a number."""
    value = word >> shift & (1 << width) - 1
    return value - (1 << width) if signed and value >> (width - 1) else value


def swap_chunks(number: int, width: int, order: str) -> int:
    """The number with its chunks of 8 bits, the last of them on the wire perhaps shorter, in the byte order `order`.

    In big endian the first chunk is the most significant, so that a short one lies at the low end; in little endian at the high end.
    """
    whole, odd = divmod(width, 8)
    if order == "little":
        first, last = (number >> odd).to_bytes(whole, "big"), number & (1 << odd) - 1
        return int.from_bytes(first, "little") | last << 8 * whole
    first, last = (number & (1 << 8 * whole) - 1).to_bytes(whole, "little"), number >> 8 * whole
    return int.from_bytes(first, "big") << odd | last


def checksum_of(m: Machine, op: Op, covered: bytes, own: int, prefix: bytes | None) -> int:
    """The sum over a span in which its own bytes, from `own` on, count as the byte that the op says; cut to its width."""
    size: int = op.attrs["bytes"]
    begin, end = max(own, 0), min(max(own + size, 0), len(covered))
    if begin < end:
        covered = covered[:begin] + op.attrs.get("own", b"\0") * (end - begin) + covered[end:]
    total = int(m.program.symbols[op.attrs["algorithm"]]((prefix or b"") + covered))
    return total & (1 << 8 * size) - 1


def _float(m: Machine, op: Op, args: list[Any]) -> Any:
    value = float_of_bits(args[0], op.attrs["width"])
    return plain_float(value) if op.attrs["plain"] else value


def _bitstring(m: Machine, op: Op, args: list[Any]) -> Any:
    raw, count = args
    phase, order, kind = op.attrs["phase"], op.attrs["order"], op.attrs["as"]
    if m.keep and op.attrs.get("fill") and (left := spare_bits(raw, count, order)):
        m.kept[m.place("spare")] = (count, left)
    return text_at(raw, count, phase, order) if kind == "text" else bits_at(raw, count, phase, order, m.program.symbols[kind])


def _split(m: Machine, op: Op, args: list[Any]) -> Any:
    values = [boxed(m.program, kind, bits_of(args[0], shift, width, signed)) for shift, width, signed, kind in op.attrs["fields"]]
    return several(op, values)


def _make(m: Machine, op: Op, args: list[Any]) -> Any:
    keywords = op.attrs["keywords"]
    cut = len(args) - len(keywords)
    made = m.program.symbols[op.attrs["class"]](*args[:cut], **dict(zip(keywords, args[cut:], strict=True)))
    if m.kept:
        kept.remember(made, m.kept)
    return made


COMMON: Handlers = {
    **TERMS,
    "const": Bound(_constant),
    "constant": Bound(_constant),
    "bin": Bound(_bin),
    "neg": lambda m, op, args: -args[0],
    "swap": lambda m, op, args: swap_chunks(args[0], op.attrs["width"], op.attrs["order"]),
    "not": lambda m, op, args: int(not args[0]),
    "select": lambda m, op, args: args[1] if args[0] else args[2],
    "none": lambda m, op, args: None,
    "list": _list,
    "box": Bound(_box),
    "float": _float,
    "bitstring": _bitstring,
    "spare": lambda m, op, args: spare_bits(args[0], args[1], op.attrs["order"]),
    "split": _split,
    "make": _make,
    "record": lambda m, op, args: dict(zip(op.attrs["names"], args, strict=True)),
    "lookup": lambda m, op, args: op.attrs["table"].get(args[0], op.attrs["default"]),
    "append": lambda m, op, args: args[0].append(args[1]),
    "len": lambda m, op, args: len(args[0]),
    "if": _if,
    "loop.count": _loop_count,
    "loop.while": _loop_while,
    "loop.each": _loop_each,
    "call": _call,
    "dispatch": _dispatch,
    "fail_if": _fail_if,
    "finding_if": _finding_if,
}
