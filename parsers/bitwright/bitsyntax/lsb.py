"""What a text means where the bits of each byte are counted from the least significant one.

Promise: integers and floats are little endian unless `big`, `little` or `native` is written, as in a Struct of that bit order, so that
the bits of each lie together; nothing else differs.
"""

from __future__ import annotations

from typing import TypeVar, cast

import msgspec

from bitwright.bitsyntax.rebuilding import rebuilt
from bitwright.bitsyntax.tree import Segment

_Node = TypeVar("_Node")


def least_first(node: _Node) -> _Node:
    """The same tree for that order of bits."""
    made = rebuilt(node, least_first)
    if isinstance(made, Segment) and made.type in ("integer", "float") and not made.ordered:
        made = msgspec.structs.replace(made, order="little")
    return cast("_Node", made)
