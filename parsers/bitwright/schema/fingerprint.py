"""A declaration as a few bytes that are the same in every process in which it is the same, and the objects that it is made of, in order.

Promise: two structs with one digest are declared alike, in everything that programs are made from: fields, expressions, parameters,
members of enumerations, arms of unions, whatever they hold in turn.  Objects that only take part in what a program does when it
runs (classes, functions, codecs) are numbered as they are met, so that whoever has made something from one declaration can say by
a number which objects it needs of another.  Where a declaration was written, and its documentation, do not count.
"""

from __future__ import annotations

import enum
import io
import pickle
import types
from typing import Any, Final

import msgspec

from bitwright.enums import OpenEnum
from bitwright.errors import Location
from bitwright.field_codec import FieldCodec
from bitwright.schema import spec

_PLAIN: Final = frozenset({int, str, bytes, bool, float, type(None), tuple, dict, list})
_FUNCTIONS: Final = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_LEFT_OUT: Final = frozenset({"doc", "location"})


class Unnameable(Exception):  # noqa: N818  # an answer, not a fault: there is no fingerprint
    """The declaration holds something of which nobody can say whether it is the same in another process."""


class Declared(msgspec.Struct, frozen=True):
    """The digest of a declaration, or rather what to make one of, and the objects by their numbers."""

    content: bytes
    objects: list[Any]


def declared(struct: type) -> Declared:
    """The fingerprint of a struct and all that it can hold; Unnameable if it has none."""
    written = io.BytesIO()
    try:
        walk = _Walk(written)
        walk.number_of(struct)
        for each in walk.objects:  # which grows meanwhile
            walk.dump(_described(each))
    except Exception as error:  # whatever a class that is not ours does when it is asked for its state
        raise Unnameable(str(error)) from error
    return Declared(written.getvalue(), walk.objects)


class _Walk(pickle.Pickler):
    """Writes descriptions, in which objects stand as their numbers.

    It does not write for anybody to read: what is written is as different as what it describes, and that is all that counts.
    """

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, 5)
        self.objects: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._kinds: dict[type, bool] = {}  # whether objects of a type stand as numbers

    def number_of(self, one: Any) -> int:
        """The number of an object, a new one if it was not met before."""
        found = self._numbers.get(id(one))
        if found is None:
            found = self._numbers[id(one)] = len(self.objects)
            self.objects.append(one)
        return found

    def persistent_id(self, obj: Any) -> int | None:
        """The number of what is not described in place."""
        numbered = self._kinds.get(type(obj))
        if numbered is None:
            kind = type(obj)
            numbered = kind not in _PLAIN and (issubclass(kind, spec.Union | FieldCodec | Location) or callable(obj))
            self._kinds[kind] = numbered
        if not numbered:
            return None
        return -1 if type(obj) is Location else self.number_of(obj)  # where something was written does not count


def _described(one: Any) -> tuple[Any, ...]:
    """All of an object that programs are made from."""
    if isinstance(one, spec.Union):
        return "union", one.name, list(one.cases.items()), one.default, one.open
    if isinstance(one, type):
        return _class(one)
    if isinstance(one, _FUNCTIONS):
        return "function", str(getattr(one, "__module__", "")), one.__qualname__
    fields = {name: getattr(one, name) for name in getattr(one, "__struct_fields__", ())}
    return "object", type(one), _plain_attributes({**getattr(one, "__dict__", {}), **fields})


def _class(one: Any) -> tuple[Any, ...]:
    made = one.__dict__.get("__bitwright__")
    if isinstance(made, spec.StructSpec):
        said = tuple(_kept(getattr(made, name)) for name in made.__struct_fields__ if name not in _LEFT_OUT)
        return "struct", said, one.__struct_fields__, sorted(one.__bitwright_keywords__), _how_objects_lie(one)
    if issubclass(one, enum.IntEnum):
        return "enumeration", one.__name__, issubclass(one, OpenEnum), [(name, int(member)) for name, member in one.__members__.items()]
    if one.__module__ == "builtins":
        return "builtin", one.__qualname__
    return "class", one.__module__, one.__qualname__, one.__bases__, _plain_attributes(dict(vars(one)))


def _how_objects_lie(one: Any) -> tuple[Any, ...]:
    """Whatever a class could say that has its objects hold their fields elsewhere than another class with the same fields."""
    above = [each.__dict__ for each in one.__mro__]
    found = [type(next((names[field] for names in above if field in names), None)).__qualname__ for field in one.__struct_fields__]
    asked_otherwise = [name for name in ("__getattribute__", "__getattr__") if any(name in names for names in above[:-1])]
    return one.__basicsize__, one.__dictoffset__, one.__weakrefoffset__, found, asked_otherwise


def _kept(value: Any) -> Any:
    """A field of a spec as what can be written."""
    if isinstance(value, types.MappingProxyType):
        return dict(value)
    if isinstance(value, tuple) and value and isinstance(value[0], spec.FieldSpec):
        names = [name for name in spec.FieldSpec.__struct_fields__ if name not in _LEFT_OUT]
        return [[getattr(field, name) for name in names] for field in value]
    return value


def _plain_attributes(attributes: dict[str, Any]) -> list[tuple[str, Any]]:
    """What an object says of itself in plain data; of anything else only that it is there."""
    simple: tuple[type, ...] = (int, str, bytes, bool, float, type(None))

    def plain(value: Any) -> bool:
        return type(value) in simple or (type(value) is tuple and all(map(plain, value)))

    return [
        (name, value if plain(value) else type(value).__qualname__)
        for name, value in sorted(attributes.items())
        if name not in ("__doc__", "__firstlineno__", "__static_attributes__")
    ]

