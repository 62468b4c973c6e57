"""Whether the constants and defaults of a declaration fit the type on the wire they are given for."""

from __future__ import annotations

from typing import Any

from bitwright.enums import table_of
from bitwright.errors import Fault
from bitwright.field_codec import encode
from bitwright.schema import spec
from bitwright.schema.expr import Const, Node, Scope
from bitwright.values import Address
from bitwright.wire.areas import check_fitting, check_terminated, fill
from bitwright.wire.floats import bits_of_float
from bitwright.wire.names import split_name

MOST_CONSTANT = 1 << 16  # bytes of an area


def constant(wire: spec.WireType, fixed: Node | bytes | str, scope: Scope) -> tuple[Any, Node | bytes]:
    """What `const()` gives: the attribute's default, and what must be on the wire."""
    match wire:
        case spec.IntType() if not isinstance(fixed, bytes | str):
            if not isinstance(fixed, Const):
                return spec.MISSING, fixed  # an expression: known when a message is
            return _member(wire, _in_range(wire, fixed.value, "value", scope)), fixed
        case spec.BytesType(size=Const(size)) if isinstance(fixed, bytes) and _plain_bytes(wire):
            return fixed, _filled(wire, fixed, size, scope)
        case spec.TextType(encoding=encoding, size=Const(size)) if isinstance(fixed, str):
            return fixed, _filled(wire, _encoded(fixed, encoding, "value", scope), size, scope)
    raise scope.error(
        "const() takes a number with an integer, or bytes or text with a field of as many: const(u16(), 5), const(raw(size=2), b'ab')"
    )


def check_default(wire: spec.WireType, default: Any, scope: Scope) -> None:
    """DeclarationError if the default could not be built."""
    _check(wire, default, "default", scope)


def _check(wire: spec.WireType, value: Any, what: str, scope: Scope) -> None:
    match wire:
        case spec.IntType():
            _check_number(wire, value, what, scope)
        case spec.BitsType(size=size, as_type=as_type):
            _of_type(value, as_type, what, scope)
            if isinstance(size, Const) and len(value) != size.value:
                raise scope.error(f"{what}={value!r} has {len(value)} bits, the field has {size.value}")
        case spec.FloatType(bits):
            _check_float(bits.width, value, what, scope)
        case spec.CodedType(codec=codec):
            try:
                _check_extent(wire, encode(codec, value), what, scope)
            except Fault as fault:
                raise scope.error(f"{what}={value!r}: {fault.message}") from fault.__cause__
        case spec.BytesType():
            _check_bytes(wire, value, what, scope)
        case spec.TextType(encoding=encoding):
            _of_type(value, str, what, scope)
            _check_extent(wire, _encoded(value, encoding, what, scope), what, scope)
        case spec.NameType():
            _of_type(value, str, what, scope)
            try:
                split_name(value)
            except ValueError as error:
                raise scope.error(f"{what}: {error}") from None
        case spec.NestedType(struct):
            _of_type(value, struct, what, scope)
        case spec.ArrayType(item, count):
            _check_list(item, count, value, what, scope)
            if wire.prefix is not None:
                _in_range(wire.prefix, len(value), f"the length of {what}", scope)
        case spec.OptionalType(_, inner) if value is not None:
            _check(inner, value, what, scope)
        case spec.AtType(_, inner):
            _check(inner, value, what, scope)


def _of_type(value: Any, expected: type, what: str, scope: Scope) -> None:
    if not isinstance(value, expected):
        advice = "; a field that can be absent is when(condition, ...)" if value is None else ""
        raise scope.error(f"{what}={value!r} is not {expected.__name__}{advice}")


def _check_number(wire: spec.IntType, value: Any, what: str, scope: Scope) -> None:
    enum = wire.enum
    if enum is not None and isinstance(value, int) and not isinstance(value, enum):
        raise scope.error(f"{what}={value!r} is not {enum.__name__}; write {enum.__name__}({int(value)})")
    _of_type(value, wire.as_type, what, scope)
    _in_range(wire, int(value), what, scope)


