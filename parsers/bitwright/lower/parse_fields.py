"""How each wire type is read: the parse half of the vocabulary's meaning."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from bitwright.enums import names_of, table_of
from bitwright.errors import declaration_error
from bitwright.ir.ops import Block, Reg
from bitwright.lower.expressions import refs_of
from bitwright.lower.facts import Needs, arms_of, end_phase, needs_of, phase_after
from bitwright.lower.parse import Key, StructLowering, advance, item_exports, position
from bitwright.schema import measure, spec
from bitwright.values import Address
from bitwright.schema.expr import Const, Node, show


@dataclasses.dataclass(slots=True)
class Read:
    """What reading gave: the object, the number behind it if it has one, the exports of a struct."""

    value: Reg
    number: Reg | None = None
    exports: dict[tuple[str, ...], Reg] = dataclasses.field(default_factory=dict)


class FieldLowering:
    """Lowers one field of a struct at the struct's current position."""

    def __init__(self, owner: StructLowering, field: spec.FieldSpec) -> None:
        self.s, self.field, self.b = owner, field, owner.builder
        self.end = owner.end

    def refuse(self, message: str) -> Any:
        """A DeclarationError about this field."""
        raise declaration_error(message, self.field.location, self.s.spec.name, self.field.name)

    def lower(self) -> None:
        """Read the field and note its value for the object and for later expressions."""
        s, field = self.s, self.field
        after = phase_after(field.type, s.phase, s.spec, field)
        self.b.emit("enter", (s.pos,), name=field.name, phase=s.phase, location=field.location)
        if isinstance(field.type, spec.ChecksumType):
            s.values.fields[(field.name, "@")] = s.pos
        read = self.read(field.type)
        self._constraints(read)
        self.b.emit("leave", (s.pos, read.value), phase=s.phase)
        assert s.phase == after, (s.spec.name, field.name, s.phase, after)
        s.objects[field.name] = read.value
        if read.number is not None:
            s.values.fields[(field.name,)] = read.number
        for path, reg in read.exports.items():
            s.values.fields[(field.name, *path)] = reg

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
        begin = b.int("bin", base, b.const(len(fixed)), lo=0, hi=1 << 48, op="sub")
        there = b.int("same", begin, lo=0, hi=1, value=fixed)
        b.fail_if(b.is_not(there), "const", f"must be the bytes {fixed.hex()}")

    # --- by type -----------------------------------------------------------------------------

    def read(self, wire: spec.WireType) -> Read:
        """Read one value of a type and move the position behind it."""
        match wire:
            case spec.IntType():
                return self._integer(wire)
            case spec.ChecksumType(inner):
                return self._checksum(inner)
            case spec.PadType(width):
                return self._pad(width)
            case spec.AlignType(multiple):
                return self._align(multiple)
            case spec.BytesType():
                return self._bytes(wire)
            case spec.TextType():
                return self._text(wire)
            case spec.NameType():
                return self._name()
            case spec.NestedType():
                return self._nested(wire)
            case spec.ArrayType():
                return self._array(wire)
            case spec.SwitchType():
                return self._switch(wire)
            case spec.OptionalType(condition, inner):
                return self._optional(condition, inner)
        raise AssertionError(wire)

    def _need(self, size: int) -> None:
        self.b.emit("need", (self.s.pos, self.end), size=size)

    def _move_bits(self, width: int) -> None:
        s = self.s
        total = s.phase + width
        s.pos = advance(self.b, s.pos, total // 8)
        s.phase = total % 8

    def _word(self, wire: spec.IntType) -> Reg:
        """The number as it lies there, unsigned unless signed."""
        s, b = self.s, self.b
        size = (s.phase + wire.width + 7) // 8
        self._need(size)
        whole = s.phase == 0 and wire.width % 8 == 0
        order = wire.order if wire.order not in (None, "inherit") else s.key.order
        if not whole:
            if order == "little" and wire.order is not None:
                self.refuse("little endian needs whole bytes at a byte boundary; drop endian= or align the field")
            if order == "little" and s.phase + wire.width > 8:
                self.refuse("a field of a little-endian struct that crosses a byte boundary must be whole bytes; align it or split it")
            order = "big"
        if isinstance(order, str):
            return self._load(wire, size, order)
        little = s.values.lower(order, self.field.location)
        return b.select(little, self._load(wire, size, "little"), self._load(wire, size, "big"))

    def _load(self, wire: spec.IntType, size: int, order: str) -> Reg:
        s, b = self.s, self.b
        word = b.int("load", s.pos, lo=0, hi=(1 << 8 * size) - 1, hint=self.field.name if s.phase == 0 and wire.width == 8 * size else "word", offset=0, bytes=size, order=order)
        if s.phase == 0 and wire.width == 8 * size and not wire.signed:
            return word
        low, high = bounds(wire)
        shift = 8 * size - s.phase - wire.width
        return b.int("bits", word, lo=low, hi=high, shift=shift, width=wire.width, signed=wire.signed)

    def _integer(self, wire: spec.IntType) -> Read:
        number = self._word(wire)
        self._move_bits(wire.width)
        enum = wire.enum
        if enum is not None:
            symbol = self.s.owner.symbol(table_of(enum), enum.__name__)
            if self.s.options.strict:
                known = self.b.int("known", number, lo=0, hi=1, table=symbol)
                unknown = self.b.is_not(known)
                self.b.emit("finding_if", (unknown, number), code="enum-unknown", message=f"{{0}} has no name in {enum.__name__}")
            if self.s.options.plain:
                symbol = self.s.owner.symbol(names_of(enum), f"{enum.__name__}_name")
            return Read(self.b.obj("box", number, hint=self.field.name, as_=symbol), number)
        return Read(self.b.obj("box", number, hint=self.field.name, as_="bool" if wire.as_type is bool else "int"), number)

    def _checksum(self, inner: spec.IntType) -> Read:
        if self.s.phase or inner.width % 8:
            self.refuse("a checksum is whole bytes at a byte boundary")
        return self._integer(inner)

    def _pad(self, width: int) -> Read:
        s, b = self.s, self.b
        if width:
            size = (s.phase + width + 7) // 8
            self._need(size)
            if s.options.strict and size <= 9:
                word = b.int("load", s.pos, lo=0, hi=(1 << 8 * size) - 1, offset=0, bytes=size, order="big")
                shift = 8 * size - s.phase - width
                bits = b.int("bits", word, lo=0, hi=(1 << width) - 1, shift=shift, width=width, signed=False)
                b.emit("finding_if", (bits, bits), code="padding", message="padding is {0:#x}, not zero")
            elif s.options.strict and not s.phase and width % 8 == 0:
                self._zeros(s.pos, advance(b, s.pos, width // 8))
            self._move_bits(width)
        return Read(b.obj("none"))

    def _zeros(self, begin: Reg, stop: Reg) -> None:
        clean = self.b.int("zeros", begin, stop, lo=0, hi=1)
        self.b.emit("finding_if", (self.b.is_not(clean),), code="padding", message="padding is not zero")

    def _align(self, multiple: int) -> Read:
        s, b = self.s, self.b
        if s.phase:
            self.refuse("align() works from a byte boundary; add pad(bits=...) before it")
        used = b.int("bin", s.pos, s.start, lo=0, hi=1 << 48, op="sub")
        gap = b.bin("mod", b.negate(used), b.const(multiple))
        b.emit("need.var", (s.pos, self.end, gap), expr=f"the gap up to a multiple of {multiple}", refs=())
        stop = advance(b, s.pos, gap)
        if s.options.strict:
            self._zeros(s.pos, stop)
        s.pos = stop
        return Read(b.obj("none"))

    # --- bytes and text ----------------------------------------------------------------------

    def _aligned(self, what: str) -> None:
        if self.s.phase:
            self.refuse(f"{what} must begin at a byte boundary; it begins at bit {self.s.phase} of a byte: add pad(bits={8 - self.s.phase})")

    def _size(self, node: Node) -> Reg:
        s, b = self.s, self.b
        s.values.rest = lambda: b.int("bin", self.end, s.pos, lo=0, hi=1 << 48, op="sub")
        size = s.values.lower(node, self.field.location)
        s.values.rest = None
        return size

    def _region(self, size: Node) -> Reg:
        """The end of a region of `size` bytes from here, checked to be there."""
        s, b = self.s, self.b
        if isinstance(size, Const):
            self._need(size.value)
            return advance(b, s.pos, size.value, "stop")
        amount = self._size(size)
        b.emit("need.var", (s.pos, self.end, amount), expr=show(size), refs=refs_of(size))
        return advance(b, s.pos, amount, "stop")

    def _extent(self, wire: spec.BytesType | spec.TextType) -> tuple[Reg, Reg, Reg]:
        """Begin and end of the content, and where the next field begins."""
        s, b = self.s, self.b
        self._aligned("bytes")
        if wire.prefix is not None:
            length = self._word(wire.prefix)
            self._move_bits(wire.prefix.width)
            b.emit("need.var", (s.pos, self.end, length), expr="its length prefix", refs=())
            stop = advance(b, s.pos, length, "stop")
            return s.pos, stop, stop
        if wire.terminator is not None:
            stop = b.int("find", s.pos, self.end, lo=0, hi=1 << 48, hint="stop", terminator=wire.terminator)
            return s.pos, stop, advance(b, stop, len(wire.terminator))
        if wire.size is None:
            return s.pos, self.end, self.end
        stop = self._region(wire.size)
        return s.pos, stop, stop

    def _bytes(self, wire: spec.BytesType) -> Read:
        s, b = self.s, self.b
        if wire.payload and s.options.lax and wire.size is not None:
            return self._lax_payload(wire.size)
        begin, stop, after = self._extent(wire)
        value = self._span(wire, begin, stop)
        s.pos = after
        return Read(value)

    def _span(self, wire: spec.BytesType, begin: Reg, stop: Reg) -> Reg:
        """The bytes as an object, or, in plain programs, as text."""
        b, symbol, as_type = self.b, self.s.owner.symbol, wire.as_type
        if self.s.options.plain:
            how = symbol(as_type.text_function(), f"{as_type.__name__}_text") if issubclass(as_type, Address) else "hex"
            return b.obj("render", begin, stop, hint=self.field.name, with_=how)
        kind = "bytes" if as_type is bytes else symbol(as_type, as_type.__name__)
        return b.obj("span", begin, stop, hint=self.field.name, as_=kind)

    def _lax_payload(self, size: Node) -> Read:
        """What is there of a payload: the position behind it is where the header says it ends."""
        s, b = self.s, self.b
        self._aligned("bytes")
        amount = self._size(size)
        negative = b.bin("lt", amount, b.const(0))
        b.fail_if(negative, "negative-size", f"its size, {show(size)}, is {{1}}", values=(amount,))
        stop = advance(b, s.pos, amount, "stop")
        there = b.int("bin", stop, self.end, lo=0, hi=1 << 48, op="min")
        value = self._span(spec.BytesType(), s.pos, there)
        s.pos = stop
        return Read(value)

    def _text(self, wire: spec.TextType) -> Read:
        begin, stop, after = self._extent(wire)
        value = self.b.obj("text", begin, stop, hint=self.field.name, encoding=wire.encoding)
        self.s.pos = after
        return Read(value)

    def _name(self) -> Read:
        s, b = self.s, self.b
        self._aligned("a domain name")
        assert s.origin is not None and s.memo is not None
        value, after = b.reg("obj", hint=self.field.name), position(b)
        b.emit("name", (s.pos, self.end, s.origin, s.memo), (value, after), hops=s.options.limits.pointer_hops)
        s.pos = after
        return Read(value)

    # --- structure ---------------------------------------------------------------------------

    def _by_order(self, order: Any, call: Callable[[str], tuple[Reg, ...]], kinds: tuple[Reg, ...]) -> tuple[Reg, ...]:
        """Call with the byte order known, or one of two calls by an expression that is true for little endian."""
        if order is None or order == "inherit":
            return call(self.s.key.order)
        if isinstance(order, str):
            return call(order)
        b = self.b
        little = self.s.values.lower(order, self.field.location)
        outs = tuple(b.reg(r.type, r.lo, r.hi, r.hint) for r in kinds)
        blocks = []
        for choice in ("little", "big"):
            with b.inside(Block()) as block:
                b.give(*call(choice))
            blocks.append(block)
        b.branch(little, blocks[0], blocks[1], outs)
        return outs

    def _order_for(self, struct: type, inherited: str) -> str:
        own = spec.spec_of(struct).order
        return inherited if own == "inherit" else own

    def _context(self, needs: Needs) -> tuple[Reg, ...]:
        s = self.s
        scope = (s.origin, s.memo) if needs.scope else ()
        depth = (s.depth if s.depth is not None else self.b.const(0),) if needs.depth else ()
        return tuple(r for r in (*scope, *depth) if r is not None)

    def _outs(self, exports: tuple[tuple[str, ...], ...]) -> tuple[Reg, ...]:
        b = self.b
        numbers = (b.reg("int", -(1 << 63), (1 << 64) - 1, "_".join(path)) for path in exports)
        return b.reg("obj", hint=self.field.name), position(b), *numbers

    def _nested(self, wire: spec.NestedType, wanted: tuple[tuple[str, ...], ...] | None = None) -> Read:
        s, b = self.s, self.b
        end, region = self.end, None
        if wire.size is not None:
            self._aligned("a region")
            end = region = self._region(wire.size)
        exports = tuple(sorted(s.wanted.get(self.field.name, ()))) if wanted is None else wanted
        needs = needs_of(wire.struct)
        arguments = [s.values.lower(node, self.field.location) for _, node in wire.arguments]
        phase = s.phase

        def call(order: str) -> tuple[Reg, ...]:
            names = tuple(name for name, _ in wire.arguments)
            key = Key(wire.struct, phase, self._order_for(wire.struct, order), needs, exports, names)
            outs = self._outs(exports)
            b.emit("call", (s.pos, end, *self._context(needs), *arguments), outs, function=s.owner.function(key))
            return outs

        value, s.pos, *numbers = self._by_order(wire.order, call, self._outs(exports))
        s.phase = end_phase(wire.struct, phase)
        if region is not None:
            self._consumed(region)
        return Read(value, None, dict(zip(exports, numbers, strict=True)))

    def _consumed(self, region: Reg) -> None:
        s, b = self.s, self.b
        left = b.int("bin", region, s.pos, lo=0, hi=1 << 48, op="sub")
        b.fail_if(b.bin("ne", s.pos, region), "unconsumed", "{1} of its bytes are left over", values=(left,), at=s.pos)
        s.pos = region

    def _switch(self, wire: spec.SwitchType) -> Read:
        s, b = self.s, self.b
        self._aligned("a union")
        key = s.values.lower(wire.on, self.field.location)
        end, region = self.end, None
        if wire.size is not None:
            end = region = self._region(wire.size)
        needs = Needs(False, False)
        for arm in arms_of(wire):
            needs |= needs_of(arm)
        arguments = [s.values.lower(node, self.field.location) for _, node in wire.arguments]
        names = tuple(name for name, _ in wire.arguments)

        def name_of(arm: type, order: str) -> str:
            return s.owner.function(Key(arm, 0, self._order_for(arm, order), needs, (), names))

        def call(order: str) -> tuple[Reg, ...]:
            outs = self._outs(())
            table = {tag: name_of(arm, order) for tag, arm in wire.union.cases.items()}
            default = name_of(wire.default, order) if wire.default else None
            b.emit("dispatch", (key, s.pos, end, *self._context(needs), *arguments), outs, table=table, default=default)
            return outs

        def call_empty(order: str) -> tuple[Reg, ...]:
            assert wire.empty is not None
            outs = self._outs(())
            can_be = {t: a for t, a in wire.union.cases.items() if not measure.size_of_struct(a).fewest}
            table = {tag: name_of(arm, order) for tag, arm in can_be.items()}
            b.emit(
                "dispatch", (key, s.pos, end, *self._context(needs), *arguments), outs, table=table, default=name_of(wire.empty, order)
            )
            return outs

        if wire.empty is None or region is None:
            value, s.pos = self._by_order(wire.order, call, self._outs(()))
        else:
            value, s.pos = self._either(
                b.bin("eq", s.pos, region), lambda: self._by_order(wire.order, call_empty, self._outs(())),
                lambda: self._by_order(wire.order, call, self._outs(())), self._outs(()),
            )  # fmt: skip
        if region is not None:
            self._consumed(region)
        return Read(value)

    def _either(
        self, condition: Reg, then: Callable[[], tuple[Reg, ...]], other: Callable[[], tuple[Reg, ...]], outs: tuple[Reg, ...]
    ) -> tuple[Reg, ...]:
        b = self.b
        with b.inside(Block()) as yes:
            b.give(*then())
        with b.inside(Block()) as no:
            b.give(*other())
        b.branch(condition, yes, no, outs)
        return outs

    def _optional(self, condition: Node, inner: spec.WireType) -> Read:
        s, b = self.s, self.b
        present = s.values.lower(condition, self.field.location)
        before, numbered = s.pos, isinstance(inner, spec.IntType | spec.ChecksumType)
        got: list[Read] = []
        phase = s.phase

        def yes() -> tuple[Reg, ...]:
            read = self.read(inner)
            got.append(read)
            return (read.value, s.pos, *((read.number,) if read.number is not None else ()))

        with b.inside(Block()) as then:
            b.give(*yes())
        s.phase = phase_after(self.field.type, phase, s.spec, self.field)
        with b.inside(Block()) as other:
            b.give(b.obj("none"), before, *((b.const(0),) if numbered else ()))
        number = got[0].number
        outs = [b.reg("obj", hint=self.field.name), position(b)]
        if number is not None:
            outs.append(b.reg("int", min(0, number.lo), max(0, number.hi), self.field.name))
        b.branch(present, then, other, tuple(outs))
        s.pos = outs[1]
        return Read(outs[0], outs[2] if number is not None else None)

    # --- arrays ------------------------------------------------------------------------------

    def _array(self, wire: spec.ArrayType) -> Read:
        s, b = self.s, self.b
        if wire.count is not None:
            return self._counted(wire, s.values.lower(wire.count, self.field.location))
        self._aligned("an array without a count")
        if measure.size_of(wire.item).fixed is not None and (measure.size_of(wire.item).fixed or 0) % 8:
            self.refuse("its elements are not whole bytes, so only count= can delimit it")
        end, outer = self.end, self.end
        if wire.size is not None:
            end = self._region(wire.size)
        items = b.obj("list", hint=self.field.name)
        self.end = end
        if wire.until is None:
            self._loop(wire, items, b.bin("lt", s.pos, end), None)
        else:
            self._loop(wire, items, b.const(1), wire.until)
        self.end = outer
        return Read(items)

    def _element(self, wire: spec.ArrayType, items: Reg, index: Reg, exports: tuple[tuple[str, ...], ...]) -> Read:
        s, b = self.s, self.b
        b.emit("enter", (s.pos, index), name=None, phase=s.phase, location=self.field.location)
        read = self._nested(wire.item, exports) if isinstance(wire.item, spec.NestedType) else self.read(wire.item)
        b.emit("leave", (s.pos, read.value), phase=s.phase)
        b.emit("append", (items, read.value))
        return read

    def _counted(self, wire: spec.ArrayType, count: Reg) -> Read:
        s, b = self.s, self.b
        smallest = measure.size_of(wire.item).fewest
        negative = b.bin("lt", count, b.const(0))
        if count.lo < 0:
            b.fail_if(negative, "negative-size", "its count is {1}", values=(count,))
        if smallest and not isinstance(wire.count, Const):
            room = b.int("bin", self.end, s.pos, lo=0, hi=1 << 48, op="sub")
            if smallest % 8 == 0:
                wanted, there = b.bin("mul", count, b.const(smallest // 8)), room
            else:
                wanted = b.bin("mul", count, b.const(smallest))
                there = b.int("bin", room, b.const(8), lo=0, hi=1 << 51, op="mul")
            b.fail_if(
                b.bin("gt", wanted, there), "count-too-large", "{1} elements cannot lie in the {2} bytes left",
                values=(count, room), refs=refs_of(wire.count) if wire.count is not None else (),
            )  # fmt: skip
        items = b.obj("list", hint=self.field.name)
        element = measure.size_of(wire.item).fixed
        if element is not None and element % 8:
            return self._unrolled(wire, items, element)
        phase, index = s.phase, b.reg("int", 0, POSITION, "index")
        carried = position(b)
        before, s.pos = s.pos, carried
        body = Block(params=(index, carried))
        with b.inside(body):
            self._element(wire, items, index, ())
            b.give(s.pos)
        after = position(b)
        b.emit("loop.count", (count, before), (after,), (body,))
        s.pos, s.phase = after, phase
        return Read(items)

    def _unrolled(self, wire: spec.ArrayType, items: Reg, element: int) -> Read:
        """Elements that are not whole bytes: each begins at another bit, so each has its own ops."""
        if not isinstance(wire.count, Const) or wire.count.value > 256:
            self.refuse(f"its elements have {element} bits, so its count must be a constant of at most 256")
        assert isinstance(wire.count, Const)
        for index in range(wire.count.value):
            self._element(wire, items, self.b.const(index), ())
        return Read(items)

    def _loop(self, wire: spec.ArrayType, items: Reg, condition: Reg, until: Node | None) -> None:
        s, b = self.s, self.b
        index, carried = b.reg("int", 0, POSITION, "index"), position(b)
        before, s.pos = s.pos, carried
        body = Block(params=(index, carried))
        with b.inside(body):
            exports = item_exports(until)
            read = self._element(wire, items, index, exports)
            if measure.size_of(wire.item).fewest == 0:
                b.fail_if(b.bin("le", s.pos, carried), "no-progress", "an element consumed nothing")
            if until is None:
                again = b.bin("lt", s.pos, self.end)
            else:
                s.values.item = {**read.exports, **({(): read.number} if read.number is not None else {})}
                again = b.is_not(s.values.lower(until, self.field.location))
                s.values.item = {}
            following = b.add(index, 1) if index.hi < POSITION else b.int("bin", index, b.const(1), lo=0, hi=POSITION, op="add")
            b.give(again, following, s.pos)
        after, last = position(b), b.reg("int", 0, POSITION, "count")
        zero = b.const(0)
        b.emit("loop.while", (condition, zero, before), (last, after), (body,))
        s.pos = after


POSITION = 1 << 48


def bounds(wire: spec.IntType) -> tuple[int, int]:
    """The smallest and the largest number of a type."""
    if wire.signed:
        return -(1 << (wire.width - 1)), (1 << (wire.width - 1)) - 1
    return 0, (1 << wire.width) - 1


def nodes_of(made: spec.StructSpec) -> list[Node]:
    """Every expression of a struct."""
    from bitwright.schema.collect import _nodes

    nodes: list[Node] = [*made.computed.values()]
    for field in made.fields:
        nodes += _nodes(field.type)
        if isinstance(field.type, spec.ChecksumType) and field.type.over is not None:
            nodes.append(field.type.over)
        if field.fixed is not None and not isinstance(field.fixed, bytes):
            nodes.append(field.fixed)
    return nodes
