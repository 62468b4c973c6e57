"""How each wire type is read: fields in order, and the types that hold others; the rest is in `parse_content`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwright.ir.ops import Block, Reg
from bitwright.lower.common import POSITION_HI, advance, context, hand_over, order_for, position, run_after
from bitwright.lower.conditions import fail_unless
from bitwright.lower.expressions import expanded, export_bounds, refs_of
from bitwright.lower.facts import Needs, end_phase, needs_of, phase_after
from bitwright.lower.parse import Exports, Key, item_exports
from bitwright.lower.parse_content import Read
from bitwright.lower.parse_pointer import read_at
from bitwright.lower.parse_skip import SkipLowering
from bitwright.schema import measure, runs, spec
from bitwright.schema.expr import Const, Node


class FieldLowering(SkipLowering):
    """Lowers one field of a struct at the struct's current position."""

    def lower(self) -> None:
        """Read the field and note its value for the object and for later expressions."""
        s, field = self.s, self.field
        if isinstance(field.type, spec.CheckType):
            fail_unless(self.b, s.values, field, field.type, s.places, (s.start, s.key.phase), {})
            s.values.assume(field.type.condition)
            return
        after = phase_after(field.type, s.phase, s.spec, field)
        s.places[field.name] = s.pos, s.phase
        self.b.emit("enter", (s.pos,), name=field.name, phase=s.phase, location=field.location, **self._bits_of(field.type))
        read = self.skip(field.type) if self.skipping else self.read(field.type)
        if not self.skipping and not isinstance(field.type, spec.OptionalType):
            self._constraints(read)
        self.b.emit("leave", (s.pos, read.value), phase=s.phase)
        assert s.phase == after, (s.spec.name, field.name, s.phase, after)
        s.ends[field.name] = s.pos
        s.objects[field.name] = self.skipped() if self.skipping else read.value
        if read.number is not None:
            s.values.fields[(field.name,)] = read.number
        for path, reg in read.exports.items():
            s.values.fields[(field.name, *path)] = reg

    @staticmethod
    def _bits_of(wire: spec.WireType) -> dict[str, Any]:
        """For the trace, the side from which the bits of a type are counted, if it is not the usual one."""
        return {"bits": "lsb"} if runs.first_order(spec.pointed(wire)) == "lsb" else {}

    # --- by type -----------------------------------------------------------------------------

    def read(self, wire: spec.WireType) -> Read:
        """Read one value of a type and move the position behind it."""
        match wire:
            case spec.IntType():
                return self._integer(wire)
            case spec.BitsType():
                return self._run_of_bits(wire)
            case spec.FloatType(bits):
                return Read(self.b.obj("float", self._number(bits), hint=self.field.name, width=bits.width, plain=self.s.options.plain))
            case spec.ChecksumType(inner):
                return self._checksum(inner)
            case spec.PadType():
                return self._pad(wire)
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
            case spec.AtType():
                return read_at(self, wire)
        raise AssertionError(wire)

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

    def _context(self, needs: Needs) -> tuple[Reg, ...]:
        return context(self.b, needs, self.s.origin, self.s.memo, self.s.depth, (self.s.reach,) if self.s.reach is not None else ())

    def _outs(self, struct: type, exports: Exports) -> tuple[Reg, ...]:
        b = self.b
        numbers = (b.reg("int", *export_bounds(spec.spec_of(struct), path), "_".join(path)) for path in exports)
        return b.reg("obj", hint=self.field.name), position(b), *numbers

    def _nested(self, wire: spec.NestedType, wanted: Exports | None = None) -> Read:
        s, b = self.s, self.b
        end, region = self.end, None
        if wire.size is not None:
            self._aligned("a region")
            end = region = self._region(wire.size)
        exports = tuple(sorted(s.wanted.get(self.field.name, ()))) if wanted is None else wanted
        needs = needs_of(wire.struct)
        arguments, handed = hand_over(b, s.values, wire, self.field.location)
        phase = s.phase

        def call(order: str) -> tuple[Reg, ...]:
            run, asked = s.run if phase else None, self.asked_inside(needs, region)
            key = Key(wire.struct, phase, order_for(wire.struct, order), needs, exports, arguments, run=run, **asked)
            outs = self._outs(wire.struct, exports)
            b.emit("call", (s.pos, end, *self._context(needs), *handed), outs, function=s.owner.function(key))
            return outs

        value, s.pos, *numbers = self._by_order(wire.order, call, self._outs(wire.struct, exports))
        s.phase, s.run = end_phase(wire.struct, phase), runs.last_order(wire, s.run)
        if region is not None:
            self.leave(region)
        return Read(value, None, dict(zip(exports, numbers, strict=True)))

    def leave(self, region: Reg) -> None:
        """Go on behind a region, which must be used up if all in it was read."""
        if self.only is None and not self.skipping:
            self._consumed(region)
        self.s.pos = region

    def _consumed(self, region: Reg) -> None:
        s, b = self.s, self.b
        left = b.number("bin", region, s.pos, lo=0, hi=POSITION_HI, op="sub")
        b.fail_if(b.bin("ne", s.pos, region), "unconsumed", "{1} of its bytes are left over", values=(left,), at=s.pos)
        s.pos = region

    def _switch(self, wire: spec.SwitchType) -> Read:
        s, b = self.s, self.b
        self._aligned("a union")
        key = s.values.lower(wire.on, self.field.location)
        end, region = self.end, None
        if wire.size is not None:
            end = region = self._region(wire.size)
        needs = Needs()
        for arm in spec.arms_of(wire):
            needs |= needs_of(arm)
        arguments, handed = hand_over(b, s.values, wire, self.field.location)
        operands = (key, s.pos, end, *self._context(needs), *handed)

        def outs() -> tuple[Reg, ...]:
            return b.reg("obj", hint=self.field.name), position(b)

        def choose(arms: Mapping[int, type], other: type | None) -> tuple[Reg, ...]:
            def call(order: str) -> tuple[Reg, ...]:
                def name_of(arm: type) -> str:
                    return s.owner.function(Key(arm, 0, order_for(arm, order), needs, (), arguments, **self.asked_inside(needs, region)))

                made = outs()
                table = {tag: name_of(arm) for tag, arm in arms.items()}
                b.emit("dispatch", operands, made, table=table, default=name_of(other) if other else None)
                return made

            return self._by_order(wire.order, call, outs())

        def chosen() -> Reg:
            cases = wire.union.cases
            if wire.empty is None or region is None:
                value, s.pos = choose(cases, wire.default)
            else:
                can_be = {tag: arm for tag, arm in cases.items() if not measure.size_of_struct(arm).fewest}
                nothing = b.bin("eq", s.pos, region)
                value, s.pos = self._either(nothing, lambda: choose(can_be, wire.empty), lambda: choose(cases, wire.default), outs())
            if region is not None:
                self.leave(region)
            return value

        malformed = wire.malformed
        if malformed is None or region is None:
            return Read(chosen())
        return Read(self._attempt(chosen, lambda: choose({}, malformed), region))

    def _attempt(self, read: Callable[[], Reg], instead: Callable[[], tuple[Reg, ...]], region: Reg) -> Reg:
        """What lies in a region as one reads it, or, where that fails, as another does."""
        s, b, before = self.s, self.b, self.s.pos
        with b.inside(Block()) as first:
            b.give(read())
        s.pos = before
        with b.inside(Block()) as second:
            value, s.pos = instead()
            self.leave(region)
            b.give(value)
        s.pos = region
        made = b.reg("obj", hint=self.field.name)
        b.emit("attempt", (), (made,), (first, second), finding=s.options.strict)
        return made

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
        present = s.there[self.field.name] = self._with_rest(condition)
        before, numbered = s.pos, isinstance(spec.pointed(inner), spec.IntType | spec.ChecksumType)
        got: list[Read] = []
        phase, run = s.phase, s.run

        def yes() -> tuple[Reg, ...]:
            read = self.skip(inner) if self.skipping else self.read(inner)
            if not self.skipping:
                self._constraints(read)
            got.append(read)
            return (read.value, s.pos, *((read.number,) if read.number is not None else ()))

        with b.inside(Block()) as then:
            b.give(*yes())
        s.phase, s.run = phase_after(self.field.type, phase, s.spec, self.field), run_after(inner, phase, run, self.refuse)
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
        if wire.prefix is not None:
            return self._counted(wire, self._number(wire.prefix))
        if measure.size_of(wire.item).fixed is not None and (measure.size_of(wire.item).fixed or 0) % 8:
            self.refuse("its elements are not whole bytes, so only count= can delimit it")
        end, outer = self.end, self.end
        if wire.size is not None:
            end = self._region(wire.size)
        items = self._items()
        self.end = end
        if wire.terminator is not None:
            self._loop(wire, items, self._goes_on(wire.terminator), None)
            self._need(len(wire.terminator))
            s.pos = advance(b, s.pos, len(wire.terminator))
        elif wire.until is None:
            self._loop(wire, items, b.bin("lt", s.pos, end), None)
            s.pos = end  # no element goes beyond it
        else:
            self._loop(wire, items, b.const(1), wire.until)
        self.end = outer
        return Read(items)

    def _goes_on(self, terminator: bytes) -> Reg:
        """Whether something else than the terminator stands here."""
        self._need(len(terminator))
        return self.b.is_not(self.b.number("same", self.s.pos, lo=0, hi=1, value=terminator))

    def _element(self, wire: spec.ArrayType, items: Reg, index: Reg, exports: Exports) -> Read:
        s, b = self.s, self.b
        before = s.pos
        b.emit("enter", (s.pos, index), name=None, phase=s.phase, location=self.field.location, **self._bits_of(wire.item))
        read = self._read_element(wire.item, exports)
        b.emit("leave", (s.pos, read.value), phase=s.phase)
        if not self.skipping:
            b.emit("append", (items, read.value))
        if measure.size_of(wire.item).fewest == 0 and not isinstance(wire.count, Const):
            b.fail_if(b.bin("le", s.pos, before), "no-progress", "an element consumed nothing")
        return read

    def _read_element(self, item: spec.WireType, exports: Exports) -> Read:
        to_come, self.to_come = self.to_come, True
        if isinstance(item, spec.NestedType) and (exports or not self.skipping):
            read = self._nested(item, exports)
        else:
            read = self.skip(item) if self.skipping else self.read(item)
        self.to_come = to_come
        return read

    def _items(self) -> Reg:
        return self.skipped() if self.skipping else self.b.obj("list", hint=self.field.name)

    def _counted(self, wire: spec.ArrayType, count: Reg) -> Read:
        s, b = self.s, self.b
        if not isinstance(wire.count, Const):
            self._bound_count(wire, count)
        items = self._items()
        element = measure.size_of(wire.item).fixed
        if element is not None and element % 8:
            return self._unrolled(wire, items, element)
        phase, run, index = s.phase, s.run, b.reg("int", 0, POSITION_HI, "index")
        carried = position(b)
        before, s.pos = s.pos, carried
        body = Block(params=(index, carried))
        with b.inside(body):
            self._element(wire, items, index, ())
            b.give(s.pos)
        after = position(b)
        b.emit("loop.count", (count, before), (after,), (body,))
        s.pos, s.phase, s.run = after, phase, run_after(wire.item, phase, run, self.refuse)
        return Read(items)

    def _bound_count(self, wire: spec.ArrayType, count: Reg) -> None:
        """Fail if so many elements cannot be there, before the first is read."""
        s, b = self.s, self.b
        smallest = measure.size_of(wire.item).fewest
        refs = refs_of(expanded(wire.count, s.spec)) if wire.count is not None else ()
        if count.lo < 0:
            b.fail_if(b.bin("lt", count, b.const(0)), "negative-size", "its count is {1}", values=(count,), refs=refs)
        if smallest:
            room = b.number("bin", self.end, s.pos, lo=0, hi=POSITION_HI, op="sub")
            if smallest % 8 == 0:
                wanted, there = b.bin("mul", count, b.const(smallest // 8)), room
            else:
                wanted = b.bin("mul", count, b.const(smallest))
                there = b.number("bin", room, b.const(8), lo=0, hi=1 << 51, op="mul")
            too_many = b.bin("gt", wanted, there)
            b.fail_if(too_many, "count-too-large", "a count of {1} cannot lie in the {2} bytes left", values=(count, room), refs=refs)
            if s.options.stream:
                wanted = wanted if smallest % 8 == 0 else b.bin("floordiv", wanted, b.const(8))
                b.emit("expect", (s.pos, self.end, b.add(wanted, s.following)))

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
        index, carried = b.reg("int", 0, POSITION_HI, "index"), position(b)
        before, s.pos = s.pos, carried
        body = Block(params=(index, carried))
        with b.inside(body):
            exports = item_exports(until)
            read = self._element(wire, items, index, exports)
            if wire.terminator is not None:
                again = self._goes_on(wire.terminator)
            elif until is None:
                again = b.bin("lt", s.pos, self.end)
            else:
                s.values.item = {**read.exports, **({(): read.number} if read.number is not None else {})}
                again = b.is_not(s.values.lower(until, self.field.location))
                s.values.item = {}
            following = b.add(index, 1) if index.hi < POSITION_HI else b.number("bin", index, b.const(1), lo=0, hi=POSITION_HI, op="add")
            b.give(again, following, s.pos)
        after, last = position(b), b.reg("int", 0, POSITION_HI, "count")
        zero = b.const(0)
        b.emit("loop.while", (condition, zero, before), (last, after), (body,))
        s.pos = after
