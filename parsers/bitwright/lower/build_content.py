"""How numbers, padding, bytes, text and names are written; `build_fields` adds what holds other types."""

from __future__ import annotations

import dataclasses
from typing import NoReturn

from bitwright.ir.ops import Reg
from bitwright.lower.build import StructBuild
from bitwright.lower.common import POSITION_HI, by_order, byte_order, same_run, straight_order
from bitwright.lower.expressions import expanded
from bitwright.lower.solve import unknowns_of
from bitwright.schema import measure, spec
from bitwright.schema.expr import Const, Node, show

FEW_ZEROS = 1 << 12  # bytes of padding that nobody needs to be protected from
WIDEST_PAD = 56  # bits of padding written as one number; more are whole zero bytes


@dataclasses.dataclass(slots=True)
class Checked:
    """A value of the message whose type was checked: its canonical form, and what is known of it.

    `bits`: of a float, as a number.  `content`: the bytes to write for it.  `length`: their number, or that of a
    list's elements.  `arm`: the index of a union's arm.
    """

    value: Reg
    number: Reg | None = None
    content: Reg | None = None
    bits: Reg | None = None
    length: Reg | None = None
    arm: Reg | None = None


class ContentBuild:
    """Checks and writes values of one field."""

    def __init__(self, owner: StructBuild, field: spec.FieldSpec) -> None:
        self.s, self.field, self.b = owner, field, owner.builder

    # --- types -------------------------------------------------------------------------------

    def check(self, wire: spec.WireType, value: Reg) -> Checked:
        """Check the type of a value; its canonical form."""
        b, s = self.b, self.s
        match wire:
            case spec.IntType():
                return Checked(value, number=s.number_of(wire, value))
            case spec.BitsType(size=size):
                exact = size.value if isinstance(size, Const) else None
                symbol = s.owner.symbol(wire.as_type, wire.as_type.__name__)
                content = b.obj("as_bits", value, hint=self.field.name, class_=symbol, size=exact)
                return Checked(content, content=content, length=b.number("len", content, lo=0, hi=POSITION_HI))
            case spec.FloatType(bits):
                number = b.number("as_float", value, lo=0, hi=(1 << bits.width) - 1, hint=self.field.name, width=bits.width)
                return Checked(value, bits=number)
            case spec.BytesType() | spec.TextType():
                return self._content(wire, value)
            case spec.ArrayType():
                items = b.obj("as_list", value)
                return Checked(items, length=b.number("len", items, lo=0, hi=POSITION_HI))
            case spec.NestedType(struct):
                b.emit("as_class", (value,), class_=s.owner.symbol(struct, struct.__name__))
            case spec.SwitchType():
                arms = spec.arms_of(wire)
                classes = tuple(s.owner.symbol(arm, arm.__name__) for arm in arms)
                return Checked(value, arm=b.number("arm", value, lo=0, hi=max(len(arms) - 1, 0), classes=classes))
        return Checked(value)

    def _content(self, wire: spec.BytesType | spec.TextType, value: Reg) -> Checked:
        b, s = self.b, self.s
        size = wire.size.value if isinstance(wire.size, Const) and wire.pad is None else None
        if isinstance(wire, spec.TextType):
            content, canonical = b.reg("obj", hint=self.field.name), b.reg("obj")
            b.emit("as_text", (value,), (content, canonical), encoding=wire.encoding)
            if size is not None:
                content = b.obj("as_bytes", content, size=size)
        elif isinstance(wire, spec.CodedType):
            canonical = value
            content = b.obj("encode", value, codec=s.owner.symbol(wire.codec, type(wire.codec).__name__))
            if size is not None:
                content = b.obj("as_bytes", content, size=size)
        elif wire.as_type is not bytes:
            content = canonical = b.obj("as_value", value, class_=s.owner.symbol(wire.as_type, wire.as_type.__name__))
            if wire.mixed:
                content = b.obj("attr", canonical, name="bytes_le")
        else:
            content = canonical = b.obj("as_bytes", value, size=size, hint=self.field.name)
        return Checked(canonical, content=content, length=b.number("len", content, lo=0, hi=POSITION_HI))

    # --- writing -----------------------------------------------------------------------------

    def put(self, wire: spec.IntType, number: Reg) -> None:
        """Write a number, in a byte order that may depend on an earlier field."""
        s, b = self.s, self.b
        if isinstance(wire, spec.VarintType):
            b.emit("put.varint", (number,), coding=wire.coding)
            return

        def emit(order: str) -> None:
            straight, order = s.straight(wire, number, s.phase, order)
            b.emit("put", (straight,), width=wire.width, order=order, phase=s.phase)

        s.run = same_run(wire, s.phase, s.run, self.refuse)
        by_order(b, s.values, byte_order(wire, s.key.order), emit)
        s.phase = (s.phase + wire.width) % 8

    def refuse(self, message: str) -> NoReturn:
        """A DeclarationError about this field."""
        self.s.refuse(message, self.field)

    def put_pad(self, wire: spec.PadType) -> None:
        """Zero bits."""
        width = wire.width
        if width > WIDEST_PAD:
            head = -self.s.phase % 8
            self._put_zero_bits(wire, head)
            self.put_zeros(self.b.const((width - head) // 8))
            width = (width - head) % 8
        self._put_zero_bits(wire, width)

    def _put_zero_bits(self, wire: spec.PadType, width: int) -> None:
        if width:
            self.put(spec.IntType(width, order=straight_order(wire), bit_order=wire.bit_order), self.b.const(0))

    def put_align(self, multiple: int) -> None:
        """Zero bytes up to a multiple, counted from the struct's start."""
        s, b = self.s, self.b
        used = b.number("bin", s.here(), s.start, lo=0, hi=POSITION_HI, op="sub")
        self.put_zeros(b.bin("mod", b.negate(used), b.const(multiple)))

    def put_zeros(self, count: Reg) -> None:
        """Zero bytes at a byte boundary."""
        self.limit_output(count)
        self.b.emit("put.zeros", (count,))

    def limit_output(self, count: Reg) -> None:
        """Before padding, the limit of what is built: nothing else grows beyond what the values hold."""
        s, b = self.s, self.b
        if count.hi > FEW_ZEROS:
            limit, after = b.const(s.owner.limits.output_size), b.bin("add", s.here(), count)
            b.fail_if(b.bin("gt", after, limit), "too-large", "would end at byte {1}, the limit is {2}", values=(after, limit))

    def put_content(self, wire: spec.BytesType | spec.TextType, checked: Checked) -> None:
        """Bytes with what delimits them."""
        b, content, length = self.b, checked.content, checked.length
        assert content is not None
        assert length is not None
        if wire.prefix is not None:
            self.put_prefix(wire.prefix, length, "bytes")
        if wire.pad is not None and wire.size is not None:
            size = self._size_of_area(wire.size)
            b.emit("put.area", (content, size), pad=wire.pad, terminator=wire.terminator, unit=wire.unit)
        elif wire.terminator is not None and wire.unit > 1:
            b.emit("put.bytes", (content,), terminator=wire.terminator, unit=wire.unit)
        else:
            b.emit("put.bytes", (content,), terminator=wire.terminator)

    def _size_of_area(self, size: Node) -> Reg:
        """The bytes to fill, within the limit of what is built."""
        s, b = self.s, self.b
        unknown = sorted(unknowns_of(expanded(size, s.spec), s.equations.open()))
        if unknown:
            name = ".".join(unknown[0])
            self.refuse(f"does not fill its area, so it cannot say how large that is, and `{name}` is derived; drop auto(), or pad=")
        amount = s.values.lower(size, self.field.location)
        if amount.lo < 0:
            b.fail_if(b.bin("lt", amount, b.const(0)), "size", f"its size, {show(size)}, is {{1}}", values=(amount,))
        self.limit_output(amount)
        return amount

    def put_prefix(self, prefix: spec.IntType, length: Reg, units: str) -> None:
        """How many bytes or elements follow."""
        b, high = self.b, (1 << prefix.width) - 1
        too_long = b.bin("gt", length, b.const(high))
        b.fail_if(too_long, "size", f"has {{1}} {units}; its length prefix can say at most {high}", values=(length,))
        self.put(prefix, b.bin("min", length, b.const(high)) if isinstance(prefix, spec.VarintType) else length)

    def put_bits(self, wire: spec.BitsType, content: Reg) -> None:
        """A run of bits."""
        s = self.s
        if not wire.fills_up:
            s.run = same_run(wire, s.phase, s.run, self.refuse)
        self.b.emit("put.bits", (content,), phase=s.phase, order=straight_order(wire), fill=wire.fills_up)
        s.phase = (s.phase + (measure.size_of(wire).fixed or 0)) % 8

    def put_name(self, wire: spec.NameType, value: Reg) -> Reg:
        """A domain name; its canonical text."""
        s = self.s
        assert s.origin is not None
        assert s.memo is not None
        return self.b.obj("put.name", value, s.origin, s.memo, compress=wire.compress, hint=self.field.name)
