"""Rows as JSON lines by machine code: one builtin writes a packet's whole line from the objects of the row.

Promise: what it writes is what `row_jsonl` writes in Python; for a row that needs more it gives None.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitwright.backends.llvm.json_forms import Called, Field, Forms, Item, Listed, Object, Plain, Shape, line_writer
from bitwright.backends.llvm.routines.json_text import Kind
from bitwright.plain.shapes import ENCODE, layer_shape_of, top_shape_of
from bitwright.stack.row import Row

_NUMBER, _TEXT = Plain(Kind.NUMBER), Plain(Kind.TEXT)


class _RefusedError(Exception):
    """What is to be written in Python."""


def native_lines(finding: Callable[[Any], Any], error: Callable[[Any], Any]) -> Callable[[Row], bytes | None]:
    """The builtin; what is seldom there, it asks for as plain data."""
    below = Forms(lambda kind: _layer(Forms(layer_shape_of)))
    top = Forms(lambda kind: _layer(Forms(top_shape_of)))
    layers = Listed(Object(below), Object(top))
    return line_writer(Forms(lambda kind: _row(layers, finding, error)))


def _row(layers: Item, finding: Callable[[Any], Any], error: Callable[[Any], Any]) -> Shape:
    numbers = [Field(name, name, _NUMBER) for name in ("number", "time_ns", "interface", "captured", "original")]
    more = [
        Field("status", "status", _TEXT), Field("layers", "layers", layers),
        Field("findings", "findings", Listed(Called(lambda value: ENCODE(finding(value))))),
        Field("error", "error", Called(lambda value: ENCODE(error(value)))),
    ]  # fmt: skip
    return Shape([*numbers, *more], _refuse)


def _layer(values: Forms) -> Shape:
    fields = [Field("name", "layer", _TEXT), Field("offset", "offset", _NUMBER), Field("value", "fields", Object(values))]
    return Shape(fields, _refuse)


def _refuse(value: Any) -> bytes:
    raise _RefusedError(f"objects of {type(value).__name__} are not laid out as expected")
