"""What else must change so that one rule alone is broken: the lengths and counts around bytes that were inserted.

Promise: a lie comes back with every region around it as large as it needs, or not at all.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from bitwright.schema import spec
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.numbers import prefix_telling, solutions, telling
from bitwright.testing.lies.roles import Role, Use


def all_solved(tree: FieldTree, uses: Mapping[Node, list[Use]], lie: Lie, node: Node, *, elements: int = 0) -> Iterator[Lie]:
    """The lie with the lengths of all regions around a field that it changes; nothing where they cannot be solved.

    `elements` is how many more its list has.
    """
    growth = sum(edit.growth for edit in lie.edits)
    edits, reads = list(lie.edits), dict(lie.reads)
    if not growth and not elements:
        yield lie
        return
    for above in node.upward():
        wire = above.content
        if above.parent is None:
            break
        counted = elements if above is node.parent else 0
        for role, amount, prefix in _needs(wire, growth, counted):
            one = _prefixed(tree, above, prefix, amount) if prefix is not None else _told(tree, uses, above, role, amount)
            if one is None or any(edit.growth for edit in one.edits):
                return
            edits += one.edits
            reads |= one.reads
    edits.sort(key=lambda edit: edit.begin)
    merged = list(dict.fromkeys(edits))
    if any(first.end > second.begin for first, second in itertools.pairwise(merged)):
        return
    yield Lie(tuple(merged), reads, lie.detail)


def _needs(wire: spec.WireType | None, growth: int, counted: int) -> Iterator[tuple[Role, int, spec.IntType | None]]:
    """What bounds a region: its size grows by bytes, its count by elements; perhaps by a number before it."""
    if isinstance(wire, spec.NestedType | spec.SwitchType | spec.ArrayType) and wire.size is not None and growth:
        yield "size", growth, None
    if isinstance(wire, spec.ArrayType) and counted:
        if wire.count is not None:
            yield "count", counted, None
        if wire.prefix is not None:
            yield "count", counted, wire.prefix


def _told(tree: FieldTree, uses: Mapping[Node, list[Use]], above: Node, role: Role, amount: int) -> Lie | None:
    """The lie that makes a region larger by a number that says how large it is."""
    for number, roles in uses.items():
        for use in roles:
            if use.user is not above or use.role != role:
                continue
            size = len(above.children) if role == "count" else (above.inner - above.begin) // 8
            for wanted in solutions(tree, number, use, [size + amount]):
                found = telling(tree, number, wanted)
                if found is not None:
                    return found
    return None


def _prefixed(tree: FieldTree, above: Node, prefix: spec.IntType, amount: int) -> Lie | None:
    return prefix_telling(tree, above, prefix, len(above.children) + amount)
