"""One line for any value: what a reader wants to know first, derived from the declaration.

A class that defines `__str__` is shown by it.  Any other shows what is not implied: no constants,
reserved bits, lengths, counts and checksums, nothing that equals its declared default; flags
by name, texts and addresses bare, numbers as ``name=value``, lists after their name.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterator
from operator import attrgetter
from typing import Any, Final, TypeAlias

from bitwright.escaping import printable
from bitwright.schema import spec
from bitwright.seeing.words import bytes_in_words
from bitwright.struct_ import Struct
from bitwright.values import Address

_MOST_ITEMS = 8

# Name, getter, default, whether only members of enumerations say something, whether zero says nothing.
_ShownField: TypeAlias = tuple[str, Callable[[Any], Any], Any, bool, bool]


def summary(value: Struct, without: Collection[str] = ()) -> str:
    """The line for a value, without the fields named and what it carries for the layer above; safe for a terminal."""
    return printable(_plain_summary(value, without))


def _plain_summary(value: Any, without: Collection[str] = ()) -> str:
    shown = _SHOWN[type(value)]
    if shown is None:
        return str(value)
    line = ""
    apart = False
    for name, get, default, only_members, reserved in shown:
        item = get(value)
        if item is None or (reserved and not item) or name in without:
            continue
        if default is not spec.MISSING and item == default:
            continue
        if only_members and not isinstance(item, enum.IntEnum):
            continue
        word = _value(name, item)
        if word:
            line += ("; " if apart or isinstance(item, list) else " ") + word if line else word
            apart = isinstance(item, list)
    return line


class _Shown(dict[type, "tuple[_ShownField, ...] | None"]):
    """Class → the fields that may be worth showing, found out once; None for a class that says itself how it is shown."""

    def __missing__(self, struct: Any) -> tuple[_ShownField, ...] | None:
        own = struct.__str__ is not object.__str__
        found = None if own else tuple(made for field in struct.__bitwright__.visible for made in _shown_field(field))
        self[struct] = found
        return found


def _shown_field(field: spec.FieldSpec) -> Iterator[_ShownField]:
    """A field with its default; of one that follows from others, only members of enumerations say something."""
    wire = spec.pointed(field.type)
    if field.fixed is not None or isinstance(wire, spec.ChecksumType) or (isinstance(wire, spec.BytesType) and wire.payload):
        return
    yield field.name, attrgetter(field.name), field.default, bool(field.auto), field.reserved


_SHOWN: Final = _Shown()


def _value(name: str, value: Any) -> str:
    kind = value.__class__
    if kind is bool:  # the commonest come first
        return name if value else ""
    if kind is int:
        return f"{name}={value}"
    if kind is str:
        return str(value)
    if isinstance(value, Struct):
        return _plain_summary(value)
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
