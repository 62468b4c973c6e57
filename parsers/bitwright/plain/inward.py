"""Plain data to values: the inverse of `to_plain`, for data that people and programs write.

What does not fit is a ValueError whose text begins with the place, as in
``answers[0].rdata.address: ...``.  Ranges and sizes are left to `build`, which checks them anyway.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec

from bitwright.errors import Fault
from bitwright.escaping import printable
from bitwright.evaluate import evaluate
from bitwright.field_codec import guarded
from bitwright.schema import spec
from bitwright.values import Address
from bitwright.wire.bitstrings import bits_of_text
from bitwright.wire.floats import float_of_plain


class PlainError(ValueError):
    """Plain data that does not fit; `place` is the path of the field."""

    def __init__(self, place: str, message: str) -> None:
        super().__init__(printable(f"{place}: {message}" if place else message))
        self.place = place


class Known:
    """The fields known so far, as attributes: those given, and the defaults of the others."""

    def __init__(self, made: spec.StructSpec, given: Mapping[str, Any]) -> None:
        self._made = made
        self._given = given

    def __getattr__(self, name: str) -> Any:
        if name in self._given:
            return self._given[name]
        field = self._made.field(name)
        return None if field is None or field.default is spec.MISSING else field.default


def from_plain(struct: type, plain: Any) -> Any:
    """The value of `struct` that `to_plain` would show as `plain`."""
    try:
        return _struct(struct, plain, "")
    except RecursionError:
        raise PlainError("", "is nested too deeply") from None


def decoded_json(text: str | bytes) -> Any:
    """What JSON text says; ValueError if it is none, also where it is nested deeper than can be read."""
    try:
        return msgspec.json.decode(text)
    except RecursionError:
        raise PlainError("", "is nested too deeply") from None


def _struct(struct: type, plain: Any, place: str) -> Any:
    made = spec.spec_of(struct)
    if not isinstance(plain, Mapping):
        raise PlainError(place, f"{made.name} is written as an object with the fields {_names(made)}, not as {_kind(plain)}")
    problem = _misnamed(made, plain)
    if problem:
        name, message = problem
        raise PlainError(_join(place, name), message)
    values: dict[str, Any] = {}
    known = Known(made, values)
    for field in made.visible:
        if field.name in plain:
            values[field.name] = _field(field, plain[field.name], _join(place, field.name), known)
    return struct(**values)


def _misnamed(made: spec.StructSpec, plain: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first key that is no field, or the first field that is missing."""
    known = {field.name for field in made.visible}
    for key in plain:
        if key not in known:
            return str(key), f"{made.name} has no such field; it has {_names(made)}"
    for field in made.visible:
        if not field.optional and field.name not in plain:
            return field.name, f"is missing; {made.name} needs it"
    return None


def _field(field: spec.FieldSpec, plain: Any, place: str, known: Known) -> Any:
    if plain is None:
        if isinstance(field.type, spec.OptionalType) or (field.optional and field.default in (spec.MISSING, None)):
            return None
        raise PlainError(place, "cannot be null")
    return _value(field.type, plain, place, known)


def _value(wire: spec.WireType, plain: Any, place: str, known: Known) -> Any:
    match wire:
        case spec.IntType():
            return _number(wire, plain, place)
        case spec.BitsType(as_type=as_type):
            return _bits(as_type, plain, place)
        case spec.FloatType():
            return _float(plain, place)
        case spec.CodedType(codec=codec):
            try:
                return guarded(codec, lambda: codec.from_plain(plain), 0)
            except Fault as fault:
                raise PlainError(place, fault.message) from fault.__cause__
        case spec.BytesType(as_type=as_type):
            return _bytes(as_type, plain, place)
        case spec.TextType() | spec.NameType():
            return _checked(str, plain, place, "text")
        case spec.NestedType(struct):
            return _struct(struct, plain, place)
        case spec.ArrayType(item):
            return [_value(item, element, f"{place}[{i}]", known) for i, element in enumerate(_checked(list, plain, place, "a list"))]
        case spec.SwitchType():
            return _union(wire, plain, place, known)
        case spec.OptionalType(_, inner) | spec.AtType(_, inner) | spec.ChecksumType(inner):
            return _value(inner, plain, place, known)
    raise AssertionError(wire)


def _number(wire: spec.IntType, plain: Any, place: str) -> Any:
    if wire.as_type is bool:
        return _checked(bool, plain, place, "true or false")
    if wire.time is not None:
        try:
            return wire.time(plain if isinstance(plain, str) else _checked(int, plain, place, "a time or a number"))
        except ValueError as error:
            raise PlainError(place, str(error)) from None
    if wire.enum is not None and isinstance(plain, str):
        member = wire.enum.__members__.get(plain)
        if member is None:
            raise PlainError(place, f"{_kind(plain)} is not a name of {wire.enum.__name__}; write its number")
        return member
    number = _checked(int, plain, place, "a name or a number" if wire.enum else "a number")
    return number if wire.enum is None else _member(wire.enum, number)


