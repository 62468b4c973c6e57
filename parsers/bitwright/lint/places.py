"""The fields of a format as the linter walks over them: each with its path and with what is known where it stands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from bitwright.lint.ranges import PARAMETER, Range, View
from bitwright.schema import spec
from bitwright.schema.expr import Node, ParamRef, walk


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A type on the wire, within a field: `view` is what is known there, `phase` the bit of a byte, None where that varies."""

    made: spec.StructSpec
    field: spec.FieldSpec
    wire: spec.WireType
    view: View
    phase: int | None = None
    bounded: bool = False  # whether the struct always lies in a region whose size a field says


def fields_of(made: spec.StructSpec, params: Mapping[str, Range] | None = None) -> Iterator[tuple[spec.FieldSpec, View]]:
    """The fields in order, each with what the checks above it make sure of; `params` is what is handed over to the struct."""
    view = View(made, params=params)
    for field in made.fields:
        yield field, view
        if isinstance(field.type, spec.CheckType):
            view = view.knowing(field.type.condition)


def types_in(wire: spec.WireType, view: View) -> Iterator[tuple[spec.WireType, View]]:
    """A type, and those in it that belong to the same struct, outer before inner."""
    yield wire, view
    match wire:
        case spec.OptionalType(condition, inner):
            yield from types_in(inner, view.knowing(condition))
        case spec.ArrayType(item):
            yield from types_in(item, view)
        case spec.IntType() | spec.BytesType() | spec.TextType() | spec.NestedType() | spec.SwitchType() | spec.ChecksumType():
            return
        case _:
            around: spec.WireType | None = getattr(wire, "inner", None)
            if around is not None:
                yield from types_in(around, view)


def structs_within(wire: spec.WireType, path: str) -> Iterator[tuple[type, str]]:
    """The structs that a type holds directly, each with the path of its fields' names to come."""
    match wire:
        case spec.NestedType(struct):
            yield struct, f"{path}."
        case spec.ArrayType(item):
            yield from structs_within(item, f"{path}[]")
        case spec.SwitchType():
            for arm in spec.arms_of(wire):
                yield arm, f"{path}({arm.__name__})."
        case _:
            inner = getattr(wire, "inner", None)
            if inner is not None:
                yield from structs_within(inner, path)


def structs_of(struct: type) -> Iterator[tuple[type, str]]:
    """A struct and every one it can contain, once each, with the first path that leads to its fields."""
    waiting, met = [(struct, "")], {struct}
    while waiting:
        current, prefix = waiting.pop(0)
        yield current, prefix
        for field in spec.spec_of(current).fields:
            for inner, below in structs_within(field.type, prefix + field.name):
                if inner not in met:
                    met.add(inner)
                    waiting.append((inner, below))


def handed(root: type) -> dict[type, dict[str, Range]]:
    """Between what the parameters of the structs inside a format lie, over all places that hand them over."""
    found: dict[type, dict[str, Range]] = {}
    for struct, _ in structs_of(root):
        for field, view in fields_of(spec.spec_of(struct)):
            for wire, here in types_in(field.type, view):
                if isinstance(wire, spec.NestedType | spec.SwitchType):
                    ranges = {name: _argument(node, here) for name, node in wire.arguments}
                    for inner in [wire.struct] if isinstance(wire, spec.NestedType) else spec.arms_of(wire):
                        known = found.setdefault(inner, {})
                        for name, (low, high) in ranges.items():
                            old = known.get(name, (low, high))
                            known[name] = min(low, old[0]), max(high, old[1])
    found.pop(root, None)  # its own are the caller's
    return found


def _argument(node: Node, view: View) -> Range:
    return PARAMETER if any(isinstance(part, ParamRef) for part in walk(node)) else view.range(node)


def open_ended(root: type) -> set[type]:
    """The structs of a format that can lie where nothing but the end of the input bounds them."""
    found, waiting = {root}, [root]
    while waiting:
        for field in spec.spec_of(waiting.pop()).fields:
            for wire, _ in types_in(field.type, View(spec.spec_of(root))):
                bounded = getattr(wire, "size", None) is not None
                if bounded:
                    break
                if isinstance(wire, spec.NestedType | spec.SwitchType):
                    new = {inner for inner, _ in structs_within(wire, "")} - found
                    found |= new
                    waiting += new
    return found
