"""Checksums of a struct that was read: findings where one does not fit."""

from __future__ import annotations

from bitwright.lower.common import POSITION_HI
from bitwright.lower.parse import StructLowering
from bitwright.lower.sums import Covering
from bitwright.schema import spec


def check_sums(s: StructLowering) -> None:
    """Compare every checksum with what the bytes give."""
    covering = Covering(s.builder, s.values, s.start, {name: at for name, (at, _) in s.places.items()}, s.ends)
    for field, wire in s.spec.sums:
        _check_sum(s, covering, field, wire)


def _check_sum(s: StructLowering, covering: Covering, field: spec.FieldSpec, wire: spec.ChecksumType) -> None:
    b = s.builder
    value, at = s.values.fields[(field.name,)], s.places[field.name][0]
    start, stop = covering.of(field, wire, lambda: s.pos)
    present = b.bin("ne", value, b.const(0)) if wire.zero_is_absent else b.const(1)
    if field.name in s.there:
        present = b.bin("and", present, b.bin("ne", s.there[field.name], b.const(0)))
    if wire.prefix is not None:
        prefix = s.values.params[wire.prefix]
        given = b.bin("ne", b.number("len", prefix, lo=0, hi=POSITION_HI), b.const(0))
        present = b.bin("and", present, given)
    else:
        prefix = b.obj("none")
    algorithm = s.owner.symbol(wire.algorithm, getattr(wire.algorithm, "__name__", "algorithm"))
    args, most = (start, stop, at, present, prefix), (1 << wire.inner.width) - 1
    found = b.number("checksum", *args, lo=0, hi=most, algorithm=algorithm, bytes=wire.inner.width // 8, own=wire.own)
    if wire.zero_is_absent:
        found = b.select(b.bin("eq", found, b.const(0)), b.const(most), found)
    wrong = b.bin("and", present, b.bin("ne", found, value))
    b.emit("enter", (at,), name=field.name, phase=0, location=field.location)
    b.emit("finding_if", (wrong, value, found), code="checksum", message="the checksum is {0:#x}, the bytes give {1:#x}")
    b.emit("leave", (at, value), phase=0)
