"""Structs in structs of their own kind, deeper than is allowed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Final

from bitwright.errors import DEFAULT_LIMITS, BuildError, Limits
from bitwright.lower.facts import needs_of
from bitwright.schema import spec
from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.labels import Expected
from bitwright.testing.lies.edits import Edit, Lie

LIMIT: Final = DEFAULT_LIMITS.depth
LEVELS: Final = (LIMIT + 1, LIMIT + 6, 2 * LIMIT)  # structs around each other


def nests(tree: FieldTree) -> Iterator[tuple[Node, Node]]:
    """Structs that hold one of their own kind, and that one; one pair of a kind."""
    seen: set[type] = set()
    for node in tree.root.walk():
        struct = node.struct
        if struct is None or not node.is_struct or struct in seen:
            continue
        inner = next((above for above in _structs_below(node) if above.struct is struct), None)
        if inner is not None:
            seen.add(struct)
            yield node, inner


def _structs_below(node: Node) -> Iterator[Node]:
    return (found for found in node.walk() if found is not node and found.is_struct)


def depths(tree: FieldTree, outer: Node, inner: Node) -> Iterator[Lie]:
    """The outer struct in itself, again and again, where the inner one stands; lengths are solved by building."""
    message = tree.value.relaxed()
    inward = _keys(outer, inner)
    kept = _at(message, _keys(tree.root, outer))
    for levels in LEVELS:
        value = copy.deepcopy(kept)
        for _ in range(levels):
            around = copy.deepcopy(kept)
            _put(around, inward, value)
            value = around
        whole = message if outer is tree.root else copy.deepcopy(message)
        if outer is tree.root:
            whole = value
        else:
            _put(whole, _keys(tree.root, outer), value)
        options: dict[str, Any] = {} if tree.endian is None else {"endian": tree.endian}
        try:
            data = whole.build(limits=Limits(depth=8 * LIMIT), **options, **tree.parameters)
        except (BuildError, RecursionError):
            return  # a length cannot say so much
        path = _failing(tree, outer, inner)
        expected = Expected(accepts=False, code="depth", path=path)
        yield Lie((Edit(0, len(tree.data), data),), {}, f"{levels} deep", certain=expected)


def _failing(tree: FieldTree, outer: Node, inner: Node) -> str:
    """The path of the struct that is one too deep."""
    above = [node for node in reversed(list(outer.upward())) if _counts(node)]
    places = [node.path for node in above] + ([outer.path] if _counts(outer) else [])
    between = [node for node in reversed(list(inner.upward())) if node.path not in places and _is_in(node, outer) and _counts(node)]
    step = [node.path.removeprefix(outer.path) for node in (*between, inner) if _counts(node)]
    round_trip = inner.path.removeprefix(outer.path)
    prefix = outer.path
    while len(places) <= LIMIT:
        places += [_joined(prefix, part) for part in step]
        prefix = _joined(prefix, round_trip)
    return places[LIMIT]


def _joined(prefix: str, part: str) -> str:
    part = part if part.startswith(("[", ".")) or not part else "." + part
    return (prefix + part).removeprefix(".")


def _is_in(node: Node, outer: Node) -> bool:
    return any(above is outer for above in node.upward())


def _counts(node: Node) -> bool:
    """Whether a struct adds to the depth: if it, or an arm that could stand there, can hold itself."""
    if not node.is_struct or node.struct is None:
        return False
    wire = node.content
    if isinstance(wire, spec.SwitchType):
        return any(needs_of(arm).depth for arm in spec.arms_of(wire))
    return needs_of(node.struct).depth


def _keys(outer: Node, inner: Node) -> list[str | int]:
    keys: list[str | int] = []
    while inner is not outer:
        keys.append(inner.key)
        assert inner.parent is not None
        inner = inner.parent
    return keys[::-1]


def _at(value: Any, keys: list[str | int]) -> Any:
    for key in keys:
        value = value[key] if isinstance(key, int) else getattr(value, key)
    return value


def _put(value: Any, keys: list[str | int], new: Any) -> None:
    holder, last = _at(value, keys[:-1]), keys[-1]
    if isinstance(last, int):
        holder[last] = new
    else:
        setattr(holder, last, new)
