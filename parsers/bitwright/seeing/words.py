"""One value in words, as trees, hexdumps and HTML show it; every word is safe for a terminal."""

from __future__ import annotations

import enum
from typing import Any, Final

from bitwright.escaping import printable
from bitwright.values import Address

MOST_BYTES: Final = 64  # that a tree shows of a field
_FEW_BYTES: Final = 16


def scalar(value: Any) -> str:
    """One field's value in words."""
    if value is None:
        return "absent"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, enum.IntEnum):
        return f"{value.name} ({int(value)})" if value.name else str(int(value))
    if type(value) is int:
        return f"{value} ({value:#x})" if abs(value) > 9 else str(value)
    if isinstance(value, Address):
        return printable(str(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes_in_hex(bytes(value))
    return printable(str(value)) if value != "" else "empty"


def bytes_in_hex(data: bytes) -> str:
    """Bytes in hex, with the text that they are, if they are nothing else."""
    shown, words = hex_of(data, MOST_BYTES), bytes_in_words(data)
    return f"{shown} {words}" if words.startswith('"') and data else shown or "empty"


def bytes_in_words(data: bytes) -> str:
    """Bytes as text in quotes where they are nothing but that, in ASCII; else in hex."""
    if data.isascii() and (text := data.decode("ascii")).isprintable():
        return f'"{text}"'
    return hex_of(data)


def hex_of(data: bytes, most: int = _FEW_BYTES) -> str:
    """Bytes in hex, cut with a note of how many there are."""
    return bytes(data).hex() if len(data) <= most else f"{bytes(data[:most]).hex()}... ({len(data)} bytes)"
