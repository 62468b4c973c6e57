"""The vocabulary of checksums: what they cover, by length, by place or by field."""

from __future__ import annotations

import types
from typing import Any, TypeVar

import msgspec

from bitwright.checksum import Algorithm  # loads that module before `bitwright` gives its name to the word below
from bitwright.errors import declaration_error
from bitwright.schema import spec
from bitwright.schema.draft import check_yes_or_no, claim
from bitwright.schema.expr import Expr, FieldRef, Node, ParamRef, Scope, call_site

N = TypeVar("N", bound=int)


class Span(msgspec.Struct, frozen=True):
    """What `span()` returns: a run of fields."""

    first: Any
    last: Any


def span(first: object, last: object = None, /) -> Span:
    """The bytes from the first of two fields to the end of the last, or of one field: for `checksum(over=...)`.

    A field declared before is named as it is, `span(kind, data)`; one that comes later by text, `span("kind", "data")`.
    """
    for name in (first, last):
        if not isinstance(name, str | Expr | types.MemberDescriptorType | None) or (isinstance(name, str) and not name.isidentifier()):
            raise declaration_error(f"span() takes two fields, or their names as text, not {name!r}", call_site())
    if first is None:
        raise declaration_error("span() takes the field that it begins with", call_site())
    return Span(first, first if last is None else last)


def checksum(
    inner: N, algorithm: Algorithm, /, *, over: int | Span | tuple[int, int] | None = None, prefix: bytes | None = None,
    zero_is_absent: bool = False, own: bytes = b"\0",
) -> N:  # fmt: skip
    r"""A checksum, computed last when building, and a finding when it does not fit.

    `over`: what it covers: the whole struct (None), as many bytes from the struct's first, the bytes from one place
    to another, `(4, length)`, counted from there, or fields, `span(kind, data)`.  `own`: what each of its own bytes
    counts as, where it covers itself: zero, another byte such as b" ", or nothing, b"".
    `prefix`: a bytes `param` summed first, such as a pseudo-header; where it is empty the sum cannot be known,
    so nothing is verified, and building asks for it.
    `zero_is_absent`: zero on the wire means that none was computed (RFC 768); it is written where the prefix is empty.
    """
    draft = claim(inner, "checksum()", default=False)
    if not callable(algorithm):
        raise declaration_error(
            f"checksum() takes a function of bytes, such as bitwright.checksum.internet, not {algorithm!r}", call_site()
        )
    check_yes_or_no(zero_is_absent=zero_is_absent)
    filler: object = own
    if not isinstance(filler, bytes) or len(filler) > 1:
        raise declaration_error(rf"own={own!r}: give the byte that its own bytes count as, b'\0', or b'' for none", call_site())
    number = draft.make

    def make(scope: Scope) -> spec.WireType:
        made = number(scope)
        if not isinstance(made, spec.IntType) or isinstance(made, spec.VarintType) or made.as_type is not int:
            raise scope.error("checksum() takes an integer of fixed size such as u16()")
        return spec.ChecksumType(made, algorithm, _covered(over, scope), _parameter(prefix, scope), zero_is_absent, own)

    draft.make = make
    draft.auto = True
    return inner


def _covered(over: Any, scope: Scope) -> Node | tuple[Node, Node] | spec.FieldSpan | None:
    if over is None:
        return None
    if isinstance(over, Span):
        return spec.FieldSpan(_name(over.first, scope), _name(over.last, scope))
    if isinstance(over, tuple):
        if len(over) != 2:
            raise scope.error(f"over={over!r}: write the place of the first byte and of the one after the last")
        return scope.freeze(over[0]), scope.freeze(over[1])
    return scope.freeze(over)


def _name(field: Any, scope: Scope) -> str:
    if isinstance(field, str):
        return field
    node = scope.freeze(field)
    if isinstance(node, FieldRef) and len(node.names) == 1:
        return node.names[0]
    raise scope.error("span() takes fields of this struct, not expressions; for places write over=(begin, end)")


def _parameter(value: Any, scope: Scope) -> str | None:
    if value is None:
        return None
    node = scope.freeze(value)
    if isinstance(node, ParamRef):
        return node.name
    raise scope.error("prefix= takes a bytes parameter: pseudo_header = param(bytes)")
