"""Spec to build program: one function a struct; derived fields are solved as equations on the way.

Fields are written in order.  A derived field whose value is known by then is written at once;
otherwise zero bits hold its place, and the value is patched in as soon as an equation gives it.
Checksums come last.  A value that the user gave is never replaced, even if it is wrong.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from bitwright.errors import DEFAULT_LIMITS, declaration_error
from bitwright.ir.builder import Builder, IntervalError
from bitwright.ir.ops import Block, Function, Reg
from bitwright.lower.common import (
    POSITION_HI,
    ProgramLowering,
    bounds,
    deeper,
    default_parameters,
    layout_of,
    parameter,
    parameters_of,
    position,
    refuse_loose_bits,
)  # fmt: skip
from bitwright.lower.expressions import Values
from bitwright.lower.facts import Needs, needs_of
from bitwright.lower.solve import Equation, Path, Solver, invertible, unknowns_of
from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, show, walk


@dataclasses.dataclass(frozen=True, slots=True)
class BuildKey:
    """What makes two build functions for one struct different; `given` fields are solved by the caller."""

    struct: type
    phase: int
    order: str
    needs: Needs
    given: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


@dataclasses.dataclass(slots=True, eq=False)
class Unknown:
    """A derived field: whether the user gave it, its value, and where it waits to be patched."""

    path: Path
    wire: spec.IntType
    name: str
    explicit: Reg
    given: Reg
    location: Any
    default: Any
    value: Reg | None = None
    place: tuple[Reg, int, str] | None = None  # position, phase, byte order


class BuildLowering(ProgramLowering):
    """Lowers a struct and all that it holds into one program that writes it.

    With `resolve`, functions also yield the copy of the message in which everything derived is filled in.
    """

    def __init__(self, struct: type, order: str, *, resolve: bool) -> None:
        super().__init__(struct, "build")
        self.resolve = resolve
        self._entry(struct, order)

    def function(self, key: BuildKey) -> str:
        """The name of the function for a key, lowered on first use."""
        name = self.names.get(key)
        if name is None:
            name = self.unique_name(key.struct, key.order, key.phase)
            self.names[key] = name
            StructBuild(self, key, name).lower()
        return name

    def _entry(self, struct: type, order: str) -> None:
        made, builder = spec.spec_of(struct), Builder()
        refuse_loose_bits(struct)
        message = builder.reg("obj", hint="message")
        params = tuple(parameter(builder, p) for p in made.params.values())
        needs = needs_of(struct)
        scope = (builder.const(0), builder.obj("memo", hint="memo")) if needs.scope else ()
        depth = (builder.const(0),) if needs.depth else ()
        name = self.function(BuildKey(struct, 0, order, needs, (), tuple(made.params)))
        outs = (builder.reg("obj", hint="copy"),) if self.resolve else ()
        builder.emit("as_class", (message,), class_=self.symbol(struct, made.name))
        builder.emit("call", (message, *scope, *depth, *params), outs, function=name)
        builder.give(*outs)
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
        self.values = Values(b, self.spec.name)
        self.given: dict[str, Reg] = {}
        self.unknowns: dict[Path, Unknown] = {}
        self.equations: list[Equation] = []
        self.copies: dict[str, Reg] = {}  # what the resolved copy holds
        self.inputs: dict[str, Reg] = {}  # what the message holds
        self.waiting: list[tuple[spec.FieldSpec, spec.IntType, Reg, int, str]] = []  # const fields of values not known yet
        self.phase = key.phase
        self.params = self._parameters()
        self.start = b.number("here", lo=0, hi=POSITION_HI, hint="start")

    def refuse(self, message: str, field: spec.FieldSpec) -> Any:
        """A DeclarationError about a field."""
        raise declaration_error(message, field.location, self.spec.name, field.name)

    def _parameters(self) -> tuple[Reg, ...]:
        b, key = self.builder, self.key
        params = [self.message]
        if key.needs.scope:
            self.origin, self.memo = position(b, "origin"), b.reg("obj", hint="memo")
            params += [self.origin, self.memo]
        if key.needs.depth:
            self.depth = b.reg("int", 0, 1 << 20, "depth")
            params.append(self.depth)
        for name in key.given:
            self.given[name] = b.reg("int", -(1 << 64), 1 << 64, name)
            params.append(self.given[name])
        params += parameters_of(b, self.values, self.spec, key.arguments)
        return tuple(params)

    def lower(self) -> None:
        """Collect the equations, solve what is known before, write the fields, solve and patch the rest."""
        from bitwright.lower.build_fields import FieldBuild

        b = self.builder
        if self.spec.origin:
            self.origin, self.memo = self.start, b.obj("memo", hint="memo")
        default_parameters(b, self.values, self.spec)
        if self.depth is not None:
            self.depth = deeper(b, self.depth, DEFAULT_LIMITS.depth)
        fields = [FieldBuild(self, field) for field in self.spec.fields]
        for field in fields:
            field.prepare()
        for field in fields:
            field.equations()
        self._refuse_unsolvable()
        self._solve_known()
        for field in fields:
            field.write()
            self._solve_known()
        self._finish()
        b.give(*((self._copy(),) if self.owner.resolve else ()))
        outs = ("obj",) if self.owner.resolve else ()
        self.owner.program.functions[self.name] = Function(self.name, self.params, outs, b.block)  # type: ignore[arg-type]

    # --- equations ---------------------------------------------------------------------------

    def add_unknown(self, unknown: Unknown) -> None:
        """Note a derived field; if the caller solves it, it is known at once."""
        self.unknowns[unknown.path] = unknown
        b, from_caller = self.builder, self.given.get(unknown.name) if len(unknown.path) == 1 else None
        if from_caller is not None:
            low, high = bounds(unknown.wire)
            with b.inside(Block()) as missing:
                self._in_range(unknown, from_caller)
                b.give(from_caller)
            with b.inside(Block()) as there:
                b.give(b.as_int(unknown.given, low, high))
            out = b.reg("int", low, high, unknown.name)
            b.emit("enter", (), name=unknown.name, phase=0, location=unknown.location)
            b.branch(b.is_not(unknown.explicit), missing, there, (out,))
            b.emit("leave", (), phase=0)
            self._known(unknown, out)

    def _known(self, unknown: Unknown, value: Reg) -> None:
        unknown.value = value
        self.values.fields[unknown.path] = value
        if unknown.place is not None:
            at, phase, order = unknown.place
            self.builder.emit("patch", (at, value), width=unknown.wire.width, phase=phase, order=order)

    def _in_range(self, unknown: Unknown, value: Reg) -> None:
        b, (low, high) = self.builder, bounds(unknown.wire)
        if value.lo < low or value.hi > high:
            outside = b.bin("or", b.bin("lt", value, b.const(low)), b.bin("gt", value, b.const(high)))
            b.fail_if(outside, "range", f"would have to be {{1}}, which does not fit; the field holds {low} to {high}", values=(value,))

    def _open(self) -> set[Path]:
        return {path for path, u in self.unknowns.items() if u.value is None}

    def _solve_known(self) -> None:
        """Solve every equation that has one unknown left and whose other side is known."""
        progress = True
        while progress:
            progress = False
            for equation in self.equations:
                if equation.actual is None or equation.used:
                    continue
                left = unknowns_of(equation.expression, self._open())
                if len(left) == 1:
                    path = next(iter(left))
                    if invertible(equation.expression, path):
                        equation.used = progress = True
                        self._solve(self.unknowns[path], equation)

    def _solve(self, unknown: Unknown, equation: Equation) -> None:
        b, (low, high) = self.builder, bounds(unknown.wire)
        b.emit("enter", (), name=unknown.name, phase=0, location=unknown.location)
        if equation.applies is not None:
            lost = b.bin("and", b.is_not(unknown.explicit), b.is_not(equation.applies))
            b.fail_if(lost, "tag", f"no tag is known for the class of {equation.field}; give {unknown.name}=")
        with b.inside(Block()) as missing:
            try:
                solution = Solver(b, self.values, equation, unknown.path).solve()
                self._in_range(unknown, solution)
            except IntervalError as error:
                raise declaration_error(f"`{show(equation.expression)}` {error}", equation.location, self.spec.name) from None
            b.give(solution)
        with b.inside(Block()) as there:
            b.give(b.as_int(unknown.given, low, high))
        out = b.reg("int", low, high, unknown.name)
        b.branch(b.is_not(unknown.explicit), missing, there, (out,))
        b.emit("leave", (), phase=0)
        self._known(unknown, out)

    def _refuse_unsolvable(self) -> None:
        for path, unknown in self.unknowns.items():
            if unknown.value is not None:
                continue
            uses = [e for e in self.equations if path in unknowns_of(e.expression, {path})]
            if uses and not any(invertible(e.expression, path) for e in uses):
                raise declaration_error(
                    f"is derived, but `{show(uses[0].expression)}` cannot be solved for it; use it once, with + - * // << by constants, "
                    "or drop auto() and give it",
                    unknown.location, self.spec.name, unknown.name,
                )  # fmt: skip

    def _finish(self) -> None:
        """What nothing determined, what waited, what must agree, and the checksums."""
        b = self.builder
        for unknown in self.unknowns.values():
            if unknown.value is None:
                self._undetermined(unknown)
        for equation in self.equations:
            if not equation.used and equation.actual is not None:
                self._agree(equation)
        for field, wire, at, phase, order in self.waiting:
            value = self._constant(field, wire)
            b.emit("patch", (at, value), width=wire.width, phase=phase, order=order)
        for field in self.spec.fields:
            if isinstance(field.type, spec.ChecksumType):
                self._sum(field, field.type)

    def _constant(self, field: spec.FieldSpec, wire: spec.IntType) -> Reg:
        """The value of a const field: the expression's, unless the user gave another."""
        b, (low, high) = self.builder, bounds(wire)
        assert field.fixed is not None
        assert not isinstance(field.fixed, bytes)
        given = self.inputs[field.name]
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        with b.inside(Block()) as missing:
            value = self.values.lower(field.fixed, field.location)
            outside = b.bin("or", b.bin("lt", value, b.const(low)), b.bin("gt", value, b.const(high)))
            b.fail_if(outside, "range", f"would have to be {{1}}, which does not fit; the field holds {low} to {high}", values=(value,))
            b.give(value)
        with b.inside(Block()) as there:
            b.give(b.as_int(given, low, high))
        out = b.reg("int", low, high, field.name)
        b.branch(b.number("is_none", given, lo=0, hi=1), missing, there, (out,))
        b.emit("leave", (), phase=0)
        self.values.fields[(field.name,)] = out
        self.copies[field.name] = self.box(out, wire)
        return out

    def _undetermined(self, unknown: Unknown) -> None:
        b, (low, high) = self.builder, bounds(unknown.wire)
        b.emit("enter", (), name=unknown.name, phase=0, location=unknown.location)
        missing = b.is_not(unknown.explicit)
        out = b.reg("int", low, high, unknown.name)
        with b.inside(Block()) as empty:
            if unknown.default is spec.MISSING:
                advice = f"is derived, but nothing in {self.spec.name} says how; give {unknown.name}="
                b.fail_if(b.const(1), "unsolved", advice)
                b.give(b.const(0))
            else:
                b.give(b.const(int(unknown.default)))
        with b.inside(Block()) as there:
            b.give(b.as_int(unknown.given, low, high))
        b.branch(missing, empty, there, (out,))
        b.emit("leave", (), phase=0)
        self._known(unknown, out)

    def _agree(self, equation: Equation) -> None:
        """An equation that solved nothing must hold, unless a derived field in it was given on purpose."""
        b = self.builder
        actual = equation.actual
        assert actual is not None
        involved = [self.unknowns[n.names] for n in walk(equation.expression) if isinstance(n, FieldRef) and n.names in self.unknowns]
        field = next(f for f in self.spec.fields if f.name == equation.field)
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        self.values.rest = lambda: actual  # what is written is all there is, so rest() is its size
        value = chosen = self.values.lower(equation.expression, equation.location)
        self.values.rest = None
        expected = actual
        if equation.kind == "presence":
            chosen = b.bin("ne", value, b.const(0))
        elif equation.arms is not None and equation.arm is not None:
            chosen = b.number("lookup", value, lo=-1, hi=1 << 16, table=equation.arms, default=-1)
            expected = equation.arm
        wrong = b.bin("ne", chosen, expected)
        for unknown in involved:
            wrong = b.bin("and", wrong, b.is_not(unknown.explicit))
        if equation.applies is not None:
            wrong = b.bin("and", wrong, equation.applies)
        code = "conflict" if involved else "presence" if equation.kind == "presence" else "tag" if equation.kind == "tag" else "size"
        b.fail_if(wrong, code, f"{equation.what} is {{1}}, but `{show(equation.expression)}` is {{2}}", values=(actual, value))
        b.emit("leave", (), phase=0)

    def _sum(self, field: spec.FieldSpec, wire: spec.ChecksumType) -> None:
        b, unknown_at = self.builder, self.values.fields[(field.name, "@")]
        given, size = self.inputs[field.name], wire.inner.width // 8
        low, high = bounds(wire.inner)
        b.emit("enter", (), name=field.name, phase=0, location=field.location)
        with b.inside(Block()) as missing:
            stop = b.number("here", lo=0, hi=POSITION_HI)
            if wire.over is not None:
                covered = self.values.lower(wire.over, field.location)
                stop = b.number("bin", self.start, covered, lo=0, hi=POSITION_HI, op="add")
            prefix = self.values.params[wire.prefix] if wire.prefix else b.obj("none")
            symbol = self.owner.symbol(wire.algorithm, getattr(wire.algorithm, "__name__", "algorithm"))
            found = b.number("put.checksum", self.start, stop, unknown_at, prefix, lo=low, hi=high, algorithm=symbol, bytes=size)
            if wire.zero_is_absent:
                found = b.select(b.bin("eq", found, b.const(0)), b.const(high), found)
            if wire.prefix is not None:
                found = self._without_prefix(field, wire, prefix, found)
            b.give(found)
        with b.inside(Block()) as there:
            b.give(b.as_int(given, low, high))
        out = b.reg("int", low, high, field.name)
        b.branch(b.number("is_none", given, lo=0, hi=1), missing, there, (out,))
        order = wire.inner.order if isinstance(wire.inner.order, str) and wire.inner.order != "inherit" else self.key.order
        b.emit("patch", (unknown_at, out), width=wire.inner.width, phase=0, order=order)
        b.emit("leave", (), phase=0)
        self.copies[field.name] = self.box(out, wire.inner)

    def _without_prefix(self, field: spec.FieldSpec, wire: spec.ChecksumType, prefix: Reg, found: Reg) -> Reg:
        """No pseudo-header was given: the field is absent where the format allows that, else it cannot be computed."""
        b = self.builder
        empty = b.is_not(b.number("len", prefix, lo=0, hi=POSITION_HI))
        if wire.zero_is_absent:
            return b.select(empty, b.const(0), found)
        b.fail_if(empty, "unsolved", f"covers {wire.prefix}, which was not given; build({wire.prefix}=...) or give {field.name}=")
        return found

    # --- the resolved copy -------------------------------------------------------------------

    def box(self, number: Reg, wire: spec.IntType) -> Reg:
        """The object for a number of a type."""
        from bitwright.enums import table_of

        kind = "bool" if wire.as_type is bool else "int"
        if wire.enum is not None:
            kind = self.owner.symbol(table_of(wire.enum), wire.enum.__name__)
        return self.builder.obj("box", number, as_=kind)

    def _copy(self) -> Reg:
        b, struct = self.builder, self.key.struct
        for path, unknown in self.unknowns.items():
            assert unknown.value is not None
            boxed = self.box(unknown.value, unknown.wire)
            if len(path) == 1:
                self.copies[path[0]] = boxed
            else:
                self._set_nested(path, boxed)
        positional, keywords = layout_of(struct)
        args = [self.copies[n] for n in (*positional, *keywords)]
        return b.obj("make", *args, hint="copy", class_=self.owner.symbol(struct, self.spec.name), keywords=keywords)

    def _set_nested(self, path: Path, boxed: Reg) -> None:
        b, holder = self.builder, self.copies[path[0]]
        for name in path[1:-1]:
            holder = b.obj("attr", holder, name=name)
        b.emit("set", (holder, boxed), name=path[-1])

