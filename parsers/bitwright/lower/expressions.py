"""Declared expressions to ops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwright.errors import Location, declaration_error
from bitwright.ir.builder import Builder, IntervalError
from bitwright.ir.ops import Reg
from bitwright.schema import spec
from bitwright.schema.expr import Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary, show, walk


class Values:
    """The numbers that expressions may use at one place of a program."""

    def __init__(self, builder: Builder, struct: str) -> None:
        self.builder, self.struct = builder, struct
        self.fields: dict[tuple[str, ...], Reg] = {}
        self.params: dict[str, Reg] = {}
        self.item: Mapping[tuple[str, ...], Reg] = {}
        self.rest: Callable[[], Reg] | None = None

    def lower(self, node: Node, location: Location | None) -> Reg:
        """The register that holds the expression's value."""
        try:
            return self._lower(node, location)
        except IntervalError as error:
            raise declaration_error(f"`{show(node)}` {error}", location, self.struct) from None

    def _lower(self, node: Node, location: Location | None) -> Reg:
        builder = self.builder
        match node:
            case Const(value):
                return builder.const(value)
            case FieldRef(names):
                return self._known(self.fields, names, node, location)
            case ItemRef(names):
                return self._known(self.item, names, node, location)
            case ParamRef(name):
                return self._known(self.params, name, node, location)
            case Rest():
                if self.rest is None:
                    raise declaration_error("rest() only makes sense in the size= of a field", location, self.struct)
                return self.rest()
            case Unary(op, a):
                inner = self._lower(a, location)
                return builder.negate(inner) if op == "neg" else builder.is_not(inner)
            case Binary(op, a, b):
                return builder.bin(op, self._lower(a, location), self._lower(b, location))
            case Select(c, a, b):
                return builder.select(self._lower(c, location), self._lower(a, location), self._lower(b, location))

    def _known(self, known: Mapping[Any, Reg], key: object, node: Node, location: Location | None) -> Reg:
        found = known.get(key)
        if found is None:
            raise declaration_error(f"`{show(node)}` is not known at this place of the format", location, self.struct)
        return found


def refs_of(node: Node) -> tuple[str, ...]:
    """The fields that an expression reads, as paths, for saying which of them is to blame."""
    return tuple(dict.fromkeys(".".join(n.names) for n in walk(node) if isinstance(n, FieldRef)))


def nodes_of(made: spec.StructSpec) -> list[Node]:
    """Every expression of a struct."""
    nodes: list[Node] = [*made.computed.values()]
    for field in made.fields:
        nodes += spec.expressions_of(field.type)
        if isinstance(field.type, spec.ChecksumType) and field.type.over is not None:
            nodes.append(field.type.over)
        if field.fixed is not None and not isinstance(field.fixed, bytes):
            nodes.append(field.fixed)
    return nodes
