"""One bitstring of a pattern as ops: a segment is one op or two, between two marks.

Promise: ops stand in the order in which Elixir checks: of each segment the size, then that its bits are there, then its value; so
what the program as lowered refuses first is what would not match there.  A number that a segment binds stays an `int` register with
its interval, and a size that is computed from such numbers is computed in `int` ops; everything else is a term.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bitwright.bitsyntax import tree
from bitwright.errors import Fault
from bitwright.ir.builder import Builder, IntervalError
from bitwright.ir.ops import Op, Reg
from bitwright.lower.composing import terms_of
from bitwright.terms.numbers import to_float
from bitwright.wire.bitruns import MOST_BITS, UTF_BITS
from bitwright.wire.varints import KINDS, bounds_of_varint

_FAST_WIDTH: Final = 64
_LAST_POINT: Final = 0x10FFFF
Free = Callable[[str], Reg]


class Segments:
    """Lowers the segments of one bitstring into a function whose positions count bits."""

    def __init__(
        self, builder: Builder, start: Reg, end: Reg, free: Free, *, bits: str = "msb", pinned: frozenset[str] = frozenset()
    ) -> None:  # fmt: skip
        self.builder, self.start, self.end, self.free, self.pinned = builder, start, end, free, pinned
        self.base = start
        self.offset = 0  # bits from the base to the next segment
        self.last = False  # whether the segment in work is the last one
        self.bound: dict[str, Reg] = {}
        self.bits: Mapping[str, Any] = {} if bits == "msb" else {"bits": bits}

    # --- ops ---------------------------------------------------------------------------------

    def emit(self, kind: str, args: tuple[Reg, ...], outs: tuple[Reg, ...] = (), **attrs: Any) -> None:
        """Append an op."""
        self.builder.block.ops.append(Op(kind, args, outs, attrs))

    def read(self, kind: str, args: tuple[Reg, ...], outs: tuple[Reg, ...] = (), **attrs: Any) -> None:
        """Append an op that reads behind the base."""
        self.emit(kind, (self.base, self.end, *args), outs, offset=self.offset, **attrs, **self.bits)

    def advance(self, size: Reg) -> None:
        """Go on behind so many bits, of which it is known now that they are there."""
        self.settle()
        out = self.builder.reg("int", 0, MOST_BITS, "at")
        self.emit("bin", (self.base, size), (out,), op="add")
        self.base = out

    def settle(self) -> Reg:
        """The position of the next segment in a register."""
        if self.offset:
            amount = self.builder.const(self.offset)
            out = self.builder.reg("int", 0, MOST_BITS, "at")
            self.emit("bin", (self.base, amount), (out,), op="add")
            self.base, self.offset = out, 0
        return self.base

    # --- the whole ---------------------------------------------------------------------------

    def lower(self, segments: tuple[tree.Segment, ...], *, whole: bool) -> None:
        """All segments; `whole` if nothing may follow them."""
        following = _following(segments)
        for number, (segment, more) in enumerate(zip(segments, following, strict=True), 1):
            self.last = number == len(segments)
            self.segment(number, segment, more)
        if whole:
            self.read("finish", ())

    def segment(self, number: int, segment: tree.Segment, more: int) -> None:
        """One segment, behind which at least `more` bits must follow."""
        label = _label(segment.value)
        self.emit("enter", (self.base,), name=label, phase=self.offset, location=None, unit=1, segment=number)
        value = _TYPES[segment.type](self, segment, more, label if isinstance(segment.value, tree.Variable) else "")
        if value is not None:
            self.settle_value(value, segment)
        self.emit("leave", (self.base,) if value is None else (self.base, value), phase=self.offset, unit=1)

    # --- types -------------------------------------------------------------------------------

    def integer(self, segment: tree.Segment, more: int, hint: str) -> Reg | None:
        """A number of a fixed width is an int up to 64 bits, any other an object."""
        width = _fixed(segment)
        how: dict[str, Any] = {"signed": segment.signed, "order": segment.order}
        if width is None or width > _FAST_WIDTH or isinstance(segment.value, tree.Wildcard):
            return self.sized("take.int", segment, more, hint, **how)
        half = 1 << width - 1 if width else 0
        low, high = (-half, max(half - 1, 0)) if segment.signed else (0, (1 << width) - 1)
        out = self.builder.reg("int", low, high, hint)
        self.read("take", (), (out,), width=width, **how, more=more)
        self.offset += width
        return out

    def sized(self, kind: str, segment: tree.Segment, more: int, hint: str, *, validate: bool = False, **how: Any) -> Reg | None:
        """A segment whose size stands in a register; of `_` only that it is there, unless its value can be wrong."""
        width = _fixed(segment)
        pin = segment.value if segment.size is None else None
        if width is not None:
            size = self.builder.const(width)
        else:
            size = self.size_of_pinned(segment, pin) if isinstance(pin, tree.Pin) else self.size(segment)
        if isinstance(segment.value, tree.Wildcard) and not validate:
            out = None
            self.read("skip", (size,), more=more)
        else:
            out = self.builder.reg("obj", hint=hint)
            self.read(kind, (size,), (out,), **how, more=more)
        if width is not None:
            self.offset += width
        else:
            self.advance(size)
        return out

    def float(self, segment: tree.Segment, more: int, hint: str) -> Reg | None:
        """A float; `_` refuses what is no number, too."""
        return self.sized("take.float", segment, more, hint, validate=True, order=segment.order, nonfinite=segment.nonfinite)

    def binary(self, segment: tree.Segment, more: int, hint: str) -> Reg | None:
        """A string, a bitstring of a size, or what is left."""
        if segment.size is not None or (isinstance(segment.value, tree.Pin) and not self.last):
            return self.sized("take.bits", segment, more, hint)
        if isinstance(segment.value, tree.Literal) and isinstance(segment.value.value, bytes):
            self.string(segment.value.value, more)
            return None
        return self.rest(segment, more, hint)

    def string(self, value: bytes, more: int) -> None:
        """A string of the pattern itself."""
        if value:
            self.read("take.same", (), value=value, more=more)
            self.offset += 8 * len(value)

    def rest(self, segment: tree.Segment, more: int, hint: str) -> Reg | None:
        """All that is left, but for what the segments behind it take."""
        if isinstance(segment.value, tree.Wildcard):
            out = None
            self.read("skip.rest", (), unit=segment.unit, keep=more)
        else:
            out = self.builder.reg("obj", hint=hint)
            self.read("take.rest", (), (out,), unit=segment.unit, keep=more)
        self.base, self.offset = self.end, 0
        if more:
            self.base = self.builder.reg("int", 0, MOST_BITS, "at")
            self.emit("bin", (self.end, self.builder.const(more)), (self.base,), op="sub")
        return out

    def utf(self, segment: tree.Segment, more: int, hint: str) -> Reg:
        """A code point, which is validated even if nobody wants it."""
        return self.found("take.utf", 0, _LAST_POINT, hint, encoding=segment.type, order=segment.order, more=more)

    def varint(self, segment: tree.Segment, more: int, hint: str) -> Reg:
        """A number of variable size."""
        low, high = bounds_of_varint(segment.coding, KINDS[segment.coding][0])
        return self.found("take.varint", low, high, hint, coding=segment.coding, more=more)

    def found(self, kind: str, low: int, high: int, hint: str, **how: Any) -> Reg:
        """What says itself where it ends."""
        value, after = self.builder.reg("int", low, high, hint), self.builder.reg("int", 0, MOST_BITS, "at")
        self.read(kind, (), (value, after), **how)
        self.base, self.offset = after, 0
        return value

    # --- values ------------------------------------------------------------------------------

    def settle_value(self, value: Reg, segment: tree.Segment) -> None:
        """Bind what was read, or compare it."""
        wanted = segment.value
        if isinstance(wanted, tree.Variable) and wanted.name not in self.pinned:
            known = self.bound.get(wanted.name)
            if known is None:
                self.bound[wanted.name] = value
            else:
                self.emit("must.equal", (value, known))
        elif isinstance(wanted, tree.Variable | tree.Pin):
            self.emit("must.equal", (value, self.free(wanted.name)))
        elif isinstance(wanted, tree.Literal):
            self.literal(value, _as_type(wanted.value, segment.type))
        elif not isinstance(wanted, tree.Wildcard):
            raise TypeError(f"a {type(wanted).__name__} is no value of a segment")  # the parsers refuse it

    def literal(self, value: Reg, wanted: Any) -> None:
        """Compare with a literal, as the segment's type has it."""
        if value.type == "int" and type(wanted) is int:
            self.emit("must", (value,), value=wanted)
        else:
            self.emit("must.equal", (value, self.builder.obj("constant", value=wanted)))

    # --- sizes -------------------------------------------------------------------------------

    def size(self, segment: tree.Segment) -> Reg:
        """The bits of a segment, as its size and unit say."""
        assert segment.size is not None
        return self.in_bits(terms_of(self.builder, self.known).term(segment.size), segment)

    def size_of_pinned(self, segment: tree.Segment, pin: tree.Pin) -> Reg:
        """The bits of a pinned value, which is all that such a segment can match."""
        function = "bit_size" if segment.unit == 1 else "byte_size"
        return self.in_bits(self.builder.obj("apply", self.free(pin.name), function=function), segment)

    def in_bits(self, count: Reg, segment: tree.Segment) -> Reg:
        """So many units in bits."""
        if count.type == "int":
            try:
                return self.plausible(count if segment.unit == 1 else self.builder.bin("mul", count, self.builder.const(segment.unit)))
            except IntervalError:
                count = self.builder.obj("box", count, as_="int")
        out = self.builder.reg("int", 0, MOST_BITS * segment.unit, "size")
        self.emit("size.of", (count,), (out,), unit=segment.unit)
        return out

    def plausible(self, size: Reg) -> Reg:
        """A size that no input has, or that is surely negative, as one that a position can be added to."""
        if size.lo > MOST_BITS or size.hi < -MOST_BITS:
            return self.builder.const(MOST_BITS if size.lo > 0 else -1)
        return size

    def known(self, name: tree.Variable | tree.Pin) -> Reg:
        """A name in a size: of an earlier segment of this bitstring, else from outside."""
        return (None if isinstance(name, tree.Pin) else self.bound.get(name.name)) or self.free(name.name)


