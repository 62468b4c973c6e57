"""Values to plain data, by one generated function for each class.

The function is a dict literal, so converting costs little more than making the dict.  Unions
are dispatched on the class of the value at hand, so arms registered later need no recompiling.
"""

from __future__ import annotations

import enum
import linecache
from collections.abc import Callable
from typing import Any, TypeAlias

from bitwright.schema import spec
from bitwright.values import SKIPPED, Address
from bitwright.wire.bitstrings import is_bits, text_of_bits
from bitwright.wire.floats import plain_float
from bitwright.wire.timestamps import Timestamp

Converter: TypeAlias = Callable[[Any], dict[str, Any]]


def to_plain(value: Any) -> dict[str, Any]:
    """The value of a Struct class as plain data; what was not asked for when it was parsed is left out."""
    if _lacks(value):
        return {name: plain_value(item) for name in type(value).__match_args__ if (item := getattr(value, name)) is not SKIPPED}
    return CONVERTERS[type(value)](value)


def _lacks(value: Any) -> bool:
    """Whether fields were not asked for, in the value or in those that it holds: in a list, the first is like the others."""
    for name in value.__struct_fields__:
        item = getattr(value, name)
        if item.__class__ is list and item:
            item = item[0]
        if item is SKIPPED or (hasattr(item, "__struct_fields__") and _lacks(item)):
            return True
    return False


def plain_of(struct: type, *, payload: bool = True) -> Converter:
    """The function that `to_plain` uses for one class; without the payload field if that is shown elsewhere."""
    return (CONVERTERS if payload else LAYER_CONVERTERS)[struct]


def plain_value(value: Any) -> Any:
    """Any single field's value as plain data; for the partly decoded, where no class can say the type."""
    kind = value.__class__
    if kind is int or kind is str:  # the commonest come first
        return value
    if kind is bytes:
        return value.hex()
    if isinstance(value, enum.IntEnum):
        return value.name or int(value)
    if isinstance(value, Address | Timestamp):
        return str(value)
    if is_bits(type(value)):
        return text_of_bits(value)
    if isinstance(value, float):
        return plain_float(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return value.hex()
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if isinstance(value, dict):
        return {name: plain_value(item) for name, item in value.items()}
    return to_plain(value) if hasattr(type(value), "__bitwright__") else value


class Converters(dict[type, Converter]):
    """Class → converter, generated when first asked for."""

    def __init__(self, *, payload: bool) -> None:
        super().__init__()
        self._payload = payload
        self._in_progress: set[type] = set()

    def __missing__(self, struct: type) -> Converter:
        made = spec.spec_of(struct)
        self._in_progress.add(struct)
        try:
            self[struct] = found = _generate(made, self._payload)
        finally:
            self._in_progress.discard(struct)
        return found

    def callee(self, struct: type) -> Converter:
        """The converter, or, while it is being generated (a struct inside itself), a call that looks it up late."""

        def late(value: Any) -> dict[str, Any]:
            return self[struct](value)

        return late if struct in self._in_progress else self[struct]


CONVERTERS = Converters(payload=True)
LAYER_CONVERTERS = Converters(payload=False)


class _EnumNames(dict[Any, Any]):
    """Number → name; a number without a name, and None, stay as they are."""

    def __init__(self, members: type[enum.IntEnum]) -> None:
        super().__init__((int(member), member.name) for member in members)

    def __missing__(self, number: int | None) -> int | None:
        return None if number is None else int(number)


class _AddressTexts(dict[bytes, str]):
    """Address → its text.  The same few occur again and again; no more than `_REMEMBERED` are kept."""

    _REMEMBERED = 8192

    def __init__(self, as_type: type[Address]) -> None:
        super().__init__()
        self._text = as_type.text_function()

    def __missing__(self, address: bytes) -> str:
        if len(self) >= self._REMEMBERED:
            self.clear()
        self[address] = text = self._text(address)
        return text


def time_text(as_type: type[Timestamp]) -> Callable[[Any], str | None]:
    """What turns a value into the text of its time."""
    return lambda value: None if value is None else str(as_type(value))


class _Source:
    """The expressions of one converter, and the objects they name."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"by_class": CONVERTERS}

    def bind(self, prefix: str, value: Any) -> str:
        """A name in the generated code for an object."""
        name = f"{prefix}_{len(self.names)}"
        self.names[name] = value
        return name

    def of(self, wire: spec.WireType, place: str, depth: int = 0) -> str:
        """The expression that converts the value at `place`."""
        match wire:
            case spec.IntType() if wire.time is not None:
                return f"{self.bind('text_of', time_text(wire.time))}({place})"
            case spec.IntType():
                return f"{self.bind(wire.enum.__name__, _EnumNames(wire.enum))}[{place}]" if wire.enum else place
            case spec.CodedType(codec=codec):
                return f"{self.bind('to_plain', codec.to_plain)}({place})"
            case spec.BytesType():
                if issubclass(wire.as_type, Address):
                    return f"{self.bind(wire.as_type.__name__, _AddressTexts(wire.as_type))}[{place}]"
                return f"{place}.hex()"
            case spec.BitsType():
                return f"{self.bind('text_of_bits', text_of_bits)}({place})"
            case spec.FloatType():
                return f"{self.bind('plain_float', plain_float)}({place})"
            case spec.NestedType(struct):
                return f"{self.bind(struct.__name__, CONVERTERS.callee(struct))}({place})"
            case spec.SwitchType():
                return f"by_class[type({place})]({place})"
            case spec.ArrayType(item):
                each = f"item{depth}"
                return f"[{self.of(item, each, depth + 1)} for {each} in {place}]"
            case spec.OptionalType(_, inner) | spec.AtType(_, inner) | spec.ChecksumType(inner):
                return self.of(inner, place, depth)
        return place  # text and names are text already

    def field(self, field: spec.FieldSpec) -> str:
        """The expression for a field of `o`; None stays None where the field can be absent or underived."""
        place = f"o.{field.name}"
        converted = self.of(field.type, place)
        if converted == place or isinstance(field.type, spec.IntType | spec.ChecksumType):
            return converted
        if isinstance(field.type, spec.ArrayType):
            return f"{converted} if {place} else []"  # an empty list needs no comprehension
        nullable = isinstance(field.type, spec.OptionalType) or (field.optional and field.default in (spec.MISSING, None))
        return f"None if {place} is None else {converted}" if nullable else converted


def _generate(made: spec.StructSpec, payload: bool) -> Converter:
    source = _Source()
    shown = [f for f in made.visible if payload or f is not made.payload]
    lines = ["def plain(o):", "    return {", *(f"        {f.name!r}: {source.field(f)}," for f in shown), "    }"]
    text = "\n".join(lines) + "\n"
    file = f"<bitwright plain {made.module}.{made.name}{'' if payload else ' without payload'}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    exec(compile(text, file, "exec"), source.names)  # noqa: S102  # the text is ours, made of declared names
    found: Converter = source.names["plain"]
    return found
