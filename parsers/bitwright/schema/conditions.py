"""The vocabulary of conditions: fields that may be absent, and what must hold."""

from __future__ import annotations

from typing import Any, TypeVar

from bitwright.errors import declaration_error
from bitwright.schema import spec
from bitwright.schema.draft import UNSET, draft_of, field, is_text
from bitwright.schema.expr import FieldProxy, Scope, call_site, caller

T = TypeVar("T")


def check(condition: bool, message: str, /) -> None:
    """What must hold for the fields before it; a statement of its own in the class body.

    `check(ihl >= 5, "the header has at least 20 bytes")`: parsing and building fail with the code `check`, the
    message, and the numbers that the condition reads.  Building leaves a condition alone that reads a derived field
    which was given: a given value wins, wrong on purpose too.
    """
    if not is_text(message):
        raise declaration_error(f"check() takes a condition and what to say where it fails, not {message!r}", call_site())
    body: Any = caller().f_locals  # in a class body the locals are its namespace itself
    if not hasattr(body, "state"):
        raise declaration_error("check() is a statement of a class body; to look at a message use Struct.check(data)", call_site())
    proxy: FieldProxy = field(lambda scope: spec.CheckType(scope.freeze(condition), message), hidden=True)
    body.state(proxy)


def when(condition: bool, inner: T, /) -> T | None:
    """`inner` where the condition holds; otherwise nothing on the wire, and None.

    `when(rest() > 0, inner)`: there if the region has bytes left for it, as what later versions of a protocol put at its end.
    """
    draft = draft_of(inner, "when()")
    if draft.param is not None:
        raise declaration_error("when() takes a field, and a parameter is none; give it a default", call_site())
    make_inner = draft.make

    def make(scope: Scope) -> spec.WireType:
        made = make_inner(scope)
        if isinstance(made, spec.OptionalType):
            raise scope.error("is optional twice; join the conditions with &")
        if isinstance(made, spec.BytesType) and made.payload:
            raise scope.error("a payload is never absent, only empty; write payload(size=select(c, n, 0))")
        return spec.OptionalType(scope.freeze(condition), made)

    draft.make = make
    if draft.default is UNSET or draft.reserved:
        draft.default = None
    return inner
