"""What can be said of a struct before any message of it is made: which of its numbers stay open, and which are worth trying.

Promise: made once for each class and what the structs around it use of it; open unions may grow, so arms are not part of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

from bitwright.schema import measure, spec
from bitwright.schema.expr import COMPARISONS, Binary, Const, FieldRef, ItemRef, Node, Select, Unary, walk

MEASURES: Final = frozenset({"size", "offset"})
DERIVING: Final = frozenset({"size", "offset", "tag", "condition"})  # uses from which building can tell a number


class Plan:
    """Of one struct.

    `uses` says what each field is used for: "size" (of a size or a count), "offset", "tag", "condition", "check", "relation" (a check that
    several fields take part in).  `constants` are the numbers that a field is compared with or selected by.
    """

    __slots__ = ("checks", "constants", "fewest", "flexible", "inner", "least", "spec", "uses")

    def __init__(self, struct: type, outer: frozenset[tuple[tuple[str, ...], str]]) -> None:
        self.spec = spec.spec_of(struct)
        self.uses: dict[str, set[str]] = {}
        self.inner: dict[str, set[tuple[tuple[str, ...], str]]] = {}
        self.constants: dict[str, list[int]] = {}
        self.checks: dict[str, list[Node]] = {}
        for names, use in outer:
            computed = self.spec.computed.get(names[0]) if len(names) == 1 else None
            if computed is None:
                self._used(names, use)
            else:
                self._note(use, computed)
        for field in self.spec.fields:
            for use, node in _expressions(field.type):
                self._note(use, node)
        self.least = [fewest_bits(field.type) for field in self.spec.fields]
        self.fewest = [sum(self.least[i:]) for i in range(len(self.least) + 1)]
        moving = [measure.size_of(field.type).fixed is None or self._is_late(field) for field in self.spec.fields]
        self.flexible = [any(moving[i:]) for i in range(len(moving) + 1)]

    def is_open(self, field: spec.FieldSpec) -> bool:
        """Whether a number waits for what its uses say, instead of being drawn where it stands."""
        uses = self.uses.get(field.name, set())
        if field.auto:
            return bool(uses & DERIVING)
        if uses and uses <= MEASURES:
            return True
        return bool(uses) and uses <= {"check", "relation"} and "relation" in uses

    def outer_uses(self, name: str) -> frozenset[tuple[tuple[str, ...], str]]:
        """What this struct uses of the fields of a struct nested in it."""
        return frozenset(self.inner.get(name, ()))

    def _is_late(self, field: spec.FieldSpec) -> bool:
        return isinstance(spec.number_behind(field.type), spec.VarintType)

    def _note(self, use: str, node: Node) -> None:
        names = {leaf.names for leaf in walk(node) if isinstance(leaf, FieldRef)}
        if use == "check" and len(names) > 1:
            use = "relation"
        for path in names:
            self._used(path, use)
            for constant in compared(node, path):
                self._known(path, constant)
        if use == "check":
            for path in names:
                if len(path) == 1:
                    self.checks.setdefault(path[0], []).append(node)

    def _used(self, names: tuple[str, ...], use: str) -> None:
        if len(names) == 1:
            self.uses.setdefault(names[0], set()).add(use)
        else:
            self.inner.setdefault(names[0], set()).add((names[1:], use))

    def _known(self, names: tuple[str, ...], constant: int) -> None:
        if len(names) == 1 and constant not in (known := self.constants.setdefault(names[0], [])):
            known.append(constant)


@functools.lru_cache(maxsize=4096)
def plan_of(struct: type, outer: frozenset[tuple[tuple[str, ...], str]] = frozenset()) -> Plan:
    """The one plan."""
    return Plan(struct, outer)


def _expressions(wire: spec.WireType) -> Iterator[tuple[str, Node]]:
    """Each expression, with what it is for."""
    match wire:
        case spec.CheckType(condition):
            yield "check", condition
        case spec.OptionalType(condition, inner):
            yield "condition", condition
            yield from _expressions(inner)
        case spec.AtType(offset, inner):
            yield "offset", offset
            yield from _expressions(inner)
        case spec.SwitchType():
            yield "tag", wire.on
            if wire.size is not None:
                yield "size", wire.size
            for _, node in wire.arguments:
                yield "condition", node
        case spec.ArrayType():
            yield from (("size", node) for node in (wire.count, wire.size) if node is not None)
            yield from _expressions(wire.item)
        case spec.NestedType():
            if wire.size is not None:
                yield "size", wire.size
            for _, node in wire.arguments:
                yield "condition", node
        case spec.BytesType() | spec.TextType():
            if wire.size is not None:
                yield "area" if wire.pad is not None else "size", wire.size
        case spec.BitsType():
            yield "size", wire.size
        case spec.ChecksumType():
            for node in wire.places:
                yield "place", node
        case _:
            pass


def compared(node: Node, names: tuple[str, ...]) -> Iterator[int]:
    """The numbers that the choices of an expression hang on, as far as a field alone is compared with them."""
    match node:
        case Binary(op, a, b) if op in COMPARISONS:
            for side, other in ((a, b), (b, a)):
                if isinstance(other, Const) and any(isinstance(leaf, FieldRef | ItemRef) and leaf.names == names for leaf in walk(side)):
                    yield from (other.value, other.value - 1, other.value + 1)
            yield from compared(a, names)
            yield from compared(b, names)
        case Binary(_, a, b):
            yield from compared(a, names)
            yield from compared(b, names)
        case Unary(_, a):
            yield from compared(a, names)
        case Select(c, a, b):
            for part in (c, a, b):
                yield from compared(part, names)
        case FieldRef(path) if path == names:
            yield from (0, 1)
        case _:
            pass


def fewest_bits(wire: spec.WireType) -> int:
    """The fewest bits of a type, with the arms that a union has now."""
    match wire:
        case spec.SwitchType(size=None):
            return min((measure.size_of_struct(arm).fewest for arm in spec.arms_of(wire)), default=0)
        case spec.BytesType(prefix=None, size=None, terminator=None) | spec.TextType(prefix=None, size=None, terminator=None):
            return 0
        case _:
            return measure.size_of(wire).fewest
