"""Trees changed in places, without a change to the tree that was given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from bitwright.bitsyntax import tree


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node of a tree with each of its parts changed; the node itself if none is."""
    if isinstance(node, tuple):
        parts = tuple(map(change, node))
        return node if all(new is old for new, old in zip(parts, node, strict=True)) else parts
    if not isinstance(node, tree.Node) or isinstance(node, tree.Literal):
        return node
    changed = {}
    for field in node.__struct_fields__:
        old = getattr(node, field)
        if isinstance(old, tuple | tree.Node):
            new = change(old)
            if new is not old:
                changed[field] = new
    return msgspec.structs.replace(node, **changed) if changed else node
