"""bitstruct and cbitstruct: a line of widths for what has a fixed layout; nothing whose size is in the data."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import NAMES, WIDTHS, named, of_mapping
from benchmarks.groups import CBITSTRUCT
from benchmarks.peers import module

HEADER = "".join(f"u{width}" for width in WIDTHS.values())


def header() -> Declarations:
    """A DNS header to a dict, in Python and by its extension in C."""
    return {"bitstruct, a dict": _named("bitstruct"), "bitstruct's C extension, a dict": _named("bitstruct.c")}


def header_in_c() -> Declarations:
    """The same by cbitstruct; a bare tuple, too, which nothing that makes objects can be quicker than for long."""
    tuples = module("cbitstruct").compile(HEADER)
    return {
        CBITSTRUCT: Declared(tuples.unpack, tuple, lambda values: bytes(tuples.pack(*values))),
        "cbitstruct, a dict": _named("cbitstruct"),
    }


def _named(name: str) -> Declared:
    layout: Any = module(name).compile(HEADER, list(NAMES))
    return Declared(layout.unpack, of_mapping, layout.pack, named)
