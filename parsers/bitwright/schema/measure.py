"""Static sizes: the fewest and the most bits that a wire type can occupy.

`most` is None where nothing bounds it.  The compiler uses these to refuse count bombs before
looping and to hoist bounds checks; the linter to find what cannot be right.
"""

from __future__ import annotations

import msgspec

from bitwright.schema import spec
from bitwright.schema.expr import Const
from bitwright.wire.varints import most_bytes


class Size(msgspec.Struct, frozen=True):
    """An interval of bits; `most` None is unbounded."""

    fewest: int
    most: int | None

    def __add__(self, other: Size) -> Size:
        most = None if self.most is None or other.most is None else self.most + other.most
        return Size(self.fewest + other.fewest, most)

    def times(self, count: int) -> Size:
        """That many in a row."""
        return Size(self.fewest * count, None if self.most is None else self.most * count)

    @property
    def fixed(self) -> int | None:
        """The size, if there is only one."""
        return self.fewest if self.fewest == self.most else None


EMPTY = Size(0, 0)
UNBOUNDED = Size(0, None)


def size_of(wire: spec.WireType) -> Size:
    """The interval for a wire type."""
    match wire:
        case spec.VarintType(width=width, coding=coding):
            return Size(8, 8 * most_bytes(coding, width))
        case spec.IntType(width=width) | spec.PadType(width):
            return Size(width, width)
        case spec.BitsType(size=size):
            return Size(size.value, size.value) if isinstance(size, Const) else UNBOUNDED
        case spec.FloatType(bits):
            return Size(bits.width, bits.width)
        case spec.BytesType() | spec.TextType():
            return _content(wire)
        case spec.NameType():
            return Size(8, 8 * 255)
        case spec.AlignType(multiple):
            return Size(0, 8 * (multiple - 1))
        case spec.NestedType(struct, size):
            return Size(8 * size.value, 8 * size.value) if isinstance(size, Const) else _bounded(struct, size is not None)
        case spec.ArrayType():
            return _array(wire)
        case spec.SwitchType():
            return _switch(wire)
        case spec.OptionalType(_, inner):
            return Size(0, size_of(inner).most)
        case spec.AtType():
            return EMPTY
        case spec.ChecksumType(inner):
            return size_of(inner)
        case spec.CheckType():
            return EMPTY
    raise AssertionError(wire)


def size_of_struct(struct: type) -> Size:
    """The interval for a Struct class; a struct inside itself counts as unbounded."""
    known = struct.__dict__.get("__bitwright_size__")
    if isinstance(known, Size):
        return known
    if struct.__dict__.get("__bitwright_measuring__"):
        return UNBOUNDED
    type.__setattr__(struct, "__bitwright_measuring__", True)
    total = EMPTY
    for field in spec.spec_of(struct).fields:
        total = total + size_of(field.type)
    type.__setattr__(struct, "__bitwright_measuring__", False)
    return total


def _content(wire: spec.BytesType | spec.TextType) -> Size:
    if isinstance(wire.size, Const):
        return Size(8 * wire.size.value, 8 * wire.size.value)
    if wire.prefix is not None:
        return size_of(wire.prefix) + Size(0, 8 * ((1 << wire.prefix.width) - 1))
    if wire.terminator is not None:
        return Size(8 * len(wire.terminator), None)
    return UNBOUNDED


def _bounded(struct: type, region: bool) -> Size:
    inner = size_of_struct(struct)
    return Size(inner.fewest, inner.most) if not region else inner


def _array(wire: spec.ArrayType) -> Size:
    element = size_of(wire.item)
    if isinstance(wire.count, Const):
        return element.times(wire.count.value)
    if isinstance(wire.size, Const):
        return Size(8 * wire.size.value, 8 * wire.size.value)
    if wire.prefix is not None:
        return Size(size_of(wire.prefix).fewest, None)
    if wire.terminator is not None:
        return Size(8 * len(wire.terminator), None)
    return Size(element.fewest, None) if wire.until is not None else UNBOUNDED


def _switch(wire: spec.SwitchType) -> Size:
    if isinstance(wire.size, Const):
        return Size(8 * wire.size.value, 8 * wire.size.value)
    arms = [*wire.union.cases.values(), *([wire.default] if wire.default else []), *(arm for arm in (wire.empty, wire.malformed) if arm)]
    sizes = [size_of_struct(arm) for arm in arms]
    if not sizes or wire.union.open:
        return UNBOUNDED  # an arm added later may have any size
    most = None if any(s.most is None for s in sizes) else max(s.most or 0 for s in sizes)
    return Size(min(s.fewest for s in sizes), most)
