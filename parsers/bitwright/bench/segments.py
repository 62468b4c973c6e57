"""How push parsing gets its input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SEGMENT: Final = 1460  # bytes of a TCP segment on Ethernet


def segments_of(wires: Sequence[bytes]) -> list[bytes]:
    """The messages one after the other, as a connection brings them."""
    wire = b"".join(wires)
    return [wire[at : at + SEGMENT] for at in range(0, len(wire), SEGMENT)]
