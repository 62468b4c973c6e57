"""The framing that follows from a format: the cheapest one that cuts a stream where the push parser would."""

from __future__ import annotations

import dataclasses
from typing import Any

from bitwright.net.framing.base import Framing
from bitwright.net.framing.counted import Endian, LengthField, LengthPrefix
from bitwright.net.framing.fixed import FixedSize
from bitwright.net.framing.lines import Terminator
from bitwright.net.framing.pushed import PushParser
from bitwright.schema import measure, spec
from bitwright.schema.expr import Binary, Const, FieldRef, Node
from bitwright.struct_ import Struct

_NUMBER = ("", "number")  # what the number itself is called in a sum


def framing_of(message: type[Struct], *, limit: int, field: str | None = None) -> Framing:
    """How a stream of `message` is cut; `field` is the part of it that is given out, the whole without it.

    A format whose only length is a number of whole bytes at a known place is cut by that number, one that always has the same
    size by its size, bytes that end with a terminator by that; every other by its push parser.  Raises ValueError where what
    stands before `field` is more than its length; DeclarationError for a format of which a stream does not say where it ends.
    """
    described = spec.spec_of(message)
    if field is not None:
        return _prefix(described, field, limit)
    total = _total(described)
    if total is None:
        return _terminator(described, limit) or PushParser(message, limit)
    if total.number is None:
        return FixedSize(total.plus) if 0 < total.plus <= limit else PushParser(message, limit)
    offset, size, endian = total.number
    return LengthField(offset=offset, size=size, endian=endian, scale=total.scale, plus=total.plus, limit=limit)


@dataclasses.dataclass(frozen=True, slots=True)
class _Total:
    """All bytes of a message: those of a number at a place, times `scale`, plus `plus`."""

    number: tuple[int, int, Endian] | None
    scale: int
    plus: int


def _prefix(described: spec.StructSpec, field: str, limit: int) -> Framing:
    """Of a message whose part `field` is all but its length."""
    total = _total(described)
    if total is not None and total.number is not None and total.scale == 1:
        offset, size, endian = total.number
        before = 0
        for each in described.fields:
            if each.name == field:
                break
            before += measure.size_of(each.type).fewest
        last = [each.name for each in described.fields if measure.size_of(each.type).most != 0][-1]
        if (offset, before, last) == (0, 8 * size, field) and total.plus in {0, size}:
            return LengthPrefix(size=size, endian=endian, counts_itself=total.plus == 0, limit=limit)
    raise ValueError(f"{described.name}.{field} is not all that follows a length of whole bytes; give a Framing")


def _terminator(described: spec.StructSpec, limit: int) -> Framing | None:
    """Of a message that is nothing but bytes and what ends them."""
    match [field.type for field in described.fields]:
        case [spec.BytesType(size=None, prefix=None, terminator=bytes() as ending, pad=None) as only] if type(only) is spec.BytesType:
            return Terminator(ending=ending, keep=True, limit=limit)
    return None


# --- how long a message is, as a sum --------------------------------------------------------------

_Sum = dict[tuple[str, ...], int]  # numbers of the message by name, and how often each counts; () is the constant


