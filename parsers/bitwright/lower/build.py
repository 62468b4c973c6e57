"""Spec to build program: one function a struct; derived fields are solved as equations on the way.

Fields are written in order.  A derived field whose value is known by then is written at once;
otherwise zero bits hold its place, and the value is patched in as soon as an equation gives it.
Checksums come last.  A value that the user gave is never replaced, even if it is wrong.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NoReturn

from bitwright.errors import DEFAULT_LIMITS, Limits, declaration_error
from bitwright.ir.builder import Builder, IntervalError
from bitwright.ir.ops import Block, Function, Reg
from bitwright.lower.common import (
    POSITION_HI,
    Arguments,
    ProgramLowering,
    by_order,
    byte_order,
    deeper,
    default_parameters,
    is_straight,
    layout_of,
    parameter,
    parameters_of,
    position,
    refuse_as_message,
    straight_order,
    swapped,
)  # fmt: skip
from bitwright.lower.conditions import fail_unless
from bitwright.lower.equations import Equations, Unknown
from bitwright.lower.expressions import Path, Values, bounds, export_bounds, paths_into
from bitwright.lower.facts import Needs, counts_from_itself, has_pointers, holds_names, known_facts, needs_of
from bitwright.lower.pointing import points_outside, refuse_blocks_behind_the_rest, refuse_early_sums, refuse_loose_base
from bitwright.schema import runs, spec
from bitwright.schema.expr import FieldRef, Node


@dataclasses.dataclass(frozen=True, slots=True)
class BuildKey:
    """What makes two build functions for one struct different.

    `given` are derived fields that the caller solves; `exports` are numbers that it asks for.  `outermost`: pointers
    count from it, as from an origin.
    """

    struct: type
    phase: int
    order: str
    needs: Needs
    given: tuple[Path, ...] = ()
    exports: tuple[Path, ...] = ()
    arguments: Arguments = ()
    run: runs.Run = None  # inside a byte, in which bit order that was begun
    outermost: bool = False


@dataclasses.dataclass(slots=True, eq=False)
class Mark:
    """A byte of what this function writes, remembered for later; it moves when bytes are pushed in before it."""

    at: Reg


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a number waits to be patched: its byte, the bit in it, and its byte order, perhaps by an earlier field."""

    field: spec.FieldSpec
    mark: Mark
    phase: int
    wire: spec.IntType
    order: str | Node


class BuildLowering(ProgramLowering):
    """Lowers a struct and all that it holds into one program that writes it.

    With `resolve`, functions also yield the copy of the message in which everything derived is filled in.
    """

    def __init__(self, struct: type, order: str, *, resolve: bool, limits: Limits = DEFAULT_LIMITS) -> None:
        super().__init__(struct, "build")
        self.resolve = resolve
        self.limits = limits
        with known_facts():
            self._entry(struct, order)

    def function(self, key: BuildKey) -> str:
        """The name of the function for a key; lowered before the program is done."""
        name = self.names.get(key)
        if name is None:
            name = self.unique_name(key.struct, key.order, key.phase)
            self.names[key] = name
            self.waiting.append(StructBuild(self, key, name).lower)
        return name

    def _entry(self, struct: type, order: str) -> None:
        made, builder = spec.spec_of(struct), Builder()
        refuse_as_message(struct)
        message = builder.reg("obj", hint="message")
        params = tuple(parameter(builder, p) for p in made.params.values())
        needs = needs_of(struct)
        scope = (builder.const(0), builder.obj("memo", hint="memo")) if needs.scope else ()
        depth = (builder.const(0),) if needs.depth else ()
        arguments: Arguments = tuple((name, reg.type) for name, reg in zip(made.params, params, strict=True))
        pointers = (builder.const(0), builder.obj("none")) if needs.pointers else ()
        name = self.function(BuildKey(struct, 0, order, needs, arguments=arguments, outermost=needs.pointers))
        outs = (builder.reg("obj", hint="copy"),) if self.resolve else ()
        builder.emit("as_class", (message,), class_=self.symbol(struct, made.name))
        builder.emit("call", (message, *scope, *depth, *pointers, *params), outs, function=name)
        builder.give(*outs)
        self.lower_waiting()
        self.program.functions["entry"] = Function("entry", (message, *params), ("obj",) if outs else (), builder.block)


