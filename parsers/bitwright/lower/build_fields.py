"""How each wire type is written: the build half of the vocabulary's meaning."""

from __future__ import annotations

from typing import Any

from bitwright.ir.ops import Block, Reg
from bitwright.lower.build import BuildKey, StructBuild, Unknown
from bitwright.lower.common import POSITION_HI, arguments_of, bounds, context, order_for
from bitwright.lower.expressions import nodes_of
from bitwright.lower.facts import Needs, arms_of, end_phase, holds_names, needs_of, phase_after
from bitwright.lower.solve import Equation
from bitwright.schema import spec
from bitwright.schema.expr import Const, FieldRef, Node, walk


class FieldBuild:
    """One field: `prepare` reads it from the message, `equations` relates it, `write` emits it."""

    def __init__(self, owner: StructBuild, field: spec.FieldSpec) -> None:
        self.s, self.field, self.b = owner, field, owner.builder
        self.optional = isinstance(field.type, spec.OptionalType)
        self.wire: spec.WireType = field.type.inner if isinstance(field.type, spec.OptionalType) else field.type
        self.present: Reg | None = None
        self.value: Reg | None = None  # the message's attribute, checked and in its canonical form
        self.length: Reg | None = None
        self.arm: Reg | None = None
        self.measured: list[Equation] = []

    # --- reading the message -----------------------------------------------------------------

    def prepare(self) -> None:
        """Take the value from the message and check its type."""
        s, b, field = self.s, self.b, self.field
        if field.hidden:
            return
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        self.value = s.inputs[field.name] = b.obj("attr", s.message, name=field.name, hint=field.name)
        missing = b.number("is_none", self.value, lo=0, hi=1)
        self.present = b.is_not(missing)
        if self.optional:
            self._prepare_optional()
        elif isinstance(self.wire, spec.IntType):
            self._prepare_int(self.wire)
        elif not isinstance(self.wire, spec.ChecksumType):
            self._prepare_value(self.wire)
        b.emit("leave", (), phase=0)

    def _prepare_int(self, wire: spec.IntType) -> None:
        s, b, field = self.s, self.b, self.field
        low, high = bounds(wire)
        assert self.value is not None
        assert self.present is not None
        if field.auto:
            s.add_unknown(Unknown((field.name,), wire, field.name, self.present, self.value, field.location, field.default))
        elif field.fixed is None or isinstance(field.fixed, Const):
            number = b.as_int(self.value, low, high)
            s.values.fields[(field.name,)] = number
            s.copies[field.name] = s.box(number, wire)

    def _prepare_optional(self) -> None:
        s, b, wire = self.s, self.b, self.wire
        assert self.value is not None
        assert self.present is not None
        if self.field.auto:
            s.refuse("auto() inside when() cannot be solved; put the field and what it measures into a struct of their own", self.field)
        if isinstance(wire, spec.IntType):
            low, high = bounds(wire)
            with b.inside(Block()) as there:
                b.give(b.as_int(self.value, low, high))
            with b.inside(Block()) as missing:
                b.give(b.const(0))
            out = b.reg("int", min(low, 0), max(high, 0), self.field.name)
            b.branch(self.present, there, missing, (out,))
            s.values.fields[(self.field.name,)] = out
        elif isinstance(wire, spec.ArrayType) and wire.count is not None:
            with b.inside(Block()) as there:
                b.give(b.number("len", b.obj("as_list", self.value), lo=0, hi=POSITION_HI))
            with b.inside(Block()) as missing:
                b.give(b.const(0))
            self.length = b.reg("int", 0, POSITION_HI, "count")
            b.branch(self.present, there, missing, (self.length,))

    def _prepare_value(self, wire: spec.WireType) -> None:
        """Check the type of anything but a number; `value` becomes the canonical form."""
        b, s = self.b, self.s
        assert self.value is not None
        match wire:
            case spec.BytesType() | spec.TextType():
                self.value, self.content = self._content(wire, self.value)
                self.length = b.number("len", self.content, lo=0, hi=POSITION_HI)
                s.copies[self.field.name] = self.value
            case spec.ArrayType():
                self.value = b.obj("as_list", self.value)
                self.length = b.number("len", self.value, lo=0, hi=POSITION_HI)
            case spec.NestedType(struct):
                b.emit("as_class", (self.value,), class_=s.owner.symbol(struct, struct.__name__))
                self._paths(wire)
            case spec.SwitchType():
                self.arm = self._arm(wire, self.value)

    def _content(self, wire: spec.BytesType | spec.TextType, value: Reg) -> tuple[Reg, Reg]:
        """The canonical value and the bytes to write for it."""
        b, s = self.b, self.s
        size = wire.size.value if isinstance(wire.size, Const) else None
        if isinstance(wire, spec.TextType):
            raw, text = b.reg("obj", hint=self.field.name), b.reg("obj")
            b.emit("as_text", (value,), (raw, text), encoding=wire.encoding)
            if size is not None:
                raw = b.obj("as_bytes", raw, size=size)
            return text, raw
        if wire.as_type is not bytes:
            made = b.obj("as_value", value, class_=s.owner.symbol(wire.as_type, wire.as_type.__name__))
            return made, made
        raw = b.obj("as_bytes", value, size=size, hint=self.field.name)
        if isinstance(self.field.fixed, bytes) and self.field.type is wire:
            return raw, raw
        return raw, raw

    def _arm(self, wire: spec.SwitchType, value: Reg) -> Reg:
        arms = arms_of(wire)
        classes = tuple(self.s.owner.symbol(arm, arm.__name__) for arm in arms)
        return self.b.number("arm", value, lo=0, hi=max(len(arms) - 1, 0), classes=classes)

    def _paths(self, wire: spec.NestedType) -> None:
        """The numbers inside a nested struct that this struct's expressions use."""
        s, b = self.s, self.b
        wanted = {n.names for root in nodes_of(s.spec) for n in walk(root) if isinstance(n, FieldRef) and len(n.names) > 1}
        for path in sorted(p for p in wanted if p[0] == self.field.name):
            assert self.value is not None
            made, holder = spec.spec_of(wire.struct), self.value
            for name in path[1:-1]:
                holder = b.obj("attr", holder, name=name)
                inner = made.field(name)
                assert inner is not None
                assert isinstance(inner.type, spec.NestedType)
                made = spec.spec_of(inner.type.struct)
            target = made.field(path[-1])
            if target is None or not isinstance(target.type, spec.IntType):
                s.refuse(f"`{'.'.join(path)}` is not a plain number, so building cannot use it; refer to the field itself", self.field)
                return
            low, high = bounds(target.type)
            given = b.obj("attr", holder, name=path[-1])
            if target.auto:
                if len(path) > 2:
                    s.refuse(f"`{'.'.join(path)}` is derived two structs down; only the next struct's fields can be solved", self.field)
                there = b.is_not(b.number("is_none", given, lo=0, hi=1))
                s.add_unknown(Unknown(path, target.type, path[-1], there, given, target.location, target.default))
            else:
                s.values.fields[path] = b.as_int(given, low, high)

    # --- relations ---------------------------------------------------------------------------

    def equations(self) -> None:
        """The equations that this field's size, count, tag and presence give."""
        wire, name = self.wire, self.field.name
        if isinstance(self.field.type, spec.OptionalType):
            self._add("presence", self.field.type.condition, f"whether {name} is given", self.present)
        match wire:
            case spec.ArrayType(count=count) if count is not None:
                self._add("count", count, f"the length of {name}", self.length)
            case spec.SwitchType():
                self._tag(wire)
        size = getattr(wire, "size", None)
        if size is not None and not (isinstance(size, Const) and isinstance(wire, spec.BytesType | spec.TextType)):
            equation = self._add("size", size, f"the size of {name}", None if self.optional else self._known_size(wire))
            if equation.actual is None:
                self.measured.append(equation)

    def _known_size(self, wire: spec.WireType) -> Reg | None:
        return self.length if isinstance(wire, spec.BytesType | spec.TextType) else None

    def _add(self, kind: str, node: Node, what: str, actual: Reg | None) -> Equation:
        equation = Equation(kind, node, what, self.field.location, self.field.name, actual)
        if self.optional and kind != "presence":
            equation.applies = None
        self.s.equations.append(equation)
        return equation

    def _tag(self, wire: spec.SwitchType) -> None:
        b = self.b
        if self.arm is None:
            return  # an optional union: its tag is given
        arms = arms_of(wire)
        tags = {i: known_tag for i, arm in enumerate(arms) if (known_tag := wire.union.tag_of(arm)) is not None}
        known = b.number("lookup", self.arm, lo=0, hi=1, table=dict.fromkeys(tags, 1), default=0)
        top = max(tags.values(), default=0)
        tag = b.number("lookup", self.arm, lo=min(tags.values(), default=0), hi=top, table=tags, default=top)
        equation = self._add("tag", wire.on, f"the tag of {self.field.name}", tag)
        equation.applies, equation.arm = known, self.arm
        equation.arms = {t: arms.index(arm) for t, arm in wire.union.cases.items()}

    # --- writing -----------------------------------------------------------------------------

    def write(self) -> None:
        """Emit the field at the current place."""
        s, b, field = self.s, self.b, self.field
        after = phase_after(field.type, s.phase, s.spec, field)
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        before = b.number("here", lo=0, hi=POSITION_HI) if self.measured else None
        if self.optional:
            self._write_optional()
        elif isinstance(self.wire, spec.IntType | spec.ChecksumType):
            self._write_number()
        else:
            copy = self._write_fitting() if self._has_choice() else self._write_value(self.wire, self.value, self.length)
            if copy is not None:
                s.copies[field.name] = copy
        if before is not None:
            size = b.number("bin", b.number("here", lo=0, hi=POSITION_HI), before, lo=0, hi=POSITION_HI, op="sub")
            for equation in self.measured:
                equation.actual = size
        s.phase = after
        b.emit("leave", (), phase=0)

    def _has_choice(self) -> bool:
        """Whether the field is a region of a derived size whose names can be written in several ways."""
        if self.s.memo is None or len(self.measured) != 1 or not isinstance(self.measured[0].expression, FieldRef):
            return False
        unknown = self.s.unknowns.get(self.measured[0].expression.names)
        return unknown is not None and len(unknown.path) == 1 and holds_names(self.wire)

    def _write_fitting(self) -> Reg | None:
        """Write the region; if its size was given and differs, write it again with its names as long as fits."""
        s, b = self.s, self.b
        expression = self.measured[0].expression
        assert isinstance(expression, FieldRef)
        unknown = s.unknowns[expression.names]
        low, high = bounds(unknown.wire)
        with b.inside(Block()) as there:
            b.give(b.as_int(unknown.given, low, high))
        with b.inside(Block()) as missing:
            b.give(b.const(-1))
        wanted = b.reg("int", -1, high, "wanted")
        b.branch(unknown.explicit, there, missing, (wanted,))
        begin = b.number("here", lo=0, hi=POSITION_HI)
        assert s.origin is not None
        assert s.memo is not None
        with b.inside(Block()) as body:
            copy = self._write_value(self.wire, self.value, self.length)
            again = b.number("fit", s.origin, begin, wanted, s.memo, lo=0, hi=1)
            b.give(again, *((copy,) if copy is not None else ()))
        initial = (b.obj("none"),) if copy is not None else ()
        body.params = tuple(b.reg("obj") for _ in initial)
        outs = tuple(b.reg("obj", hint=self.field.name) for _ in initial)
        b.emit("loop.while", (b.const(1), *initial), outs, (body,))
        return outs[0] if outs else None

    def _order(self, wire: spec.IntType) -> str:
        s = self.s
        if wire.width % 8 or s.phase:
            return "big"
        return wire.order if isinstance(wire.order, str) and wire.order != "inherit" else s.key.order

    def _put(self, wire: spec.IntType, number: Reg) -> None:
        """Write a number, in a byte order that may depend on an earlier field."""
        s, b = self.s, self.b
        if wire.order is None or isinstance(wire.order, str):
            b.emit("put", (number,), width=wire.width, order=self._order(wire))
            return
        little = s.values.lower(wire.order, self.field.location)
        with b.inside(Block()) as then:
            b.emit("put", (number,), width=wire.width, order="little")
            b.give()
        with b.inside(Block()) as other:
            b.emit("put", (number,), width=wire.width, order="big")
            b.give()
        b.branch(little, then, other, ())

    def _write_number(self) -> None:
        s, b, field = self.s, self.b, self.field
        wire = self.wire.inner if isinstance(self.wire, spec.ChecksumType) else self.wire
        assert isinstance(wire, spec.IntType)
        known = s.values.fields.get((field.name,))
        if isinstance(self.wire, spec.ChecksumType):
            s.values.fields[(field.name, "@")] = b.number("here", lo=0, hi=POSITION_HI)
            known = b.const(0)
        elif known is None:
            known = self._later(wire)
        self._put(wire, known)
        s.phase = (s.phase + wire.width) % 8

    def _later(self, wire: spec.IntType) -> Reg:
        """A number that is not known yet: zero bits now, a patch when it is."""
        s, b, field = self.s, self.b, self.field
        if wire.order is not None and not isinstance(wire.order, str):
            s.refuse("is derived from what follows it, so its byte order must be fixed; nest it in a struct with endian=", field)
        at = b.number("here", lo=0, hi=POSITION_HI)
        unknown = s.unknowns.get((field.name,))
        if unknown is not None:
            unknown.place = (at, s.phase, self._order(wire))
        else:
            ready = not any(isinstance(n, FieldRef) and n.names not in s.values.fields for n in walk(self._expression()))
            if ready:
                return s._constant(field, wire)
            s.waiting.append((field, wire, at, s.phase, self._order(wire)))
        return b.const(0)

    def _expression(self) -> Node:
        fixed = self.field.fixed
        assert fixed is not None
        assert not isinstance(fixed, bytes)
        return fixed

    def _write_optional(self) -> None:
        s, b, wire = self.s, self.b, self.wire
        assert self.value is not None
        assert self.present is not None
        phase = s.phase
        with b.inside(Block()) as there:
            if isinstance(wire, spec.IntType):
                low, high = bounds(wire)
                number = b.as_int(self.value, low, high)
                self._put(wire, number)
                copy: Reg | None = s.box(number, wire)
            else:
                copy = self._write_item(wire, self.value)
            b.give(copy if copy is not None else b.obj("none"))
        s.phase = phase
        with b.inside(Block()) as missing:
            b.give(b.obj("none"))
        out = b.reg("obj", hint=self.field.name)
        b.branch(self.present, there, missing, (out,))
        s.copies[self.field.name] = out

    def _write_item(self, wire: spec.WireType, value: Reg) -> Reg | None:
        """Check and write a value that was not prepared: an element, the inside of an optional field."""
        b, s = self.b, self.s
        match wire:
            case spec.IntType():
                low, high = bounds(wire)
                number = b.as_int(value, low, high)
                self._put(wire, number)
                s.phase = (s.phase + wire.width) % 8
                return s.box(number, wire)
            case spec.BytesType() | spec.TextType():
                made, content = self._content(wire, value)
                self._delimited(wire, content, b.number("len", content, lo=0, hi=POSITION_HI))
                return made
            case spec.ArrayType():
                items = b.obj("as_list", value)
                return self._write_value(wire, items, b.number("len", items, lo=0, hi=POSITION_HI))
            case spec.NestedType(struct):
                b.emit("as_class", (value,), class_=s.owner.symbol(struct, struct.__name__))
            case spec.SwitchType():
                self.arm = self._arm(wire, value)
        return self._write_value(wire, value, None)

    def _write_value(self, wire: spec.WireType, value: Reg | None, length: Reg | None) -> Reg | None:
        """Write anything but a number; the register with the resolved copy, if there is one."""
        b, s = self.b, self.s
        match wire:
            case spec.PadType(width):
                if width:
                    zero, left = b.const(0), width
                    while left > 0:
                        b.emit("put", (zero,), width=min(left, 56), order="big")
                        left -= 56
                return None
            case spec.AlignType(multiple):
                used = b.number("bin", b.number("here", lo=0, hi=POSITION_HI), s.start, lo=0, hi=POSITION_HI, op="sub")
                b.emit("put.zeros", (b.bin("mod", b.negate(used), b.const(multiple)),))
                return None
            case spec.BytesType() | spec.TextType():
                assert length is not None
                assert value is not None
                self._delimited(wire, self.content, length)
                return value
            case spec.NameType(compress):
                assert s.origin is not None
                assert s.memo is not None
                assert value is not None
                return b.obj("put.name", value, s.origin, s.memo, compress=compress, hint=self.field.name)
            case spec.NestedType():
                assert value is not None
                return self._write_nested(wire, value)
            case spec.ArrayType():
                assert value is not None
                assert length is not None
                return self._write_array(wire, value, length)
            case spec.SwitchType():
                assert value is not None
                return self._write_switch(wire, value)
        raise AssertionError(wire)

    def _delimited(self, wire: spec.BytesType | spec.TextType, content: Reg, length: Reg) -> None:
        b = self.b
        if wire.prefix is not None:
            high = (1 << wire.prefix.width) - 1
            too_long = b.bin("gt", length, b.const(high))
            b.fail_if(too_long, "size", f"has {{1}} bytes; its length prefix can say at most {high}", values=(length,))
            b.emit("put", (length,), width=wire.prefix.width, order=self._order(wire.prefix))
        b.emit("put.bytes", (content,), terminator=wire.terminator)

    def _context(self, needs: Needs) -> tuple[Reg, ...]:
        return context(self.b, needs, self.s.origin, self.s.memo, self.s.depth)

    def _by_order(self, order: Any, call: Any) -> Reg | None:
        s, b = self.s, self.b
        if order is None or isinstance(order, str):
            made: Reg | None = call(order if order in ("big", "little") else s.key.order)
            return made
        little = s.values.lower(order, self.field.location)
        blocks = []
        for choice in ("little", "big"):
            with b.inside(Block()) as block:
                copy = call(choice)
                b.give(*((copy,) if copy is not None else ()))
            blocks.append(block)
        out = b.reg("obj", hint=self.field.name) if s.owner.resolve else None
        b.branch(little, blocks[0], blocks[1], (out,) if out is not None else ())
        return out

    def _write_nested(self, wire: spec.NestedType, value: Reg) -> Reg | None:
        s, b = self.s, self.b
        needs = needs_of(wire.struct)
        mine = {p: u for p, u in s.unknowns.items() if len(p) == 2 and p[0] == self.field.name and not u.name.startswith("@")}
        unsolved = [u for u in mine.values() if u.value is None]
        if unsolved:
            path = ".".join(unsolved[0].path)
            s.refuse(f"`{path}` measures what comes after {self.field.name}; extend the struct instead of nesting it", self.field)
        given = tuple(p[1] for p in mine)
        arguments = arguments_of(b, s.values, wire, self.field.location)
        phase = s.phase

        def call(order: str) -> Reg | None:
            names = tuple(name for name, _ in wire.arguments)
            key = BuildKey(wire.struct, phase, order_for(wire.struct, order), needs, given, names)
            values = [u.value for u in mine.values() if u.value is not None]
            out = b.reg("obj", hint=self.field.name) if s.owner.resolve else None
            outs = (out,) if out is not None else ()
            loose = phase != 0 or end_phase(wire.struct, phase) != 0
            b.emit("call", (value, *self._context(needs), *values, *arguments), outs, function=s.owner.function(key), inline=loose)
            return out

        copy = self._by_order(wire.order, call)
        s.phase = end_phase(wire.struct, phase)
        return copy

    def _write_switch(self, wire: spec.SwitchType, value: Reg) -> Reg | None:
        s, b = self.s, self.b
        arms = arms_of(wire)
        needs = Needs(False, False)
        for arm in arms:
            needs |= needs_of(arm)
        arguments = arguments_of(b, s.values, wire, self.field.location)
        names = tuple(name for name, _ in wire.arguments)
        index = self.arm
        assert index is not None

        def call(order: str) -> Reg | None:
            table = {i: s.owner.function(BuildKey(arm, 0, order_for(arm, order), needs, (), names)) for i, arm in enumerate(arms)}
            out = b.reg("obj", hint=self.field.name) if s.owner.resolve else None
            outs = (out,) if out is not None else ()
            b.emit("dispatch", (index, value, *self._context(needs), *arguments), outs, table=table, default=None)
            return out

        return self._by_order(wire.order, call)

    def _write_array(self, wire: spec.ArrayType, items: Reg, length: Reg) -> Reg:
        s, b = self.s, self.b
        copies = b.obj("list", hint=self.field.name)
        if isinstance(wire.count, Const) and _loose(wire.item):
            wrong = b.bin("ne", length, b.const(wire.count.value))
            b.fail_if(wrong, "size", f"has {{1}} elements, takes {wire.count.value}", values=(length,))
            for position in range(wire.count.value):
                element = b.obj("item", items, index=position)
                self._write_element(wire, element, b.const(position), copies)
            return copies
        phase = s.phase
        index, element = b.reg("int", 0, POSITION_HI, "index"), b.reg("obj", hint="item")
        body = Block(params=(index, element))
        with b.inside(body):
            self._write_element(wire, element, index, copies)
            b.give()
        b.emit("loop.each", (items,), (), (body,))
        s.phase = phase
        return copies

    def _write_element(self, wire: spec.ArrayType, element: Reg, index: Reg, copies: Reg) -> None:
        b = self.b
        b.emit("enter", (index,), name=None, phase=0, location=self.field.location)
        copy = self._write_item(wire.item, element)
        b.emit("leave", (), phase=0)
        if copy is not None:
            b.emit("append", (copies, copy))


def _loose(item: spec.WireType) -> bool:
    from bitwright.schema.measure import size_of

    return (size_of(item).fixed or 0) % 8 != 0
