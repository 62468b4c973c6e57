"""Leaves that nothing else depends on: numbers, and runs of bytes that keep their size, are changed where they lie.

Promise: no field but the leaf is read otherwise than in the seed; checksums over it are solved again.
"""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.schema import measure, spec
from bitwright.schema.expr import FieldRef, ItemRef, walk
from bitwright.schema.expr import Node as Expr
from bitwright.testing.draw import Draw
from bitwright.testing.expressions import Unknown
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.generating.content import draw_int
from bitwright.testing.labels import ACCEPTED, Label, Tier
from bitwright.testing.lies.consequences import Walk
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.failing import Failure
from bitwright.testing.lies.marks import Marks, pointer_runs
from bitwright.testing.lies.sums import Sum, solve
from bitwright.testing.numbers import patched_number


class LeafSite:
    """Other values of one leaf."""

    __slots__ = ("_label", "_order", "_sums", "node", "path", "rule", "tree")

    @property
    def tier(self) -> Tier:
        """As of every mutant made here."""
        return "value"

    def __init__(self, tree: FieldTree, node: Node, sums: list[Sum]) -> None:
        self.tree, self.node, self.path = tree, node, node.path
        self.rule = "bytes" if node.number is None else "number"
        self._label = Label("value", self.rule, node.path, "", ACCEPTED)
        self._order = "big" if node.number is None else tree.order_of(node, node.number)
        self._sums = sums

    @property
    def is_whole(self) -> bool:
        """Whether there are no other values than those of this size."""
        wire = self.node.content
        return wire is not None and measure.size_of(wire).fixed is not None

    def prepare(self) -> tuple[int, int]:
        """There is nothing to prepare."""
        return 1, 0

    def mutant(self, draw: Draw) -> tuple[bytes, Label]:
        """One more."""
        data, node = self.tree.data, self.node
        wire = node.number
        if wire is None:
            at, size = node.begin // 8, (node.end - node.begin) // 8
            new = draw.octets(size, size)
        else:
            at, new = patched_number(data, node.begin, wire, self._order, draw_int(draw, wire))
        changed = data[:at] + new + data[at + len(new) :]
        if not self._sums:
            return changed, self._label
        solved = bytearray(changed)
        solve(self._sums, solved, {})
        return bytes(solved), self._label


def leaf_sites(tree: FieldTree) -> Iterator[LeafSite]:
    """The leaves that can be changed by themselves."""
    sums = _sums(tree)
    if sums is None or any(node.wire is not None and spec.pointer_of(node.wire) is not None for node in tree.root.walk()):
        return  # two fields may lie on the same bytes
    used = _used_names(tree)
    led_to = [run for node in tree.leaves() if isinstance(node.content, spec.NameType) for run in pointer_runs(tree, node)]
    for node in tree.leaves():
        if str(node.key) in used or not _stands_alone(node) or any(8 * begin < node.end and 8 * end > node.begin for begin, end in led_to):
            continue
        yield LeafSite(tree, node, sums)


def _used_names(tree: FieldTree) -> frozenset[str]:
    """The names that any expression reads; fields that are only called alike are left out with them."""
    structs = {node.struct for node in tree.root.walk() if node.struct is not None}
    found: set[str] = set()
    for struct in structs:
        made = spec.spec_of(struct)
        expressions = [node for field in made.fields for node in _all_of(field)] + list(made.computed.values())
        for node in expressions:
            for leaf in walk(node):
                if isinstance(leaf, FieldRef | ItemRef):
                    found.update(leaf.names)
    return frozenset(found)


def _all_of(field: spec.FieldSpec) -> list[Expr]:
    """The expressions of a field, also those of what a checksum covers, and of what a constant has to be."""
    inner = spec.pointed(field.type)
    places = inner.places if isinstance(inner, spec.ChecksumType) else ()
    return [*spec.expressions_of(field.type), *places, *([] if field.fixed is None or isinstance(field.fixed, bytes) else [field.fixed])]


def _sums(tree: FieldTree) -> list[Sum] | None:
    """All checksums of a message, in the order in which they are solved; None where that cannot be said."""
    walk = Walk(tree, Marks(tree), Lie(), bytearray(tree.data))
    walk.whole = True
    try:
        walk.message()
    except (Failure, Unknown):
        return None
    return walk.sums


def _stands_alone(node: Node) -> bool:
    """Whether another value changes nothing but the value: it is given, as large as the other, and ends no list."""
    field = node.field
    if field is None or field.auto or field.fixed is not None or field.reserved or field.hidden or node.end == node.begin:
        return False
    if any(isinstance(above.content, spec.ArrayType) and above.content.terminator is not None for above in node.upward()):
        return False
    if isinstance(node.key, int) and _ends_with_an_element(field.type):
        return False
    match node.content:
        case spec.VarintType() | spec.ChecksumType():
            return False
        case spec.IntType():
            return True
        case spec.CodedType():
            return False
        case spec.BytesType(terminator=None, pad=None):
            return node.begin % 8 == 0 and node.end % 8 == 0 and node.content.prefix is None
    return False


def _ends_with_an_element(wire: spec.WireType) -> bool:
    """Whether some list in a list ends where an element says so."""
    inner = spec.pointed(wire)
    return isinstance(inner, spec.ArrayType) and (inner.until is not None or _ends_with_an_element(inner.item))
