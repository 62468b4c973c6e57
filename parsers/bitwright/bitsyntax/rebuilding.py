"""Trees changed in places, without a change to the tree that was given."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from bitwright.bitsyntax import tree


def rebuilt(node: Any, change: Callable[[Any], Any]) -> Any:
    """A node of a tree with each of its parts changed; the node itself if none is."""
    if isinstance(node, tuple):
        parts = tuple(map(change, node))
        return node if all(new is old for new, old in zip(parts, node, strict=True)) else parts
    if not dataclasses.is_dataclass(node) or isinstance(node, type | tree.Literal):
        return node
    changed = {}
    for field in dataclasses.fields(node):
        old = getattr(node, field.name)
        if isinstance(old, tuple) or dataclasses.is_dataclass(old):
            new = change(old)
            if new is not old:
                changed[field.name] = new
    return dataclasses.replace(node, **changed) if changed else node
