"""Lies about where a message ends: cut off in the middle, or followed by more."""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.testing.fieldtree import FieldTree, Node
from bitwright.testing.lies.edits import Lie


def cuts(node: Node) -> Iterator[Lie]:
    """The message cut where a field begins, in it, and one byte before it ends."""
    begin, end = node.begin // 8, -(-node.end // 8)
    places = {begin, begin + 1, (begin + end) // 2, end - 1}
    for place in sorted(place for place in places if begin <= place < end):
        yield Lie(detail=f"{place} bytes", size=place)


def trailing(tree: FieldTree) -> Iterator[Lie]:
    """A few more bytes, of several kinds, or the message once more."""
    for more in (b"\0", b"\xff", b"\0\0", b"\0\1", bytes(4), bytes(8), b"\xff" * 16, tree.data):
        count = f"{len(more)} bytes more" if len(more) != 1 else "1 byte more"
        yield Lie(detail=count, trailing=more)
