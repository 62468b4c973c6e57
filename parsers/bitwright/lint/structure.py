"""Rules about regions, loops, recursion, names, parameters, and what derives what."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from bitwright.lint.advice import Remark
from bitwright.lint.numbers import amounts, shown
from bitwright.lint.places import Place, structs_of, structs_within
from bitwright.lint.sizes import Sizes, region
from bitwright.schema import measure, spec
from bitwright.schema.expr import Const, FieldRef, Node, ParamRef, show, walk

MOST_BYTES = 1 << 26  # that one field may bring into memory without a word


def regions(place: Place) -> Iterator[Remark]:
    """Regions that what is in them can never fill exactly."""
    wire, sizes = place.wire, Sizes()
    size = getattr(wire, "size", None)
    if not isinstance(size, Node):
        return
    room = region(size, place.view)
    if isinstance(wire, spec.NestedType):
        inside = [sizes.struct(wire.struct)]
    elif isinstance(wire, spec.SwitchType):
        inside = [sizes.struct(arm) for arm in spec.arms_of(wire)]
    else:
        inside = []
    if inside and all((s.most is not None and s.most < room.fewest) or (room.most is not None and s.fewest > room.most) for s in inside):
        yield Remark(
            "region-mismatch", f"its size, `{show(size)}`, is {_bytes(room)}, but what must fill it has {_bytes(inside[0])}",
            "mend the size, or add what fills the region",
        )  # fmt: skip


def _bytes(size: measure.Size) -> str:
    low = size.fewest / 8
    if size.most is None:
        return f"{low:g} bytes or more"
    return f"{low:g} bytes" if size.fixed is not None else f"{low:g} to {size.most / 8:g} bytes"


def loops(place: Place) -> Iterator[Remark]:
    """Loops of which only reading tells whether they end."""
    wire = place.wire
    if isinstance(wire, spec.ArrayType) and not isinstance(wire.count, Const) and measure.size_of(wire.item).fewest == 0:
        yield Remark(
            "no-progress", "its elements may take no bytes; reading refuses one that does",
            "give the element a field of its own, such as a tag or a length",
        )  # fmt: skip


def unbounded(place: Place) -> Iterator[Remark]:
    """What is read until something turns up or the input ends, and lengths that allow very much."""
    wire = place.wire
    match wire:
        case _ if place.bounded:
            pass
        case spec.BytesType(payload=True):
            return
        case spec.BytesType(size=None, prefix=None) | spec.TextType(size=None, prefix=None):
            said = "its terminator" if wire.terminator is not None else "the end of its region"
            yield Remark("unbounded", f"is read up to {said}, however far that is", "where messages come from strangers, pass limits=")
        case spec.ArrayType(count=None, size=None):
            said = "the element that ends it" if wire.until is not None else "the end of its region"
            yield Remark("unbounded", f"has elements up to {said}, however far that is", "where messages come from strangers, pass limits=")
    for what, node in amounts(wire):
        _, high = place.view.range(node)
        each = 1
        if what == "count" and isinstance(wire, spec.ArrayType):
            each = max(measure.size_of(wire.item).fewest // 8, 1)
        if high * each > MOST_BYTES:
            limit = f'check({show(node)} <= ..., "...")'
            yield Remark("unbounded", f"its {what}, `{show(node)}`, can be {shown(high)}", f"bound it above with {limit}, or pass limits=")


def recursion(place: Place) -> Iterator[Remark]:
    """A field through which a struct contains itself."""
    if place.wire is not place.field.type:
        return
    for inner, _ in structs_within(place.wire, ""):
        if any(again is place.made.struct for again, _ in structs_of(inner)):
            yield Remark(
                "recursion", f"{place.made.name} contains itself through {inner.__name__}; Limits.depth refuses more than 64 levels",
                "pass limits=Limits(depth=...) where the format knows how deep it goes",
            )  # fmt: skip
            return


def payloads(place: Place) -> Iterator[Remark]:
    """Payloads that layers do not see."""
    for inner, _ in structs_within(place.wire, ""):
        made = spec.spec_of(inner)
        if isinstance(place.wire, spec.NestedType) and made.payload is not None:
            message = f"{made.name} has the payload `{made.payload.name}`, but layers are taken from the outermost struct only"
            yield Remark("nested-payload", message, "extend the struct instead of nesting it, or declare the payload here")


def names(place: Place) -> Iterator[Remark]:
    """Fields that hide a builtin in the rest of the class body."""
    name = place.field.name
    if place.wire is place.field.type and hasattr(builtins, name) and not place.field.hidden:
        advice = f"call it {name}_, unless the format's own documents call it {name}"
        yield Remark("shadows-builtin", f"hides the builtin {name}() in the rest of the class body", advice)


def parameters(made: spec.StructSpec) -> Iterator[tuple[str, Remark]]:
    """Parameters that nothing uses; a subclass or an arm may, so only of structs that nobody extends."""
    used = {node.name for root in _expressions(made) for node in walk(root) if isinstance(node, ParamRef)}
    used |= {field.type.prefix for field in made.fields if isinstance(field.type, spec.ChecksumType) and field.type.prefix}
    for name, described in made.params.items():
        if name not in used and not made.struct.__subclasses__():
            yield name, Remark("unused-parameter", "is used by nothing", "drop it, or use it", described.location)


def _expressions(made: spec.StructSpec) -> list[Node]:
    found = [*made.computed.values()]
    for field in made.fields:
        found += spec.expressions_of(field.type)
        if isinstance(field.type, spec.ChecksumType):
            found += field.type.places
        if isinstance(field.fixed, Node):
            found.append(field.fixed)
    return found


def undetermined(root: type) -> Iterator[tuple[type, str, Remark]]:
    """Derived fields that no size, count, tag or condition uses, in their struct or in one that holds it."""
    used = _determining(root)
    for struct, _ in structs_of(root):
        made = spec.spec_of(struct)
        for field in made.fields:
            if field.auto and isinstance(field.type, spec.IntType) and (struct, field.name) not in used and not struct.__subclasses__():
                advice = "use it in the size=, count=, on= or condition that it describes, or drop auto()"
                yield struct, field.name, Remark("undetermined", "is derived, but no field uses it, so building cannot compute it", advice)


def _determining(root: type) -> set[tuple[type, str]]:
    """The fields, by struct, that relations of the format use, also from outside through a nested struct."""
    used: set[tuple[type, str]] = set()
    for struct, _ in structs_of(root):
        made = spec.spec_of(struct)
        for field in made.fields:
            for part in (part for node in spec.expressions_of(field.type) for part in walk(node)):
                if isinstance(part, FieldRef):
                    used |= _reached(made, part.names)
    return used


def _reached(made: spec.StructSpec, path: tuple[str, ...]) -> set[tuple[type, str]]:
    """The field that a path leads to, and those that a computed value at its end is made of."""
    for name in path[:-1]:
        field = made.field(name)
        if field is None or not isinstance(field.type, spec.NestedType):
            return set()
        made = spec.spec_of(field.type.struct)
    computed = made.computed.get(path[-1])
    if computed is None:
        return {(made.struct, path[-1])}
    return {found for part in walk(computed) if isinstance(part, FieldRef) for found in _reached(made, part.names)}
