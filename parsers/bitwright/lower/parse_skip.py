"""What is not asked for is skipped: it is not decoded and makes no object, and only its size is worked out.

Numbers stay known, since what follows may depend on them; the passes drop those that nobody reads.
"""

from __future__ import annotations

from typing import Any

from bitwright.ir.ops import Reg
from bitwright.lower.common import POSITION_HI, advance, position, run_after
from bitwright.lower.facts import Needs, needs_of, phase_after
from bitwright.lower.parse import StructLowering
from bitwright.lower.parse_content import ContentLowering, Read
from bitwright.lower.projection import Asked
from bitwright.schema import measure, spec
from bitwright.schema.expr import Const


class SkipLowering(ContentLowering):
    """Moves the position behind values without making them; `FieldLowering` reads what cannot be skipped more cheaply."""

    def __init__(self, owner: StructLowering, field: spec.FieldSpec) -> None:
        super().__init__(owner, field)
        asked = owner.asked
        self.skipping = asked is not None and field.name not in asked
        self.only: Asked = None if asked is None else asked.get(field.name)
        self.to_come = owner.to_come

    def asked_inside(self, needs: Needs, region: Reg | None) -> dict[str, Any]:
        """What the function of a struct is told of what is asked for in it; one in a region need not find its own end."""
        if self.only is None and not self.skipping:
            return {}
        return {"only": self.only, "skip": self.skipping, "position": (self.to_come and region is None) or needs.pointers}

    def skip(self, wire: spec.WireType) -> Read:
        """Move behind one value of a type."""
        pointers = any(needs_of(struct).pointers for struct in spec.structs_in(wire))
        if isinstance(wire, spec.AtType) and not self.to_come:
            return Read(self.skipped())
        if pointers:  # how far they lead says where the struct ends that they count from
            return self.read(wire)
        match wire:
            case spec.BytesType() | spec.TextType() if not (isinstance(wire, spec.CodedType) and wire.unsized):
                *_, self.s.pos = self._extent(wire)
            case spec.NameType():
                self._skip_name()
            case spec.NestedType(size=size) | spec.SwitchType(size=size) if size is not None and not self._exported():
                self._aligned("a region")
                self.s.pos = self._region(size)
            case spec.ArrayType(size=size) if size is not None:
                self._aligned("an array without a count")
                self.s.pos = self._region(size)
            case spec.ArrayType(item, count) if count is not None and self._whole_bytes(item):
                self._skip_elements(wire, self.s.values.lower(count, self.field.location))
            case spec.NestedType() if not self._exported() and measure.size_of(wire).fixed is not None:
                self._skip_bits(wire, measure.size_of(wire).fewest)
            case _:
                return self.read(wire)
        return Read(self.skipped())

    def skipped(self) -> Reg:
        """What stands for a value that was not made."""
        return self.b.obj("skipped", hint=self.field.name)

    def _exported(self) -> bool:
        """Whether an expression uses numbers inside the field."""
        return bool(self.s.wanted.get(self.field.name))

    def _skip_name(self) -> None:
        s, b = self.s, self.b
        self._aligned("a domain name")
        after = position(b)
        b.emit("name.end", (s.pos, self.end), (after,))
        s.pos = after

    def _skip_bits(self, wire: spec.WireType, width: int) -> None:
        s = self.s
        run = run_after(wire, s.phase, s.run, self.refuse)
        phase = phase_after(wire, s.phase, s.spec, self.field)
        self._need((s.phase + width + 7) // 8)
        self._move_bits(width)
        assert s.phase == phase
        s.run = run

    def _whole_bytes(self, item: spec.WireType) -> bool:
        fixed = measure.size_of(item).fixed
        return fixed is not None and fixed % 8 == 0 and not self.s.phase

    def _skip_elements(self, wire: spec.ArrayType, count: Reg) -> None:
        s, b = self.s, self.b
        each = measure.size_of(wire.item).fewest // 8
        if isinstance(wire.count, Const):
            self._need(wire.count.value * each)
            s.pos = advance(b, s.pos, wire.count.value * each)
            return
        self._bound_count(wire, count)
        total = b.number("bin", count, b.const(each), lo=0, hi=POSITION_HI, op="mul")
        b.emit("need.var", (s.pos, self.end, total), expr="the size of its elements", refs=())
        s.pos = advance(b, s.pos, total, "stop")

    # --- what the class that is made of this has -----------------------------------------------

    def read(self, wire: spec.WireType) -> Read:
        """Read one value of a type."""
        raise NotImplementedError  # the class that is made of this has it

    def _bound_count(self, wire: spec.ArrayType, count: Reg) -> None:
        raise NotImplementedError  # the class that is made of this has it
