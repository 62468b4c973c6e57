"""Rows as JSON lines: one object a packet, every declared field, nothing but ASCII.

The hot path of bulk decoding: one generated converter a class, one encoder, no intermediate text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from bitwright.cli.output import Output
from bitwright.plain import plain_of, plain_value
from bitwright.plain.outward import Converter

if TYPE_CHECKING:
    from bitwright import Finding
    from bitwright.stack import Layer, LayerError, Row


class JsonLines:
    """Writes rows to an output as JSON lines."""

    def __init__(self, output: Output) -> None:
        self._write = output.write
        self._encode = msgspec.json.Encoder().encode
        self._of_class = _LayerConverters()

    def row(self, row: Row) -> None:
        """Write one packet's line."""
        layers = row.layers
        shown = {
            "number": row.number,
            "time_ns": row.time_ns,
            "interface": row.interface,
            "captured": row.captured,
            "original": row.original,
            "status": row.status,
            "layers": [self._layer(layer, above) for layer, above in zip(layers, [*layers[1:], None], strict=False)],
            "findings": [_finding(finding) for finding in row.findings] if row.findings else [],
            "error": None if row.error is None else _error(row.error),
        }
        line = self._encode(shown)
        if not line.isascii() or b"\x7f" in line:
            line = _ascii_json(shown)
        self._write(line + b"\n")

    def _layer(self, layer: Layer, above: Layer | None) -> dict[str, Any]:
        value = layer.value
        if layer.plain is not None:
            return {"layer": layer.name, "offset": layer.offset, "fields": layer.plain}
        if value is None:
            return {"layer": layer.name, "offset": layer.offset, "fields": plain_value(layer.partial or {})}
        convert, payload = self._of_class[type(value)]
        fields = convert(value)
        if payload is not None and (above is None or (above.value is None and above.plain is None)):
            carried: bytes = getattr(value, payload)
            if carried:
                fields[payload] = carried.hex()
        return {"layer": layer.name, "offset": layer.offset, "fields": fields}


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
