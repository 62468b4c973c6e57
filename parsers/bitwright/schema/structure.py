"""The vocabulary of structure: nesting, arrays, tagged unions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, overload

from bitwright.errors import declaration_error
from bitwright.schema import forward, spec
from bitwright.schema.draft import (
    UNSET,
    Declared,
    Endian,
    arguments_of,
    draft_of,
    field,
    inner_type,
    length_prefix,
    one_delimiter,
    optional_node,
    order_of,
    some_bytes,
)
from bitwright.schema.expr import Expr, Scope, call_site

T = TypeVar("T")
C = TypeVar("C", bound=Declared)
D = TypeVar("D", bound=Declared)

MYPY = False  # mypy takes this name for true


# Parameters of a nested struct, by name; an expression over earlier fields or a parameter of this struct.
Arguments: TypeAlias = Mapping[str, int | bytes]


def _named(value: Any, where: str) -> type:
    """A Struct class, perhaps by its name: one that holds itself, or one that is declared later."""
    if isinstance(value, str):
        if not value.isidentifier():
            raise declaration_error(f'{where} takes a Struct class or its name, such as "Node", not {value!r}', call_site())
        return forward.stand_in(value)
    return _struct(value, where)


def _struct(value: Any, where: str) -> type:
    if isinstance(value, type) and isinstance(getattr(value, "__bitwright__", None), spec.StructSpec):
        return value
    raise declaration_error(f"{where} takes a Struct class, not {value!r}", call_site())


# In overloads the value of a `default` is `...`: from any other a checker would infer the type variable.
@overload
def nested(struct: str, /, *, size: int = ..., endian: Endian = None, arguments: Arguments | None = None, doc: str = "") -> Any: ...
@overload
def nested(struct: type[C], /, *, size: int = ..., endian: Endian = None, arguments: Arguments | None = None, doc: str = "") -> C: ...
@overload
def nested(
    struct: type[C], /, *, default: C, size: int = ..., endian: Endian = None, arguments: Arguments | None = None, doc: str = ""
) -> C: ...
def nested(
    struct: Any, /, *, size: Any = UNSET, endian: Any = None, arguments: Arguments | None = None, default: Any = UNSET, doc: str = ""
) -> Any:
    """Another struct in place; with `size=`, in a region of that many bytes that it must fill exactly.

    `endian=` sets the byte order of a struct declared with `endian="inherit"`.  A struct that holds itself is
    named by text, as is one declared later beside this one: `child: Node | None = when(more, nested("Node"))`.
    """
    inner = _named(struct, "nested()")

    def make(scope: Scope) -> spec.WireType:
        return spec.NestedType(inner, optional_node(size, scope), order_of(endian, scope), arguments_of(arguments, scope))

    return field(make, default=default, doc=doc)


@overload
def array(
    item: str,
    /,
    *,
    count: int = ...,
    size: int = ...,
    until: Callable[[Any], bool] | None = None,
    prefix: int = ...,
    terminator: bytes = ...,
    endian: Endian = None,
    arguments: Arguments | None = None,
    doc: str = "",
) -> list[Any]: ...
@overload
def array(
    item: type[C],
    /,
    *,
    count: int = ...,
    size: int = ...,
    until: Callable[[C], bool] | None = None,
    prefix: int = ...,
    terminator: bytes = ...,
    endian: Endian = None,
    arguments: Arguments | None = None,
    default: Sequence[C] = ...,
    doc: str = "",
) -> list[C]: ...
@overload
def array(
    item: T, /, *, count: int = ..., size: int = ..., until: Callable[[T], bool] | None = None, prefix: int = ...,
    terminator: bytes = ..., default: Sequence[T] = ..., doc: str = "",
) -> list[T]: ...  # fmt: skip
def array(
    item: Any, /, *, count: Any = UNSET, size: Any = UNSET, until: Any = None, prefix: Any = UNSET, terminator: Any = UNSET,
    endian: Endian = None, arguments: Arguments | None = None, default: Any = UNSET, doc: str = "",
) -> Any:  # fmt: skip
    r"""A list of structs or of values.

    `count` of them; as many as a number before them says, `prefix`; as many as fill `size` bytes; up to and with the
    first that satisfies `until`; up to where a `terminator` stands instead of an element; or, with none of these, to the
    end of the region.

    `array(Record, count=ancount)`, `array(u16(), size=length)`, `array(Label, until=lambda it: it.length == 0)`,
    `array(Entry, prefix=u8())`, `array(Option, terminator=b"\xff")`.
    """
    one_delimiter("array()", count=count, size=size, until=until, prefix=prefix, terminator=terminator)
    end = some_bytes("terminator", terminator)
    if until is not None and not callable(until):
        raise declaration_error(f"until={until!r}: write a function of the element, until=lambda it: it.length == 0", call_site())
    if default is not UNSET and not isinstance(default, list | tuple):
        raise declaration_error(f"default={default!r} is not a list", call_site())
    element = _struct_element(item, endian, arguments) if isinstance(item, type | str) else _value_element(item, endian, arguments)

    def make(scope: Scope) -> spec.WireType:
        predicate = None
        if until is not None:
            scope.item = Expr("item")
            try:
                predicate = scope.freeze(until(scope.item))
            except NameError as error:  # a function in a class body does not see the names of the class
                raise scope.error(f"until= sees the element alone ({error}); write until=lambda it: it.length == 0") from None
            scope.item = None
        sizes = optional_node(count, scope), optional_node(size, scope)
        return spec.ArrayType(element(scope), *sizes, predicate, length_prefix(prefix, scope), end)

    return field(make, default=default if default is UNSET else list(default), doc=doc)


def _struct_element(item: type | str, endian: Any, arguments: Any) -> Callable[[Scope], spec.WireType]:
    inner = _named(item, "array()")

    def make(scope: Scope) -> spec.WireType:
        return spec.NestedType(inner, None, order_of(endian, scope), arguments_of(arguments, scope))

    return make


def _value_element(item: Any, endian: Any, arguments: Any) -> Callable[[Scope], spec.WireType]:
    draft = draft_of(item, "array()")
    if endian is not None or arguments is not None:
        raise declaration_error("endian= and arguments= are for arrays of structs; write array(u16(endian=...), ...)", call_site())
    return lambda scope: inner_type(draft, scope, "array()")


if MYPY:  # its type for a dict display is the common base of the values, which would refuse every annotation `A | B`

    def switch(  # pyright: ignore[reportRedeclaration]
        on: int, cases: Mapping[int, type[Declared]], default: type[Declared], /, *,
        size: int = UNSET, endian: Endian = None, arguments: Arguments | None = None, doc: str = "",
    ) -> Any:  # fmt: skip
        """A struct chosen by the value of `on`."""

elif TYPE_CHECKING:

    def switch(
        on: int, cases: Mapping[int, type[C]], default: type[D], /, *,
        size: int = UNSET, endian: Endian = None, arguments: Arguments | None = None, doc: str = "",
    ) -> C | D:  # fmt: skip
        """A struct chosen by the value of `on`; `default` serves every other value."""
        raise NotImplementedError  # never runs: for pyright's eyes

else:

    def switch(
        on: Any, cases: Any, default: Any, /, *, size: Any = UNSET, endian: Any = None, arguments: Any = None, doc: str = ""
    ) -> Any:  # fmt: skip
        """A struct chosen by the value of `on`; `default` serves every other value.

        With `size=`, in a region that it must fill.  The tag can be `auto`: building takes it from the class.
        """
        return _switch(on, cases, default, size, endian, arguments, doc)


def _switch(on: Any, cases: Any, default: Any, size: Any, endian: Any, arguments: Any, doc: str) -> Any:
    if not isinstance(cases, Mapping) or not all(isinstance(tag, int) for tag in cases):
        raise declaration_error(f"switch() takes a dict of structs by number, {{Type.A: A}}, not {cases!r}", call_site())
    arms = {int(tag): _struct(arm, "switch()") for tag, arm in cases.items()}
    union = spec.Union("switch", arms, _struct(default, "switch()"))

    def make(scope: Scope) -> spec.WireType:
        return spec.SwitchType(
            scope.freeze(on),
            union,
            union.default,
            optional_node(size, scope),
            None,
            order_of(endian, scope),
            arguments_of(arguments, scope),
        )

    return field(make, doc=doc)


def variant(
    base: type[C], /, *, on: int, unknown: type[C] | None = None, empty: type[C] | None = None, malformed: type[C] | None = None,
    size: int = UNSET, endian: Endian = None, arguments: Arguments | None = None, doc: str = "",
) -> C:  # fmt: skip
    """An open union: any subclass of `base` declared with `tag=` is an arm, third parties' too.

    `class A(RData, tag=Type.A)`, then `rdata: RData = variant(RData, on=type, unknown=Opaque, size=rdlength)`.
    `unknown` serves the tags that no arm has; without it they are a ParseError.  `empty` serves a region
    of no bytes where the arm of the tag cannot be empty (a DNS update deletes with an empty RDATA), and `malformed`
    one that the arm cannot read, which then is a finding instead of a ParseError.
    """
    _struct(base, "variant()")
    for arm in (unknown, empty, malformed):
        if arm is not None and not issubclass(_struct(arm, "variant()"), base):
            said = f"class {arm.__name__}({base.__name__})"
            raise declaration_error(f"{arm.__name__} must extend {base.__name__}, as every arm does: {said}", call_site())
    union: spec.Union = base.__bitwright_union__  # type: ignore[attr-defined]  # every Struct class has one

    def make(scope: Scope) -> spec.WireType:
        return spec.SwitchType(
            scope.freeze(on), union, unknown, optional_node(size, scope), empty, order_of(endian, scope), arguments_of(arguments, scope),
            malformed,
        )  # fmt: skip

    return field(make, doc=doc)  # type: ignore[no-any-return]  # a proxy at run time
