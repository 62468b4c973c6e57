"""Variables whose names begin with `_`, which patterns bind and do not give: in a comprehension its body may still read them."""

from __future__ import annotations

from typing import Any

import msgspec

from bitwright.bitsyntax import tree
from bitwright.bitsyntax.rebuilding import rebuilt


def renamed(node: Any) -> Any:
    """The tree with `_x` called `hidden _x`, which no text can say."""
    if isinstance(node, tree.Variable | tree.Pin):
        return msgspec.structs.replace(node, name=f"hidden {node.name}") if node.name.startswith("_") else node
    return rebuilt(node, renamed)
