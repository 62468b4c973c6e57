"""Declared expressions to ops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwright.errors import Location, declaration_error
from bitwright.ir.builder import WIDEST, Builder, IntervalError
from bitwright.ir.ops import Reg
from bitwright.schema import spec
from bitwright.schema.expr import Binary, Const, FieldRef, ItemRef, Node, ParamRef, Rest, Select, Unary, show, walk

Path = tuple[str, ...]


class Values:
    """The numbers that expressions may use at one place of a program."""

    def __init__(self, builder: Builder, made: spec.StructSpec) -> None:
        self.builder, self.made = builder, made
        self.fields: dict[Path, Reg] = {}
        self.params: dict[str, Reg] = {}
        self.item: Mapping[Path, Reg] = {}
        self.rest: Callable[[], Reg] | None = None

    def lower(self, node: Node, location: Location | None) -> Reg:
        """The register that holds the expression's value."""
        try:
            return self._lower(node, location)
        except IntervalError as error:
            raise declaration_error(f"`{show(node)}` {error}", location, self.made.name) from None

    def assume(self, condition: Node) -> None:
        """Narrow the numbers of a condition that holds from here on, so that sizes made of them need no check of their own."""
        for path, (low, high) in implied(expanded(condition, self.made)).items():
            known = self.fields.get(path)
            if known is None:
                continue
            least, most = max(low, known.lo), min(high, known.hi)
            if least <= most and (least, most) != (known.lo, known.hi):
                zero = self.builder.const(0)
                self.fields[path] = self.builder.number("bin", known, zero, lo=least, hi=most, hint=known.hint, op="add")

    def knows(self, node: Node) -> bool:
        """Whether every field that an expression reads has its value already."""
        return all(n.names in self.fields for n in walk(expanded(node, self.made)) if isinstance(n, FieldRef))

    def _lower(self, node: Node, location: Location | None) -> Reg:
        builder = self.builder
        match node:
            case Const(value):
                return builder.const(value)
            case FieldRef(names):
                return self._field(names, node, location)
            case ItemRef(names):
                return self._known(self.item, names, node, location)
            case ParamRef(name):
                return self._known(self.params, name, node, location)
            case Rest():
                if self.rest is None:
                    raise declaration_error("rest() only makes sense in the size= of a field", location, self.made.name)
                return self.rest()
            case Unary(op, a):
                inner = self._lower(a, location)
                return builder.negate(inner) if op == "neg" else builder.is_not(inner)
            case Binary(op, a, b):
                return builder.bin(op, self._lower(a, location), self._lower(b, location))
            case Select(c, a, b):
                return builder.select(self._lower(c, location), self._lower(a, location), self._lower(b, location))

    def _field(self, names: Path, node: Node, location: Location | None) -> Reg:
        if names not in self.fields:
            meaning = expanded(node, self.made)
            if meaning is not node:
                return self._lower(meaning, location)
        return self._known(self.fields, names, node, location)

    def _known(self, known: Mapping[Any, Reg], key: object, node: Node, location: Location | None) -> Reg:
        found = known.get(key)
        if found is None:
            raise declaration_error(f"`{show(node)}` is not known at this place of the format", location, self.made.name)
        return found


def implied(condition: Node) -> dict[Path, tuple[int, int]]:
    """The intervals that fields lie in where a condition holds, as far as comparisons with constants say it."""
    match condition:
        case Binary("and", a, b):
            found = implied(a)
            for path, (low, high) in implied(b).items():
                known = found.get(path, (-WIDEST, WIDEST))
                found[path] = max(low, known[0]), min(high, known[1])
            return found
        case Binary(op, FieldRef(names), Const(value)) if op in _BOUNDS:
            below, above = _BOUNDS[op]
            return {names: (-WIDEST if below is None else value + below, WIDEST if above is None else value + above)}
        case Binary(op, Const(value), FieldRef(names)) if op in _SWAPPED:
            return implied(Binary(_SWAPPED[op], FieldRef(names), Const(value)))
    return {}


