"""How values of declared classes are written as JSON by machine code: for each field what kind of value it has.

Promise: what is written by these shapes is what `msgspec.json` writes for the plain data that `outward` makes of the same value.
"""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable
from typing import Any, Final

import msgspec

from bitwright.backends.llvm.json_forms import Called, Field, Forms, Item, Known, Listed, Named, Object, Plain, Shape
from bitwright.backends.llvm.routines.json_text import Kind
from bitwright.plain.outward import plain_of, time_text
from bitwright.schema import spec
from bitwright.values import Address, IPv4Address, MACAddress
from bitwright.wire.bitstrings import text_of_bits
from bitwright.wire.floats import plain_float

ENCODE: Final = msgspec.json.Encoder().encode
_REMEMBERED: Final = 8192  # texts of addresses of one class
_NUMBER, _TEXT, _HEX = (Plain(kind) for kind in (Kind.NUMBER, Kind.TEXT, Kind.HEX))


# How addresses of these classes, and of none that extend them, are written; of others a class says so itself.
_PRINTED: Final = {IPv4Address: Plain(Kind.DOTTED), MACAddress: Plain(Kind.COLONS)}


def shape_of(struct: type) -> Shape:
    """How objects of a class are written."""
    return _shape(struct, plain_of(struct), lambda field: True)


def layer_shape_of(struct: type) -> Shape:
    """The same without the payload, which is shown as the layers above."""
    payload = spec.spec_of(struct).payload
    return _shape(struct, plain_of(struct, payload=False), lambda field: field is not payload)


def top_shape_of(struct: type) -> Shape:
    """The same with the payload behind all other fields, if there is any."""
    shape, payload = layer_shape_of(struct), spec.spec_of(struct).payload
    if payload is None:
        return shape
    name, convert = payload.name, plain_of(struct, payload=False)

    def text(value: Any) -> bytes:
        carried = getattr(value, name)
        return ENCODE({**convert(value), name: carried.hex()} if carried else convert(value))

    return Shape([*shape.fields, Field(name, name, Plain(Kind.HEX_IF_ANY))], text)


def _shape(struct: type, convert: Callable[[Any], Any], shown: Callable[[spec.FieldSpec], bool]) -> Shape:
    fields = [Field(field.name, field.name, _item(field.type)) for field in spec.spec_of(struct).visible if shown(field)]
    return Shape(fields, lambda value: ENCODE(convert(value)))


VALUES: Final = Forms(shape_of)


def _item(wire: spec.WireType) -> Item:
    """The kind of a field's value."""
    match wire:
        case spec.IntType() if wire.time is not None:
            return _called(time_text(wire.time))
        case spec.IntType():
            return _named(wire.enum) if wire.enum else _NUMBER
        case spec.CodedType(codec=codec):
            return _called(codec.to_plain)
        case spec.BytesType():
            return _PRINTED.get(wire.as_type) or _address(wire.as_type) if issubclass(wire.as_type, Address) else _HEX
        case spec.BitsType():
            return _called(text_of_bits)
        case spec.FloatType():
            return _called(plain_float)
        case spec.NestedType() | spec.SwitchType():
            return Object(VALUES)
        case spec.ArrayType(item):
            return Listed(_item(item))
        case spec.OptionalType(_, inner) | spec.AtType(_, inner) | spec.ChecksumType(inner):
            return _item(inner)
    return _TEXT  # text and names


@functools.cache
def _named(members: type[enum.IntEnum]) -> Named:
    return Named({int(member): member.name for member in members})


@functools.cache
def _address(as_type: type[Address]) -> Known:
    texts, text_of = dict[Any, bytes](), as_type.text_function()

    def ask(address: Any) -> bytes:
        if len(texts) >= _REMEMBERED:
            texts.clear()
        found = texts[address] = ENCODE(text_of(address))
        return found

    return Known(texts, ask)


def _called(convert: Callable[[Any], Any]) -> Called:
    return Called(lambda value: ENCODE(convert(value)))
