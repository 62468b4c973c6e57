"""Rows as trees: one packet a tree, one layer a branch, every field by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitwright.cli.output import Output
from bitwright.cli.row_text import Clock, endpoints, trouble
from bitwright.cli.tree import Node, TreePrinter, computed_nodes, partial_nodes, struct_nodes
from bitwright.escaping import printable
from bitwright.seeing.words import bytes_in_hex

if TYPE_CHECKING:
    from bitwright.stack import Layer, Row

_STATUS_KIND = {"ok": "", "cut": "warn", "malformed": "bad", "unknown": "warn"}


class Trees:
    """Writes rows to an output as trees."""

    def __init__(self, output: Output, printer: TreePrinter, time: str) -> None:
        self._output = output
        self._printer = printer
        self._clock = Clock(time)

    def row(self, row: Row) -> None:
        """Write one packet's tree, and an empty line."""
        size = f"{row.captured} of {row.original} bytes" if row.captured != row.original else f"{row.original} bytes"
        words = (self._clock.text(row.time_ns), endpoints(row), size, row.status)
        heading = Node(f"packet {row.number}", "  ".join(w for w in words if w), kind=_STATUS_KIND[row.status])
        nodes = [_layer(layer, above) for layer, above in zip(row.layers, [*row.layers[1:], None], strict=False)]
        if not row.layers:
            nodes.append(Node("link type", f"{row.link_type}, which no layer is registered for"))
        nodes += [
            Node("finding", printable(f"{f.code}: {f.path}: {f.message}, at byte {f.bit_offset // 8}"), kind="warn") for f in row.findings
        ]
        if row.error is not None:
            nodes.append(Node("error", trouble(row), kind="bad"))
        self._output.line(self._printer.text(heading, nodes) + "\n")


def _layer(layer: Layer, above: Layer | None) -> Node:
    name, place = layer.name, f"at byte {layer.offset}"
    if layer.value is None:
        return Node(name, f"{place}, read in part", partial_nodes(layer.partial or {}), "bad")
    payload = type(layer.value).__bitwright__.payload
    nodes = struct_nodes(layer.value, payload.name if payload else None) + computed_nodes(layer.value)
    carried: bytes = getattr(layer.value, payload.name) if payload else b""
    if payload and carried and (above is None or above.value is None):
        nodes.append(Node(payload.name, bytes_in_hex(carried)))
    return Node(name, place, nodes)