# What `field op constant` says of the field: its smallest and largest value, counted from the constant.
_BOUNDS: Mapping[str, tuple[int | None, int | None]] = {"eq": (0, 0), "lt": (None, -1), "le": (None, 0), "gt": (1, None), "ge": (0, None)}
_SWAPPED: Mapping[str, str] = {"eq": "eq", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


def expanded(node: Node, made: spec.StructSpec) -> Node:
    """The expression with every computed value of a nested struct written out in that struct's fields.

    One that uses a parameter stays as it is, since only the nested struct knows that.
    """
    match node:
        case FieldRef(names) if len(names) > 1:
            return _computed(names, made) or node
        case Unary(op, a):
            return Unary(op, expanded(a, made))
        case Binary(op, a, b):
            return Binary(op, expanded(a, made), expanded(b, made))
        case Select(c, a, b):
            return Select(expanded(c, made), expanded(a, made), expanded(b, made))
    return node


def _computed(names: Path, made: spec.StructSpec) -> Node | None:
    """What a path to a computed value means, in terms of the struct that the path begins in."""
    for name in names[:-1]:
        made = nested_in(made, name)
    meaning = made.computed.get(names[-1])
    if meaning is None:
        return None
    meaning = expanded(meaning, made)
    return None if any(isinstance(n, ParamRef) for n in walk(meaning)) else _below(meaning, names[:-1])


def _below(node: Node, prefix: Path) -> Node:
    """The expression as seen from a struct that holds its struct under `prefix`."""
    match node:
        case FieldRef(names):
            return FieldRef((*prefix, *names))
        case Unary(op, a):
            return Unary(op, _below(a, prefix))
        case Binary(op, a, b):
            return Binary(op, _below(a, prefix), _below(b, prefix))
        case Select(c, a, b):
            return Select(_below(c, prefix), _below(a, prefix), _below(b, prefix))
    return node


def nested_in(made: spec.StructSpec, name: str) -> spec.StructSpec:
    """The spec of the struct that a field holds directly."""
    field = made.field(name)
    assert field is not None
    assert isinstance(field.type, spec.NestedType)
    return spec.spec_of(field.type.struct)


def export_bounds(made: spec.StructSpec, path: Path) -> tuple[int, int]:
    """The interval of a number inside a struct, a field or a computed value, whatever the message."""
    for name in path[:-1]:
        made = nested_in(made, name)
    field = made.field(path[-1])
    if field is not None:
        return _bounds_of(field.type)
    node = made.computed[path[-1]]
    values = Values(Builder(), made)
    for part in walk(node):
        if isinstance(part, FieldRef):
            values.fields[part.names] = values.builder.reg("int", *export_bounds(made, part.names))
        elif isinstance(part, ParamRef):
            values.params[part.name] = values.builder.reg("int", -(1 << 64), (1 << 64) - 1)
    found = values.lower(node, made.location)
    return found.lo, found.hi


def _bounds_of(wire: spec.WireType) -> tuple[int, int]:
    number = spec.number_behind(wire)
    assert isinstance(number, spec.IntType)
    low, high = bounds(number)
    return (min(low, 0), max(high, 0)) if isinstance(wire, spec.OptionalType) else (low, high)


def bounds(wire: spec.IntType) -> tuple[int, int]:
    """The smallest and the largest number of a type."""
    if wire.signed:
        return -(1 << (wire.width - 1)), (1 << (wire.width - 1)) - 1
    return 0, (1 << wire.width) - 1


def refs_of(node: Node) -> tuple[str, ...]:
    """The fields that an expression reads, as paths, for saying which of them is to blame."""
    return tuple(dict.fromkeys(".".join(n.names) for n in walk(node) if isinstance(n, FieldRef)))


def nodes_of(made: spec.StructSpec) -> list[Node]:
    """Every expression of a struct."""
    nodes: list[Node] = [*made.computed.values()]
    for field in made.fields:
        nodes += spec.expressions_of(field.type)
        if isinstance(field.type, spec.ChecksumType):
            nodes += field.type.places
        if field.fixed is not None and not isinstance(field.fixed, bytes):
            nodes.append(field.fixed)
    return nodes


def paths_into(made: spec.StructSpec, more: tuple[Path, ...] = ()) -> dict[str, set[Path]]:
    """Which numbers of which nested struct a struct's expressions use, and `more` that its callers ask for."""
    wanted: dict[str, set[Path]] = {}
    roots = [expanded(root, made) for root in nodes_of(made)]
    roots += [expanded(FieldRef(path), made) for path in more]
    for names in [n.names for root in roots for n in walk(root) if isinstance(n, FieldRef)]:
        if len(names) > 1:
            wanted.setdefault(names[0], set()).add(names[1:])
    return wanted
