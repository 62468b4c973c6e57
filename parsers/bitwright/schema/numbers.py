"""The vocabulary of numbers: integers, flags, constants, derived numbers, padding.

Each function returns, statically, the type of the value, so that the relation
`length - ihl * 4` is checked as ints; at run time it returns the field's proxy.
"""

from __future__ import annotations

import enum
from typing import Any, Literal, TypeAlias, TypeVar, overload

from bitwright.errors import declaration_error
from bitwright.schema import spec
from bitwright.schema.draft import (
    UNSET,
    BitOrder,
    Endian,
    Gap,
    bit_order_of,
    check_yes_or_no,
    claim,
    draft_of,
    field,
    is_whole,
    order_of,
)
from bitwright.schema.expr import MOST_BYTES, Expr, Scope, call_site
from bitwright.wire import bitstrings
from bitwright.wire.varints import KINDS

Coding: TypeAlias = Literal["leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq", "der"]

T = TypeVar("T")
N = TypeVar("N", bound=int)
E = TypeVar("E", bound=enum.IntEnum)
B = TypeVar("B", bound=bytes)
S = TypeVar("S", bound=str)
V = TypeVar("V", bound=bitstrings.BitString)


def _integer(width: int, as_type: Any, *, signed: bool = False, default: Any, endian: Any = None, bit_order: Any, doc: str) -> Any:
    if not is_whole(width) or not 1 <= width <= 64:
        advice = f"for more write {bitstrings.advice()}, or raw(size=...)"
        raise declaration_error(f"an integer has 1 to 64 bits, not {width!r}; {advice}", call_site())
    _check_number_type(as_type)
    if as_type is bool and width != 1:
        raise declaration_error(f"a bool has 1 bit, not {width}; use flag() or int", call_site())

    check_yes_or_no(signed=signed)

    def make(scope: Scope) -> spec.WireType:
        return integer_type(width, endian, bit_order, scope, signed=signed, as_type=as_type)

    return field(make, default=default, doc=doc)


def integer_type(width: int, endian: Any, bit_order: Any, scope: Scope, *, signed: bool = False, as_type: type = int) -> spec.IntType:
    """The type of a number in the orders that were said."""
    first, order = bit_order_of(bit_order, scope), order_of(endian, scope)
    if order is None and first != scope.bit_order:
        order = "little" if first == "lsb" else "big"  # the byte order in which such bits lie together
    return spec.IntType(width, signed, order, as_type, first)


def _check_number_type(as_type: Any) -> None:
    if not (isinstance(as_type, type) and (as_type in (int, bool) or issubclass(as_type, enum.IntEnum))):
        raise declaration_error(f"{as_type!r} cannot be the type of a number; use int, bool or an OpenEnum", call_site())


# In overloads the value of a `default` is `...`: from any other a checker would infer the type variable.
@overload
def bits(
    width: int, /, *, signed: bool = False, default: int = ..., endian: Endian = None, bit_order: BitOrder = None, doc: str = ""
) -> int: ...
@overload
def bits(width: int, as_type: type[bool], /, *, default: bool = ..., bit_order: BitOrder = None, doc: str = "") -> bool: ...
@overload
def bits(
    width: int, as_type: type[E], /, *, signed: bool = False, default: E = ..., endian: Endian = None, bit_order: BitOrder = None,
    doc: str = "",
) -> E: ...  # fmt: skip
@overload
def bits(width: int, as_type: type[V], /, *, default: V = ..., bit_order: BitOrder = None, doc: str = "") -> V: ...
def bits(
    width: int, as_type: Any = int, /, *, signed: bool = False, default: Any = UNSET, endian: Endian = None, bit_order: BitOrder = None,
    doc: str = "",
) -> Any:  # fmt: skip
    """An integer of `width` bits (1 to 64) at any bit offset, in any byte order and bit order.

    `bit_order="lsb"` fills bytes from their least significant bit, as `Struct`'s keyword does for a whole class; with it
    `endian` is "little" if not given, so that the bits of the number lie together.

    `bits(n, Bits)`, with `bitstring.Bits`, is a run of bits of any size, which may be an expression; such a one begins at a
    byte and fills its last one up with zeros.
    """
    if bitstrings.is_bits(as_type):
        return _run_of_bits(width, as_type, signed=signed, default=default, endian=endian, bit_order=bit_order, doc=doc)
    return _integer(width, as_type, signed=signed, default=default, endian=endian, bit_order=bit_order, doc=doc)


