"""Fuzz target: capture files, from the container down through every layer.

Invariant, for any bytes:

1. The reader yields packets, and may end with CaptureError; no other exception leaves it.
2. Every packet becomes one row, numbered without gaps, with a known status; decoding it never raises.
3. A row's offsets lie in its packet; a malformed one says in which layer and where.
"""

from __future__ import annotations

import io
import sys

from bitwright import capture, stack
from bitwright_specs.stack import register
from fuzz.driver import main

LARGEST = 8192
STATUSES = frozenset({"ok", "cut", "malformed", "unknown"})

REGISTRY = stack.Registry()
register(REGISTRY)


def target(data: bytes) -> str:
    """Hold the invariant against one input."""
    walker = stack.Walker(REGISTRY)
    rows = 0
    try:
        with capture.open(io.BytesIO(data)) as reader:
            for packet in reader:
                rows += 1
                assert packet.number == rows, f"packet {packet.number} follows {rows - 1}"
                hold(walker.decode(packet))
    except capture.CaptureError as error:
        return f"damaged after {'some' if rows else 'no'} packets" if error.code else "damaged"
    return "whole"


def hold(row: stack.Row) -> None:
    """The invariant of one row."""
    assert row.status in STATUSES, row
    assert all(0 <= layer.offset <= row.captured for layer in row.layers), row
    if row.status == "malformed":
        assert row.error is not None, row
        assert row.error.code, row


if __name__ == "__main__":
    sys.exit(main("capture", target, largest=LARGEST))
