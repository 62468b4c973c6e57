"""The names of a tree: which a pattern binds, and which have to come from outside.

Promise: for a tree of either dialect; names come once each, those bound in the order of their first occurrence, those from outside sorted.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from bitwright.bitsyntax.tree import (
    Bitstring,
    Both,
    Call,
    Comprehension,
    Expr,
    Filter,
    Guarded,
    ListOf,
    MapOf,
    Pin,
    RangeOf,
    TupleOf,
    Variable,
)

Tree = Guarded | Expr


def bound_variables(tree: Tree) -> tuple[str, ...]:
    """The names that a pattern binds, in the order of their first occurrence; those that begin with `_` too, but not `_` itself."""
    names = _Names()
    names.pattern(tree.pattern if isinstance(tree, Guarded) else tree, frozenset())
    return tuple(names.bound)


def free_variables(tree: Tree, bound: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The names that have to come from outside.

    `bound`: for a pattern of Erlang, the names that are bound already, and so are compared; elsewhere it says nothing.
    """
    return tuple(sorted(free_places(tree, bound)))


def free_places(tree: Tree, bound: frozenset[str] = frozenset()) -> dict[str, int]:
    """The names that have to come from outside, with the place in the text where each is used first."""
    names = _Names()
    if isinstance(tree, Guarded):
        names.guarded(tree, bound if tree.dialect == "erlang" else frozenset(), set())
    else:
        names.expression(tree, frozenset())
    return names.free


class _Names:
    """Collects the names of a tree."""

    __slots__ = ("bound", "free")

    def __init__(self) -> None:
        self.bound: dict[str, None] = {}
        self.free: dict[str, int] = {}

    def need(self, name: str, at: int) -> None:
        self.free.setdefault(name, at)

    def guarded(self, guarded: Guarded, given: frozenset[str], local: set[str]) -> set[str]:
        """The names of a pattern and its guards, where `local` are known; adds what it binds to them, and gives what is new."""
        inner = _Names()
        inner.pattern(guarded.pattern, given)
        for name, at in inner.free.items():
            if name not in local:
                self.need(name, at)
        new = inner.bound.keys() - local
        local |= new
        for guard in guarded.guards:
            self.expression(guard, local)
        return new

    def pattern(self, node: Expr, given: frozenset[str]) -> None:
        """The names of a pattern; `given` are those that are compared with what they have."""
        if isinstance(node, Variable):
            self.named(node.name, node.at, given)
        elif isinstance(node, Bitstring):
            self.bitstring(node, given)
        elif isinstance(node, Pin):
            self.need(node.name, node.at)
        elif isinstance(node, TupleOf | ListOf):
            for item in node.items:
                self.pattern(item, given)
            if isinstance(node, ListOf) and node.tail is not None:
                self.pattern(node.tail, given)
        elif isinstance(node, Both):
            self.pattern(node.left, given)
            self.pattern(node.right, given)
        elif isinstance(node, MapOf):
            for key, value in node.pairs:
                self.expression(key, frozenset())
                self.pattern(value, given)

    def named(self, name: str, at: int, given: frozenset[str]) -> None:
        if name in given:
            self.need(name, at)
        else:
            self.bound[name] = None

    def bitstring(self, node: Bitstring, given: frozenset[str]) -> None:
        inner: set[str] = set()
        for segment in node.segments:
            size = segment.size
            if size is not None:
                if isinstance(size, Variable):
                    if size.name not in inner:
                        self.need(size.name, size.at)
                else:
                    self.expression(size, inner)
            value = segment.value
            if isinstance(value, Variable):
                inner.add(value.name)
            self.pattern(value, given)

    def expression(self, node: Expr, local: AbstractSet[str]) -> None:
        """The names that are read."""
        if isinstance(node, Variable | Pin):
            if isinstance(node, Pin) or node.name not in local:
                self.need(node.name, node.at)
        elif isinstance(node, Comprehension):
            self.comprehension(node, local)
        else:
            for part in parts_of(node):
                self.expression(part, local)

    def comprehension(self, node: Comprehension, local: AbstractSet[str]) -> None:
        known = set(local)
        for part in (node.into, node.reduce):
            if part is not None:
                self.expression(part, local)
        for qualifier in node.qualifiers:
            if isinstance(qualifier, Filter):
                self.expression(qualifier.condition, known)
            else:
                self.expression(qualifier.source, known)
                self.guarded(qualifier.pattern, frozenset(), known)
        if node.body is not None:
            self.expression(node.body, known)
        for clause in node.clauses:
            new = self.guarded(clause.pattern, frozenset(), known)
            self.expression(clause.body, known)
            known -= new


def parts_of(node: Expr) -> Iterable[Expr]:
    """The expressions that an expression consists of."""
    if isinstance(node, Call):
        return node.args
    if isinstance(node, TupleOf):
        return node.items
    if isinstance(node, ListOf):
        return node.items if node.tail is None else (*node.items, node.tail)
    if isinstance(node, MapOf):
        return [part for pair in node.pairs for part in pair]
    if isinstance(node, RangeOf):
        return [part for part in (node.first, node.last, node.step) if part is not None]
    if isinstance(node, Both):
        return (node.left, node.right)
    if isinstance(node, Bitstring):
        return [part for segment in node.segments for part in (segment.size, segment.value) if part is not None]
    return ()
