"""The fields of a DNS header in the order of the wire: the plain values are their numbers, as a tuple."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WIDTHS = {
    "id": 16, "qr": 1, "opcode": 4, "aa": 1, "tc": 1, "rd": 1, "ra": 1, "z": 1, "ad": 1, "cd": 1, "rcode": 4,
    "qdcount": 16, "ancount": 16, "nscount": 16, "arcount": 16,
}  # fmt: skip
NAMES = tuple(WIDTHS)
FLAGS = NAMES[1:11]  # what the second word has
COUNTS = NAMES[11:]


def of_attributes(header: Any) -> tuple[int, ...]:
    """The plain values of an object that has them as attributes of these names."""
    return tuple(int(getattr(header, name)) for name in NAMES)


def of_mapping(header: Mapping[str, Any]) -> tuple[int, ...]:
    """The plain values of a mapping."""
    return tuple(int(header[name]) for name in NAMES)


def named(values: tuple[int, ...]) -> dict[str, int]:
    """A mapping of the plain values."""
    return dict(zip(NAMES, values, strict=True))


def flags_of(header: Mapping[str, Any]) -> int:
    """The second word of a header."""
    word = 0
    for name in FLAGS:
        word = word << WIDTHS[name] | int(header[name])
    return word
