"""What can be told of a field where the seed has none: one more element, another arm, an optional that was absent.

Promise: only what the declaration makes certain: a number that does not fit what is left is truncated; anything else that would need
reading is `Unknown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitwright.enums import OpenEnum
from bitwright.schema import measure, spec
from bitwright.schema.expr import Const
from bitwright.testing.expressions import Unknown
from bitwright.testing.lies.failing import Failure, below

if TYPE_CHECKING:
    from bitwright.testing.lies.content import Content


def fresh(walk: Content, wire: spec.WireType, path: str, pos: int, limit: int) -> int:
    """The place behind what is declared, read from `pos` on; Failure where it cannot be there, Unknown where that is not certain."""
    match wire:
        case spec.NestedType(struct, None, None | str()):
            return _struct(walk, struct, path, pos, limit)
        case spec.VarintType() | spec.NameType() if pos >= limit:
            raise Failure("truncated", path)
        case spec.IntType(width=width) | spec.ChecksumType(spec.IntType(width=width)) | spec.FloatType(spec.IntType(width=width)):
            if isinstance(wire, spec.VarintType):
                raise Unknown(path)
            kind = wire.enum if isinstance(wire, spec.IntType) else None
            if kind is not None and not issubclass(kind, OpenEnum):
                raise Unknown(path)
            return _fixed(path, width, pos, limit)
        case spec.CodedType() | spec.TextType():
            raise Unknown(path)
        case spec.BytesType(size=Const(size), pad=None):
            return _fixed(path, 8 * size, pos, limit)
        case spec.BytesType(size=None, prefix=None, terminator=None):
            return limit
        case spec.BytesType(prefix=spec.IntType()) if pos >= limit:
            raise Failure("truncated", path)
        case spec.ArrayType() if wire.to_the_end:
            return _to_the_end(walk, wire, path, pos, limit)
    return _unknown(path)


def _unknown(path: str) -> int:
    raise Unknown(path)


def _fixed(path: str, width: int, pos: int, limit: int) -> int:
    if pos // 8 * 8 + (pos % 8 + width + 7) // 8 * 8 > limit:
        raise Failure("truncated", path)
    return pos + width


def _to_the_end(walk: Content, wire: spec.ArrayType, path: str, pos: int, limit: int) -> int:
    index = 0
    while pos < limit:
        after = fresh(walk, wire.item, below(path, index), pos, limit)
        if after <= pos:
            raise Failure("no-progress", path)
        pos, index = after, index + 1
    return limit


def _struct(walk: Content, struct: type, path: str, pos: int, limit: int) -> int:
    made = spec.spec_of(struct)
    if made.origin or measure.size_of_struct(struct) is measure.UNBOUNDED:
        raise Unknown(path)
    for field in made.fields:
        if field.fixed is not None or field.reserved or isinstance(field.type, spec.CheckType):
            width = measure.size_of(field.type).fixed
            if width is None or isinstance(field.type, spec.CheckType):
                raise Unknown(path)
            _fixed(below(path, field.name), width, pos, limit)
            raise Unknown(path)
        pos = fresh(walk, field.type, below(path, field.name), pos, limit)
    return pos