def _check_float(width: int, value: Any, what: str, scope: Scope) -> None:
    if not isinstance(value, float | int):
        _of_type(value, float, what, scope)
    try:
        bits_of_float(float(value), width)
    except OverflowError:
        raise scope.error(f"{what}={value!r} is too large for a float of {width} bits") from None


def _in_range(wire: spec.IntType, value: int, what: str, scope: Scope) -> int:
    low = -(1 << (wire.width - 1)) if wire.signed else 0
    high = (1 << (wire.width - 1 if wire.signed else wire.width)) - 1
    if not low <= value <= high:
        bits = f"{wire.width} signed bits" if wire.signed else f"{wire.width} bits" if wire.width > 1 else "1 bit"
        raise scope.error(f"{what}={value} does not fit {bits}, {low} to {high}")
    return value


def _member(wire: spec.IntType, value: int) -> Any:
    """The number as its field shows it."""
    enum = wire.enum
    if wire.time is not None:
        return wire.time(value)
    return bool(value) if wire.as_type is bool else value if enum is None else table_of(enum)[value]


def _plain_bytes(wire: spec.BytesType) -> bool:
    return not isinstance(wire, spec.CodedType) and not issubclass(wire.as_type, Address)


def _check_bytes(wire: spec.BytesType, value: Any, what: str, scope: Scope) -> None:
    if wire.payload and value == b"":
        return  # no layer above: a payload may be left out
    if issubclass(wire.as_type, Address) and not isinstance(value, wire.as_type):
        advice = "" if isinstance(value, Address) else f"; write {wire.as_type.__name__}({value!r})"
        raise scope.error(f"{what}={value!r} is not {wire.as_type.__name__}{advice}")
    _of_type(value, bytes, what, scope)
    _check_extent(wire, value, what, scope)


def _check_extent(wire: spec.BytesType | spec.TextType, content: bytes, what: str, scope: Scope) -> None:
    if isinstance(wire.size, Const):
        _check_area(wire, content, wire.size.value, what, scope)
        return
    if wire.prefix is not None:
        _in_range(wire.prefix, len(content), f"the length of {what}", scope)
    if wire.terminator is not None:
        try:
            check_terminated(content, wire.terminator, wire.unit)
        except ValueError as error:
            raise scope.error(f"{what}={content!r} {error}") from None


def _check_area(wire: spec.BytesType | spec.TextType, content: bytes, size: int, what: str, scope: Scope) -> None:
    if wire.pad is None:
        _same_size(content, size, what, scope)
        return
    try:
        check_fitting(content, size, wire.pad, wire.terminator, wire.unit)
    except ValueError as error:
        raise scope.error(f"{what}={content!r} {error}") from None


def _filled(wire: spec.BytesType | spec.TextType, content: bytes, size: int, scope: Scope) -> bytes:
    """What a constant is on the wire."""
    _check_area(wire, content, size, "value", scope)
    if wire.pad is None:
        return content
    if size > MOST_CONSTANT:
        raise scope.error(f"a constant of {size} bytes, most of them padding; put the padding behind it: pad(bytes={size - len(content)})")
    return fill(content, size, wire.pad, wire.terminator, wire.unit)


def _same_size(content: bytes, size: int, what: str, scope: Scope) -> None:
    if len(content) != size:
        raise scope.error(f"{what}={content!r} has {len(content)} bytes, the field has {size}")


def _encoded(value: str, encoding: str, what: str, scope: Scope) -> bytes:
    try:
        return value.encode(encoding)
    except UnicodeEncodeError as error:
        raise scope.error(f"{what}={value!r} cannot be written in {encoding}: {error.reason}") from None


def _check_list(item: spec.WireType, count: Node | None, value: Any, what: str, scope: Scope) -> None:
    _of_type(value, list, what, scope)
    if isinstance(count, Const) and len(value) != count.value:
        raise scope.error(f"{what} has {len(value)} elements, the array has {count.value}")
    for index, element in enumerate(value):
        _check(item, element, f"{what}[{index}]", scope)