def _run_of_bits(width: Any, as_type: type, *, signed: bool, default: Any, endian: Any, bit_order: Any, doc: str) -> Any:
    if is_whole(width) and not 1 <= width <= 8 * MOST_BYTES:
        raise declaration_error(f"bits({width!r}, Bits): give a number of bits, at least 1", call_site())
    if signed or endian is not None:
        raise declaration_error("Bits are no number: they have no sign and no byte order, only bit_order=", call_site())

    def make(scope: Scope) -> spec.WireType:
        return spec.BitsType(scope.freeze(width), as_type, bit_order_of(bit_order, scope))

    return field(make, default=default, doc=doc)


def flag(*, default: bool = UNSET, bit_order: BitOrder = None, doc: str = "") -> bool:
    """One bit, as a bool."""
    return _integer(1, bool, default=default, bit_order=bit_order, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time


@overload
def u8(*, default: int = ..., bit_order: BitOrder = None, doc: str = "") -> int: ...
@overload
def u8(as_type: type[E], /, *, default: E = ..., bit_order: BitOrder = None, doc: str = "") -> E: ...
def u8(as_type: Any = int, /, *, default: Any = UNSET, bit_order: BitOrder = None, doc: str = "") -> Any:
    """One unsigned byte."""
    return _integer(8, as_type, default=default, bit_order=bit_order, doc=doc)


@overload
def u16(*, default: int = ..., endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int: ...
@overload
def u16(as_type: type[E], /, *, default: E = ..., endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> E: ...
def u16(as_type: Any = int, /, *, default: Any = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> Any:
    """An unsigned integer of 16 bits."""
    return _integer(16, as_type, default=default, endian=endian, bit_order=bit_order, doc=doc)


@overload
def u32(*, default: int = ..., endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int: ...
@overload
def u32(as_type: type[E], /, *, default: E = ..., endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> E: ...
def u32(as_type: Any = int, /, *, default: Any = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> Any:
    """An unsigned integer of 32 bits."""
    return _integer(32, as_type, default=default, endian=endian, bit_order=bit_order, doc=doc)


def u24(*, default: int = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int:
    """An unsigned integer of 24 bits."""
    return bits(24, default=default, endian=endian, bit_order=bit_order, doc=doc)


def u48(*, default: int = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int:
    """An unsigned integer of 48 bits."""
    return bits(48, default=default, endian=endian, bit_order=bit_order, doc=doc)


def u64(*, default: int = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int:
    """An unsigned integer of 64 bits."""
    return bits(64, default=default, endian=endian, bit_order=bit_order, doc=doc)


def i8(*, default: int = UNSET, bit_order: BitOrder = None, doc: str = "") -> int:
    """A signed byte, two's complement."""
    return bits(8, signed=True, default=default, bit_order=bit_order, doc=doc)


def i16(*, default: int = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int:
    """A signed integer of 16 bits, two's complement."""
    return bits(16, signed=True, default=default, endian=endian, bit_order=bit_order, doc=doc)


def i32(*, default: int = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int:
    """A signed integer of 32 bits, two's complement."""
    return bits(32, signed=True, default=default, endian=endian, bit_order=bit_order, doc=doc)


def i64(*, default: int = UNSET, endian: Endian = None, bit_order: BitOrder = None, doc: str = "") -> int:
    """A signed integer of 64 bits, two's complement."""
    return bits(64, signed=True, default=default, endian=endian, bit_order=bit_order, doc=doc)


@overload
def varint(kind: Coding, /, *, bits: int = 64, default: int = ..., doc: str = "") -> int: ...
@overload
def varint(kind: Coding, as_type: type[E], /, *, bits: int = 64, default: E = ..., doc: str = "") -> E: ...
def varint(kind: Coding, as_type: Any = int, /, *, bits: int = 64, default: Any = UNSET, doc: str = "") -> Any:
    """An integer of variable size, of at most `bits` bits: "leb128", "sleb128", "zigzag", "quic", "mqtt", "vlq" or "der".

    Building writes the shortest form; reading another is a finding.
    """
    if not any(kind == known for known in KINDS):  # not `in`: it may be no text at all
        raise declaration_error(f"varint({kind!r}): there are {', '.join(KINDS)}", call_site())
    if not is_whole(bits) or not 1 <= bits <= 64:
        raise declaration_error(f"varint(bits={bits!r}): the value has 1 to 64 bits", call_site())
    _check_number_type(as_type)
    if as_type is bool:
        raise declaration_error("a varint is a number, not a bool; use flag(), or compare it: `is_set = value != 0`", call_site())
    most, signed = KINDS[kind]
    width = min(int(bits), most)
    return field(lambda scope: spec.VarintType(width, signed, None, as_type, coding=kind), default=default, doc=doc)


def reserved(width: int, /, *, bit_order: BitOrder = None, doc: str = "") -> int:
    """`width` bits that should be zero: kept, and a finding if they are not."""
    proxy = _integer(width, int, default=0, bit_order=bit_order, doc=doc)
    draft_of(proxy, "reserved()").reserved = True
    return proxy  # type: ignore[no-any-return]  # a proxy at run time


def pad(*, bits: int = 0, bytes: int = 0, bit_order: BitOrder = None) -> Gap:
    """Zero bits that carry nothing: not a field of the object.  Write `_gap = pad(bits=3)`, un-annotated."""
    if not (is_whole(bits) and is_whole(bytes) and 0 <= bits <= MOST_BYTES and 0 <= bytes <= MOST_BYTES and bits + bytes):
        raise declaration_error(f"pad(bits={bits!r}, bytes={bytes!r}): give bits= or bytes=, at least 1", call_site())
    width = bits + 8 * bytes
    return field(lambda scope: spec.PadType(width, bit_order_of(bit_order, scope)), hidden=True)  # type: ignore[no-any-return]  # a proxy at run time


def align(multiple: int, /) -> Gap:
    """Zero bytes up to the next multiple of `multiple` bytes from the struct's start.  Write `_gap = align(4)`."""
    if not is_whole(multiple) or not 2 <= multiple <= MOST_BYTES:
        raise declaration_error(f"align({multiple!r}): give a number of bytes, at least 2", call_site())
    return field(lambda scope: spec.AlignType(multiple), hidden=True)  # type: ignore[no-any-return]  # a proxy at run time


@overload
def const(inner: int, value: N, /) -> N: ...
@overload
def const(inner: bytes, value: B, /) -> B: ...
@overload
def const(inner: str, value: S, /) -> S: ...
def const(inner: Any, value: Any, /) -> Any:
    """A field with one allowed value: a number, bytes, or an expression; written by itself when building.

    `version: Literal[4] = const(bits(4), 4)`, `magic: bytes = const(raw(size=4), b"bitw")`,
    `trailer: int = const(u32(), total_length)`.
    """
    draft = claim(inner, "const()", default=False)
    if value is None:
        raise declaration_error("const() takes the value that must be there, not None", call_site())
    draft.fixed = value
    draft.site = call_site()
    return inner


def auto(inner: N, /) -> N:
    """A derived field: computed from its uses when building, unless a value is given.

    A length, a count, a tag or a presence flag; what uses it says how to compute it.
    """
    claim(inner, "auto()").auto = True
    return inner


@overload
def param(as_type: type[bool], /, *, default: bool = ...) -> bool: ...
@overload
def param(as_type: type[int], /, *, default: int = ...) -> int: ...
@overload
def param(as_type: type[bytes], /, *, default: bytes = ...) -> bytes: ...
def param(as_type: Any, /, *, default: Any = UNSET) -> Any:
    """A value given from outside, not on the wire: `Record.parse(data, linktype=1)`.  Un-annotated.

    A struct that nests this one hands it over: `nested(Record, arguments={"linktype": linktype})`.
    """
    if as_type not in (int, bool, bytes):
        raise declaration_error(f"a parameter is an int, a bool or bytes, not {as_type!r}", call_site())
    if default is not UNSET and not isinstance(default, as_type):
        raise declaration_error(f"default={default!r} is not {as_type.__name__}", call_site())
    site = call_site()
    described = spec.ParamSpec("", as_type, default, site)
    return field(lambda scope: spec.PadType(0), hidden=True, param=described)


def select(condition: bool, then: T, other: T, /) -> T:
    """`then` where the condition holds, else `other`: the conditional expression of declarations."""
    return Expr("select", condition, then, other)  # type: ignore[return-value]  # an expression at run time


def rest() -> int:
    """How many bytes are left in the region from the field on that uses it; for a size= that is not always given.

    `payload(size=select(length == 0, rest(), length - 20))`.  Building takes the other branch.
    """
    return Expr("rest")  # type: ignore[return-value]  # an expression at run time
