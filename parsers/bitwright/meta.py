"""The metaclass of Struct: turns a class body of declarations into a small, fast value class.

Instances are `msgspec.Struct` objects.  Required fields come first in their memory layout, so the
compiled parser can construct them positionally, which costs a fifth of keyword construction;
everything a user sees (repr, matching, JSON, errors) keeps the order of the wire.
"""

from __future__ import annotations

import copy
import functools
import sys
import types
from typing import Any

import msgspec
from msgspec import StructMeta

from bitwright.errors import DeclarationError, Location, declaration_error
from bitwright.locks import LOADING
from bitwright.schema import forward, measure, spec
from bitwright.schema.collect import ClassBody, annotations_of, collect, is_class_variable
from bitwright.schema.expr import Expr, Node
from bitwright.schema.pointers import can_point

MOST_TAGS = 1 << 16  # of one arm
COMPILED = ("parse", "parse_prefix", "check", "build")  # methods that each class has for itself, so that compiled ones can take their place


class StructType(StructMeta):
    """Collects fields, computes the spec, and lays out the value class."""

    @classmethod
    def __prepare__(cls, name: str, bases: tuple[type, ...], /, **keywords: Any) -> ClassBody:
        """A namespace that notices when a field is declared twice."""
        return ClassBody(name)

    __bitwright_methods__: frozenset[str]  # that the class, or one it extends, defines otherwise than `Struct` does

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *,
        endian: str | None = None, bit_order: str | None = None, origin: bool = False, tag: Any = None, **keywords: Any,
    ) -> Any:  # fmt: skip
        """Make the value class of a class body."""
        if "__bitwright_root__" in namespace:
            return super().__new__(mcls, name, bases, dict(namespace))
        location = _class_site()
        _check_class(name, bases, keywords, location)
        base = next(b for b in bases if isinstance(b, StructType))
        inherited: spec.StructSpec | None = getattr(base, "__bitwright__", None)
        made, sites = collect(name, namespace, inherited, endian, origin, location, _reserved_names(), bit_order)
        own = [f for f in made.visible if inherited is None or inherited.field(f.name) is None]
        body = _class_body(namespace, own, made)
        defined = _own_methods(bases, namespace)
        for method in COMPILED:  # of its own, so that the compiled one of a base never serves a subclass
            if method not in defined:
                body[method] = _generic(base, method)
        late = bool(inherited and any(f.optional for f in inherited.visible)) and any(not f.optional for f in own)
        cls: Any = super().__new__(mcls, name, bases, body, kw_only=late, weakref=_may_keep(made))
        keywords_above: frozenset[str] = getattr(base, "__bitwright_keywords__", frozenset())
        cls.__bitwright_keywords__ = keywords_above | {f.name for f in own} if late else keywords_above
        cls.__bitwright_methods__ = defined
        _describe(cls, made)
        forward.declare(cls, sites)
        if tag is not None:
            _register(cls, bases, tag, location)
        _check_pointers(cls)
        _warn(spec.spec_of(cls), inherited)
        return cls

    @property
    def __match_args__(cls) -> tuple[str, ...]:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride]
        """The fields in wire order (the memory order differs)."""
        made: spec.StructSpec | None = cls.__dict__.get("__bitwright__")
        return tuple(f.name for f in made.visible) if made else ()

    @property
    def _repr_html_(cls) -> Any:
        """What notebooks show of a class: its picture.  On values, the method of that name in Struct serves."""
        if "__bitwright__" not in cls.__dict__:
            raise AttributeError("_repr_html_")
        from bitwright.seeing.html import class_html

        return types.MethodType(class_html, cls)

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **keywords: Any) -> None:
        """Swallow the class keywords that `__new__` used."""
        super().__init__(name, bases, namespace)


def _generic(base: type, method: str) -> Any:
    """A method as `Struct` has it."""
    return next(c.__dict__[method] for c in base.__mro__ if "__bitwright_root__" in c.__dict__)


def _own_methods(bases: tuple[type, ...], namespace: dict[str, Any]) -> frozenset[str]:
    """The methods that a class body, or anything it extends, defines otherwise than `Struct` does.

    What the body defines may call that of its bases with `super()`, for the subclass: theirs stay as `Struct` has them.
    """
    above = [c for base in bases for c in base.__mro__ if "__bitwright_root__" not in c.__dict__]
    structs = [c for c in above if isinstance(c, StructType)]
    extended = {name for name in COMPILED if name in namespace}
    for each in structs if extended else ():
        type.__setattr__(each, "__bitwright_extended__", each.__dict__.get("__bitwright_extended__", frozenset()) | extended)
        for name in extended - each.__bitwright_methods__:
            type.__setattr__(each, name, _generic(each, name))
    inherited = {name for c in above for name in COMPILED if not isinstance(c, StructType) and name in c.__dict__}
    return frozenset(extended | inherited).union(*(c.__bitwright_methods__ for c in structs))


def _warn(made: spec.StructSpec, inherited: spec.StructSpec | None) -> None:
    """Say what the class can hardly mean."""
    with LOADING:
        from bitwright.lint import quick

    quick.warn(made, frozenset(f.name for f in made.fields) - frozenset(f.name for f in (inherited.fields if inherited else ())))


def _may_keep(made: spec.StructSpec) -> bool:
    """Whether `parse(keep=True)` can have something to remember of an object: only then it can be referred to weakly."""
    return any(not _says_all(f.type) for f in made.fields)


