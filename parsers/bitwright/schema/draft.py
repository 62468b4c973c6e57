"""A field while its class body runs: everything said about it, not yet tied to names.

A vocabulary function makes a `Draft` and returns it inside a `FieldProxy`.  When the class is
created, `collect` calls `make(scope)` to get the frozen `WireType`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, cast

import msgspec

from bitwright.errors import Location, declaration_error
from bitwright.schema import spec
from bitwright.schema.expr import Expr, FieldProxy, Scope, call_site, caller

# In a wrapper's signature this stands for "no default was given".
UNSET: Any = spec.MISSING

# What `endian=` takes: a byte order, or a condition over earlier fields that is true for little endian.
Endian: TypeAlias = Literal["big", "little", "inherit"] | bool | None

# What `bit_order=` takes: which bit of a byte comes first; None means as in the class.
BitOrder: TypeAlias = spec.BitOrder | None


class Declared(Protocol):
    """Statically any Struct class; `Struct` itself lies above this layer."""

    __bitwright__: ClassVar[spec.StructSpec]


class Gap:
    """Statically what `pad()` and `align()` return: no value, so no expression can use it by mistake."""


def is_whole(value: object) -> bool:
    """Whether a value is an int: what the annotations promise, for callers whom no checker tells."""
    return isinstance(value, int)


def is_text(value: object) -> bool:
    """Whether a value says something: what the annotations promise, for callers whom no checker tells."""
    return isinstance(value, str) and bool(value.strip())


class Draft(msgspec.Struct, eq=False):
    """What one right-hand side said."""

    make: Callable[[Scope], spec.WireType]
    site: Location
    default: Any = spec.MISSING
    auto: bool = False
    fixed: Any = None
    reserved: bool = False
    hidden: bool = False
    param: spec.ParamSpec | None = None
    doc: str = ""
    used: bool = False  # by a field, or inside another declaration


def check_yes_or_no(**options: object) -> None:
    """Options that are settled when the class is made, so that no expression can stand there."""
    for name, value in options.items():
        if not isinstance(value, bool):
            raise declaration_error(f"{name}={value!r}: write True or False", call_site())


def field(make: Callable[[Scope], spec.WireType], **said: Any) -> Any:
    """A proxy for a new field; the class body in which it is written hears of it, so that none gets lost."""
    frame = caller()
    if not isinstance(said.get("doc", ""), str):
        raise declaration_error(f"doc={said['doc']!r} is not text", call_site())
    draft = Draft(make, Location(frame.f_code.co_filename, frame.f_lineno), **said)
    written: list[Draft] | None = getattr(frame.f_locals, "drafts", None)  # in a class body the locals are its namespace itself
    if written is not None:
        written.append(draft)
    return FieldProxy(draft)


def draft_of(value: Any, where: str) -> Draft:
    """The draft behind a vocabulary call; DeclarationError with advice if it is none."""
    if isinstance(value, FieldProxy):
        draft: Draft = value._bw_decl
        return draft
    raise declaration_error(f"{where} takes a field such as u16() or raw(size=4), not {value!r}", call_site())


def claim(value: Any, where: str, *, default: bool = True) -> Draft:
    """The draft that a word such as const() wants for itself; DeclarationError if another word has it, or it is no field."""
    draft = draft_of(value, where)
    taken = (
        (draft.hidden, "pad(), align() and param() are no fields of the object"),
        (draft.auto, "auto() and checksum() derive the value already"),
        (draft.fixed is not None, "const() fixes the value already"),
        (draft.reserved, "reserved() says the value already"),
        (not default and draft.default is not UNSET, "the value is known, so default= would never be used"),
    )
    for refused, why in taken:
        if refused:
            raise declaration_error(f"{where} has no place there: {why}; keep one", call_site())
    return draft


def inner_type(draft: Draft, scope: Scope, where: str) -> spec.WireType:
    """The type of a declaration inside another one, where only the type counts; anything else said would be lost."""
    draft.used = True
    named = scope.names.get(id(draft))
    if named is not None:
        raise scope.error(
            f"{where} takes a declaration such as u8(), not the field `{named}`; an earlier field's value goes into size= or count="
        )
    said = (
        (draft.auto, "auto() or checksum()"), (draft.fixed is not None, "const()"), (draft.reserved, "reserved()"), (draft.hidden, "pad()"),
        (draft.default is None, "when()"), (draft.default is not UNSET, "a default"),
    )  # fmt: skip
    made = draft.make(scope)
    if isinstance(made, spec.BytesType) and made.payload:
        raise scope.error(f"{where} does not take payload(), which is the last field of a struct; write raw(...)")
    for unwanted, word in said:
        if unwanted:
            raise scope.error(f"{where} takes a type only; {word} means nothing there: give it to a field, perhaps of a struct of its own")
    return made


def order_of(value: Any, scope: Scope) -> Any:
    """Byte order: None, "big", "little", "inherit", or an expression that is true for little endian."""
    if isinstance(value, Expr):
        return scope.freeze(value)
    if value is None or (isinstance(value, str) and value in {"big", "little", "inherit"}):
        return value
    raise scope.error(f'endian={value!r}: write "big", "little", "inherit", or a condition that is true for little endian')


def bit_order_of(value: Any, scope: Scope) -> spec.BitOrder:
    """Bit order: of the field if it says one, else of its class."""
    if value is None:
        return scope.bit_order
    if isinstance(value, str) and value in ("msb", "lsb"):
        return cast("spec.BitOrder", value)
    raise scope.error(f'bit_order={value!r}: write "msb" or "lsb"')


def optional_node(value: Any, scope: Scope) -> Any:
    """Freeze unless absent."""
    return None if value is UNSET or value is None else scope.freeze(value)


def arguments_of(arguments: Mapping[str, Any] | None, scope: Scope) -> tuple[tuple[str, Any], ...]:
    """Freeze the parameters handed to a nested struct."""
    if arguments is not None and not isinstance(arguments, Mapping):
        raise scope.error(f'arguments={arguments!r}: write a dict of the parameters by name, {{"linktype": linktype}}')
    return tuple((name, scope.freeze(value)) for name, value in (arguments or {}).items())


def length_prefix(prefix: Any, scope: Scope) -> spec.IntType | None:
    """The integer type of `prefix=u8()`."""
    if prefix is UNSET:
        return None
    made = inner_type(draft_of(prefix, "prefix="), scope, "prefix=")
    whole = isinstance(made, spec.VarintType) or (isinstance(made, spec.IntType) and made.width % 8 == 0)
    if isinstance(made, spec.IntType) and whole and not made.signed and made.as_type is int:
        return made
    raise scope.error('prefix= takes an unsigned integer of whole bytes, such as u8(), u16() or varint("leb128")')


def some_bytes(name: str, value: Any) -> bytes | None:
    """The bytes of `terminator=` and its like."""
    if value is UNSET or value is None:
        return None
    if isinstance(value, bytes) and value:
        return value
    raise declaration_error(f"{name}={value!r}: give one or more bytes, such as b'\\0'", call_site())


def one_delimiter(what: str, **given: Any) -> None:
    """At most one of the ways to end a field may be given, and a prefix must be a declaration."""
    if given.get("prefix", UNSET) is not UNSET:
        draft_of(given["prefix"], "prefix=")
    named = [name for name, value in given.items() if value is not UNSET and value is not None]
    if len(named) > 1:
        raise declaration_error(f"{what} ends in two ways, {' and '.join(f'{n}=' for n in named)}; keep one", call_site())
