"""Optional fields that fill themselves: derived numbers, constants, reserved bits, checksums, padding inside `when()`.

One is there where its condition holds, or where the message gives it; its value, where it is not given, is derived,
or the constant, as without `when()`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bitwright.ir.ops import Block, Reg
from bitwright.lower.common import run_after
from bitwright.lower.equations import Unknown
from bitwright.lower.expressions import bounds
from bitwright.lower.solve import Equation
from bitwright.schema import spec
from bitwright.schema.expr import Const, Node, show

if TYPE_CHECKING:
    from bitwright.lower.build_fields import FieldBuild


def condition_of(field: spec.FieldSpec) -> Node | None:
    """When a field that fills itself is there; None for every other field."""
    if isinstance(field.type, spec.OptionalType) and (field.auto or field.fixed is not None or field.reserved or field.hidden):
        return field.type.condition
    return None


def prepare(f: FieldBuild, condition: Node, value: Reg) -> None:
    """Note whether the message gives the field, and what is to be solved."""
    f.present = f.b.is_not(f.b.number("is_none", value, lo=0, hi=1))
    if f.field.auto and isinstance(f.wire, spec.IntType):
        f.add_unknown(Unknown((f.field.name,), f.field, f.wire, f.present, value, condition=condition))


def relate(f: FieldBuild, condition: Node) -> None:
    """What is given must be there; what is left out says nothing."""
    given, field = f.present, f.field
    if given is not None:
        said = f"whether {field.name} is given"
        f.s.equations.add(Equation("presence", condition, said, field.location, field.name, given, solves_if=given, holds_if=given))


def there(f: FieldBuild, condition: Node) -> Reg:
    """Whether the field is there."""
    s, b, name = f.s, f.b, f.field.name
    if name not in s.there:
        if not s.values.knows(condition):
            f.refuse(f"is there if `{show(condition)}`, which is known only after what follows is written; let an earlier field say it")
        holds = b.bin("ne", s.values.lower(condition, f.field.location), b.const(0))
        s.there[name] = holds if f.present is None else b.bin("or", holds, f.present)
    return s.there[name]


def write(f: FieldBuild, condition: Node) -> None:
    """Write the field where it is there."""
    s, field, present = f.s, f.field, there(f, condition)
    wire = f.wire.inner if isinstance(f.wire, spec.ChecksumType) else f.wire
    if field.hidden:
        _if_there(f, present, lambda: f.write_gap(wire))
    elif not isinstance(wire, spec.IntType):
        s.copies[field.name] = _constant_bytes(f, present, wire)
    elif field.auto:
        _derived(f, present, wire)
    else:
        number = s.values.fields[field.name,] = _constant_number(f, present, wire)
        s.copies[field.name] = s.boxed_if(present, number, wire)


def _derived(f: FieldBuild, present: Reg, wire: spec.IntType) -> None:
    s, name = f.s, f.field.name
    known = s.values.fields.get((name,))
    if known is None:
        if isinstance(wire, spec.VarintType):
            f.refuse("is known only after what follows is written, and may be absent; give it a fixed size (u16())")
        s.hold_place(f.field, wire)
    _if_there(f, present, lambda: f.put(wire, known if known is not None else f.b.const(0)))


def _constant_number(f: FieldBuild, present: Reg, wire: spec.IntType) -> Reg:
    s, b, field = f.s, f.b, f.field
    fixed = field.fixed if field.fixed is not None else Const(0)
    assert isinstance(fixed, Node)
    if not s.values.knows(fixed):
        f.refuse(f"must be `{show(fixed)}`, which is known only after what follows is written; put both into a struct of their own")
    low, high = bounds(wire)

    def value() -> Reg:
        with b.inside(Block()) as given:
            b.give(b.as_int(s.inputs[field.name], low, high))
        with b.inside(Block()) as missing:
            found = s.values.lower(fixed, field.location)
            s.equations.in_range(wire, found)
            b.give(found)
        out = b.reg("int", low, high, field.name)
        assert f.present is not None
        b.branch(f.present, given, missing, (out,))
        return out

    number = b.reg("int", min(low, 0), max(high, 0), field.name)
    phase, run = s.phase, s.run
    with b.inside(Block()) as then:
        found = value()
        f.put(wire, found)
        b.give(found)
    s.phase, s.run = phase, run_after(wire, phase, run, f.refuse)
    with b.inside(Block()) as other:
        b.give(b.const(0))
    b.branch(present, then, other, (number,))
    return number


def _constant_bytes(f: FieldBuild, present: Reg, wire: spec.WireType) -> Reg:
    b, s, name = f.b, f.s, f.field.name
    fixed = f.field.fixed
    assert isinstance(fixed, bytes)
    assert isinstance(wire, spec.BytesType)
    with b.inside(Block()) as then:
        with b.inside(Block()) as given:
            b.give(f.check(wire, s.inputs[name]).value)
        with b.inside(Block()) as missing:
            b.give(b.obj("constant", value=fixed))
        content = b.reg("obj", hint=name)
        assert f.present is not None
        b.branch(f.present, given, missing, (content,))
        b.emit("put.bytes", (content,))
        b.give(content)
    with b.inside(Block()) as other:
        b.give(b.obj("none"))
    out = b.reg("obj", hint=name)
    b.branch(present, then, other, (out,))
    return out


def _if_there(f: FieldBuild, present: Reg, emit: Callable[[], None]) -> None:
    s, b = f.s, f.b
    phase, run = s.phase, s.run
    with b.inside(Block()) as then:
        emit()
        b.give()
    s.phase, s.run = phase, run_after(f.wire, phase, run, f.refuse)
    with b.inside(Block()) as other:
        b.give()
    b.branch(present, then, other, ())
