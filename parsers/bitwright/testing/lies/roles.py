"""What the numbers of a message mean to its other fields: sizes, counts, tags, offsets, conditions.

Promise: every expression of the declaration that is evaluated while the seed is read is followed to the numbers on the wire that it
reads, through computed values, nested structs and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, ItemRef, ParamRef, walk
from bitwright.schema.expr import Node as Expr
from bitwright.testing.fieldtree import FieldTree, Node

Role: TypeAlias = Literal["size", "count", "tag", "offset", "presence", "until", "check"]


class Use(NamedTuple):
    """One use of a number: what for, by which field, in which expression of which struct."""

    role: Role
    user: Node
    expr: Expr
    owner: Node


def uses_of(tree: FieldTree) -> dict[Node, list[Use]]:
    """The uses of each number."""
    found: dict[Node, list[Use]] = {}
    for use in _uses(tree):
        for number in dict.fromkeys((*_numbers(tree, use.owner, use.expr), *_of_elements(tree, use))):
            found.setdefault(number, []).append(use)
    return found


def _uses(tree: FieldTree) -> Iterator[Use]:
    for node in tree.root.walk():
        if node.is_struct and node.struct is not None:
            for _, check in spec.spec_of(node.struct).checks:
                yield Use("check", node, check.condition, node)
        if node.wire is not None and node.owner is not None:
            for role, expr in _roles(node.wire):
                yield Use(role, node, expr, node.owner)


def _roles(wire: spec.WireType) -> Iterator[tuple[Role, Expr]]:
    match wire:
        case spec.OptionalType(condition, inner):
            yield "presence", condition
            yield from _roles(inner)
        case spec.AtType(offset, inner):
            yield "offset", offset
            yield from _roles(inner)
        case spec.SwitchType(on=on):
            yield "tag", on
        case spec.ArrayType(count=count, until=until):
            if count is not None:
                yield "count", count
            if until is not None:
                yield "until", until
    size = getattr(wire, "size", None)
    if size is not None and not isinstance(wire, spec.OptionalType | spec.AtType):
        yield "size", size


def _numbers(tree: FieldTree, owner: Node, expr: Expr) -> Iterator[Node]:
    for part in walk(expr):
        if isinstance(part, FieldRef):
            yield from _field(tree, owner, part.names)
        elif isinstance(part, ParamRef):
            yield from _parameter(tree, owner, part.name)


def _of_elements(tree: FieldTree, use: Use) -> Iterator[Node]:
    """The numbers of a list's elements that say where it ends."""
    for part in walk(use.expr):
        if isinstance(part, ItemRef):
            for element in use.user.children:
                if part.names:
                    yield from _field(tree, element, part.names)
                elif element.number is not None:
                    yield element


def _field(tree: FieldTree, owner: Node, names: tuple[str, ...]) -> Iterator[Node]:
    child = owner.child(names[0])
    if child is not None:
        if len(names) > 1:
            yield from _field(tree, child, names[1:])
        elif child.number is not None:
            yield child
    elif owner.struct is not None:
        meaning = spec.spec_of(owner.struct).computed.get(names[0])
        if meaning is not None:
            yield from _numbers(tree, owner, meaning)


def _parameter(tree: FieldTree, owner: Node, name: str) -> Iterator[Node]:
    wire, around = owner.content, owner.owner
    if around is not None and isinstance(wire, spec.NestedType | spec.SwitchType):
        given = dict(wire.arguments).get(name)
        if given is not None:
            yield from _numbers(tree, around, given)
