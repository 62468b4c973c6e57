"""Lies of numbers: lengths, counts, tags, offsets, conditions, fixed values, reserved bits, names of closed enumerations, checksums."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bitwright.enums import OpenEnum
from bitwright.schema import spec
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.edits import SAME, Edit, Lie, Reading
from bitwright.testing.lies.roles import Use
from bitwright.testing.numbers import bounds_of, number_at, patched_number
from bitwright.wire.varints import read_varint, write_varint

EDGES = tuple(sorted({edge + off for edge in (1 << k for k in (1, 3, 4, 6, 7, 8, 14, 15, 16, 24, 31, 32, 63)) for off in (-1, 0)}))


def telling(tree: FieldTree, node: Node, number: int, detail: str = "") -> Lie | None:
    """The lie that a field is this number; None if it cannot be, or is."""
    wire = node.number
    assert wire is not None
    low, high = bounds_of(wire)
    if not low <= number <= high or number == tree.number(node):
        return None
    said = detail or f"{number} instead of {tree.number(node)}"
    if isinstance(wire, spec.VarintType):
        new = write_varint(number, wire.coding)
        return Lie((Edit(node.begin // 8, node.end // 8, new),), {node: Reading(number, 8 * len(new))}, said)
    at, new = patched_number(tree.data, node.begin, wire, tree.order_of(node, wire), number)
    return Lie((Edit(at, at + len(new), new),), {node: Reading(number)}, said)


def prefix_telling(tree: FieldTree, node: Node, prefix: spec.IntType, number: int) -> Lie | None:
    """The lie that the number before the content of a field is this one; None if it cannot be, or is."""
    low, high = bounds_of(prefix)
    order, stop = tree.order_of(node, prefix), node.begin + prefix.width
    if isinstance(prefix, spec.VarintType):
        now, after = read_varint(tree.data, node.begin // 8, node.end // 8, prefix.coding, prefix.width)
        stop = 8 * after
    else:
        now = number_at(tree.data, node.begin, stop, prefix, order)
    if not low <= number <= high or number == now:
        return None
    if isinstance(prefix, spec.VarintType):
        edit = Edit(node.begin // 8, stop // 8, write_varint(number, prefix.coding))
    else:
        at, new = patched_number(tree.data, node.begin, prefix, order, number)
        edit = Edit(at, at + len(new), new)
    return Lie((edit,), {node: SAME}, f"{number} instead of {now}")


def prefixes(tree: FieldTree, node: Node, prefix: spec.IntType) -> Iterator[Lie]:
    """Numbers before the content of a field, one off and at the limits."""
    wire = node.content
    now = len(node.children) if isinstance(wire, spec.ArrayType) else (node.end - node.begin) // 8 - _size_of(tree, node, prefix)
    rest = (node.limit - node.begin) // 8 - _size_of(tree, node, prefix)
    for number in dict.fromkeys((now + 1, now - 1, 0, bounds_of(prefix)[1], rest, rest + 1, *EDGES)):
        found = prefix_telling(tree, node, prefix, number)
        if found is not None:
            yield found


def _size_of(tree: FieldTree, node: Node, prefix: spec.IntType) -> int:
    if isinstance(prefix, spec.VarintType):
        return read_varint(tree.data, node.begin // 8, node.end // 8, prefix.coding, prefix.width)[1] - node.begin // 8
    return prefix.width // 8


def all_telling(tree: FieldTree, node: Node, numbers: Iterable[int]) -> Callable[[], Iterator[Lie]]:
    """The lies that a field is each of these."""
    return lambda: (lie for number in dict.fromkeys(numbers) if (lie := telling(tree, node, number)) is not None)


def lengths(tree: FieldTree, node: Node, use: Use) -> Iterator[int]:
    """Numbers at which a size or a count goes wrong: one off, nothing, what is left and one more, the limits."""
    wire, now = node.number, tree.number(node)
    assert wire is not None
    low, high = bounds_of(wire)
    yield from (now + 1, now - 1, 0, high, low)
    yield from (number for number in solutions(tree, node, use, _rests(use)) if number != now)
    yield from (edge for edge in EDGES if low <= edge <= high)


def _rests(use: Use) -> tuple[int, ...]:
    """The sizes in bytes of what is left where a size or count is about, and one more."""
    user = use.user
    rest = (user.limit - user.begin) // 8
    return rest, rest + 1


def solutions(tree: FieldTree, node: Node, use: Use, wanted: Iterable[int]) -> Iterator[int]:
    """Numbers with which the expression of a use has these values, where it grows evenly with the number."""
    now = tree.number(node)
    try:
        rest = (use.user.limit - use.user.begin) // 8
        value = Scope(tree, use.owner).value(use.expr, rest)
        step = Scope(tree, use.owner, {node: now + 1}).value(use.expr, rest) - value
    except Unknown:
        return
    for target in wanted:
        if step and (target - value) % step == 0:
            yield now + (target - value) // step


def below_zero(tree: FieldTree, node: Node, use: Use) -> Iterator[int]:
    """Numbers that make a size negative."""
    yield from solutions(tree, node, use, (-1, -2, -8))
    yield 0
    yield bounds_of(node.number)[0] if node.number is not None else 0


def is_below_zero(tree: FieldTree, node: Node, use: Use, number: int) -> bool:
    """Whether it does."""
    try:
        return Scope(tree, use.owner, {node: number}).value(use.expr, (use.user.limit - use.user.begin) // 8) < 0
    except Unknown:
        return False


def tags(tree: FieldTree, node: Node, use: Use) -> Iterator[int]:
    """Numbers that no arm of the union has."""
    wire = use.user.content
    assert isinstance(wire, spec.SwitchType)
    for number in candidates(node):
        try:
            if Scope(tree, use.owner, {node: number}).value(use.expr) not in wire.union.cases:
                yield number
        except Unknown:
            continue


def candidates(node: Node) -> Iterator[int]:
    """Numbers worth a try, few and far apart."""
    wire = node.number
    assert wire is not None
    low, high = bounds_of(wire)
    tried = (*range(min(high + 1, 32)), *EDGES, *(1000 + 7919 * k for k in range(8)), low, high, high - 1)
    return (number for number in dict.fromkeys(tried) if low <= number <= high)


def breaking(tree: FieldTree, node: Node, use: Use) -> Iterator[int]:
    """Numbers with which a condition does not hold."""
    for number in candidates(node):
        try:
            if not Scope(tree, use.owner, {node: number}).value(use.expr):
                yield number
        except Unknown:
            continue


def offsets(tree: FieldTree, node: Node, use: Use) -> Iterator[int]:
    """Offsets that lead to the end and beyond it, before the begin, to the struct itself, and back to the begin."""
    yield from lengths(tree, node, use)
    size, owner = len(tree.data), use.owner
    yield from solutions(tree, node, use, (size, size + 1, -1, 0, owner.begin // 8, owner.end // 8, owner.begin // 8 - 1))


def unnamed(node: Node) -> list[int]:
    """Numbers without a name in a closed enumeration."""
    kind = node.number.enum if node.number is not None else None
    if kind is None or issubclass(kind, OpenEnum):
        return []
    return [number for number in candidates(node) if number not in kind._value2member_map_]


def flips(tree: FieldTree, node: Node) -> list[int]:
    """The number with each of its bits flipped."""
    wire = node.number
    assert wire is not None
    now = tree.number(node) & (1 << wire.width) - 1
    return [now ^ 1 << bit for bit in range(wire.width)] if not wire.signed else []
