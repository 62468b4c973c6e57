"""From a class body to a `StructSpec`; a declaration that cannot work is refused here.

Only the names of annotations are read, never their values, so `from __future__ import
annotations`, local classes and Python 3.14 work alike.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec

from bitwright.errors import DeclarationError, Location, declaration_error
from bitwright.schema import checks, fitting, forward, spec
from bitwright.schema.alias import Alias, alias_of
from bitwright.schema.draft import UNSET, Draft
from bitwright.schema.expr import Expr, FieldProxy, FieldRef, Scope, call_site

ORDERS = ("big", "little", "inherit")
SHADOWING = frozenset({"bytes", "int", "float", "list", "str", "bool"})
STATEMENT = "check()"
# What parse(), build(), hexdump() and the codec take themselves.
PARSE_KEYWORDS = frozenset({
    "strict", "keep", "limits", "data", "offset", "endian", "partial", "only", "limit", "buffer", "self", "cls",
    "color", "bytes_per_row", "fold",
})  # fmt: skip


class ClassBody(dict[str, Any]):
    """The namespace of a class body while it runs: a name that is declared twice would lose a field of the wire."""

    def __init__(self, struct: str) -> None:
        super().__init__()
        self.struct = struct
        self.drafts: list[Draft] = []  # every declaration written in it, named or not
        self.bare: dict[str, Alias] = {}  # fields that are annotations alone
        self.order: dict[str, None] = {}  # names as they were declared, those too
        super().__setitem__("__annotations__", Annotations(self))

    def __setitem__(self, name: str, value: Any) -> None:
        old = self.get(name)
        if isinstance(old, FieldProxy) and old is not value:
            first = old._bw_decl.site
            message = f"is declared twice, first at {first}; give each its own name, such as `{name}2`"
            raise declaration_error(message, call_site(), self.struct, name)
        self.order.pop(name, None)
        self.order[name] = None
        self.pop(name, None)  # so that a name keeps the place of its last value, not of its first: the order is that of the wire
        super().__setitem__(name, value)

    def __missing__(self, name: str) -> Any:
        alias = self.bare.get(name)
        if alias is None:
            raise KeyError(name)
        raise declaration_error(alias.advice(name), call_site(), self.struct, name)

    def annotated(self, name: str, annotation: Any, site: Location) -> None:
        """A field may be declared by its annotation, with or without a default."""
        value = self.get(name, UNSET)
        alias = None if isinstance(value, Expr) else alias_of(annotation)
        if alias is None:
            return
        if value is UNSET:
            self.bare[name] = alias
            self.order[name] = None
        else:
            super().__setitem__(name, alias.field(value, site))

    def complete(self) -> None:
        """Make the fields that are annotations alone, and bring all names into the order in which they were declared."""
        if not self.bare:
            return
        sites = self["__annotations__"].sites
        known = {**self, **{name: alias.field(UNSET, sites[name]) for name, alias in self.bare.items() if name not in self}}
        kept = {name: known[name] for name in dict.fromkeys([*self, *self.order]) if name in known and name not in self.order}
        kept.update((name, known[name]) for name in self.order if name in known)
        self.clear()
        self.update(kept)

    def state(self, statement: FieldProxy) -> None:
        """Keep the place of a statement among the fields; its name is none that a field can have."""
        self[f"{STATEMENT} {len(self.drafts)}"] = statement


class Annotations(dict[str, Any]):
    """The annotations of a class body, with the line of each: one without a right-hand side leaves no other trace."""

    def __init__(self, body: ClassBody | None = None) -> None:
        super().__init__()
        self.body = body
        self.sites: dict[str, Location] = {}

    def __setitem__(self, name: str, value: Any) -> None:
        self.sites[name] = call_site()
        super().__setitem__(name, value)
        if self.body is not None:
            self.body.annotated(name, value, self.sites[name])


def annotations_of(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The annotations of a class body, in order: values where Python made them already, text otherwise."""
    if sys.version_info >= (3, 14):  # they are lazy there, if nothing is imported from the future; asking for text evaluates nothing
        import annotationlib

        annotate = annotationlib.get_annotate_from_class_namespace(namespace)
        if annotate is not None:
            return dict(annotationlib.call_annotate_function(annotate, annotationlib.Format.STRING))
    return dict(namespace.get("__annotations__", {}))


def is_class_variable(annotation: Any) -> bool:
    """Whether an annotation says ClassVar: then the name is an ordinary class attribute."""
    return "ClassVar" in str(annotation)


