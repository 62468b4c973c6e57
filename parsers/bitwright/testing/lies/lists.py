"""How lists read after a change: so many elements, so many bytes, up to an element, up to a mark, or to the end.

Promise: as in `consequences`; of elements that the seed does not have, only what `fresh` can tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from bitwright.schema import measure, spec
from bitwright.schema.expr import Const
from bitwright.schema.expr import Node as Expr
from bitwright.testing.expressions import Scope, Unknown
from bitwright.testing.fieldtree import Node
from bitwright.testing.lies.content import Content
from bitwright.testing.lies.failing import Failure
from bitwright.testing.lies.fresh import fresh


class Lists(Content):
    """Reads lists; `Walk` reads the fields and elements in them."""

    def field(self, node: Node, pos: int, limit: int) -> int:
        """One field, or one element; the place behind it."""
        raise NotImplementedError  # `Walk` has it

    def array(self, node: Node, wire: spec.ArrayType, pos: int, limit: int) -> int:
        """The elements of an array; the place behind it."""
        if wire.count is not None or wire.prefix is not None:
            return self._counted(node, wire, pos, limit)
        end = limit if wire.size is None else self.region(node, wire.size, pos, limit)
        if wire.terminator is not None:
            return self._terminated(node, wire, pos, end)
        if wire.until is not None:
            return self._until(node, wire, wire.until, pos, end)
        for index in self._indices():
            if pos >= end:
                return end
            pos = self._element(node, wire, index, pos, end)
        raise AssertionError

    @staticmethod
    def _indices() -> Iterator[int]:
        return iter(range(1 << 30))

    def _element(self, node: Node, wire: spec.ArrayType, index: int, pos: int, limit: int) -> int:
        if index < len(node.children):
            after = self.field(node.children[index], pos, limit)
        else:
            after = fresh(self, wire.item, f"{node.path}[{index}]", pos, limit)
        if after <= pos and measure.size_of(wire.item).fewest == 0 and not isinstance(wire.count, Const):
            raise Failure("no-progress", node.path)
        return after

    def _counted(self, node: Node, wire: spec.ArrayType, pos: int, limit: int) -> int:
        if wire.prefix is not None:
            count, pos = self.prefix(node, wire.prefix, pos, limit)
        else:
            assert wire.count is not None
            count = self.value(node.owner, wire.count)
        if count < 0:
            raise Failure("negative-size", node.path)
        if not isinstance(wire.count, Const) and measure.size_of(wire.item).fewest * count > limit - pos // 8 * 8:
            raise Failure("count-too-large", node.path)
        for index in range(count):
            pos = self._element(node, wire, index, pos, limit)
        return pos

    def _terminated(self, node: Node, wire: spec.ArrayType, pos: int, end: int) -> int:
        mark = wire.terminator or b""
        for index in self._indices():
            if pos + 8 * len(mark) > end:
                raise Failure("truncated", node.path)
            if self.data.startswith(mark, pos // 8):
                return pos + 8 * len(mark)
            pos = self._element(node, wire, index, pos, end)
        raise AssertionError

    def _until(self, node: Node, wire: spec.ArrayType, until: Expr, pos: int, end: int) -> int:
        for index in self._indices():
            pos = self._element(node, wire, index, pos, end)
            if index >= len(node.children):
                raise Unknown(node.path)
            item = node.children[index]
            if Scope(self.tree, node.owner or node, self.changed, item).value(until):
                return pos
        raise AssertionError