class StructBuild:
    """The build function of one struct: its values, its equations, what waits."""

    def __init__(self, owner: BuildLowering, key: BuildKey, name: str) -> None:
        self.owner, self.key, self.name = owner, key, name
        self.spec = spec.spec_of(key.struct)
        self.builder = b = Builder()
        self.message = b.reg("obj", hint="message")
        self.origin: Reg | None = None
        self.memo: Reg | None = None
        self.depth: Reg | None = None
        self.base: Reg | None = None  # what pointers count from, and the blocks that wait behind it
        self.blocks: Reg | None = None
        self.own_blocks: Reg | None = None  # those that wait behind this struct
        self.copy: Reg | None = None  # a list that will hold the resolved copy, for blocks that are written later
        self.made: Reg | None = None  # that copy, once it is made
        self.missing: list[str] = []  # what was not known then
        self.values = Values(b, self.spec)
        self.given: dict[Path, Reg] = {}
        self.equations = Equations(b, self.values, self.spec, self._known)
        self.at_end: tuple[str, Reg] | None = None  # the last field met that is there if bytes are left, and whether it is
        self.places: dict[Path, Place] = {}
        self.marks: list[Mark] = []  # in the order of the bytes
        self.copies: dict[str, Reg] = {}  # what the resolved copy holds
        self.inputs: dict[str, Reg] = {}  # what the message holds
        self.there: dict[str, Reg] = {}  # whether optional fields that fill themselves are there
        self.waiting: list[spec.FieldSpec] = []  # const fields of values not known yet
        self.wanted = paths_into(self.spec, (*key.given, *key.exports))
        self.begins: dict[str, Reg] = {}  # where fields begin and end, as far as checksums ask for it
        self.ends: dict[str, Reg] = {}
        self.phase = key.phase
        self.run: runs.Run = key.run
        self.params = self._parameters()
        self.start = self.here("start")

    def refuse(self, message: str, field: spec.FieldSpec) -> NoReturn:
        """A DeclarationError about a field."""
        raise declaration_error(message, field.location, self.spec.name, field.name)

    def here(self, hint: str = "pos") -> Reg:
        """The byte that the next bit goes into."""
        return self.builder.number("here", lo=0, hi=POSITION_HI, hint=hint, phase=self.phase)

    def mark(self) -> Mark:
        """Remember the byte that the next bit goes into."""
        made = Mark(self.here())
        self.marks.append(made)
        return made

    def _parameters(self) -> tuple[Reg, ...]:
        b, key = self.builder, self.key
        params = [self.message]
        if key.needs.scope:
            self.origin, self.memo = position(b, "origin"), b.reg("obj", hint="memo")
            params += [self.origin, self.memo]
        if key.needs.depth:
            self.depth = b.reg("int", 0, 1 << 20, "depth")
            params.append(self.depth)
        if key.needs.pointers:
            self.base, self.blocks = position(b, "base"), b.reg("obj", hint="blocks")
            params += [self.base, self.blocks]
        for path in key.given:
            self.given[path] = b.reg("int", -(1 << 64), 1 << 64, path[-1])
            params.append(self.given[path])
        params += parameters_of(b, self.values, self.spec, key.arguments)
        return tuple(params)

    def lower(self) -> None:
        """Collect the equations, solve what is known before, write the fields, solve and patch the rest."""
        from bitwright.lower.build_fields import FieldBuild  # it refers to this module

        b = self.builder
        if self.spec.origin:
            self.origin, self.memo = self.start, b.obj("memo", hint="memo")
        default_parameters(b, self.values, self.spec)
        if self.depth is not None:
            self.depth = deeper(b, self.depth, self.owner.limits.depth)
        self._begin_blocks()
        fields = [FieldBuild(self, field) for field in self.spec.fields]
        for field in fields:
            self._bounded(field.field, field.prepare)
        for field in fields:
            self._bounded(field.field, field.equations)
        self.equations.refuse_unsolvable()
        self.equations.solve()
        for field in fields:
            self._bounded(field.field, field.write)
            self.equations.solve()
        self._end_blocks()
        self._finish()
        exports = [self._export(path) for path in self.key.exports]
        copy = (self._completed(),) if self.owner.resolve else ()
        b.give(*copy, *exports)
        outs = (*("obj" for _ in copy), *("int" for _ in exports))
        self.owner.program.functions[self.name] = Function(self.name, self.params, outs, b.block)  # type: ignore[arg-type]  # of RegType

    def _bounded(self, field: spec.FieldSpec, step: Any) -> None:
        """Do one step for a field; numbers that cannot be bounded are the declaration's fault."""
        try:
            step()
        except IntervalError as error:
            self.refuse(f"an expression of it {error}", field)

    def _export(self, path: Path) -> Reg:
        node = self.spec.computed.get(".".join(path), FieldRef(path))
        return self.values.lower(node, self.spec.location)

    def _known(self, unknown: Unknown, value: Reg) -> None:
        """A derived field is solved: into its place, if zero bits were written there before."""
        b, condition = self.builder, unknown.condition
        if condition is None:
            if len(unknown.path) == 1:
                self.copies[unknown.name] = self.box(value, unknown.wire)
            if unknown.path in self.places:
                self.patch(self.places[unknown.path], value)
            return
        if unknown.name not in self.there:
            holds = b.bin("ne", self.values.lower(condition, unknown.field.location), b.const(0))
            self.there[unknown.name] = b.bin("or", holds, unknown.explicit)
        present = self.there[unknown.name]
        self.copies[unknown.name] = self.boxed_if(present, value, unknown.wire)
        if unknown.path in self.places:
            with b.inside(Block()) as then:
                self.patch(self.places[unknown.path], value)
                b.give()
            with b.inside(Block()) as other:
                b.give()
            b.branch(present, then, other, ())

    def patch(self, place: Place, value: Reg) -> None:
        """Write a number into zero bits written before, or push in one whose size was not known."""
        b, at = self.builder, place.mark.at
        if isinstance(place.wire, spec.VarintType):
            b.emit("enter", (), name=place.field.name, phase=0, location=place.field.location)
            size = b.number("insert.varint", at, value, lo=1, hi=10, coding=place.wire.coding)
            b.emit("leave", (), phase=0)
            for mark in self.marks[self.marks.index(place.mark) + 1 :]:
                mark.at = b.number("bin", mark.at, size, lo=0, hi=POSITION_HI, hint=mark.at.hint, op="add")
            return

        def emit(order: str) -> None:
            number, straight = self.straight(place.wire, value, place.phase, order)
            b.emit("patch", (at, number), width=place.wire.width, phase=place.phase, order=straight)

        by_order(b, self.values, place.order, emit)

    def hold_place(self, field: spec.FieldSpec, wire: spec.IntType) -> None:
        """Remember where a number goes that is not known yet."""
        if isinstance(wire, spec.VarintType):
            self._can_push(field)
        self.places[field.name,] = Place(field, self.mark(), self.phase, wire, byte_order(wire, self.key.order))

    def _can_push(self, field: spec.FieldSpec) -> None:
        """Refuse a varint that is known late where what follows must know its own place before."""
        following = self.spec.fields[self.spec.fields.index(field) + 1 :]
        for other in following:
            if isinstance(other.type, spec.AlignType):
                self.refuse(
                    f"is known only after `{other.name}`, whose size depends on where it lies; put what is aligned into its own struct",
                    field,
                )  # fmt: skip
            if points_outside(other.type):
                self.refuse(
                    f"is known only after `{other.name}`, in which offsets lead to places behind it; "
                    "give it a fixed size (u16()), or declare the struct with the offsets origin=True",
                    field,
                )  # fmt: skip
            if holds_names(other.type):
                self.refuse(
                    f"is known only after `{other.name}`, which holds names that others point to by their place; "
                    "give it a fixed size (u16()), or declare the struct with the names origin=True",
                    field,
                )  # fmt: skip

    def straight(self, wire: spec.IntType, number: Reg, phase: int, order: str) -> tuple[Reg, str]:
        """The number whose bits lie together where this one in byte order `order` is to lie, and its byte order."""
        if is_straight(wire, phase, order):
            return number, order
        return swapped(self.builder, number, wire, straight_order(wire)), straight_order(wire)

    # --- pointers ----------------------------------------------------------------------------

    def _begin_blocks(self) -> None:
        """A struct that pointers count from writes what they lead to behind its inline part."""
        if self.blocks is None:
            return
        b, origin = self.builder, self.key.outermost or self.spec.origin
        if origin or counts_from_itself(self.key.struct):
            refuse_early_sums(self.key.struct)
            refuse_blocks_behind_the_rest(self.key.struct, outermost=self.key.outermost)
            self.own_blocks = b.obj("blocks", hint="blocks", factor=self.owner.limits.pointed_factor)
        if origin:
            assert self.own_blocks is not None
            self.base, self.blocks = self.start, self.own_blocks
        if self.owner.resolve and has_pointers(self.key.struct):
            self.copy = b.obj("list", hint="copies")

    def _end_blocks(self) -> None:
        """Write what waits behind this struct; what it fills in goes into a copy that is made before."""
        b = self.builder
        if self.copy is not None:
            self.made = self._copy()
            b.emit("append", (self.copy, self.made))
        if self.own_blocks is not None:
            refuse_loose_base(self.spec, self.phase)
            b.emit("blocks.run", (self.own_blocks,))

    # --- the end of a struct -----------------------------------------------------------------

    def _finish(self) -> None:
        """What nothing determined, what waited, the checksums, what must agree."""
        from bitwright.lower.build_sums import write_sums  # it refers to this module

        self.equations.solve(finally_=True)
        self.equations.undetermined()
        for field in self.waiting:
            assert isinstance(field.type, spec.IntType)
            self.patch(self.places[field.name,], self.constant(field, field.type))
        write_sums(self)
        self.equations.check()
        explicit = {path: unknown.explicit for path, unknown in self.equations.unknowns.items()}
        for field, condition in self.spec.checks:
            fail_unless(self.builder, self.values, field, condition, None, (self.start, 0), explicit)

    def constant(self, field: spec.FieldSpec, wire: spec.IntType) -> Reg:
        """The value of a const field: the expression's, unless the user gave another."""
        fixed = field.fixed
        assert isinstance(fixed, Node)

        def value() -> Reg:
            found = self.values.lower(fixed, field.location)
            self.equations.in_range(wire, found)
            return found

        out = self.unless_given(field, wire, value)
        self.values.fields[field.name,] = out
        return out

    def unless_given(self, field: spec.FieldSpec, wire: spec.IntType, otherwise: Any) -> Reg:
        """The message's number, or, where it is None, what `otherwise` emits."""
        b, (low, high), given = self.builder, bounds(wire), self.inputs[field.name]
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        with b.inside(Block()) as missing:
            b.give(otherwise())
        with b.inside(Block()) as there:
            b.give(self.number_of(wire, given))
        out = b.reg("int", low, high, field.name)
        b.branch(b.number("is_none", given, lo=0, hi=1), missing, there, (out,))
        b.emit("leave", (), phase=0)
        self.copies[field.name] = self.box(out, wire)
        return out

    def boxed_if(self, present: Reg, number: Reg, wire: spec.IntType) -> Reg:
        """The object for a number that may be absent."""
        b = self.builder
        with b.inside(Block()) as then:
            b.give(self.box(number, wire))
        with b.inside(Block()) as other:
            b.give(b.obj("none"))
        out = b.reg("obj")
        b.branch(present, then, other, (out,))
        return out

    # --- the resolved copy -------------------------------------------------------------------

    def number_of(self, wire: spec.IntType, value: Reg) -> Reg:
        """The number of a message's value, within what its type holds."""
        if wire.time is not None:
            value = self.builder.obj("as_value", value, class_=self.owner.symbol(wire.time, "Timestamp"))
        return self.builder.as_int(value, *bounds(wire))

    def box(self, number: Reg, wire: spec.IntType) -> Reg:
        """The object for a number of a type."""
        from bitwright.enums import table_of
        from bitwright.wire.timestamps import table_of_times

        kind = "bool" if wire.as_type is bool else "int"
        if wire.enum is not None:
            kind = self.owner.symbol(table_of(wire.enum), wire.enum.__name__)
        elif wire.time is not None:
            kind = self.owner.symbol(table_of_times(wire.time), "Timestamp")
        return self.builder.obj("box", number, as_=kind)

    def _completed(self) -> Reg:
        """The copy; of one that was made early, what has become known since is set."""
        if self.made is None:
            return self._copy()
        for name in self.missing:
            self.builder.emit("set", (self.made, self.copies[name]), name=name)
        return self.made

    def _copy(self) -> Reg:
        positional, keywords = layout_of(self.key.struct)
        self.missing = [n for n in (*positional, *keywords) if n not in self.copies]
        args = [self.copies[n] if n in self.copies else self.builder.obj("none") for n in (*positional, *keywords)]
        return self.builder.obj("make", *args, hint="copy", class_=self.owner.symbol(self.key.struct, self.spec.name), keywords=keywords)

    def result_regs(self, struct: type, exports: tuple[Path, ...]) -> tuple[Reg, ...]:
        """Registers for what the function of a nested struct yields."""
        b = self.builder
        copy = (b.reg("obj", hint="copy"),) if self.owner.resolve else ()
        numbers = (b.reg("int", *export_bounds(spec.spec_of(struct), path), "_".join(path)) for path in exports)
        return (*copy, *numbers)