_TYPES: Final[Mapping[str, Callable[[Segments, tree.Segment, int, str], Reg | None]]] = {
    "integer": Segments.integer, "float": Segments.float, "binary": Segments.binary, "varint": Segments.varint,
    "utf8": Segments.utf, "utf16": Segments.utf, "utf32": Segments.utf,
}  # fmt: skip


def _fixed(segment: tree.Segment) -> int | None:
    """The bits of a segment that the pattern itself says, if it does."""
    size = segment.size
    if isinstance(size, tree.Literal) and type(size.value) is int and 0 <= size.value <= MOST_BITS:
        return size.value * segment.unit
    return None


def _following(segments: tuple[tree.Segment, ...]) -> list[int]:
    """Behind each segment, how many bits the others take at least."""
    found, total = [], 0
    for segment in reversed(segments):
        found.append(total)
        total += least_bits(segment)
    return found[::-1]


def least_bits(segment: tree.Segment) -> int:
    """How many bits a segment takes at least."""
    if segment.type == "varint":
        return 8
    if segment.type in UTF_BITS:
        return UTF_BITS[segment.type]
    if segment.size is None and isinstance(segment.value, tree.Literal) and isinstance(segment.value.value, bytes):
        return 8 * len(segment.value.value)
    return _fixed(segment) or 0


def _as_type(value: Any, kind: str) -> Any:
    """A literal as its segment's type has it: a number in a float segment is a float."""
    if kind == "float" and type(value) is int:
        try:
            return to_float(value)
        except Fault:
            return value  # which no float equals
    return value


def _label(value: tree.Expr) -> str:
    """What a segment is called in a path."""
    match value:
        case tree.Variable(name):
            return name
        case tree.Pin(name):
            return f"^{name}"
        case tree.Literal(literal):
            return literal.decode("utf-8", "replace") if isinstance(literal, bytes) else str(literal)
    return "_"
