"""Structs named by text: `nested("Node")` inside Node, or before a class that is declared later in the same place.

While the class is not declared, a stand-in holds its place; when it is, every spec that waits for it is rewritten and
checked.  What is never declared is refused when the format is compiled.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from bitwright.errors import Location, declaration_error
from bitwright.schema import checks, measure, spec
from bitwright.schema.expr import call_site, caller

Key = tuple[str, str, str]  # module, the class or function that a class is declared in, its name

_WAITING: dict[Key, list[tuple[weakref.ref[Any], Mapping[str, Location]]]] = {}


def stand_in(name: str) -> type:
    """What a spec holds in place of a class that is named by text."""
    made = spec.StructSpec(name, "", type, (), {}, {}, "big", origin=False, location=call_site())
    return type(name, (), {"__bitwright__": made, "__bitwright_size__": measure.UNBOUNDED, "__bitwright_forward__": True})


def forwards(made: spec.StructSpec) -> dict[type, spec.FieldSpec]:
    """The stand-ins in a spec, each with the field that it is in."""
    return {struct: field for field in made.fields for struct in _structs(field.type) if "__bitwright_forward__" in struct.__dict__}


def _structs(wire: spec.WireType) -> Iterator[type]:
    match wire:
        case spec.NestedType(struct):
            yield struct
        case spec.ArrayType(item) | spec.OptionalType(_, item) | spec.AtType(_, item):
            yield from _structs(item)


def declare(struct: Any, sites: Mapping[str, Location]) -> None:
    """A class is made: complete its spec, and those that wait for it; check what had to wait.

    `sites` are the names that it declares itself, with their places.
    """
    where = struct.__module__, struct.__qualname__.rpartition(".")[0]
    if forwards(spec.spec_of(struct)):
        _complete(struct, where, sites, {**caller().f_locals, struct.__name__: struct})
    for waiting, known in _WAITING.pop((*where, struct.__name__), ()):
        owner = waiting()
        if owner is not None and forwards(spec.spec_of(owner)):
            _complete(owner, where, known, {struct.__name__: struct})


def _complete(owner: Any, where: tuple[str, str], sites: Mapping[str, Location], declared: Mapping[str, Any]) -> None:
    made = spec.spec_of(owner)
    missing = False
    for unknown in forwards(made):
        found = declared.get(unknown.__name__)
        if not isinstance(getattr(found, "__bitwright__", None), spec.StructSpec):
            missing = True
            _WAITING.setdefault((*where, unknown.__name__), []).append((weakref.ref(owner), sites))
        elif found is not None:
            fields = tuple(msgspec.structs.replace(f, type=_replaced(f.type, unknown, found)) for f in made.fields)
            made = msgspec.structs.replace(made, fields=fields)
    type.__setattr__(owner, "__bitwright__", made)
    if not missing:
        _refuse_endless(owner)
        type.__delattr__(owner, "__bitwright_size__")
        type.__setattr__(owner, "__bitwright_size__", measure.size_of_struct(owner))
        checks.check_struct(made, sites)


def _replaced(wire: spec.WireType, old: type, new: type) -> spec.WireType:
    match wire:
        case spec.NestedType(struct) if struct is old:
            return msgspec.structs.replace(wire, struct=new)
        case spec.ArrayType(item):
            return msgspec.structs.replace(wire, item=_replaced(item, old, new))
        case spec.OptionalType(_, inner) | spec.AtType(_, inner):
            return msgspec.structs.replace(wire, inner=_replaced(inner, old, new))
    return wire


def _refuse_endless(owner: type) -> None:
    """A struct that always holds itself would have no end."""
    waiting, seen = [owner], set[type]()
    while waiting:
        for field in spec.spec_of(waiting.pop()).fields:
            if isinstance(field.type, spec.NestedType) and field.type.struct not in seen:
                inner = field.type.struct
                if inner is owner:
                    made = spec.spec_of(owner)
                    message = "always holds another of its own kind, so no message would end; put it into when() or array()"
                    raise declaration_error(message, field.location, made.name, field.name)
                seen.add(inner)
                waiting.append(inner)


def refuse_undeclared(struct: type) -> None:
    """DeclarationError for a struct that was named, but is not declared."""
    made = spec.spec_of(struct)
    for unknown, field in forwards(made).items():
        message = f'names the struct "{unknown.__name__}", which is not declared beside {made.name}; declare it, or name another'
        raise declaration_error(message, field.location, made.name, field.name)
