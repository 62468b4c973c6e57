"""Size intervals: between how many bits a message and each of its fields has, by interval analysis of the expressions.

Narrower than `schema.measure`, which the compiler uses: sizes and counts that are expressions are bounded here by the
fields in them and by the checks above.
"""

from __future__ import annotations

import msgspec

from bitwright.lint.places import fields_of, structs_of
from bitwright.lint.ranges import View
from bitwright.schema import measure, spec
from bitwright.schema.expr import Node
from bitwright.schema.measure import EMPTY, UNBOUNDED, Size

MOST_BITS = 1 << 43  # what is larger than a terabyte is not bounded by the format


class FieldSize(msgspec.Struct, frozen=True):
    """A field's interval; `path` leads to it from the format."""

    path: str
    size: Size


class Sizes:
    """Sizes of one format; a struct is measured once."""

    def __init__(self) -> None:
        self._known: dict[type, Size] = {}
        self._measuring: set[type] = set()

    def struct(self, struct: type) -> Size:
        """The interval of a struct; what contains itself is unbounded."""
        if struct in self._measuring:
            return UNBOUNDED
        if struct not in self._known:
            self._measuring.add(struct)
            total = EMPTY
            for field, view in fields_of(spec.spec_of(struct)):
                if spec.pointer_of(field.type) is None:  # what is pointed to lies elsewhere
                    total = total + self.of(field.type, view)
            self._measuring.discard(struct)
            self._known[struct] = total
        return self._known[struct]

    def of(self, wire: spec.WireType, view: View) -> Size:
        """The interval of a type at a place."""
        match wire:
            case spec.BytesType() | spec.TextType() if isinstance(wire.size, Node):
                return region(wire.size, view)
            case spec.NestedType(struct, size):
                return self.struct(struct) if size is None else region(size, view)
            case spec.SwitchType():
                return self._switch(wire) if wire.size is None else region(wire.size, view)
            case spec.ArrayType():
                return self._array(wire, view)
            case spec.OptionalType(condition, inner):
                truth, there = view.range(condition), self.of(inner, view.knowing(condition))
                return EMPTY if truth == (0, 0) else there if truth[0] > 0 else Size(0, there.most)
            case spec.AtType(inner=inner):
                return self.of(inner, view)
        return measure.size_of(wire)

    def _array(self, wire: spec.ArrayType, view: View) -> Size:
        if wire.size is not None:
            return region(wire.size, view)
        each = self.of(wire.item, view)
        if wire.count is not None:
            low, high = view.range(wire.count)
            return _capped(each.fewest * max(low, 0), None if each.most is None else each.most * max(high, 0))
        return Size(measure.size_of(wire).fewest, None)

    def _switch(self, wire: spec.SwitchType) -> Size:
        sizes = [self.struct(arm) for arm in spec.arms_of(wire)]
        if not sizes:
            return EMPTY
        most = None if any(size.most is None for size in sizes) else max(size.most or 0 for size in sizes)
        return Size(min(size.fewest for size in sizes), most)


def region(size: Node, view: View) -> Size:
    """The interval of a region of as many bytes as an expression says."""
    low, high = view.range(size)
    return _capped(8 * max(low, 0), 8 * max(high, 0))


def _capped(fewest: int, most: int | None) -> Size:
    return Size(min(fewest, MOST_BITS), None if most is None or most > MOST_BITS else most)


def sizes_of(struct: type) -> list[FieldSize]:
    """The format itself, under the empty path, and every field of every struct in it."""
    sizes = Sizes()
    whole = sizes.struct(struct)
    if any(spec.pointer_of(field.type) for inner, _ in structs_of(struct) for field in spec.spec_of(inner).fields):
        whole = Size(whole.fewest, None)  # and what is pointed to, wherever that is
    found = [FieldSize("", whole)]
    for inner, prefix in structs_of(struct):
        for field, view in fields_of(spec.spec_of(inner)):
            if not isinstance(field.type, spec.CheckType):
                found.append(FieldSize(prefix + field.name, sizes.of(field.type, view)))
    return found
