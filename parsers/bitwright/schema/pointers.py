"""The vocabulary of pointers: `at()`, and what a struct with pointers may say.

A derived offset is only known when everything around it is written, so nothing but the pointer itself, and the condition
under which it is there, may use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar, overload

from bitwright.errors import DeclarationError, declaration_error
from bitwright.schema import measure, spec
from bitwright.schema.draft import UNSET, draft_of, field, inner_type
from bitwright.schema.expr import FieldRef, Node, Scope, call_site, show, walk

T = TypeVar("T")

BASES = ("origin", "self", "here")
DIRECTIONS = ("backward", "forward")
MOST_ALIGN = 1 << 20


@overload
def at(
    offset: int, inner: T, /, *, base: spec.Base = "origin", direction: spec.Direction | None = None, align: int = 1, doc: str = ""
) -> T: ...
@overload
def at(
    offset: int, inner: T, /, *, default: T, base: spec.Base = "origin", direction: spec.Direction | None = None, align: int = 1,
    doc: str = "",
) -> T: ...  # fmt: skip
def at(
    offset: Any, inner: Any, /, *, base: Any = "origin", direction: Any = None, align: Any = 1, default: Any = UNSET, doc: str = ""
) -> Any:
    r"""`inner` at a byte offset, counted from the nearest enclosing struct with `origin=True`, or the outermost one.

    It does not move the place of the fields that follow.  `base="self"` counts from this struct's first byte,
    `base="here"` from the field's own place.  `direction=` says that the offset may only lead to before this struct
    ("backward") or behind it ("forward"), which a struct that can lead to itself needs.  When building, an `auto`
    offset is solved: what it leads to is written after the inline part, at a multiple of `align` bytes.

    `name: str = at(offset, text(terminator=b"\\0"))`, `next: IFD | None = when(link != 0, at(link, nested(IFD)))`.
    """
    draft = draft_of(inner, "at()")
    for name, value, known in (("base", base, BASES), ("direction", direction, (None, *DIRECTIONS))):
        if value not in known:
            choice = ", ".join(repr(one) for one in known if one)
            raise declaration_error(f"{name}={value!r}: write one of {choice}", call_site())
    if base == "self" and direction == "backward":
        raise declaration_error('nothing lies before the struct that base="self" counts from; leave base= out', call_site())
    if not isinstance(align, int) or isinstance(align, bool) or not 1 <= align <= MOST_ALIGN:
        raise declaration_error(f"align={align!r}: write a number of bytes, 1 to {MOST_ALIGN}", call_site())

    def make(scope: Scope) -> spec.WireType:
        made = inner_type(draft, scope, "at()")
        if isinstance(made, spec.AtType):
            raise scope.error("at() takes what lies there; for a pointer to a pointer write at(offset, nested(Link)), and at() in Link")
        return spec.AtType(scope.freeze(offset), made, base, direction, align)

    return field(make, default=default, doc=doc)


def derived_offset(made: spec.StructSpec, wire: spec.AtType) -> spec.FieldSpec | None:
    """The derived field of the struct that a pointer's offset is made of."""
    return next(iter(_derived(made, wire.offset)), None)


def _derived(made: spec.StructSpec, node: Node) -> list[spec.FieldSpec]:
    names = dict.fromkeys(part.names[0] for part in walk(node) if isinstance(part, FieldRef) and len(part.names) == 1)
    fields = (made.field(name) for name in names)
    return [field for field in fields if field is not None and field.auto]


def can_point(struct: type) -> bool:
    """Whether a struct has pointers, or one of the structs that it holds, as these were when they were made."""
    fields = spec.spec_of(struct).fields
    held = (inner for each in fields for inner in spec.structs_in(each.type))
    return any(spec.pointer_of(each.type) for each in fields) or any(getattr(inner, "__bitwright_points__", False) for inner in held)


def check_pointers(made: spec.StructSpec) -> None:
    """Refuse pointers that could not be built, or would not be read back."""
    holders: dict[str, str] = {}
    for each in made.fields:
        wire = spec.pointer_of(each.type)
        if wire is None:
            continue
        error = _error(made, each)
        _check_inner(wire, error)
        found = _derived(made, wire.offset)
        if len(found) > 1:
            raise error(f"`{show(wire.offset)}` has two derived fields, {found[0].name} and {found[1].name}; one equation solves only one")
        for one in found:
            if one in [field for field, _ in made.sums]:
                raise error(f"`{one.name}` is a checksum, which says what the bytes are, not where they lie; point with another field")
            if isinstance(one.type, spec.OptionalType):
                raise _error(made, one)(
                    f"is derived from where {each.name} lies, and may be absent; put both into a struct of their own, and that into when()"
                )
            if isinstance(one.type, spec.VarintType):
                raise _error(made, one)(
                    f"is derived from where {each.name} lies, and its own size would move that; give it a fixed size (u32())"
                )
            if one.name in holders:
                advice = f"give {each.name} an offset of its own, or one at() a variant()"
                raise error(f"`{one.name}` is derived from where {holders[one.name]} lies; {advice}")
            holders[one.name] = each.name
    for each in made.fields:
        for node in _uses(each):
            _check_use(made, each, node, holders)


def _error(made: spec.StructSpec, each: spec.FieldSpec) -> Callable[[str], DeclarationError]:
    return lambda message: declaration_error(message, each.location, made.name, each.name)


def _check_inner(wire: spec.AtType, error: Callable[[str], DeclarationError]) -> None:
    from bitwright.schema.checks import takes_the_rest

    if takes_the_rest(wire.inner):
        raise error(
            "would take everything to the end of the origin, whatever else lies there; give it a size=, count=, prefix= or "
            "terminator= (size=rest() if it is meant)"
        )
    if (measure.size_of(wire.inner).fixed or 0) % 8:
        raise error("lies at a byte and must be whole bytes; put it into a struct with pad(bits=...)")


def _uses(each: spec.FieldSpec) -> Iterator[Node]:
    """The expressions of a field other than its offset and its own condition."""
    pointer = spec.pointer_of(each.type)
    if pointer is None:
        yield from spec.expressions_of(each.type)
    else:
        yield from spec.expressions_of(pointer.inner)
    if isinstance(each.type, spec.ChecksumType):
        yield from each.type.places
    if each.fixed is not None and not isinstance(each.fixed, bytes):
        yield each.fixed


def _check_use(made: spec.StructSpec, each: spec.FieldSpec, node: Node, holders: dict[str, str]) -> None:
    for part in walk(node):
        if isinstance(part, FieldRef) and len(part.names) == 1 and part.names[0] in holders:
            name = part.names[0]
            raise _error(made, each)(
                f"`{name}` is derived from where {holders[name]} lies, which is known only after this is written; "
                "use another field, or drop auto() and give it"
            )
