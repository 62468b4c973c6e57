"""How a pointer is followed: its offset is checked, what lies there is read and charged, and the position stays where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitwright.ir.ops import Reg
from bitwright.lower.common import POSITION_HI, advance, position
from bitwright.lower.expressions import expanded, refs_of
from bitwright.lower.parse_content import Read
from bitwright.schema import measure, spec
from bitwright.schema.expr import show

if TYPE_CHECKING:
    from bitwright.lower.parse_fields import FieldLowering


def read_at(lowering: FieldLowering, wire: spec.AtType) -> Read:
    """Read what lies at an offset."""
    s, b = lowering.s, lowering.b
    reach = s.own_reach if wire.base == "self" else s.reach
    assert reach is not None
    base, end = position(b, "base"), position(b, "end")
    b.emit("reach.region", (reach,), (base, end))
    offset = s.values.lower(wire.offset, lowering.field.location)
    if wire.base == "here":
        if s.phase:
            lowering.refuse(f'base="here" counts from bit {s.phase} of a byte; add pad(bits={8 - s.phase}) before it')
        offset = b.bin("add", offset, b.number("bin", s.pos, base, lo=0, hi=POSITION_HI, op="sub"))
    refs = refs_of(expanded(wire.offset, s.spec))
    b.emit("need.var", (base, end, offset), expr=show(wire.offset), refs=refs, code="bad-offset")
    target = advance(b, base, offset, "target")
    stop = _check_direction(lowering, wire, target, end, refs)
    b.emit("lies", (target, target))
    around = s.pos, s.phase, s.run, lowering.end
    s.pos, s.phase, s.run, lowering.end = target, 0, None, stop
    read = lowering.read(wire.inner)
    b.emit("reached", (reach, target, s.pos))
    b.emit("lies", (target, s.pos))
    s.pos, s.phase, s.run, lowering.end = around
    return read


def _check_direction(lowering: FieldLowering, wire: spec.AtType, target: Reg, end: Reg, refs: tuple[str, ...]) -> Reg:
    """The end of the region that a pointer may lead to; fails where it leads the other way."""
    s, b = lowering.s, lowering.b
    if wire.direction == "backward":
        wrong = b.bin("lt", s.start, b.add(target, 1))
        b.fail_if(wrong, "bad-direction", "leads to byte {1}, which is not before byte {2}", values=(target, s.start), refs=refs)
        return s.start
    if wire.direction == "forward":
        least = s.pos
        if sum(measure.size_of(field.type).fewest for field in s.spec.fields[: s.spec.fields.index(lowering.field)]) < 8:
            least = b.bin("max", s.pos, b.add(s.start, 1))
        wrong = b.bin("lt", target, least)
        b.fail_if(wrong, "bad-direction", "leads to byte {1}, which is before byte {2}", values=(target, least), refs=refs)
    return end
