"""What a text means where the bits of each byte are counted from the least significant one.

Promise: integers and floats are little endian unless `big`, `little` or `native` is written, as in a Struct of that bit order, so that
the bits of each lie together; nothing else differs.
"""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

from bitwright.bitsyntax.tree import Segment

_Node = TypeVar("_Node")


def least_first(node: _Node) -> _Node:
    """The same tree for that order of bits."""
    made: Any = node
    if isinstance(node, tuple):
        made = tuple(map(least_first, node))
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        changed = {field.name: least_first(getattr(node, field.name)) for field in dataclasses.fields(node)}
        if isinstance(node, Segment) and node.type in ("integer", "float") and not node.ordered:
            changed["order"] = "little"
        made = dataclasses.replace(node, **changed)
    found: _Node = made
    return found
