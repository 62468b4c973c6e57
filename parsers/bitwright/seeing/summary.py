"""One line for any value: what a reader wants to know first, derived from the declaration.

A class that defines `__str__` is shown by it.  Any other shows what is not implied: no constants,
reserved bits, lengths, counts and checksums, nothing that equals its declared default; flags
by name, texts and addresses bare, numbers as ``name=value``, lists after their name.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterator
from typing import Any

from bitwright.escaping import printable
from bitwright.schema import spec
from bitwright.seeing.words import bytes_in_words
from bitwright.struct_ import Struct
from bitwright.values import Address

_MOST_ITEMS = 8


def summary(value: Struct, without: Collection[str] = ()) -> str:
    """The line for a value, without the fields named and what it carries for the layer above; safe for a terminal."""
    return printable(_plain_summary(value, without))


def _plain_summary(value: Any, without: Collection[str] = ()) -> str:
    struct: Any = type(value)
    if struct.__str__ is not object.__str__:
        return str(value)
    line = ""
    apart = False
    for field in struct.__bitwright__.visible:
        shown = getattr(value, field.name)
        word = "" if field.name in without else _field(field, shown)
        if word:
            line += ("; " if apart or isinstance(shown, list) else " ") + word if line else word
            apart = isinstance(shown, list)
    return line


def _field(field: spec.FieldSpec, value: Any) -> str:
    wire = spec.pointed(field.type)
    if value is None or field.fixed is not None or isinstance(wire, spec.ChecksumType) or (field.reserved and not value):
        return ""
    if isinstance(wire, spec.BytesType) and wire.payload:
        return ""
    if field.auto and not isinstance(value, enum.IntEnum):
        return ""
    if field.default is not spec.MISSING and value == field.default:
        return ""
    return _value(field.name, value)


def _value(name: str, value: Any) -> str:
    if isinstance(value, Struct):
        return _plain_summary(value)
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, enum.IntEnum):
        return value.name or f"{name}={int(value)}"
    if isinstance(value, int):
        return f"{name}={value}"
    if isinstance(value, Address | str):
        return str(value)
    if isinstance(value, bytes):
        return f"{name}={bytes_in_words(value)}" if value else ""
    return f"{name}: {', '.join(_items(value))}" if value else ""


def _items(values: list[Any]) -> Iterator[str]:
    for value in values[:_MOST_ITEMS]:
        shown = _value("", value)
        yield shown.removeprefix("=") or "-"
    if len(values) > _MOST_ITEMS:
        yield f"{len(values) - _MOST_ITEMS} more"