def collect(
    struct_name: str, namespace: Mapping[str, Any], base: spec.StructSpec | None, order: str | None, origin: bool,
    location: Location, forbidden: frozenset[str], bit_order: str | None = None,
) -> tuple[spec.StructSpec, dict[str, Location]]:  # fmt: skip
    """Read a class body: what it says, and where each of its own names was declared.

    `base` is the spec of the struct it extends; `forbidden` are names the base class uses.
    """
    bits_first = bit_order if bit_order is not None else base.bit_order if base else "msb"
    if not _is_bit_order(bits_first):
        raise declaration_error(f'bit_order={bits_first!r}: write "msb" or "lsb"', location, struct_name)
    chosen = order if order is not None else "little" if bit_order == "lsb" else base.order if base else "big"
    if not _is_order(chosen):
        raise declaration_error(f'endian={chosen!r}: write "big", "little" or "inherit"', location, struct_name)
    if not isinstance(origin, bool):
        raise declaration_error(f"origin={origin!r}: write True, or leave it out", location, struct_name)
    if isinstance(namespace, ClassBody):
        namespace.complete()
    annotated = annotations_of(namespace)
    _Names(struct_name, namespace, annotated, base, forbidden, location).check()
    reader = _Reader(struct_name, annotated, base, bits_first)
    for name, value in namespace.items():
        if isinstance(value, Expr):
            reader.read(name, value)
    if isinstance(namespace, ClassBody):
        _check_all_used(struct_name, namespace.drafts)
    made = spec.StructSpec(
        struct_name, str(namespace.get("__module__", "")), type, tuple(reader.fields), reader.computed, reader.params,
        chosen, origin or bool(base and base.origin), location, str(namespace.get("__doc__") or ""), bits_first,
    )  # fmt: skip
    if not forward.forwards(made):
        checks.check_struct(made, reader.sites)
    return made, reader.sites


def _check_all_used(struct_name: str, drafts: list[Draft]) -> None:
    lost = next((draft for draft in drafts if not draft.used), None)
    if lost is not None:
        what = "`_gap = pad(bits=3)`" if lost.hidden else "`name: int = u16()`"
        raise declaration_error(f"a declaration has no name here, so it would be missing on the wire; write {what}", lost.site, struct_name)


def _is_order(value: str) -> TypeGuard[spec.Order]:
    return value in ORDERS


def _is_bit_order(value: str) -> TypeGuard[spec.BitOrder]:
    return value in ("msb", "lsb")


class _Reader:
    """Freezes what a class body said, name by name, in the order it was said."""

    def __init__(self, struct: str, annotated: Mapping[str, Any], base: spec.StructSpec | None, bit_order: spec.BitOrder) -> None:
        self.struct, self.annotated = struct, annotated
        self.scope = Scope(struct, base.struct if base else None)
        self.scope.bit_order = bit_order
        self.fields: list[spec.FieldSpec] = list(base.fields) if base else []
        self.computed = dict(base.computed) if base else {}
        self.params = dict(base.params) if base else {}
        self.sites: dict[str, Location] = {}
        if base:
            self.scope.inherited = {**{f.name: FieldRef((f.name,)) for f in base.fields}, **base.computed}

    def read(self, name: str, value: Expr) -> None:
        scope = self.scope
        if name.startswith(STATEMENT):
            name = f"{STATEMENT} {len(self.fields)}"  # by its place, so that those of a base struct have others
        scope.field = name.partition(" ")[0]
        scope.site = self.sites[name] = value._bw_decl.site if isinstance(value, FieldProxy) else value._bw_site
        if not isinstance(value, FieldProxy):
            scope.computed[id(value)] = self.computed[name] = scope.freeze(value)
            return
        draft: Draft = value._bw_decl
        draft.used = True
        if id(draft) in scope.names:
            raise scope.error(f"shares one declaration with `{scope.names[id(draft)]}`; call the function again for each field")
        if draft.param is not None:
            self.params[name] = spec.ParamSpec(name, draft.param.type, draft.param.default, draft.site)
            scope.params.add(name)
        else:
            self.fields.append(self._field(name, draft))
        scope.names[id(draft)] = name

    def _field(self, name: str, draft: Draft) -> spec.FieldSpec:
        scope = self.scope
        if not draft.hidden and name not in self.annotated:
            raise scope.error(f"has no annotation, so no type checker knows its type; write `{name}: int = ...`, or the type that it has")
        wire = draft.make(scope)
        inner = wire.inner if isinstance(wire, spec.OptionalType) else wire
        if draft.auto and not isinstance(inner, spec.IntType | spec.ChecksumType):
            raise scope.error("auto() derives a number: a length, a count, a tag or a flag; everything else is given")
        if draft.auto and isinstance(wire, spec.IntType) and wire.time is not None:
            raise scope.error("auto() derives a length, a count, a tag or a flag; nothing in a message says what time it is")
        default, fixed = draft.default, draft.fixed
        if fixed is not None:
            fixed = scope.freeze(fixed) if not isinstance(fixed, bytes | str) else fixed
            default, fixed = fitting.constant(inner, fixed, scope)
            if wire is not inner:
                default = None
                if isinstance(inner, spec.TextType):
                    raise scope.error("a constant text is not taken by when(); write const(raw(size=2), b'ab')")
        elif default is not spec.MISSING:
            fitting.check_default(wire, default, scope)
        return spec.FieldSpec(name, wire, draft.site, default, draft.auto, fixed, draft.reserved, draft.hidden, draft.doc)