def _total(described: spec.StructSpec) -> _Total | None:
    """How long it is, if that is a multiple of one number at a known place and a constant; in bytes."""
    bits: _Sum = {(): 0}
    places: dict[tuple[str, ...], tuple[int, int, Endian]] = {}
    for field in described.fields:
        at = bits[()] if len(bits) == 1 else None  # where it begins, while that is the same in every message
        if at is not None:
            places |= _numbers(described, field, at)
        size = _bits_of(described, field, at)
        if size is None:
            return None
        bits = _added(bits, size)
    numbers = [name for name, often in bits.items() if name and often]
    if not numbers:
        return _Total(None, 1, bits[()] // 8)
    name = numbers[0]
    if len(numbers) > 1 or name not in places or bits[name] < 0 or bits[name] % 8 or bits[()] % 8:
        return None
    return _Total(places[name], bits[name] // 8, bits[()] // 8)


def _numbers(described: spec.StructSpec, field: spec.FieldSpec, at: int) -> dict[tuple[str, ...], tuple[int, int, Endian]]:
    """Every number of whole bytes in a field that begins at bit `at`, by name: its byte, its size, its byte order."""
    match field.type:
        case spec.BytesType(prefix=spec.IntType() as prefix):
            return _place((field.name, *_NUMBER), prefix, at, described.order)
        case spec.IntType() as number:
            return _place((field.name,), number, at, described.order)
        case spec.NestedType(struct, None, None):
            inner = spec.spec_of(struct)
            found: dict[tuple[str, ...], tuple[int, int, Endian]] = {}
            for each in inner.fields:
                found |= {(field.name, *name): place for name, place in _numbers(inner, each, at).items()}
                fixed = measure.size_of(each.type).fixed
                if fixed is None:
                    break
                at += fixed
            return found
    return {}


def _place(name: tuple[str, ...], number: spec.IntType, at: int, order: spec.Order) -> dict[tuple[str, ...], tuple[int, int, Endian]]:
    endian = order if number.order is None else number.order
    plain = type(number) is spec.IntType and not number.signed and number.bit_order == "msb"
    known: Endian | None = "big" if endian == "big" else "little" if endian == "little" else None
    if not plain or known is None or at % 8 or number.width % 8 or not 8 <= number.width <= 64:
        return {}
    return {name: (at // 8, number.width // 8, known)}


def _bits_of(described: spec.StructSpec, field: spec.FieldSpec, at: int | None) -> _Sum | None:
    """The size of a field as a sum; None where it is none."""
    match field.type:
        case spec.AtType() | spec.AlignType():
            return None
        case spec.BytesType(prefix=spec.IntType(width=width)) as content if type(content) is spec.BytesType and at is not None:
            return {(): width, (field.name, *_NUMBER): 8}
        case spec.BytesType(size=size, prefix=None) | spec.NestedType(_, size) | spec.SwitchType(size=size) if isinstance(size, Node):
            return _times(_sum_of(size, described), 8)
        case spec.ArrayType(item=item, count=count, size=size):
            if size is not None:
                return _times(_sum_of(size, described), 8)
            each = measure.size_of(item).fixed
            if count is not None and each is not None:
                return _times(_sum_of(count, described), each)
    fixed = measure.size_of(field.type).fixed
    return None if fixed is None or _points(field.type) else {(): fixed}


def _points(wire: spec.WireType) -> bool:
    """Whether something lies where an offset says, which may be behind all that is counted here."""
    inner = (field for struct in spec.structs_in(wire) for field in spec.spec_of(struct).fields)
    return spec.pointer_of(wire) is not None or any(_points(field.type) for field in inner)


def _sum_of(node: Node, described: spec.StructSpec) -> _Sum | None:
    """An expression as a sum; None where it is none."""
    match node:
        case Const(value):
            return {(): value}
        case FieldRef(names):
            computed: Any = described.computed.get(names[0])
            return {names: 1, (): 0} if computed is None else _sum_of(computed, described) if len(names) == 1 else None
        case Binary("add", left, right):
            first, second = _sum_of(left, described), _sum_of(right, described)
            return None if first is None or second is None else _added(first, second)
        case Binary("sub", left, right):
            first, second = _sum_of(left, described), _times(_sum_of(right, described), -1)
            return None if first is None or second is None else _added(first, second)
        case Binary("mul", node_, Const(times)) | Binary("mul", Const(times), node_):
            return _times(_sum_of(node_, described), times)
    return None


def _added(first: _Sum, second: _Sum) -> _Sum:
    """Both, without what cancels out."""
    every = {name: first.get(name, 0) + second.get(name, 0) for name in (*first, *second)}
    return {name: often for name, often in every.items() if often or not name}


def _times(of: _Sum | None, times: int) -> _Sum | None:
    return None if of is None else {name: often * times for name, often in of.items()}
