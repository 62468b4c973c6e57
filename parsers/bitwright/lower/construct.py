"""Constructions to build programs: what Elixir and Erlang do when `<<...>>` is an expression.

Promise: values and sizes are evaluated first, in the order of the text; then every size, and what has a size of its own, is
judged, so that nothing is written of what cannot be; then the segments are written.  An error names the segment that the
BEAM would name.  As long as it is known at which bit of a byte a segment begins, it is written by ops of which the passes
make one; behind a segment of unknown size by ops that work at any bit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final, Literal

from bitwright.bitsyntax import tree
from bitwright.errors import DEFAULT_LIMITS, Limits
from bitwright.ir.builder import Builder
from bitwright.ir.ops import Block, Function, Program, Reg, RegType
from bitwright.lower.construct_names import read_names
from bitwright.lower.terms import Terms
from bitwright.wire.floats import WIDTHS
from bitwright.wire.writing import nearest_float

WIDEST: Final = 128  # bits of a number in a register; wider ones are written out of their objects


def lower_construct(
    expr: tree.Expr, *, strict: bool = False, bit_order: Literal["msb", "lsb"] = "msb", absent: frozenset[str] = frozenset(),
    limits: Limits = DEFAULT_LIMITS,
) -> Program:  # fmt: skip
    """The program that evaluates an expression; `absent` are names that stand for zero bits.

    Its entry takes the values of the names in the expression, in alphabetical order.  Of a bitstring it writes the bits, and yields how
    many of the last byte it wrote if those are not all; of any other expression it yields the value.
    """
    return _Lowering(strict, bit_order, absent, limits).lower(expr)


class _Lowering:
    """Lowers one program: the entry, and a function for each bitstring in a value or a size."""

    def __init__(self, strict: bool, bit_order: Literal["msb", "lsb"], absent: frozenset[str], limits: Limits) -> None:
        self.strict, self.bit_order, self.absent, self.limits = strict, bit_order, absent, limits
        self.straight: Literal["big", "little"] = "little" if bit_order == "lsb" else "big"  # in which the bits of a number lie together
        self.bits: dict[str, Any] = {"bits": "lsb"} if bit_order == "lsb" else {}
        self.program = Program("", "build", "entry", {}, {})

    def lower(self, expr: tree.Expr) -> Program:
        names = tuple(sorted(read_names(expr) - self.absent))
        if isinstance(expr, tree.Bitstring):
            self.bitstring("entry", expr, names)
        else:
            scope = Scope(self, names)
            scope.builder.give(scope.value(expr))
            self.add("entry", scope, ("obj",))
        return self.program

    def bitstring(self, name: str, expr: tree.Bitstring, names: tuple[str, ...]) -> None:
        """A function that writes a bitstring."""
        scope = Scope(self, names)
        phase = _Bitstring(scope, expr).lower()
        outs: tuple[RegType, ...] = ()
        if phase != 0:
            scope.builder.give(scope.phase(phase))
            outs = ("int",)
        self.add(name, scope, outs)

    def add(self, name: str, scope: Scope, outs: tuple[RegType, ...]) -> None:
        body = scope.builder.block
        self.program.functions[name] = Function(name, tuple(scope.variables.values()), outs, body)

    def inner(self, expr: tree.Bitstring, names: tuple[str, ...]) -> str:
        """A function for a bitstring inside an expression; its name."""
        name = f"inner_{len(self.program.functions) + 1}"
        self.program.functions[name] = Function(name, (), (), Block())  # so that the name is taken
        self.bitstring(name, expr, names)
        return name


class Scope:
    """One function: its ops, and the registers of its variables."""

    def __init__(self, owner: _Lowering, names: tuple[str, ...]) -> None:
        self.owner, self.builder = owner, Builder()
        self.variables = {name: self.builder.reg("obj", hint=name) for name in names}
        self.terms = Terms(self.builder, self.read, self.inner)

    def value(self, expr: tree.Expr) -> Reg:
        """The value of an expression as an object."""
        return self.terms.obj(expr)

    def read(self, variable: tree.Variable | tree.Pin) -> Reg:
        """A variable; one that was not given is 0."""
        return self.variables[variable.name] if variable.name in self.variables else self.builder.const(0)

    def inner(self, expr: tree.Bitstring) -> Reg:
        """A bitstring inside an expression."""
        names = tuple(sorted(read_names(expr) - self.owner.absent))
        values = (self.variables[name] for name in names)
        return self.builder.obj("written", *values, function=self.owner.inner(expr, names), **self.owner.bits)

    def integer(self, value: int) -> Reg:
        """An integer known now as an object."""
        return self.builder.obj("box", self.builder.const(value), **{"as": "int"})

    def phase(self, phase: int | Reg) -> Reg:
        """How many bits of the last byte are written."""
        return self.builder.const(phase) if isinstance(phase, int) else phase


@dataclasses.dataclass(slots=True)
class _Part:
    """A segment whose value and size are evaluated: `literal` where its value is known now, `size` in bits where it has one."""

    segment: tree.Segment
    number: int
    name: str
    literal: Any = None
    value: Reg | None = None
    wanted: Reg | None = None  # the size as it was evaluated, before it is judged
    size: int | Reg | None = None
    ready: Reg | None = None  # what is to be written, if judging it gave that


class _Bitstring:
    """Lowers one `<<...>>` into the function of a scope."""

    def __init__(self, scope: Scope, expr: tree.Bitstring) -> None:
        self.scope, self.builder, self.owner = scope, scope.builder, scope.owner
        self.expr = expr
        self.at: int | Reg = 0  # bits of the last byte that are written

    def lower(self) -> int | Reg:
        """Evaluate, judge, write; how many bits of the last byte are written then."""
        parts = [self.evaluated(segment, number) for number, segment in enumerate(self.expr.segments, 1)]
        for part in parts:
            if self.is_judged(part):
                with self.mark(part):
                    self.judge(part)
        self.bound(parts)
        for part in parts:
            with self.mark(part):
                self.write(part)
        return self.at

    @contextmanager
    def mark(self, part: _Part) -> Iterator[None]:
        """What is emitted here belongs to a segment."""
        shown = part.segment.coding if part.segment.type == "varint" else part.segment.type
        self.builder.emit("enter", name=part.name, phase=0, location=None, segment=part.number, type=shown)
        yield
        self.builder.emit("leave", phase=0)

    # --- what is written ---------------------------------------------------------------------

    def evaluated(self, segment: tree.Segment, number: int) -> _Part:
        """The value and the size of a segment; what can fail belongs to it."""
        value = segment.value
        part = _Part(segment, number, value.name if isinstance(value, tree.Variable | tree.Pin) else "")
        if all(isinstance(each, tree.Variable | tree.Pin | tree.Literal | None) for each in (value, segment.size)):
            self.evaluate(part)
        else:
            with self.mark(part):
                self.evaluate(part)
        return part

    def evaluate(self, part: _Part) -> None:
        """Evaluate the value, then the size."""
        segment, value, size = part.segment, part.segment.value, part.segment.size
        if part.name in self.owner.absent:
            part.literal = b"" if segment.type == "binary" and size is None else 0
        elif isinstance(value, tree.Literal):
            part.literal = value.value
        else:
            part.value = self.scope.value(value)
        if isinstance(size, tree.Literal) and self._is_static(size.value, segment):
            part.size = size.value * segment.unit
        elif size is not None:
            part.wanted = self.scope.value(size)

    def _is_static(self, size: Any, segment: tree.Segment) -> bool:
        """Whether a size known now is one; another is refused when the program runs, as there."""
        if type(size) is not int or not 0 <= size * segment.unit <= 8 * self.owner.limits.output_size:
            return False
        return segment.type != "float" or size * segment.unit in WIDTHS

    def is_judged(self, part: _Part) -> bool:
        """Whether the BEAM looks at a segment before it writes anything; at a whole bitstring only where that is not the first."""
        segment = part.segment
        whole = segment.type == "binary" and segment.size is None and part.value is not None and part.number > 1
        return whole or part.wanted is not None or segment.type == "utf32"

    def judge(self, part: _Part) -> None:
        """What the BEAM looks at before it writes anything: sizes, and values that have one of their own."""
        b, segment = self.builder, part.segment
        if part.wanted is not None:
            limit = self.owner.limits.output_size
            part.size = b.number("size.bits", part.wanted, lo=0, hi=8 * limit, hint="size", unit=segment.unit, limit=limit)
        elif segment.type == "utf32":
            part.ready = self.code_point(part)
        else:
            part.ready = b.obj("whole", self.value_of(part), hint=part.name, unit=1)

    def bound(self, parts: list[_Part]) -> None:
        """Refuse what is too large as a whole: a number says nothing about how many bits it is to have."""
        sizes = [part.size for part in parts if part.size is not None and part.segment.type == "integer"]
        dynamic = [size for size in sizes if isinstance(size, Reg)]
        if len(dynamic) + any(isinstance(size, int) for size in sizes) < 2 or not dynamic:
            return
        b, limit = self.builder, self.owner.limits.output_size
        sums = [b.const(sum(size for size in sizes if isinstance(size, int))), *dynamic]
        while len(sums) > 1:  # in pairs, so that no expression nests deep
            sums = [*map(partial(b.bin, "add"), sums[::2], sums[1::2]), *sums[len(sums) // 2 * 2 :]]
        total = sums[0]
        message = f"the segments have {{1}} bits; what is built may have {limit} bytes"
        b.fail_if(b.bin("gt", total, b.const(8 * limit)), "too-large", message, (total,))

    def write(self, part: _Part) -> None:
        """Write one segment."""
        match part.segment.type:
            case "integer":
                self.write_integer(part)
            case "float":
                self.write_float(part)
            case "binary":
                self.write_binary(part)
            case "varint":
                self.write_bytes(self.builder.obj("shortest", self.value_of(part), hint="number", coding=part.segment.coding))
            case _:
                self.write_bytes(part.ready if part.ready is not None else self.code_point(part))

    def value_of(self, part: _Part) -> Reg:
        """The value as an object."""
        return part.value if part.value is not None else self.scope.value(tree.Literal(part.literal))

    def code_point(self, part: _Part) -> Reg:
        """The bytes of a code point."""
        encoding, order = part.segment.type, part.segment.order
        return self.builder.obj("code.point", self.value_of(part), hint="character", encoding=encoding, order=order)

    # --- numbers -----------------------------------------------------------------------------

    def write_integer(self, part: _Part) -> None:
        b, segment, size = self.builder, part.segment, part.size
        assert size is not None
        strict = ("signed" if segment.signed else "unsigned") if self.owner.strict else None
        if isinstance(size, Reg) or size > WIDEST:
            self.push("push.int", self.value_of(part), self.number(size), size=size, order=segment.order, strict=strict)
        elif type(part.literal) is int and (strict is None or _fits(part.literal, size, segment.signed)):
            self.put(b.const(part.literal & (1 << size) - 1), size, segment.order)
        else:
            low = b.number("low", self.value_of(part), lo=0, hi=(1 << size) - 1, hint=part.name, width=size, strict=strict)
            self.put(low, size, segment.order)

    def write_float(self, part: _Part) -> None:
        b, segment, size, strict = self.builder, part.segment, part.size, self.owner.strict
        assert size is not None
        if isinstance(size, Reg):
            value, nonfinite = self.value_of(part), segment.nonfinite
            self.push("push.float", value, self.number(size), size=size, order=segment.order, strict=strict, nonfinite=nonfinite)
        elif type(part.literal) in {int, float} and not strict:
            self.put(b.const(nearest_float(part.literal, size, False, True)), size, segment.order)
        else:
            value, nonfinite = self.value_of(part), segment.nonfinite
            near = b.number("nearest", value, lo=0, hi=(1 << size) - 1, hint=part.name, width=size, strict=strict, nonfinite=nonfinite)
            self.put(near, size, segment.order)

    def number(self, size: int | Reg) -> Reg:
        """A size as a register."""
        return self.builder.const(size) if isinstance(size, int) else size

    def put(self, number: Reg, width: int, order: str) -> None:
        """Write a number of a width known now."""
        b = self.builder
        if not width:
            return
        whole = self.at == 0 and width % 8 == 0
        straight = self.owner.straight
        if order != straight and width > 8 and not whole:
            number = b.number("swap", number, lo=0, hi=(1 << width) - 1, hint=number.hint, width=width, order=straight)
        if isinstance(self.at, int):
            attrs: dict[str, Any] = {"phase": self.at} if self.at else {}
            b.emit("put", (number,), width=width, order=order if whole and width > 8 else straight, **attrs)
            self.at = (self.at + width) % 8
        else:
            self.push("push", number, size=width, width=width)

    def push(self, kind: str, *args: Reg, size: int | Reg | None, unit: int = 1, **attrs: Any) -> None:
        """Write at any bit, `size` bits, or an unknown number of units of bits."""
        phase = self.builder.reg("int", 0, 7, "phase")
        self.builder.emit(kind, (self.scope.phase(self.at), *args), (phase,), **attrs, **self.owner.bits)
        if isinstance(self.at, int) and isinstance(size, int):
            self.at = (self.at + size) % 8
        elif not isinstance(self.at, int) or unit % 8:
            self.at = phase

    # --- bitstrings --------------------------------------------------------------------------

    def write_bytes(self, value: Reg) -> None:
        """Write an object of bytes."""
        if self.at == 0:
            self.builder.emit("put.bytes", (value,))
        else:
            self.push("push.bits", value, size=None, unit=8)

    def write_binary(self, part: _Part) -> None:
        b, segment, size = self.builder, part.segment, part.size
        if size is None:
            self.write_whole(part)
        elif part.name in self.owner.absent:  # zero bits for a name that was not given
            self.write_zeros(size, segment.unit)
        elif isinstance(size, int) and isinstance(self.at, int) and size <= WIDEST and (self.at or size % 8):
            value, high, strict = self.value_of(part), (1 << size) - 1, self.owner.strict
            first = b.number("first.bits", value, lo=0, hi=high, hint=part.name, width=size, strict=strict, **self.owner.bits)
            self.put(first, size, self.owner.straight)
        else:
            cut = b.obj("cut", self.value_of(part), self.number(size), hint=part.name, strict=self.owner.strict, **self.owner.bits)
            if self.at == 0 and (size if isinstance(size, int) else segment.unit) % 8 == 0:
                b.emit("put.bytes", (cut,))
            else:
                self.push("push.bits", cut, size=size if isinstance(size, int) else None, unit=segment.unit)

    def write_whole(self, part: _Part) -> None:
        """Write all of a bitstring."""
        b, literal, unit = self.builder, part.literal, part.segment.unit
        if not isinstance(literal, bytes):
            ready = part.ready if part.ready is not None else self.value_of(part)
            if unit > 1 or part.ready is None:
                ready = b.obj("whole", ready, hint=part.name, unit=unit)
            if unit % 8:
                self.push("push.bits", ready, size=None, unit=unit)
            else:
                self.write_bytes(ready)
        elif isinstance(self.at, int) and self.at and 0 < 8 * len(literal) <= WIDEST:
            straight = self.owner.straight
            self.put(b.const(int.from_bytes(literal, straight)), 8 * len(literal), straight)
        elif literal:
            self.write_bytes(b.obj("constant", value=literal))

    def write_zeros(self, size: int | Reg, unit: int) -> None:
        """Write so many zero bits."""
        if isinstance(size, int) and size <= WIDEST:
            self.put(self.builder.const(0), size, self.owner.straight)
        else:
            known = size if isinstance(size, int) else None
            self.push("push.int", self.scope.integer(0), self.number(size), size=known, unit=unit, order="big", strict=None)


def _fits(number: int, size: int, signed: bool) -> bool:
    """Whether a number can be read back from so many bits."""
    if signed and size:
        return -(1 << size - 1) <= number < 1 << size - 1
    return 0 <= number < 1 << size
