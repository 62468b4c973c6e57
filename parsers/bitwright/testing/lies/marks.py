"""What does not depend on the change: facts of the fields of a seed that `consequences` asks for again and again.

Promise: everything here is of the seed and its declaration.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bitwright.schema import spec
from bitwright.schema.expr import FieldRef, ParamRef, Rest, walk
from bitwright.schema.expr import Node as Expr
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.edits import Edit
from bitwright.wire.names import POINTER_RANGE


class Marks:
    """Facts of one tree."""

    def __init__(self, tree: FieldTree) -> None:
        self.tree, self.findings = tree, tree.findings
        self.sums: list[Any] | None = None  # the checksums of the seed, once they are needed
        self._open: dict[Node, bool] = {}
        self._pointers: dict[Node, bool] = {}
        self._expressions: dict[Node, list[Expr]] = {}
        self._led: dict[int, list[Node]] = {}  # by byte: the names that are led to it
        self._furthest: dict[Node, int] = {}  # by such a name: the byte behind the last that it is led to
        names = (node for node in tree.leaves() if isinstance(node.content, spec.NameType))
        self.names = [(node, runs) for node in names if (runs := pointer_runs(tree, node))]  # and the bytes that they are led to
        for node, runs in self.names:
            self._follow(node, runs)

    def _follow(self, node: Node, runs: list[tuple[int, int]]) -> None:
        for begin, end in runs:
            self._furthest[node] = max(end, self._furthest.get(node, 0))
            for at in range(begin, end):
                self._led.setdefault(at, []).append(node)

    def led_to(self, edit: Edit) -> Iterable[Node]:
        """The names whose pointers lead to bytes that an edit changes or moves."""
        if edit.growth:
            return [node for node, end in self._furthest.items() if edit.begin < end]
        return (node for at in range(edit.begin, edit.end) for node in self._led.get(at, ()))

    def is_open(self, node: Node) -> bool:
        """Whether where its region ends says more than whether it fits."""
        known = self._open.get(node)
        if known is None:
            known = self._open[node] = self._is_open(node)
        return known

    def _is_open(self, node: Node) -> bool:
        if any(isinstance(part, Rest) for expr in self._all(node) for part in walk(expr)):
            return True
        match node.content:
            case spec.CodedType(unsized=True):
                return True
            case spec.BytesType(size=None, prefix=None, terminator=None) | spec.TextType(size=None, prefix=None, terminator=None):
                return True
            case spec.ArrayType(size=None) as wire if wire.to_the_end or wire.count is not None or wire.prefix is not None:
                return True
            case spec.NestedType(size=size) | spec.ArrayType(size=size) | spec.SwitchType(size=size) if size is not None:
                return False
        return any(self.is_open(child) for child in node.children)

    def has_pointer(self, node: Node) -> bool:
        """Whether it, or something in it, is what a pointer leads to."""
        known = self._pointers.get(node)
        if known is None:
            here = node.wire is not None and spec.pointer_of(node.wire) is not None
            known = self._pointers[node] = here or any(self.has_pointer(child) for child in node.children)
        return known

    def _all(self, node: Node) -> list[Expr]:
        found = [] if node.wire is None else spec.expressions_of(node.wire)
        fixed = node.field.fixed if node.field is not None and isinstance(node.key, str) else None
        return found if fixed is None or isinstance(fixed, bytes) else [*found, fixed]

    def expressions(self, node: Node) -> list[Expr]:
        """Those of its expressions that may change with a field."""
        known = self._expressions.get(node)
        if known is None:
            known = [expr for expr in self._all(node) if any(isinstance(part, FieldRef | ParamRef) for part in walk(expr))]
            self._expressions[node] = known
        return known


def pointer_runs(tree: FieldTree, node: Node) -> list[tuple[int, int]]:
    """The bytes that a name's pointers lead it to; those of one that has none, none."""
    if not node.is_present:
        return []
    data, origin = tree.data, origin_of(node).begin // 8
    here, runs, begin = node.begin // 8, list[tuple[int, int]](), node.begin // 8
    while True:
        length = data[here]
        if length < 0x40:
            here += length + 1
            if length:
                continue
            runs.append((begin, here))
            return runs[1:]
        runs.append((begin, here + 2))
        begin = here = origin + (int.from_bytes(data[here : here + 2], "big") & POINTER_RANGE - 1)


def origin_of(node: Node) -> Node:
    """The struct that pointers count from which are in this one."""
    while node.parent is not None and not (node.struct is not None and node.is_struct and spec.spec_of(node.struct).origin):
        node = node.owner or node.parent
    return node
