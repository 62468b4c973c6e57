"""Smaller messages of a message: elements and contents left out, with the counts and lengths that speak of them; simpler values.

Promise: each is made from the field tree alone, whatever the message's bytes, also of one that is broken on purpose: counts and lengths
go down by what was left out, so a number that lies goes on lying by as much.  Large removals come before small ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bitwright.schema import spec
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.consequences import Walk
from bitwright.testing.lies.edits import Lie
from bitwright.testing.lies.failing import Failure
from bitwright.testing.lies.marks import Marks
from bitwright.testing.lies.roles import Use, uses_of
from bitwright.testing.lies.sums import solve
from bitwright.testing.numbers import bounds_of, number_at, patched_number

_CONTENT = spec.BytesType | spec.TextType


def removals(tree: FieldTree) -> Iterator[bytes]:
    """Messages with something left out; each as it should be, and with the bytes alone left out."""
    uses, summed = uses_of(tree), _is_summed(tree)
    tried: set[tuple[int, int]] = set()
    for nodes in _stretches(tree):
        first, last = nodes[0], nodes[-1]
        if first.begin % 8 or last.end % 8 or first.begin >= last.end or (first.begin, last.end) in tried:
            continue
        tried.add((first.begin, last.end))
        made = _without(tree, uses, nodes, first.begin // 8, last.end // 8)
        yield _with_sums(tree, made) if summed else made
        yield tree.data[: first.begin // 8] + tree.data[last.end // 8 :]
    for node in _by_size(node for node in tree.leaves() if isinstance(node.content, _CONTENT)):
        begin, end = node.begin // 8 + _prefix_bytes(node), node.end // 8
        while node.begin % 8 == 0 and begin < end:
            made = _without(tree, uses, [], begin, end, node)
            yield _with_sums(tree, made) if summed else made
            begin = (begin + end + 1) // 2


def simplifications(tree: FieldTree) -> Iterator[bytes]:
    """Messages of the same length in which a number that decides nothing is 0, or some content zeros."""
    decisive = uses_of(tree)
    for node in tree.leaves():
        wire = node.number
        if wire is not None and node not in decisive and not isinstance(wire, spec.VarintType) and tree.number(node):
            yield _patched(tree.data, node.begin, wire, tree.order_of(node, wire), 0)
        elif isinstance(node.content, _CONTENT) and node.begin % 8 == 0 and node.end % 8 == 0:
            begin, end = node.begin // 8 + _prefix_bytes(node), node.end // 8
            if any(tree.data[begin:end]):
                yield tree.data[:begin] + bytes(end - begin) + tree.data[end:]


def _stretches(tree: FieldTree) -> Iterator[list[Node]]:
    """Neighbours to leave out together: all elements of an array, halves, quarters, single ones; optional fields."""
    arrays = [node for node in tree.root.walk() if isinstance(node.content, spec.ArrayType) and node.children]
    for node in _by_size(arrays):
        size = len(node.children)
        while size:
            for at in range(0, len(node.children), size):
                yield node.children[at : at + size]
            size //= 2
    yield from ([node] for node in _by_size(tree.root.walk()) if isinstance(node.wire, spec.OptionalType) and node.is_present)


def _by_size(nodes: Iterator[Node] | Sequence[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: node.begin - node.end)


def _without(tree: FieldTree, uses: dict[Node, list[Use]], nodes: list[Node], begin: int, end: int, leaf: Node | None = None) -> bytes:
    """The message without some bytes: the elements `nodes`, or a part of `leaf`."""
    data = tree.data
    for number, its in uses.items():
        wire = number.number
        if wire is None or isinstance(wire, spec.VarintType) or 8 * begin <= number.begin < 8 * end:
            continue
        for use in its:
            new = _after(tree, number, use, nodes, begin, end)
            if new is not None:
                data = _patched(data, number.begin, wire, tree.order_of(number, wire), new)
                break
    inside = leaf or nodes[0].parent
    while inside is not None:
        data = _with_prefix(tree, data, inside, len(nodes), end - begin)
        inside = inside.parent
    return data[:begin] + data[end:]


def _after(tree: FieldTree, number: Node, use: Use, nodes: list[Node], begin: int, end: int) -> int | None:
    """What a number is when the bytes are gone; None if it stays."""
    user, gone = use.user, end - begin
    if use.role == "presence":
        return 0 if user in nodes else None
    if use.role == "count":
        less = len(nodes) if nodes and nodes[0].parent is user else 0
    elif use.role == "size":
        less = gone if user.begin <= 8 * begin and 8 * end <= user.end else 0
    elif use.role == "offset":
        less = gone if number.begin < 8 * begin and user.begin >= 8 * end else 0
    else:
        return None
    return _solved(tree, number, use, less) if less else None


def _solved(tree: FieldTree, number: Node, use: Use, less: int) -> int | None:
    """The number with which an expression is so much less, if it is one of steps of 1, 2, 4, 8 or 16."""
    old, wire = tree.number(number), number.number
    assert wire is not None
    least = bounds_of(wire)[0]
    try:
        wanted = Scope(tree, use.owner).value(use.expr) - less
        for step in (1, 2, 4, 8, 16):
            new = old - less // step
            if new >= least and Scope(tree, use.owner, {number: new}).value(use.expr) == wanted:
                return new
    except Unknown:
        pass
    return None


def _with_prefix(tree: FieldTree, data: bytes, node: Node, elements: int, gone: int) -> bytes:
    """The message with what counts an array's elements, or a content's bytes, in front of it, put right."""
    wire = node.content
    prefix = getattr(wire, "prefix", None)
    if prefix is None or isinstance(prefix, spec.VarintType) or not node.is_present:
        return data
    less = elements if isinstance(wire, spec.ArrayType) else gone
    order = tree.order_of(node, prefix)
    old = number_at(data, node.begin, node.begin + prefix.width, prefix, order)
    return _patched(data, node.begin, prefix, order, old - less) if old >= less else data


def _prefix_bytes(node: Node) -> int:
    prefix = getattr(node.content, "prefix", None)
    return 0 if prefix is None or isinstance(prefix, spec.VarintType) else prefix.width // 8


def _is_summed(tree: FieldTree) -> bool:
    """Whether it has checksums, and all of them fit."""
    has = any(isinstance(node.content, spec.ChecksumType) for node in tree.leaves())
    return has and not any(finding.code == "checksum" for finding in tree.findings)


def _with_sums(tree: FieldTree, data: bytes) -> bytes:
    """The message with checksums that fit, if it is one."""
    made = FieldTree(tree.message, data, endian=tree.endian, parameters=tree.parameters)
    if not made.is_valid:
        return data
    fixed = bytearray(data)
    walk = Walk(made, Marks(made), Lie(), fixed)
    walk.whole = True
    try:
        walk.message()
    except (Failure, Unknown):
        return data
    solve(walk.sums, fixed, {})
    return bytes(fixed)


def _patched(data: bytes, begin: int, wire: spec.IntType, order: str, number: int) -> bytes:
    at, new = patched_number(data, begin, wire, order, number)
    return data[:at] + new + data[at + len(new) :]
