"""Which bit of a byte comes first, from field to field: runs of one bit order must fill whole bytes.

Where a field begins inside a byte, the bits before it in that byte were counted from one side, so it must be
counted from the same.
"""

from __future__ import annotations

from bitwright.schema import spec
from bitwright.schema.expr import Const

Run = spec.BitOrder | None  # None: no bits at all

WORDS = {"msb": "most significant bit first", "lsb": "least significant bit first"}


def first_order(wire: spec.WireType) -> Run:
    """The bit order in which a type begins."""
    return _edge(wire, frozenset(), last=False)


def last_order(wire: spec.WireType, before: Run) -> Run:
    """The bit order in which a type ends; `before` if it is empty."""
    return _edge(wire, frozenset(), last=True) or before


def first_order_in(struct: type) -> Run:
    """The bit order in which a struct begins."""
    return _edge_of(struct, frozenset(), last=False)


def last_order_in(struct: type, before: Run) -> Run:
    """The bit order in which a struct ends; `before` if it is empty."""
    return _edge_of(struct, frozenset(), last=True) or before


def _edge(wire: spec.WireType, inside: frozenset[type], *, last: bool) -> Run:
    match wire:
        case spec.VarintType():
            return None
        case spec.IntType(bit_order=order):
            return order
        case spec.BitsType(bit_order=order) if not wire.fills_up:
            return order
        case spec.FloatType(bits):
            return bits.bit_order
        case spec.PadType(width, order):
            return order if width else None
        case spec.OptionalType(_, inner) | spec.ChecksumType(inner):
            return _edge(inner, inside, last=last)
        case spec.ArrayType(item, count):
            return None if isinstance(count, Const) and count.value == 0 else _edge(item, inside, last=last)
        case spec.NestedType(struct, None):
            return _edge_of(struct, inside, last=last)
    return None  # whole bytes, or what begins with one


def _edge_of(struct: type, inside: frozenset[type], *, last: bool) -> Run:
    if struct in inside:
        return None
    fields = spec.spec_of(struct).fields
    for field in reversed(fields) if last else fields:
        order = _edge(field.type, inside | {struct}, last=last)
        if order is not None:
            return order
    return None
