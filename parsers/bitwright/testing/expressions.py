"""The expressions of a declaration, evaluated over the tree of a message, perhaps with some numbers changed.

Promise: what is evaluated is what the declaration says, in the terms of its fields; what cannot be known from the tree is `Unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitwright.evaluate import Leaf, evaluated, operated
from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, ItemRef, Node, ParamRef, Rest

if TYPE_CHECKING:
    from bitwright.testing import fieldtree


class Unknown(Exception):  # noqa: N818  # no error: an answer
    """What the tree does not tell."""


class Scope:
    """The names that expressions of one struct may use.

    `changed` has numbers of nodes that are to be taken for others; `item` is the element that an array just read; `rest` the
    bytes left, where that is known.
    """

    def __init__(
        self, tree: fieldtree.FieldTree, owner: fieldtree.Node, changed: Mapping[fieldtree.Node, int] | None = None,
        item: fieldtree.Node | None = None,
    ) -> None:
        self.tree, self.owner, self.changed, self.item = tree, owner, changed or {}, item

    def value(self, node: Node, rest: int | None = None) -> int:
        """The value of an expression; Unknown where the tree does not tell."""

        def leaf(of: Leaf) -> int:
            match of:
                case FieldRef(names):
                    return self._field(self.owner, names)
                case ParamRef(name):
                    return int(self.parameter(name))
                case ItemRef(names) if self.item is not None:
                    return self._field(self.item, names) if names else self._number(self.item)
                case Rest() if rest is not None:
                    return rest
            raise Unknown(f"{type(of).__name__}")

        return evaluated(node, leaf, _operated)

    def _field(self, owner: fieldtree.Node, names: tuple[str, ...]) -> int:
        found = owner.child(names[0])
        if found is None:
            computed = None if owner.struct is None else spec.spec_of(owner.struct).computed.get(names[0])
            if computed is None or len(names) > 1:
                raise Unknown(".".join(names))
            return Scope(self.tree, owner, self.changed).value(computed)
        if len(names) > 1:
            return self._field(found, names[1:])
        return self._number(found)

    def _number(self, node: fieldtree.Node) -> int:
        return self.changed[node] if node in self.changed else self.tree.number(node)

    def parameter(self, name: str) -> Any:
        """What a parameter of the struct was given."""
        owner = self.owner
        if owner.parent is None:
            described = self.tree.spec.params[name]
            return self.tree.parameters.get(name, described.default)
        wire = owner.content
        around = owner.owner
        given = dict(wire.arguments) if isinstance(wire, spec.NestedType | spec.SwitchType) else {}
        if name not in given or around is None:
            if owner.struct is None:
                raise Unknown(name)
            return spec.spec_of(owner.struct).params[name].default
        outer, node = Scope(self.tree, around, self.changed), given[name]
        return outer.parameter(node.name) if isinstance(node, ParamRef) else outer.value(node)


def _operated(op: str, left: int, right: int) -> int:
    try:
        return operated(op, left, right)
    except (ZeroDivisionError, ValueError, OverflowError):  # by what declarations cannot rule out: an engine says what comes of it
        raise Unknown(op) from None