def _float(plain: Any, place: str) -> float:
    if not isinstance(plain, float | int | str) or isinstance(plain, bool):
        raise PlainError(place, f"takes a number, not {_kind(plain)}")
    try:
        return float_of_plain(plain)
    except (ValueError, OverflowError) as error:
        raise PlainError(place, f"{_kind(plain)}: {error}") from None


def _bits(as_type: type, plain: Any, place: str) -> Any:
    try:
        return bits_of_text(_checked(str, plain, place, "text"), as_type)
    except ValueError as error:
        if isinstance(error, PlainError):
            raise
        raise PlainError(place, f"{_kind(plain)}: {error}") from None


def _member(members: type[enum.IntEnum], number: int) -> int:
    try:
        return members(number)
    except ValueError:
        return number  # a closed enumeration keeps numbers it does not know as they are


def _bytes(as_type: type[bytes], plain: Any, place: str) -> bytes:
    if issubclass(as_type, Address):
        text = _checked(str, plain, place, "text")
        try:
            return as_type(text)
        except (ValueError, OSError) as error:
            raise PlainError(place, f"{_kind(text)} is no {as_type.__name__}: {error}") from None
    text = _checked(str, plain, place, "hexadecimal text")
    try:
        return as_type(bytes.fromhex(text))
    except ValueError as error:
        raise PlainError(place, f"{_kind(text)} is not hexadecimal: {error}") from None


def _union(wire: spec.SwitchType, plain: Any, place: str, known: Known) -> Any:
    tag = _tag(wire, known)
    if tag is None:
        return _by_names(wire, plain, place)
    arms = _distinct(wire.union.cases.get(tag), wire.default, wire.empty, wire.malformed)
    if not arms:
        raise PlainError(place, f"no arm of {wire.union.name} has the tag {tag}")
    if isinstance(plain, Mapping):
        for arm in arms:
            if _misnamed(spec.spec_of(arm), plain) is None:
                return _struct(arm, plain, place)
    return _struct(arms[0], plain, place)


def _tag(wire: spec.SwitchType, known: Known) -> int | None:
    """The tag, where everything it depends on was given or has a default."""
    try:
        return evaluate(wire.on, known)
    except (AttributeError, ValueError, ArithmeticError):
        return None


def _by_names(wire: spec.SwitchType, plain: Any, place: str) -> Any:
    """The one arm that the data fits, by field names and then by values."""
    if not isinstance(plain, Mapping):
        raise PlainError(place, f"an arm of {wire.union.name} is written as an object, not as {_kind(plain)}")
    arms = _distinct(*wire.union.cases.values(), wire.default, wire.empty, wire.malformed)
    named = [arm for arm in arms if _misnamed(spec.spec_of(arm), plain) is None]
    if not named:
        raise PlainError(place, f"no arm of {wire.union.name} has just the fields {', '.join(map(str, plain)) or '(none)'}; give the tag")
    fitting: list[Any] = []
    problems: list[PlainError] = []
    for arm in named:
        try:
            fitting.append(_struct(arm, plain, place))
        except PlainError as problem:
            problems.append(problem)
    if len(fitting) == 1:
        return fitting[0]
    if not fitting and len(problems) == 1:
        raise problems[0]
    fits = " and ".join(type(value).__name__ for value in fitting) or " nor ".join(arm.__name__ for arm in named)
    raise PlainError(place, f"fits {fits}; give the tag" if fitting else f"fits neither {fits}; give the tag")


def _distinct(*arms: type | None) -> list[type]:
    return list(dict.fromkeys(arm for arm in arms if arm is not None))


def _checked(expected: type, plain: Any, place: str, what: str) -> Any:
    if isinstance(plain, expected) and (expected is bool or not isinstance(plain, bool)):
        return plain
    raise PlainError(place, f"takes {what}, not {_kind(plain)}")


def _kind(plain: Any) -> str:
    """What a piece of JSON is, in its own words, cut short."""
    if plain is None or isinstance(plain, bool):
        return {None: "null", True: "true", False: "false"}[plain]
    if isinstance(plain, Mapping):
        return "an object"
    if isinstance(plain, list | tuple):
        return "a list"
    shown = repr(plain)
    return shown if len(shown) <= 40 else f"{shown[:37]}..."


def _names(made: spec.StructSpec) -> str:
    return ", ".join(field.name for field in made.visible) or "(none)"


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
