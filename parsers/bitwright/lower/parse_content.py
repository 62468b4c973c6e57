"""How each wire type is read: the parse half of the vocabulary's meaning."""

from __future__ import annotations

import dataclasses
from typing import Any, NoReturn

from bitwright.enums import OpenEnum, names_of, table_of
from bitwright.errors import declaration_error
from bitwright.ir.ops import Reg
from bitwright.lower.common import POSITION_HI, advance, byte_order, is_straight, position, same_run, straight_order, swapped
from bitwright.lower.expressions import bounds, expanded, refs_of
from bitwright.lower.parse import StructLowering
from bitwright.schema import spec
from bitwright.schema.expr import Const, Node, show
from bitwright.values import Address, from_mixed, mixed_text
from bitwright.wire.timestamps import table_of_times

MOST_BYTES = 9  # that one load reads


@dataclasses.dataclass(slots=True)
class Read:
    """What reading gave: the object, the number behind it if it has one, the exports of a struct."""

    value: Reg
    number: Reg | None = None
    exports: dict[tuple[str, ...], Reg] = dataclasses.field(default_factory=dict)


class ContentLowering:
    """Reads numbers, padding, bytes, text and names; `StructureLowering` adds what holds other types."""

    def __init__(self, owner: StructLowering, field: spec.FieldSpec) -> None:
        self.s, self.field, self.b = owner, field, owner.builder
        self.end = owner.end

    def refuse(self, message: str) -> NoReturn:
        """A DeclarationError about this field."""
        raise declaration_error(message, self.field.location, self.s.spec.name, self.field.name)

    def _constraints(self, read: Read) -> None:
        field, b = self.field, self.b
        if field.fixed is not None and not isinstance(field.fixed, bytes) and read.number is not None:
            expected = self.s.values.lower(field.fixed, field.location)
            b.fail_if(b.bin("ne", read.number, expected), "const", "is {1}, must be {2}", values=(read.number, expected))
        elif isinstance(field.fixed, bytes):
            self._fixed_bytes(field.fixed)
        if self.s.options.strict and field.reserved and read.number is not None:
            b.emit("finding_if", (read.number, read.number), code="reserved-bits", message="reserved bits are {0:#x}")

    def _fixed_bytes(self, fixed: bytes) -> None:
        b, base = self.b, self.s.pos
        begin = b.number("bin", base, b.const(len(fixed)), lo=0, hi=POSITION_HI, op="sub")
        there = b.number("same", begin, lo=0, hi=1, value=fixed)
        b.fail_if(b.is_not(there), "const", f"must be the bytes {fixed.hex()}")

    # --- numbers and padding ---------------------------------------------------------------------

    def _need(self, size: int) -> None:
        self.b.emit("need", (self.s.pos, self.end), size=size, **self._more())

    def _more(self) -> dict[str, Any]:
        """What a check that may have to wait for bytes is told of those that come after them."""
        return {"more": self.s.following} if self.s.following else {}

    def _move_bits(self, width: int) -> None:
        s = self.s
        total = s.phase + width
        s.pos = advance(self.b, s.pos, total // 8)
        s.phase = total % 8

    def _word(self, wire: spec.IntType) -> Reg:
        """The number as it lies there, unsigned unless signed."""
        s, b = self.s, self.b
        s.run = same_run(wire, s.phase, s.run, self.refuse)
        self._need((s.phase + wire.width + 7) // 8)
        order = byte_order(wire, s.key.order)
        if isinstance(order, str):
            return self._load(wire, order)
        little = s.values.lower(order, self.field.location)
        return b.select(little, self._load(wire, "little"), self._load(wire, "big"))

    def _load(self, wire: spec.IntType, order: str) -> Reg:
        if is_straight(wire, self.s.phase, order):
            return self._bits(wire, order)
        unsigned = self._bits(spec.IntType(wire.width, bit_order=wire.bit_order), straight_order(wire))
        number = swapped(self.b, unsigned, wire, order)
        low, high = bounds(wire)
        return self.b.number("bits", number, lo=low, hi=high, shift=0, width=wire.width, signed=True) if wire.signed else number

    def _bits(self, wire: spec.IntType, order: str) -> Reg:
        """Bits that lie together in the word of that byte order around them."""
        s, b = self.s, self.b
        size = (s.phase + wire.width + 7) // 8
        whole = s.phase == 0 and wire.width == 8 * size
        hint = self.field.name if whole else "word"
        word = b.number("load", s.pos, lo=0, hi=(1 << 8 * size) - 1, hint=hint, offset=0, bytes=size, order=order)
        if whole and not wire.signed:
            return word
        low, high = bounds(wire)
        shift = s.phase if wire.bit_order == "lsb" else 8 * size - s.phase - wire.width
        return b.number("bits", word, lo=low, hi=high, shift=shift, width=wire.width, signed=wire.signed)

    def _number(self, wire: spec.IntType) -> Reg:
        """A number, whatever its size; the position moves behind it."""
        if isinstance(wire, spec.VarintType):
            return self._varint(wire)
        number = self._word(wire)
        self._move_bits(wire.width)
        return number

    def _varint(self, wire: spec.VarintType) -> Reg:
        s, b = self.s, self.b
        self._aligned("a varint")
        number, after = b.reg("int", *bounds(wire), self.field.name), position(b)
        b.emit("varint", (s.pos, self.end), (number, after), coding=wire.coding, bits=wire.width)
        if s.options.strict:
            size = b.number("bin", after, s.pos, lo=0, hi=POSITION_HI, op="sub")
            fewest = b.number("varint.size", number, lo=1, hi=10, coding=wire.coding)
            longer = b.bin("ne", size, fewest)
            b.emit("finding_if", (longer, number, size, fewest), code="non-minimal", message="{0} is written in {1} bytes; {2} would do")
        s.pos = after
        return number

    def _integer(self, wire: spec.IntType) -> Read:
        number = self._number(wire)
        enum = wire.enum
        if enum is not None:
            symbol = self.s.owner.symbol(table_of(enum), enum.__name__)
            if self.s.options.strict and not issubclass(enum, OpenEnum):  # an open one expects numbers without a name
                known = self.b.number("known", number, lo=0, hi=1, table=symbol)
                unknown = self.b.is_not(known)
                self.b.emit("finding_if", (unknown, number), code="enum-unknown", message=f"{{0}} has no name in {enum.__name__}")
            if self.s.options.plain:
                symbol = self.s.owner.symbol(names_of(enum), f"{enum.__name__}_name")
            return Read(self.b.obj("box", number, hint=self.field.name, as_=symbol), number)
        if wire.time is not None:
            symbol = self.s.owner.symbol(table_of_times(wire.time, text=self.s.options.plain), "Timestamp")
            return Read(self.b.obj("box", number, hint=self.field.name, as_=symbol), number)
        return Read(self.b.obj("box", number, hint=self.field.name, as_="bool" if wire.as_type is bool else "int"), number)

    def _checksum(self, inner: spec.IntType) -> Read:
        if self.s.phase or inner.width % 8:
            self.refuse("a checksum is whole bytes at a byte boundary")
        return self._integer(inner)

    def _pad(self, wire: spec.PadType) -> Read:
        s, b, width = self.s, self.b, wire.width
        if width:
            s.run = same_run(wire, s.phase, s.run, self.refuse)
            size = (s.phase + width + 7) // 8
            self._need(size)
            if s.options.strict and size > MOST_BYTES:
                head = -s.phase % 8
                self._pad_bits(wire, head)
                self._zeros(s.pos, advance(b, s.pos, (width - head) // 8))
                self._move_bits((width - head) // 8 * 8)
                width = (width - head) % 8
            self._pad_bits(wire, width)
        return Read(b.obj("none"))

    def _pad_bits(self, wire: spec.PadType, width: int) -> None:
        """Padding that lies in one loaded word."""
        if width and self.s.options.strict:
            bits = self._bits(spec.IntType(width, bit_order=wire.bit_order), straight_order(wire))
            self.b.emit("finding_if", (bits, bits), code="padding", message="padding is {0:#x}, not zero")
        self._move_bits(width)

    def _zeros(self, begin: Reg, stop: Reg) -> None:
        clean = self.b.number("zeros", begin, stop, lo=0, hi=1)
        self.b.emit("finding_if", (self.b.is_not(clean),), code="padding", message="padding is not zero")

    def _align(self, multiple: int) -> Read:
        s, b = self.s, self.b
        if s.phase:
            self.refuse("align() works from a byte boundary; add pad(bits=...) before it")
        used = b.number("bin", s.pos, s.start, lo=0, hi=POSITION_HI, op="sub")
        gap = b.bin("mod", b.negate(used), b.const(multiple))
        b.emit("need.var", (s.pos, self.end, gap), expr=f"the gap up to a multiple of {multiple}", refs=(), **self._more())
        stop = advance(b, s.pos, gap)
        if s.options.strict:
            self._zeros(s.pos, stop)
        s.pos = stop
        return Read(b.obj("none"))

    # --- bytes and text ----------------------------------------------------------------------

    def _aligned(self, what: str) -> None:
        if self.s.phase:
            gap = 8 - self.s.phase
            self.refuse(f"{what} must begin at a byte boundary; it begins at bit {self.s.phase} of a byte: add pad(bits={gap})")

    def _with_rest(self, node: Node) -> Reg:
        """A number or condition in which rest() is what is left here."""
        s, b = self.s, self.b
        s.values.rest = lambda: b.number("bin", self.end, s.pos, lo=0, hi=POSITION_HI, op="sub")
        size = s.values.lower(node, self.field.location)
        s.values.rest = None
        return size

    def _region(self, size: Node) -> Reg:
        """The end of a region of `size` bytes from here, checked to be there."""
        s, b = self.s, self.b
        if isinstance(size, Const):
            self._need(size.value)
            return advance(b, s.pos, size.value, "stop")
        amount = self._with_rest(size)
        b.emit("need.var", (s.pos, self.end, amount), expr=show(size), refs=refs_of(expanded(size, s.spec)), **self._more())
        return advance(b, s.pos, amount, "stop")

    def _extent(self, wire: spec.BytesType | spec.TextType) -> tuple[Reg, Reg, Reg]:
        """Begin and end of the content, and where the next field begins."""
        s, b = self.s, self.b
        self._aligned("bytes")
        if wire.prefix is not None:
            length = self._number(wire.prefix)
            b.emit("need.var", (s.pos, self.end, length), expr="its length prefix", refs=(), **self._more())
            stop = advance(b, s.pos, length, "stop")
            return s.pos, stop, stop
        if wire.pad is not None and wire.size is not None:
            return self._area(wire, wire.size, wire.pad)
        if wire.terminator is not None:
            unit = {"unit": wire.unit} if wire.unit > 1 else {}
            stop = b.number("find", s.pos, self.end, lo=0, hi=POSITION_HI, hint="stop", terminator=wire.terminator, **unit)
            return s.pos, stop, advance(b, stop, len(wire.terminator))
        if wire.size is None:
            return s.pos, self.end, self.end
        stop = self._region(wire.size)
        return s.pos, stop, stop

    def _area(self, wire: spec.BytesType | spec.TextType, size: Node, pad: bytes) -> tuple[Reg, Reg, Reg]:
        """Content that need not fill its region."""
        s, b = self.s, self.b
        end = self._region(size)
        stop, clean = position(b, "stop"), b.reg("int", 0, 1)
        b.emit("trim", (s.pos, end), (stop, clean), pad=pad, terminator=wire.terminator, unit=wire.unit)
        if s.options.strict and wire.terminator is not None:
            message = f"what follows the terminator is not {'zero' if not pad.strip(bytes(1)) else repr(pad)}"
            b.emit("finding_if", (b.is_not(clean),), code="padding", message=message.replace("{", "{{").replace("}", "}}"))
        return s.pos, stop, end

    def _bytes(self, wire: spec.BytesType) -> Read:
        s = self.s
        if wire.payload and s.key.lax and wire.size is not None:
            return self._lax_payload(wire.size)
        if isinstance(wire, spec.CodedType):
            return self._coded(wire)
        begin, stop, after = self._extent(wire)
        value = self._span(wire, begin, stop)
        s.pos = after
        return Read(value)

    def _coded(self, wire: spec.CodedType) -> Read:
        """What a codec makes of the bytes; of all of them, unless it says itself where they end."""
        s, b = self.s, self.b
        begin, stop, after = self._extent(wire)
        symbol = s.owner.symbol(wire.codec, type(wire.codec).__name__)
        value, reached = b.reg("obj", hint=self.field.name), position(b)
        b.emit("decode", (begin, stop), (value, reached), codec=symbol, plain=s.options.plain)
        if wire.unsized:
            after = reached
        else:
            left = b.number("bin", stop, reached, lo=0, hi=POSITION_HI, op="sub")
            b.fail_if(b.bin("ne", reached, stop), "unconsumed", "{1} of its bytes are left over", values=(left,), at=reached)
        s.pos = after
        return Read(value)

    def _span(self, wire: spec.BytesType, begin: Reg, stop: Reg) -> Reg:
        """The bytes as an object, or, in plain programs, as text."""
        b, symbol, as_type = self.b, self.s.owner.symbol, wire.as_type
        if self.s.options.plain:
            function = mixed_text if wire.mixed else as_type.text_function() if issubclass(as_type, Address) else None
            how = "hex" if function is None else symbol(function, f"{as_type.__name__}_text")
            return b.obj("render", begin, stop, hint=self.field.name, with_=how)
        if wire.mixed:
            return b.obj("render", begin, stop, hint=self.field.name, with_=symbol(from_mixed, "UUID_mixed"))
        kind = "bytes" if as_type is bytes else symbol(as_type, as_type.__name__)
        return b.obj("span", begin, stop, hint=self.field.name, as_=kind)

    def _lax_payload(self, size: Node) -> Read:
        """What is there of a payload: the position behind it is where the header says it ends."""
        s, b = self.s, self.b
        self._aligned("bytes")
        amount = self._with_rest(size)
        negative = b.bin("lt", amount, b.const(0))
        b.fail_if(negative, "negative-size", f"its size, {show(size)}, is {{1}}", values=(amount,))
        stop = advance(b, s.pos, amount, "stop")
        there = b.number("bin", stop, self.end, lo=0, hi=POSITION_HI, op="min")
        value = self._span(spec.BytesType(), s.pos, there)
        s.pos = stop
        return Read(value)

    def _run_of_bits(self, wire: spec.BitsType) -> Read:
        """Bits of any number, out of the bytes that they touch."""
        s, b = self.s, self.b
        if isinstance(wire.size, Const):
            s.run, begin, phase = same_run(wire, s.phase, s.run, self.refuse), s.pos, s.phase
            count, touched = b.const(wire.size.value), (phase + wire.size.value + 7) // 8
            self._need(touched)
            stop = advance(b, begin, touched, "stop")
            self._move_bits(wire.size.value)
        else:
            self._aligned("a run of bits that varies in size")
            begin, phase, count = s.pos, 0, self._with_rest(wire.size)
            refs = refs_of(expanded(wire.size, s.spec))
            if count.lo < 0:
                negative = b.bin("lt", count, b.const(0))
                b.fail_if(negative, "negative-size", f"its size, {show(wire.size)}, is {{1}} bits", values=(count,), refs=refs)
            touched_bytes = b.number("bin", b.add(count, 7), b.const(3), lo=0, hi=POSITION_HI, op="shr")
            b.emit("need.var", (begin, self.end, touched_bytes), expr=f"{show(wire.size)} bits", refs=refs, **self._more())
            stop = s.pos = advance(b, begin, touched_bytes, "stop")
        return Read(self._bits_between(wire, begin, stop, count, phase))

    def _bits_between(self, wire: spec.BitsType, begin: Reg, stop: Reg, count: Reg, phase: int) -> Reg:
        b, order = self.b, straight_order(wire)
        raw = b.obj("span", begin, stop, as_="bytes")
        kind = "text" if self.s.options.plain else self.s.owner.symbol(wire.as_type, wire.as_type.__name__)
        fill = {"fill": True} if wire.fills_up else {}  # then the bits behind it are its own, for who keeps them
        value = b.obj("bitstring", raw, count, hint=self.field.name, phase=phase, order=order, as_=kind, **fill)
        if wire.fills_up and self.s.options.strict:
            left = b.number("spare", raw, count, lo=0, hi=127, order=order)
            b.emit("finding_if", (left, left), code="padding", message="the bits behind it are {0:#x}, not zero")
        return value

    def _text(self, wire: spec.TextType) -> Read:
        begin, stop, after = self._extent(wire)
        value = self.b.obj("text", begin, stop, hint=self.field.name, encoding=wire.encoding)
        self.s.pos = after
        return Read(value)

    def _name(self) -> Read:
        s, b = self.s, self.b
        self._aligned("a domain name")
        assert s.origin is not None
        assert s.memo is not None
        value, after = b.reg("obj", hint=self.field.name), position(b)
        b.emit("name", (s.pos, self.end, s.origin, s.memo), (value, after), hops=s.options.limits.pointer_hops)
        s.pos = after
        return Read(value)
