"""Rows as JSON lines: one object a packet, every declared field, nothing but ASCII.

The hot path of bulk decoding.  In Python: one generated converter a class, one encoder, no intermediate text.  With `native`,
machine code writes each line from the objects of its row, but for rows whose last layer could not be read, and what is not ASCII.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from bitwright.plain import plain_of, plain_value
from bitwright.plain.outward import Converter

if TYPE_CHECKING:
    from bitwright import Finding
    from bitwright.stack import Layer, LayerError, Row


class Sink(Protocol):
    """Where lines go."""

    def write(self, data: bytes, /) -> object:
        """Take bytes."""


class JsonLines:
    """Writes rows to an output as JSON lines."""

    def __init__(self, output: Sink, *, native: bool = False) -> None:
        self._write = output.write
        self._line = _by_machine_code() if native else None
        self._encode = msgspec.json.Encoder().encode
        self._of_class = _LayerConverters()

    def row(self, row: Row) -> None:
        """Write one packet's line."""
        if self._line is not None and not (row.layers and row.layers[-1].value is None) and (line := self._line(row)) is not None:
            self._write(line)
            return
        shown = {
            "number": row.number,
            "time_ns": row.time_ns,
            "interface": row.interface,
            "captured": row.captured,
            "original": row.original,
            "status": row.status,
            "layers": self._layers(row.layers),
            "findings": [_finding(finding) for finding in row.findings] if row.findings else [],
            "error": None if row.error is None else _error(row.error),
        }
        line = self._encode(shown)
        if not line.isascii() or b"\x7f" in line:
            line = _ascii_json(shown)
        self._write(line + b"\n")

    def _layers(self, layers: list[Layer]) -> list[dict[str, Any]]:
        of_class = self._of_class
        shown: list[dict[str, Any]] = []
        for layer in layers:
            fields = layer.plain
            if fields is None:
                value = layer.value
                fields = plain_value(layer.partial or {}) if value is None else of_class[type(value)][0](value)
            shown.append({"layer": layer.name, "offset": layer.offset, "fields": fields})
        # A payload is shown where nothing was decoded from it: that of the last layer that could be read.
        last = len(layers) - 1
        if last > 0 and layers[last].value is None and layers[last].plain is None:
            last -= 1
        if last >= 0 and (carrier := layers[last].value) is not None:
            payload = of_class[type(carrier)][1]
            if payload is not None and (carried := getattr(carrier, payload)):
                shown[last]["fields"][payload] = carried.hex()
        return shown


def _by_machine_code() -> Callable[[Row], bytes | None]:
    from bitwright.cli.native_lines import native_lines

    return native_lines(_finding, _error)


class _LayerConverters(dict[type, tuple[Converter, str | None]]):
    """Class → converter without the payload, and the payload field's name."""

    def __missing__(self, struct: type) -> tuple[Converter, str | None]:
        payload = struct.__bitwright__.payload  # type: ignore[attr-defined]  # every layer's class has one
        self[struct] = found = (plain_of(struct, payload=False), payload.name if payload else None)
        return found


def _finding(finding: Finding) -> dict[str, Any]:
    return {"code": finding.code, "message": finding.message, "path": finding.path, "bit_offset": finding.bit_offset}


def _error(error: LayerError) -> dict[str, Any]:
    return {
        "code": error.code,
        "layer": error.layer,
        "path": error.path,
        "byte_offset": error.byte_offset,
        "bit_offset": error.bit_offset,
        "message": error.problem.message,
        "needed": error.needed,
        "available": error.available,
        "culprit": error.culprit,
    }


def _ascii_json(shown: Mapping[str, Any]) -> bytes:
    """The same line with everything beyond ASCII, and DEL, as escapes, so that no terminal obeys it."""
    return json.dumps(shown, separators=(",", ":")).replace("\x7f", "\\u007f").encode("ascii")