def _says_all(wire: spec.WireType | None) -> bool:
    """Whether the value of a type certainly says all of its bytes."""
    if type(wire) is spec.BytesType:
        return (wire.prefix is None or _says_all(wire.prefix)) and (wire.pad is None or wire.terminator is None)
    return type(wire) in (spec.IntType, spec.FloatType, spec.ChecksumType)  # not a varint, which is an IntType too


def _class_site() -> Location:
    frame = sys._getframe(2)
    return Location(frame.f_code.co_filename, frame.f_lineno)


def _check_class(name: str, bases: tuple[type, ...], keywords: dict[str, Any], location: Location) -> None:
    """Whether the class statement itself says something that makes sense."""
    if keywords:
        known = "endian=, bit_order=, origin= and tag="
        raise declaration_error(f"{next(iter(keywords))}= is no keyword of a struct; there are {known}", location, name)
    structs = [b.__name__ for b in bases if isinstance(b, StructType)]
    if len(structs) > 1:
        raise declaration_error(
            f"extends {' and '.join(structs)}, so the order of their fields on the wire is not said; extend one and nest the other: "
            f"inner: {structs[1]} = nested({structs[1]})",
            location, name,
        )  # fmt: skip


@functools.cache
def _reserved_names() -> frozenset[str]:
    """The public methods of Struct, which a field must not hide."""
    from bitwright.struct_ import Struct

    return frozenset(n for n in dir(Struct) if not n.startswith("_"))


def _class_body(namespace: dict[str, Any], own: list[spec.FieldSpec], made: spec.StructSpec) -> dict[str, Any]:
    """The namespace msgspec sees: own fields, required ones first, computed values as properties."""
    annotations = annotations_of(namespace)
    ordered = sorted(own, key=lambda f: f.optional)  # stable: keeps wire order within each half
    body = {k: v for k, v in namespace.items() if not isinstance(v, Expr) and k not in ("__annotate__", "__annotate_func__")}
    class_variables = {name: annotation for name, annotation in annotations.items() if is_class_variable(annotation)}
    body["__annotations__"] = {**class_variables, **{f.name: annotations[f.name] for f in ordered}}
    for field in ordered:
        if field.optional:
            body[field.name] = _msgspec_default(field)
    for name, value in namespace.items():
        if isinstance(value, Expr) and name in made.computed:
            body[name] = _computed_property(name, made.computed[name])
    return body


def _msgspec_default(field: spec.FieldSpec) -> Any:
    default = None if field.default is spec.MISSING or field.auto else field.default
    if default == []:
        return msgspec.field(default_factory=list)  # the same as below, and a tenth of the time
    if isinstance(default, list | msgspec.Struct):
        return msgspec.field(default_factory=lambda: copy.deepcopy(default))
    return default


def _computed_property(name: str, node: Node) -> property:
    with LOADING:
        from bitwright.evaluate import evaluator

    getter = evaluator(node)
    getter.__name__ = name
    getter.__doc__ = "Computed from the fields."
    return property(getter)


def _describe(cls: Any, made: spec.StructSpec) -> None:
    final = msgspec.structs.replace(made, struct=cls)
    cls.__bitwright__ = final
    cls.__bitwright_size__ = measure.size_of_struct(cls)
    cls.__bitwright_union__ = spec.Union(final.name, {}, None, open=True)


def _register(cls: Any, bases: tuple[type, ...], tag: Any, location: Location) -> None:
    base: Any = next((b for b in bases if isinstance(b, StructType) and "__bitwright_root__" not in b.__dict__), None)
    if base is None:
        raise declaration_error("tag= needs a base class that is the union: class A(RData, tag=1)", location, cls.__name__)
    tags = tag if isinstance(tag, tuple | list | frozenset | set | range) else (tag,)
    tags = [one for some in tags for one in (some if isinstance(some, range) else (some,))][: MOST_TAGS + 1]
    if not tags or not all(isinstance(one, int) for one in tags):
        raise declaration_error(
            f"tag={tag!r} is not a number; write tag=Type.A, tag=(1, 2) for several, or tag=range(64, 96)", location, cls.__name__
        )
    if len(tags) > MOST_TAGS:
        raise declaration_error(f"tag={tag!r} is more than {MOST_TAGS} tags; let it be the unknown= arm", location, cls.__name__)
    for one in tags:
        for union in _unions_above(base):
            known = union.cases.get(int(one))
            if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
                raise declaration_error(
                    f"tag {one!r} of {union.name} is taken by {known.__name__}, declared at {spec.spec_of(known).location}; give another",
                    location, cls.__name__,
                )  # fmt: skip
    for union in _unions_above(base):
        union.add([int(one) for one in tags], cls)


def _check_pointers(cls: Any) -> None:
    """Refuse a class by which following pointers need not end; it is no arm of anything then."""
    cls.__bitwright_points__ = can_point(cls)
    if not cls.__bitwright_points__:
        return
    with LOADING:
        from bitwright.lower import pointing

    try:
        pointing.refuse_endless_pointers(cls)
        pointing.refuse_early_sums(cls)
        pointing.refuse_blocks_behind_the_rest(cls, outermost=False)
    except DeclarationError:
        for union in _unions_above(cls):
            union.cases = {tag: arm for tag, arm in union.cases.items() if arm is not cls}
        raise


def _unions_above(base: Any) -> list[spec.Union]:
    """The unions of the base and of everything it extends: an arm of a specialised union is one of the general too."""
    return [c.__bitwright_union__ for c in base.__mro__ if isinstance(c.__dict__.get("__bitwright_union__"), spec.Union)]
