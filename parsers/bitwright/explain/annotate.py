"""A message with its fields beside its bytes."""

from __future__ import annotations

import enum
from typing import Any

from bitwright.codec import as_bytes, codec_of
from bitwright.errors import DEFAULT_LIMITS, ParseError, Problem
from bitwright.explain.tables import printable, shortened, table
from bitwright.ir.interp import Machine, Span
from bitwright.lower.facts import Options
from bitwright.values import Address

_MOST_BYTES = 16
_MOST_VALUE = 80


def annotate(struct: type, data: Any, endian: str | None, parameters: dict[str, Any]) -> str:
    """One line a field in the order of the bits, then what is left over or went wrong."""
    raw = as_bytes(data)
    spans, end = _spans(struct, raw, endian, parameters)
    rows = [_row(raw, span) for span in _outer_first(spans)]
    text = table(("bytes", "bits", "content", "field", "value"), rows) if rows else "(no field was read)"
    if isinstance(end, ParseError):
        return f"{text}\n\n{printable(str(end))}"
    left = len(raw) - end
    return f"{text}\n\n{left} byte{'s follow' if left > 1 else ' follows'} the message" if left else text


def _spans(struct: type, data: bytes, endian: str | None, parameters: dict[str, Any]) -> tuple[list[Span], int | ParseError]:
    """The fields read before the end of the message or before what went wrong."""
    codec = codec_of(struct, "interp")
    machine = Machine(codec.program("parse", codec._order(endian), Options(limits=DEFAULT_LIMITS)), trace=True)
    machine.data = data
    try:
        _, after = machine.run(0, len(data), *codec._parameters(parameters, ParseError))
    except ParseError as error:
        return machine.spans or [], error
    except RecursionError:
        return machine.spans or [], ParseError(Problem("depth", "structs are nested deeper than the interpreter's stack", struct.__name__))
    return machine.spans or [], after


def _outer_first(spans: list[Span]) -> list[Span]:
    """The spans, noted when each field was left, in the order in which the fields were entered."""
    waiting: list[tuple[int, list[Span]]] = []
    for span in spans:
        depth = span.path.count(".") + span.path.count("[")
        begin = len(waiting)
        while begin and waiting[begin - 1][0] > depth:
            begin -= 1
        inside = [inner for _, group in waiting[begin:] for inner in group]
        waiting[begin:] = [(depth, [span, *inside])]
    return [span for _, group in waiting for span in group]


def _row(data: bytes, span: Span) -> tuple[str, str, str, str, str]:
    first, last = span.bit_start // 8, max(span.bit_end - 1, span.bit_start) // 8
    size = span.bit_end - span.bit_start
    place = f"{first}-{last}" if size and last > first else str(first)
    bits = f"{span.bit_start}-{span.bit_end - 1}" if size > 1 else str(span.bit_start) if size else ""
    container = isinstance(span.value, list) or hasattr(type(span.value), "__bitwright__")
    content = "" if container else _content(data, span.bit_start, span.bit_end)
    return place, bits, content, span.path, shortened(_shown(span.value), _MOST_VALUE)


def _content(data: bytes, begin: int, end: int) -> str:
    """Whole bytes in hex; otherwise the bits, with a dot for each that belongs to other fields."""
    if begin % 8 == 0 and end % 8 == 0:
        raw = data[begin // 8 : end // 8]
        return raw[:_MOST_BYTES].hex(" ") + (" ..." if len(raw) > _MOST_BYTES else "")
    first, last = begin // 8, (end + 7) // 8
    digits = "".join(f"{byte:08b}" for byte in data[first:last])
    shown = "." * (begin - 8 * first) + digits[begin - 8 * first : end - 8 * first] + "." * (8 * last - end)
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
        case str():
            return printable(repr(value))
    return type(value).__name__
