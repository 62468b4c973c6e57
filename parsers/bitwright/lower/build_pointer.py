"""How what a pointer leads to is written: behind the inline part of the struct that the offset counts from.

Where the field stands, nothing is written; a function is queued that writes the block when everything around it is
there, and fills in the offset, unless that was given: then the block goes to where it says.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from bitwright.ir.ops import Block, Function, Reg
from bitwright.lower.build import StructBuild
from bitwright.lower.common import POSITION_HI, position
from bitwright.lower.equations import Unknown
from bitwright.lower.expressions import bounds
from bitwright.lower.facts import has_names, needs_of
from bitwright.lower.solve import Equation, Solver, invertible, unknowns_of
from bitwright.schema import spec
from bitwright.schema.expr import show
from bitwright.schema.pointers import derived_offset

if TYPE_CHECKING:
    from bitwright.lower.build_fields import FieldBuild

NOWHERE: Final = -1  # the offset of a block whose place is not given, the hole where nothing will be filled in


def settle_offset(build: FieldBuild, wire: spec.AtType) -> None:
    """What stands in the place of a derived offset until the block is written: the value given, or what says that nothing is there."""
    unknown = _derived(build.s, wire)
    if unknown is None:
        return
    if not invertible(wire.offset, unknown.path):
        build.s.refuse(f"`{show(wire.offset)}` cannot be solved for {unknown.name}; use it once, with + - * by constants", build.field)
    b, (low, high) = build.b, bounds(unknown.wire)
    unknown.late = True
    with b.inside(Block()) as given:
        b.give(b.as_int(unknown.given, low, high))
    with b.inside(Block()) as missing:
        b.give(_without_block(build, unknown))
    unknown.so_far = b.reg("int", low, high, unknown.name)
    b.emit("enter", (), name=unknown.name, phase=0, location=unknown.field.location)
    b.branch(unknown.explicit, given, missing, (unknown.so_far,))
    b.emit("leave", (), phase=0)
    build.s.copies[unknown.name] = build.s.box(unknown.so_far, unknown.wire)
    unknown.absent = b.const(0) if build.present is None else b.is_not(build.present)


def _without_block(build: FieldBuild, unknown: Unknown) -> Reg:
    """The offset where nothing is pointed to: what makes the condition false, or else the default."""
    b, default = build.b, unknown.field.default
    if build.present is None or not isinstance(build.field.type, spec.OptionalType):
        return b.const(0)
    condition = build.field.type.condition
    if not invertible(condition, unknown.path):
        return b.select(build.present, b.const(0), b.const(int(default) if default is not spec.MISSING else 0))
    with b.inside(Block()) as there:
        b.give(b.const(0))
    with b.inside(Block()) as missing:
        what = f"whether {build.field.name} is given"
        equation = Equation("presence", condition, what, build.field.location, build.field.name, b.const(0))
        solution = Solver(b, build.s.values, equation, unknown.path, unknown.wire, default).solve()
        build.s.equations.in_range(unknown.wire, solution)
        b.give(solution)
    out = b.reg("int", *bounds(unknown.wire), unknown.name)
    b.branch(build.present, there, missing, (out,))
    return out


def _derived(s: StructBuild, wire: spec.AtType) -> Unknown | None:
    field = derived_offset(s.spec, wire)
    return s.equations.unknowns[field.name,] if field is not None else None


def defer_block(build: FieldBuild, wire: spec.AtType) -> None:
    """Queue the function that writes the block, if there is one."""
    b = build.b
    build.s.copies[build.field.name] = b.obj("none")  # set when the block is written
    if build.present is None:
        _defer(build, wire)
        return
    with b.inside(Block()) as there:
        _defer(build, wire)
        b.give()
    with b.inside(Block()) as missing:
        b.give()
    b.branch(build.present, there, missing, ())


def _defer(build: FieldBuild, wire: spec.AtType) -> None:
    s, b = build.s, build.b
    blocks = s.own_blocks if wire.base == "self" else s.blocks
    assert blocks is not None
    unknown = _derived(s, wire)
    hole, size = b.const(NOWHERE), 0
    if unknown is not None:
        place = s.places[unknown.path]
        hole, size = b.select(unknown.explicit, hole, place.mark.at), (place.phase + place.wire.width + 7) // 8
    here = s.here() if wire.base == "here" else None
    known, run, around = dict(s.values.fields), s.run, (s.phase, s.memo)
    with b.inside(Block()) as body:
        _Job(build, wire, unknown, blocks, here).write()
    s.values.fields, s.run, (s.phase, s.memo) = known, run, around
    taken = _outside(body)
    name = s.owner.unique_block(s.spec.name, build.field.name)
    s.owner.program.functions[name] = Function(name, taken, (), body)
    b.emit("defer", (blocks, hole, *taken), function=name, size=size)


def _outside(body: Block) -> tuple[Reg, ...]:
    """The registers that a block reads and does not assign: what its function takes."""
    read: dict[Reg, None] = {}
    assigned: set[Reg] = set()

    def walk(block: Block) -> None:
        assigned.update(block.params)
        for op in block.ops:
            read.update(dict.fromkeys(op.args))
            assigned.update(op.outs)
            for inner in op.blocks:
                walk(inner)

    walk(body)
    return tuple(reg for reg in read if reg not in assigned)


@dataclasses.dataclass(slots=True)
class _Job:
    """The writing of one block, when its turn comes; `here` is the place of the field itself."""

    build: FieldBuild
    wire: spec.AtType
    unknown: Unknown | None
    blocks: Reg
    here: Reg | None

    def write(self) -> None:
        """The block, then the offset that leads to it, and what must agree with either."""
        s, b, build = self.build.s, self.build.b, self.build
        checked = build.checked
        assert checked is not None
        if build.optional:
            checked = build.check(build.wire, checked.value)
        base = self._base()
        begin, held = self._begin(base)
        if s.memo is not None and self._has_names():
            s.memo = b.obj("memo", hint="memo")  # names in a block that may lie anywhere refer to none outside
        s.phase, s.run = 0, None
        first = s.here()
        copy = build.write_value(build.wire, checked)
        if s.phase:
            s.refuse(f"ends {s.phase} bits into a byte, and what lies at an offset must be whole bytes; add pad(bits=...)", build.field)
        self._measure(first)
        b.emit("block.end", (self.blocks, begin, held))
        if s.copy is not None:
            b.emit("set", (b.obj("item", s.copy, index=0), copy), name=build.field.name)
        if self.unknown is not None:
            self._solve(self.unknown, b.number("bin", begin, base, lo=-POSITION_HI, hi=POSITION_HI, op="sub"))

    def _base(self) -> Reg:
        """What the offset counts from."""
        s = self.build.s
        base = self.here if self.here is not None else s.start if self.wire.base == "self" else s.base
        assert base is not None
        return base

    def _has_names(self) -> bool:
        inner = self.build.wire
        return has_names(inner) or any(needs_of(struct).scope for struct in spec.structs_in(inner))

    def _begin(self, base: Reg) -> tuple[Reg, Reg]:
        """Where the block begins: where the offset says, or at the next free place."""
        s, b = self.build.s, self.build.b
        start = s.start if self.wire.base == "self" else s.base
        assert start is not None
        wanted = self._wanted(start, base)
        begin, held = position(b, "begin"), b.reg("obj", hint="held")
        after, limit = b.bin("add", start, wanted), b.const(s.owner.limits.output_size)
        b.fail_if(b.bin("gt", after, limit), "too-large", "would begin at byte {1}, the limit is {2}", values=(after, limit))
        inside = spec.structs_in(self.build.wire)
        movable = not self._has_names() and not any(needs_of(struct).pointers for struct in inside)
        b.emit("block", (self.blocks, start, wanted), (begin, held), align=self.wire.align, movable=movable)
        return begin, held

    def _wanted(self, start: Reg, base: Reg) -> Reg:
        """The offset from the start, if it is given; otherwise none."""
        s, b = self.build.s, self.build.b

        def offset() -> Reg:
            found = s.values.lower(self.wire.offset, self.build.field.location)
            if base is not start:
                found = b.bin("add", found, b.number("bin", base, start, lo=0, hi=POSITION_HI, op="sub"))
            before = b.bin("lt", found, b.const(0))
            b.fail_if(before, "range", "its offset leads to {1}, before the start that it counts from", values=(found,))
            return b.bin("max", found, b.const(0))

        if self.unknown is None:
            return offset()
        assert self.unknown.so_far is not None
        with b.inside(Block()) as given:
            s.values.fields[self.unknown.path] = self.unknown.so_far
            found = offset()
            del s.values.fields[self.unknown.path]
            b.give(found)
        with b.inside(Block()) as missing:
            b.give(b.const(NOWHERE))
        out = b.reg("int", NOWHERE, found.hi, "wanted")
        b.branch(self.unknown.explicit, given, missing, (out,))
        return out

    def _measure(self, first: Reg) -> None:
        """What the type says of its size must hold, from the first byte written."""
        s, b = self.build.s, self.build.b
        for equation in self.build.measured:
            unsolved = unknowns_of(equation.expression, s.equations.open())
            if unsolved:
                name = ".".join(next(iter(unsolved)))
                advice = "the size of what lies behind a pointer does not determine it; drop auto()"
                s.refuse(f"`{name}` is derived, but {advice}", self.build.field)
            written = b.number("bin", s.here(), first, lo=0, hi=POSITION_HI, op="sub")
            s.equations.agree(dataclasses.replace(equation, actual=written, solves_if=None, holds_if=None))

    def _solve(self, unknown: Unknown, distance: Reg) -> None:
        """Fill in the offset, unless it was given."""
        s, b, field = self.build.s, self.build.b, self.build.field
        assert unknown.so_far is not None
        equation = Equation("offset", self.wire.offset, f"the place of {field.name}", field.location, field.name, distance)
        with b.inside(Block()) as solved:
            b.emit("enter", (), name=unknown.name, phase=0, location=unknown.field.location)
            value = Solver(b, s.values, equation, unknown.path, unknown.wire, unknown.field.default).solve()
            s.equations.in_range(unknown.wire, value)
            s.patch(s.places[unknown.path], value)
            if s.copy is not None:
                b.emit("set", (b.obj("item", s.copy, index=0), s.box(value, unknown.wire)), name=unknown.name)
            b.emit("leave", (), phase=0)
            b.give(value)
        with b.inside(Block()) as given:
            b.give(unknown.so_far)
        out = b.reg("int", *bounds(unknown.wire), unknown.name)
        b.branch(b.is_not(unknown.explicit), solved, given, (out,))
        s.values.fields[unknown.path] = out
        for other in s.equations.all:
            if other.kind == "presence" and other.field == field.name and unknown.path in unknowns_of(other.expression, {unknown.path}):
                s.equations.agree(dataclasses.replace(other, holds_if=None))
