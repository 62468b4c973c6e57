"""Packets to layers: registry, walk, and the rows that come out; names no protocol.

    registry = load_standard()
    registry.bind("udp.port", 5300, "dns")
    walker = Walker(registry)
    with capture.open("file.pcap") as packets:
        for packet in packets:
            row = walker.decode(packet)

Promise: every packet gives exactly one row, whatever its bytes, and work on it is bounded.
"""

from __future__ import annotations

from bitwright.stack.errors import WALK_FINDING_CODES, LayerError, RegistryError, SpecNotFound
from bitwright.stack.registry import Registry, load_standard
from bitwright.stack.row import STATUSES, Layer, PacketLike, Row, Status
from bitwright.stack.specs import SpecEntry, find_spec, is_module, spec_entries, structs_of
from bitwright.stack.walker import MAX_LAYERS, Walker

__all__ = [
    "MAX_LAYERS",
    "STATUSES",
    "WALK_FINDING_CODES",
    "Layer",
    "LayerError",
    "PacketLike",
    "Registry",
    "RegistryError",
    "Row",
    "SpecEntry",
    "SpecNotFound",
    "Status",
    "Walker",
    "find_spec",
    "is_module",
    "load_standard",
    "spec_entries",
    "structs_of",
]
