"""How each field is written: its value taken from the message, its relations to others, its place."""

from __future__ import annotations

from bitwright.ir.ops import Block, Reg
from bitwright.lower import build_filled
from bitwright.lower.build import StructBuild
from bitwright.lower.build_content import Checked
from bitwright.lower.build_pointer import defer_block, settle_offset
from bitwright.lower.build_structure import StructureBuild
from bitwright.lower.common import POSITION_HI, run_after
from bitwright.lower.equations import Unknown, determined_inside
from bitwright.lower.expressions import Path, bounds, nested_in
from bitwright.lower.facts import holds_names, phase_after
from bitwright.lower.solve import Equation
from bitwright.lower.sums import edges_of
from bitwright.schema import spec
from bitwright.schema.expr import Const, FieldRef, Node


class FieldBuild(StructureBuild):
    """One field: `prepare` reads it from the message, `equations` relates it, `write` emits it."""

    def __init__(self, owner: StructBuild, field: spec.FieldSpec) -> None:
        super().__init__(owner, field)
        self.present: Reg | None = None  # of an optional field, whether the message has it
        self.checked: Checked | None = None
        self.measured: list[Equation] = []

    # --- reading the message -----------------------------------------------------------------

    def prepare(self) -> None:
        """Take the value from the message and check its type."""
        s, b, field = self.s, self.b, self.field
        if field.hidden:
            return
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        value = s.inputs[field.name] = b.obj("attr", s.message, name=field.name, hint=field.name)
        condition = build_filled.condition_of(field)
        if condition is not None:
            build_filled.prepare(self, condition, value)
        elif self.optional:
            self.present = b.is_not(b.number("is_none", value, lo=0, hi=1))
            self.checked = self._check_optional(value, self.present)
        elif field.auto and isinstance(self.wire, spec.IntType):
            explicit = b.is_not(b.number("is_none", value, lo=0, hi=1))
            self.add_unknown(Unknown((field.name,), field, self.wire, explicit, value))
        elif not isinstance(self.wire, spec.ChecksumType) and not (isinstance(self.wire, spec.IntType) and is_derived(self.field)):
            self.checked = self.check(self.wire, value)
        b.emit("leave", (), phase=0)

    def _check_optional(self, value: Reg, present: Reg) -> Checked:
        """What the equations must know of a value that may be absent; writing checks it again where it is there."""
        b = self.b
        kinds: list[str] = []

        def measures() -> list[Reg]:
            checked = self.check(self.wire, value)
            found = {"number": checked.number, "length": checked.length, "arm": checked.arm}
            kinds[:] = [kind for kind, reg in found.items() if reg is not None]
            return [reg for reg in found.values() if reg is not None]

        with b.inside(Block()) as there:
            known = measures()
            b.give(*known)
        with b.inside(Block()) as missing:
            b.give(*(b.const(0) for _ in known))
        outs = [b.reg("int", min(reg.lo, 0), max(reg.hi, 0), self.field.name) for reg in known]
        if outs:
            b.branch(present, there, missing, tuple(outs))
        return Checked(value, **dict(zip(kinds, outs, strict=True)))

    def add_unknown(self, unknown: Unknown) -> None:
        """Note a number that is to be solved."""
        equations, path = self.s.equations, unknown.path
        equations.unknowns[path] = unknown
        if path in self.s.given:
            equations.from_caller(unknown, self.s.given[path])

    # --- relations ---------------------------------------------------------------------------

    def equations(self) -> None:
        """Numbers for later expressions, and what this field's size, count, tag and presence say."""
        s, wire, name, checked = self.s, self.wire, self.field.name, self.checked
        condition = build_filled.condition_of(self.field)
        if condition is not None and not self.field.hidden:
            build_filled.relate(self, condition)
        if checked is None:
            return
        if checked.number is not None and not is_derived(self.field):
            s.values.fields[name,] = checked.number
            if not self.optional and isinstance(wire, spec.IntType):
                s.copies[name] = s.box(checked.number, wire)
        if isinstance(wire, spec.NestedType) and not self.optional:
            self._numbers_inside(wire, checked.value)
        if isinstance(self.field.type, spec.OptionalType):
            self._add("presence", self.field.type.condition, f"whether {name} is given", self.present)
        if isinstance(wire, spec.ArrayType) and wire.count is not None:
            self._add("count", wire.count, f"the length of {name}", checked.length)
        size = self._size_equation(wire, checked)
        if isinstance(wire, spec.SwitchType):
            self._tag(wire, checked, size)
        if self.pointer is not None:
            settle_offset(self, self.pointer)

    def _size_equation(self, wire: spec.WireType, checked: Checked) -> Equation | None:
        size = getattr(wire, "size", None)
        content = wire if isinstance(wire, spec.BytesType | spec.TextType) else None
        counted = content is not None or isinstance(wire, spec.BitsType)
        if size is None or (counted and isinstance(size, Const)) or (content is not None and content.pad is not None):
            return None  # an area is filled up to its size, whatever is in it
        length = checked.length if counted else None
        equation = self._add("size", size, f"the size of {self.field.name}", length)
        if length is None:
            self.measured.append(equation)
        return equation

    def _add(self, kind: str, node: Node, what: str, actual: Reg | None) -> Equation:
        equation = Equation(kind, node, what, self.field.location, self.field.name, actual, at_end=self.field is self.s.spec.last)
        if kind != "presence":
            equation.solves_if = equation.holds_if = self.present
        return self.s.equations.add(equation)

    def _tag(self, wire: spec.SwitchType, checked: Checked, size: Equation | None) -> None:
        assert checked.arm is not None
        arms = self.arms(wire, checked.arm, size)
        equation = self._add("tag", wire.on, f"the tag of {self.field.name}", arms.tag)
        equation.arms = arms
        if any(wire.union.tag_of(arm) is None for arm in spec.arms_of(wire)):
            equation.solves_if = arms.tagged if self.present is None else self.b.bin("and", arms.tagged, self.present)

    def _numbers_inside(self, wire: spec.NestedType, value: Reg) -> None:
        """The numbers inside a nested struct that this struct's expressions and its callers use."""
        s, b = self.s, self.b
        for rest in sorted(s.wanted.get(self.field.name, ())):
            path, made, holder = (self.field.name, *rest), spec.spec_of(wire.struct), value
            for hop, name in enumerate(path):
                b.emit("enter", (), name=name, phase=0, location=self.field.location)
                if 0 < hop < len(path) - 1:
                    holder, made = b.obj("attr", holder, name=name), nested_in(made, name)
                    b.emit("as_class", (holder,), class_=s.owner.symbol(made.struct, made.name))
            self._number_inside(path, spec.spec_of(wire.struct), made.field(rest[-1]), holder)
            for _ in path:
                b.emit("leave", (), phase=0)

    def _number_inside(self, path: Path, outer: spec.StructSpec, target: spec.FieldSpec | None, holder: Reg) -> None:
        s, b = self.s, self.b
        filled = target is not None and build_filled.condition_of(target) is not None
        if target is None or filled or isinstance(target.type, spec.ChecksumType) or (is_derived(target) and not target.auto):
            self.foreign[path] = None  # computed when the nested struct is written
            return
        number = spec.number_behind(target.type)
        assert isinstance(number, spec.IntType)
        given = b.obj("attr", holder, name=path[-1])
        if target.auto:
            explicit = b.is_not(b.number("is_none", given, lo=0, hi=1))
            unknown = Unknown(path, target, number, explicit, given)
            unknown.foreign = path not in s.given and determined_inside(outer, path[1:])
            if unknown.foreign:
                self.foreign[path] = unknown
            self.add_unknown(unknown)
        elif isinstance(target.type, spec.OptionalType):
            s.values.fields[path] = self._or_zero(number, given)
        else:
            s.values.fields[path] = s.number_of(number, given)

    def _or_zero(self, number: spec.IntType, given: Reg) -> Reg:
        b, (low, high) = self.b, bounds(number)
        with b.inside(Block()) as missing:
            b.give(b.const(0))
        with b.inside(Block()) as there:
            b.give(self.s.number_of(number, given))
        out = b.reg("int", min(low, 0), max(high, 0))
        b.branch(b.number("is_none", given, lo=0, hi=1), missing, there, (out,))
        return out

    # --- writing -----------------------------------------------------------------------------

    def write(self) -> None:
        """Emit the field at the current place."""
        s, b, field = self.s, self.b, self.field
        if isinstance(field.type, spec.CheckType):
            return  # it looks at the numbers of the message, once all are known
        after = phase_after(field.type, s.phase, s.spec, field)
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        begins, ends = edges_of(s.spec)
        if field.name in begins:
            s.begins[field.name] = s.here()
        before = s.here() if self.measured and self.pointer is None else None
        if self.pointer is not None:
            defer_block(self, self.pointer)
        elif (condition := build_filled.condition_of(field)) is not None:
            build_filled.write(self, condition)
        elif self.optional:
            s.copies[field.name] = self._write_optional()
        elif isinstance(self.wire, spec.IntType | spec.ChecksumType):
            self._write_number()
        elif self.checked is not None:
            size = self._choosable_size()
            s.copies[field.name] = self.write_value(self.wire, self.checked) if size is None else self._write_fitting(size, self.checked)
        else:
            self.write_gap(self.wire)
        if before is not None:
            written = b.number("bin", s.here(), before, lo=0, hi=POSITION_HI, op="sub")
            for equation in self.measured:
                equation.actual = written
        assert s.phase == after, (s.spec.name, field.name, s.phase, after)
        if field.name in ends:
            s.ends[field.name] = s.here()
        b.emit("leave", (), phase=0)

    def _choosable_size(self) -> Unknown | None:
        """The derived size of a region whose names can be written in several ways."""
        expression = self.measured[0].expression if len(self.measured) == 1 and self.s.memo is not None and not self.foreign else None
        if not isinstance(expression, FieldRef) or len(expression.names) > 1 or not holds_names(self.wire):
            return None
        return self.s.equations.unknowns.get(expression.names)

    def _write_fitting(self, size: Unknown, checked: Checked) -> Reg:
        """Write the region; if its size was given and differs, write it again with its names as long as fits."""
        s, b = self.s, self.b
        low, high = bounds(size.wire)
        with b.inside(Block()) as there:
            b.give(b.as_int(size.given, low, high))
        with b.inside(Block()) as missing:
            b.give(b.const(-1))
        wanted = b.reg("int", -1, high, "wanted")
        b.branch(size.explicit, there, missing, (wanted,))
        begin = s.here()
        assert s.origin is not None
        assert s.memo is not None
        carried = (b.obj("none"),) if s.owner.resolve else ()  # the copy
        body = Block(tuple(b.reg("obj") for _ in carried))
        with b.inside(body):
            copy = self.write_value(self.wire, checked)
            b.give(b.number("fit", s.origin, begin, wanted, s.memo, lo=0, hi=1), *((copy,) if carried else ()))
        outs = tuple(b.reg("obj", hint=self.field.name) for _ in carried)
        b.emit("loop.while", (b.const(1), *carried), outs, (body,))
        return outs[0] if outs else checked.value

    def write_gap(self, wire: spec.WireType) -> None:
        """Padding."""
        if isinstance(wire, spec.PadType):
            self.put_pad(wire)
        elif isinstance(wire, spec.AlignType):
            self.put_align(wire.multiple)

    def _write_number(self) -> None:
        s, field = self.s, self.field
        wire = self.wire.inner if isinstance(self.wire, spec.ChecksumType) else self.wire
        assert isinstance(wire, spec.IntType)
        known = s.values.fields.get((field.name,))
        if known is None and field.fixed is not None:
            known = self._constant(wire, field.fixed)
        if known is None:
            s.hold_place(field, wire)
            if isinstance(wire, spec.VarintType):
                return  # its bytes are pushed in once it is known how many they are
            known = s.equations.known_so_far((field.name,))
        self.put(wire, known)

    def _constant(self, wire: spec.IntType, fixed: Node | bytes) -> Reg | None:
        """The value of a const field, if it is known by now."""
        assert not isinstance(fixed, bytes)
        if self.s.values.knows(fixed):
            return self.s.constant(self.field, wire)
        self.s.waiting.append(self.field)
        return None

    def _write_optional(self) -> Reg:
        s, b, checked = self.s, self.b, self.checked
        assert checked is not None
        assert self.present is not None
        if isinstance(self.field.type, spec.OptionalType) and self.field.type.at_end:
            self._after_another()
        phase, run = s.phase, s.run
        with b.inside(Block()) as there:
            b.give(self.write_value(self.wire, self.check(self.wire, checked.value)))
        s.phase, s.run = phase, run_after(self.wire, phase, run, self.refuse)
        with b.inside(Block()) as missing:
            b.give(b.obj("none"))
        out = b.reg("obj", hint=self.field.name)
        b.branch(self.present, there, missing, (out,))
        return out


    def _after_another(self) -> None:
        """Of several fields at the end, each there if bytes are left, only the last ones may be missing."""
        s, b = self.s, self.b
        assert self.present is not None
        if s.at_end is not None:
            name, there = s.at_end
            message = f"is given, but `{name}` before it is not, and would be read from its bytes"
            b.fail_if(b.bin("and", self.present, b.is_not(there)), "presence", message)
        s.at_end = (self.field.name, self.present)




def is_derived(field: spec.FieldSpec) -> bool:
    """Whether a number's value comes from an expression: a derived field, or a constant that is one."""
    return field.auto or (field.fixed is not None and not isinstance(field.fixed, bytes | Const))
