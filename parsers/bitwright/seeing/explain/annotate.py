"""A message with its fields beside its bytes."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from bitwright.escaping import printable, shortened
from bitwright.seeing.explain.tables import table
from bitwright.seeing.observe import Part, observe
from bitwright.values import Address
from bitwright.wire.bitstrings import is_bits, text_of_bits

_MOST_BYTES = 16
_MOST_VALUE = 80


def annotate(struct: type, data: Any, endian: str | None, parameters: dict[str, Any]) -> str:
    """One line a field in the order in which they were read, then what is left over or went wrong."""
    seen = observe(struct, data, endian, parameters)
    rows = [_row(seen.data, part, part.end) for part in _finished(seen.parts) if part.end is not None]
    text = table(("bytes", "bits", "content", "field", "value"), rows) if rows else "(no field was read)"
    if seen.error is not None:
        return f"{text}\n\n{printable(str(seen.error))}"
    left = len(seen.data) - seen.end
    return f"{text}\n\n{left} byte{'s follow' if left > 1 else ' follows'} the message" if left else text


def _finished(parts: list[Part]) -> Iterator[Part]:
    """The parts and what they are made of, outer ones first."""
    for part in parts:
        yield part
        yield from _finished(part.parts)


def _row(data: bytes, part: Part, end: int) -> tuple[str, str, str, str, str]:
    first, last = part.begin // 8, max(end - 1, part.begin) // 8
    size = end - part.begin
    place = f"{first}-{last}" if size and last > first else str(first)
    bits = f"{part.begin}-{end - 1}" if size > 1 else str(part.begin) if size else ""
    content = "" if part.is_container else _content(data, part.begin, end, part.bits)
    return place, bits, content, part.path, shortened(_shown(part.value), _MOST_VALUE)


def _content(data: bytes, begin: int, end: int, bits: str) -> str:
    """Whole bytes in hex; otherwise the bits of each byte as one writes it, with a dot for each that belongs to other fields."""
    if begin % 8 == 0 and end % 8 == 0:
        raw = data[begin // 8 : end // 8]
        return raw[:_MOST_BYTES].hex(" ") + (" ..." if len(raw) > _MOST_BYTES else "")
    first, last = begin // 8, (end + 7) // 8
    step = -1 if bits == "lsb" else 1
    digits = "".join(f"{byte:08b}"[::step] for byte in data[first:last])
    shown = "." * (begin - 8 * first) + digits[begin - 8 * first : end - 8 * first] + "." * (8 * last - end)
    shown = "".join(shown[i : i + 8][::step] for i in range(0, len(shown), 8))
    return " ".join(shown[i : i + 4] for i in range(0, len(shown), 4))


def _shown(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value)
        case enum.IntEnum():
            return f"{value.name} ({int(value)})" if value.name else str(int(value))
        case int():
            return f"{value} ({value:#x})" if abs(value) > 9 else str(value)
        case Address():
            return str(value)
        case bytes():
            return f"{len(value)} byte{'s' if len(value) != 1 else ''}"
        case list():
            return f"{len(value)} element{'s' if len(value) != 1 else ''}"
        case float():
            return repr(value)
        case str():
            return printable(repr(value))
    if is_bits(type(value)):
        return text_of_bits(value)
    return type(value).__name__ if hasattr(type(value), "__bitwright__") else printable(str(value))
