"""How the types that hold others are written: nested structs, unions, lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitwright.ir.ops import Block, Reg
from bitwright.lower.build import BuildKey, StructBuild
from bitwright.lower.build_content import Checked, ContentBuild
from bitwright.lower.common import POSITION_HI, context, hand_over, order_for, run_after
from bitwright.lower.equations import Unknown
from bitwright.lower.expressions import Path
from bitwright.lower.facts import Needs, end_phase, needs_of
from bitwright.lower.parse import item_exports
from bitwright.lower.solve import Arms, Equation, unknowns_of
from bitwright.schema import measure, runs, spec
from bitwright.schema.expr import Const, Node, show


class StructureBuild(ContentBuild):
    """Writes one field, whatever its type."""

    def __init__(self, owner: StructBuild, field: spec.FieldSpec) -> None:
        super().__init__(owner, field)
        self.pointer = spec.pointer_of(field.type)
        self.wire: spec.WireType = spec.pointed(field.type)
        self.optional = isinstance(field.type, spec.OptionalType)
        self.foreign: dict[Path, Unknown | None] = {}  # numbers that only the nested struct knows, once it is written

    def write_value(self, wire: spec.WireType, checked: Checked) -> Reg:
        """Write a checked value; the register with its resolved copy."""
        match wire:
            case spec.IntType():
                assert checked.number is not None
                self.put(wire, checked.number)
                return self.s.box(checked.number, wire)
            case spec.BitsType():
                self.put_bits(wire, checked.value)
                return checked.value
            case spec.FloatType(bits):
                assert checked.bits is not None
                self.put(bits, checked.bits)
                return self.b.obj("float", checked.bits, hint=self.field.name, width=bits.width, plain=False)
            case spec.BytesType() | spec.TextType():
                self.put_content(wire, checked)
                return checked.value
            case spec.NameType():
                return self.put_name(wire, checked.value)
            case spec.NestedType():
                wanted = tuple(path[1:] for path in self.foreign) if wire is self.wire else ()
                copy, numbers = self._write_nested(wire, checked.value, wanted)
                for path, number in zip(self.foreign, numbers, strict=True):
                    self._learn(path, number)
                return copy
            case spec.ArrayType():
                return self._write_array(wire, checked)
            case spec.SwitchType():
                return self._write_switch(wire, checked)
        raise AssertionError(wire)

    def _learn(self, path: Path, number: Reg) -> None:
        unknown = self.foreign[path]
        if unknown is not None:
            self.s.equations.learn(unknown, number)
        self.s.values.fields[path] = number

    def _context(self, needs: Needs) -> tuple[Reg, ...]:
        pointers = (self.s.base, self.s.blocks) if self.s.base is not None and self.s.blocks is not None else ()
        return context(self.b, needs, self.s.origin, self.s.memo, self.s.depth, pointers)

    def _by_order(self, order: Any, call: Callable[[str], tuple[Reg, ...]], outs: Callable[[], tuple[Reg, ...]]) -> tuple[Reg, ...]:
        """Call with the byte order known, or one of two calls by an expression that is true for little endian."""
        s, b = self.s, self.b
        if order is None or isinstance(order, str):
            return call(order if order in {"big", "little"} else s.key.order)
        little = s.values.lower(order, self.field.location)
        blocks = []
        for choice in ("little", "big"):
            with b.inside(Block()) as block:
                b.give(*call(choice))
            blocks.append(block)
        made = outs()
        b.branch(little, blocks[0], blocks[1], made)
        return made

    def _write_nested(self, wire: spec.NestedType, value: Reg, exports: tuple[Path, ...]) -> tuple[Reg, tuple[Reg, ...]]:
        """Write a nested struct; its resolved copy (or itself, where none is wanted), and numbers that only it knows."""
        s, b = self.s, self.b
        needs = needs_of(wire.struct)
        top = wire is self.wire and not self.optional
        mine = [u for u in s.equations.unknowns.values() if top and len(u.path) > 1 and u.path[0] == self.field.name and not u.foreign]
        if any(u.value is None for u in mine):
            path = ".".join(next(u.path for u in mine if u.value is None))
            s.refuse(f"`{path}` measures what comes after {self.field.name}; extend the struct instead of nesting it", self.field)
        given = [u.value for u in mine if u.value is not None]
        arguments, handed = hand_over(b, s.values, wire, self.field.location)
        phase = s.phase

        def call(order: str) -> tuple[Reg, ...]:
            paths = tuple(u.path[1:] for u in mine)
            key = BuildKey(wire.struct, phase, order_for(wire.struct, order), needs, paths, exports, arguments, s.run if phase else None)
            outs = s.result_regs(wire.struct, exports)
            b.emit("call", (value, *self._context(needs), *given, *handed), outs, function=s.owner.function(key))
            return outs

        made = self._by_order(wire.order, call, lambda: s.result_regs(wire.struct, exports))
        s.phase, s.run = end_phase(wire.struct, phase), runs.last_order(wire, s.run)
        return (made[0], made[1:]) if s.owner.resolve else (value, made)

    def _write_switch(self, wire: spec.SwitchType, checked: Checked) -> Reg:
        s, b, index = self.s, self.b, checked.arm
        assert index is not None
        arms = spec.arms_of(wire)
        needs = Needs()
        for arm in arms:
            needs |= needs_of(arm)
        arguments, handed = hand_over(b, s.values, wire, self.field.location)

        def call(order: str) -> tuple[Reg, ...]:
            keys = [BuildKey(arm, 0, order_for(arm, order), needs, arguments=arguments) for arm in arms]
            table = {i: s.owner.function(key) for i, key in enumerate(keys)}
            outs = (b.reg("obj", hint=self.field.name),) if s.owner.resolve else ()
            b.emit("dispatch", (index, checked.value, *self._context(needs), *handed), outs, table=table, default=None)
            return outs

        made = self._by_order(wire.order, call, lambda: (b.reg("obj", hint=self.field.name),) if s.owner.resolve else ())
        return made[0] if made else checked.value

    def arms(self, wire: spec.SwitchType, index: Reg, size: Equation | None) -> Arms:
        """The tag of the value's class, and how parsing chooses a class by tag."""
        b, arms = self.b, spec.arms_of(wire)
        tags = {i: known for i, arm in enumerate(arms) if (known := wire.union.tag_of(arm)) is not None}
        values = list(tags.values()) or [0]
        tag = b.number("lookup", index, lo=min(values), hi=max(values), table=tags, default=values[0])
        tagged = b.number("lookup", index, lo=0, hi=1, table=dict.fromkeys(tags, 1), default=0)
        by_tag = {known: arms.index(arm) for known, arm in wire.union.cases.items()}
        found = Arms(index, tag, tagged, by_tag, arms.index(wire.default) if wire.default else -1)
        found.malformed = arms.index(wire.malformed) if wire.malformed else -1
        if wire.empty is not None and size is not None:
            can_be = {known: i for known, i in by_tag.items() if not measure.size_of_struct(arms[i]).fewest}
            found.size, found.empties, found.empty = size, can_be, arms.index(wire.empty)
        return found

    # --- lists -------------------------------------------------------------------------------

    def _write_array(self, wire: spec.ArrayType, checked: Checked) -> Reg:
        s, b, items, length = self.s, self.b, checked.value, checked.length
        assert length is not None
        copies = b.obj("list", hint=self.field.name)
        loose = (measure.size_of(wire.item).fixed or 0) % 8 != 0
        if isinstance(wire.count, Const) and loose:
            wrong = b.bin("ne", length, b.const(wire.count.value))
            b.fail_if(wrong, "size", f"has {{1}} elements, takes {wire.count.value}", values=(length,))
            for position in range(wire.count.value):
                self._write_element(wire, b.obj("item", items, index=position), b.const(position), length, copies)
            return copies
        if wire.until is not None:
            b.fail_if(b.is_not(length), "size", f"is empty, but ends with the element for which `{show(wire.until)}`")
        if wire.prefix is not None:
            self.put_prefix(wire.prefix, length, "elements")
        phase, run = s.phase, s.run
        index, element = b.reg("int", 0, POSITION_HI, "index"), b.reg("obj", hint="item")
        body = Block(params=(index, element))
        with b.inside(body):
            self._write_element(wire, element, index, length, copies)
            b.give()
        b.emit("loop.each", (items,), (), (body,))
        if wire.terminator is not None:
            b.emit("put.bytes", (b.obj("constant", value=wire.terminator),))
        s.phase, s.run = phase, run_after(wire.item, phase, run, self.refuse)
        return copies

    def _write_element(self, wire: spec.ArrayType, element: Reg, index: Reg, length: Reg, copies: Reg) -> None:
        s, b, item = self.s, self.b, wire.item
        b.emit("enter", (index,), name=None, phase=0, location=self.field.location)
        measured = getattr(item, "size", None) is not None and not isinstance(item, spec.BitsType)
        before = s.here() if measured or self._can_be_empty(wire) or wire.terminator is not None else None
        checked = self.check(item, element)
        exports = item_exports(wire.until)
        numbers: tuple[Reg, ...] = ()
        if isinstance(item, spec.NestedType):
            copy, numbers = self._write_nested(item, checked.value, exports)
        else:
            copy = self.write_value(item, checked)
        self._check_element(wire, checked, before)
        if wire.until is not None:
            s.values.item = {**dict(zip(exports, numbers, strict=True)), **({(): checked.number} if checked.number is not None else {})}
            self._check_last(wire.until, index, length)
            s.values.item = {}
        b.emit("leave", (), phase=0)
        b.emit("append", (copies, copy))

    def _can_be_empty(self, wire: spec.ArrayType) -> bool:
        return measure.size_of(wire.item).fewest == 0 and not isinstance(wire.count, Const)

    def _check_element(self, wire: spec.ArrayType, checked: Checked, before: Reg | None) -> None:
        """What an element's own type says of its size, count or tag must hold."""
        b, item = self.b, wire.item
        written = b.number("bin", self.s.here(), before, lo=0, hi=POSITION_HI, op="sub") if before is not None else None
        if written is not None and self._can_be_empty(wire):
            b.fail_if(b.is_not(written), "size", "takes no bytes, so that it could not be told from nothing when read")
        if wire.terminator is not None and before is not None:
            ends = b.number("wrote", before, lo=0, hi=1, value=wire.terminator)
            b.fail_if(ends, "size", f"begins with 0x{wire.terminator.hex()}, which ends the list, so it would be read back shorter")
        if isinstance(item, spec.ArrayType) and item.count is not None:
            self._must_hold("count", item.count, "its length", checked.length)
        size = getattr(item, "size", None)
        if isinstance(item, spec.BitsType):
            self._must_hold("size", item.size, "its number of bits", checked.length)
        elif size is not None:
            self._must_hold("size", size, "its size", written)
        if isinstance(item, spec.SwitchType) and checked.arm is not None:
            measured = Equation("size", Const(0), "its size", self.field.location, self.field.name, written)
            arms = self.arms(item, checked.arm, measured if item.size is not None else None)
            self._must_hold("tag", item.on, "its tag", arms.tag, arms)

    def _must_hold(self, kind: str, node: Node, what: str, actual: Reg | None, arms: Arms | None = None) -> None:
        s, field = self.s, self.field
        unsolved = unknowns_of(node, s.equations.open())
        if unsolved:
            name = ".".join(next(iter(unsolved)))
            advice = "the elements of a list cannot determine it; give them a struct with a field of its own"
            s.refuse(f"`{name}` is derived, but {advice}", field)
        s.equations.agree(Equation(kind, node, what, field.location, field.name, actual, arms=arms))

    def _check_last(self, until: Node, index: Reg, length: Reg) -> None:
        """The last element, and no other, ends the list."""
        b = self.b
        ends = b.bin("ne", self.s.values.lower(until, self.field.location), b.const(0))
        last = b.bin("eq", b.bin("add", index, b.const(1)), length)
        message = f"`{show(until)}` must hold for the last of its {{1}} elements and for no other"
        b.fail_if(b.bin("ne", ends, last), "size", message, values=(length,))
