"""construct: declarations as its documentation has them, interpreted and compiled."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_mapping
from benchmarks.peers import module

c = module("construct")

HEADER = c.Struct(
    "id" / c.Int16ub,
    "flags" / c.BitStruct(*(name / c.BitsInteger(WIDTHS[name]) for name in FLAGS)),
    *(name / c.Int16ub for name in COUNTS),
)


def header() -> Declarations:
    """A DNS header; runs of bits in a `BitStruct` of the two bytes that have any, which is quicker than one of all twelve."""
    return {name: Declared(layout.parse, _seen_header, layout.build, _given_header) for name, layout in both(HEADER).items()}


def both(layout: Any) -> dict[str, Any]:
    """A declaration as it is interpreted, and compiled to Python."""
    return {"construct": layout, "construct, compiled": layout.compile()}


def _seen_header(box: Any) -> tuple[int, ...]:
    return of_mapping({**box, **box["flags"]})


def _given_header(values: tuple[int, ...]) -> dict[str, Any]:
    fields = named(values)
    return {**fields, "flags": fields}