class _Names(msgspec.Struct):
    """Whether the names of a class body can be those of fields, computed values and parameters."""

    struct: str
    namespace: Mapping[str, Any]
    annotated: Mapping[str, Any]
    base: spec.StructSpec | None
    forbidden: frozenset[str]
    location: Location

    def check(self) -> None:
        for name, annotation in self.annotated.items():
            if not (is_class_variable(annotation) or isinstance(self.namespace.get(name), Expr)):
                self._not_declared(name)
        for name, value in self.namespace.items():
            if name.startswith(STATEMENT):
                continue
            if isinstance(value, Expr):
                self._word(name, value)
            elif not name.startswith("__"):
                self._inherited(name, self.location)

    def error(self, name: str, message: str, site: Location) -> DeclarationError:
        """A DeclarationError about a name."""
        return declaration_error(message, site, self.struct, name)

    def _not_declared(self, name: str) -> None:
        known = self.namespace.get("__annotations__")
        site = known.sites.get(name, self.location) if isinstance(known, Annotations) else self.location
        said = f"`{name}: ... = {self.namespace[name]!r}`" if name in self.namespace else f"`{name}: ...` has no right-hand side"
        raise self.error(
            name, f"{said}; say how it lies on the wire, as in `{name}: int = u16()`, or that it does not: ClassVar[...]", site
        )

    def _word(self, name: str, value: Expr) -> None:
        site = value._bw_decl.site if isinstance(value, FieldProxy) else value._bw_site
        hidden = isinstance(value, FieldProxy) and value._bw_decl.hidden
        param = isinstance(value, FieldProxy) and value._bw_decl.param is not None
        self._spelling(name, site)
        if hidden and name in self.annotated:
            what = "a parameter" if param else "padding"
            raise self.error(name, f"{what} is no field of the object, so it takes no annotation; write `{name} = ...`", site)
        if not isinstance(value, FieldProxy) and name in self.annotated:
            advice = f"for a computed value write `{name} = ...`, for a field that must have this value `{name}: int = const(u16(), ...)`"
            raise self.error(name, f"is annotated, but an expression is no field on the wire; {advice}", site)
        if param and name in PARSE_KEYWORDS:
            raise self.error(name, f"`{name}` is an argument of parse() itself; call the parameter `{name}_` or another name", site)
        self._inherited(name, site)

    def _spelling(self, name: str, site: Location) -> None:
        mangled = f"_{self.struct.lstrip('_')}__"
        if name.startswith(("__", mangled)):
            plain = name.removeprefix(mangled).strip("_") or "value"
            shown = f"__{plain}" if name.startswith(mangled) else name
            raise self.error(shown, f"Python changes names that begin with two underscores; call it `{plain}` or `_{plain}`", site)
        if name in self.forbidden:
            raise self.error(name, f"`{name}` is a method of every Struct; call the field `{name}_` or another name", site)
        if name in SHADOWING:
            raise self.error(name, f"`{name}` would hide the builtin in the rest of the class body; call the field `{name}_`", site)

    def _inherited(self, name: str, site: Location) -> None:
        base = self.base
        if base is None:
            return
        what = "field" if base.field(name) else "computed value" if name in base.computed else "parameter" if name in base.params else None
        if what is not None:
            raise self.error(name, f"is already a {what} of the base struct {base.name}; give it another name", site)
