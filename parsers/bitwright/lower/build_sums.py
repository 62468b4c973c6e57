"""Checksums of a struct that was written: computed last, each after those that it covers, and patched in."""

from __future__ import annotations

from bitwright.ir.ops import Block, Reg
from bitwright.lower.build import StructBuild
from bitwright.lower.common import POSITION_HI
from bitwright.lower.expressions import bounds
from bitwright.lower.sums import Covering, sums_of
from bitwright.schema import spec


def write_sums(s: StructBuild) -> None:
    """Compute every checksum that the message does not give."""
    for field, wire in sums_of(s.spec):
        if field.name in s.there:
            _optional_sum(s, field, wire, s.there[field.name])
        else:
            _sum(s, field, wire)


def _optional_sum(s: StructBuild, field: spec.FieldSpec, wire: spec.ChecksumType, present: Reg) -> None:
    b, (low, high) = s.builder, bounds(wire.inner)
    with b.inside(Block()) as then:
        _sum(s, field, wire)
        b.give(s.values.fields[field.name,])
    with b.inside(Block()) as other:
        b.give(b.const(0))
    out = s.values.fields[field.name,] = b.reg("int", low, high, field.name)
    b.branch(present, then, other, (out,))
    s.copies[field.name] = s.boxed_if(present, out, wire.inner)


def _sum(s: StructBuild, field: spec.FieldSpec, wire: spec.ChecksumType) -> None:
    place = s.places[field.name,]
    out = s.unless_given(field, wire.inner, lambda: _computed_sum(s, field, wire, place.mark.at))
    s.values.fields[field.name,] = out
    s.patch(place, out)


def _computed_sum(s: StructBuild, field: spec.FieldSpec, wire: spec.ChecksumType, at: Reg) -> Reg:
    b, (low, high) = s.builder, bounds(wire.inner)
    start, stop = Covering(b, s.values, s.start, s.begins, s.ends).of(field, wire, s.here)
    prefix = s.values.params[wire.prefix] if wire.prefix else b.obj("none")
    symbol = s.owner.symbol(wire.algorithm, getattr(wire.algorithm, "__name__", "algorithm"))
    args = (start, stop, at, prefix)
    found = b.number("put.checksum", *args, lo=low, hi=high, algorithm=symbol, bytes=wire.inner.width // 8, own=wire.own)
    if wire.zero_is_absent:
        found = b.select(b.bin("eq", found, b.const(0)), b.const(high), found)
    return found if wire.prefix is None else _without_prefix(s, field, wire, prefix, found)


def _without_prefix(s: StructBuild, field: spec.FieldSpec, wire: spec.ChecksumType, prefix: Reg, found: Reg) -> Reg:
    """No pseudo-header was given: the field is absent where the format allows that, else it cannot be computed."""
    b = s.builder
    empty = b.is_not(b.number("len", prefix, lo=0, hi=POSITION_HI))
    if wire.zero_is_absent:
        return b.select(empty, b.const(0), found)
    b.fail_if(empty, "unsolved", f"covers {wire.prefix}, which was not given; build({wire.prefix}=...) or give {field.name}=")
    return found
