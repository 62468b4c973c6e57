"""dpkt: packet classes with `__hdr__`, and its own protocols."""

from __future__ import annotations

from typing import Any, ClassVar

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_attributes
from benchmarks.peers import module

dpkt = module("dpkt")


class Header(dpkt.Packet):  # type: ignore[misc, name-defined]  # it has no types
    """A DNS header, which dpkt's own DNS does not read without the message; its bits are looked up when they are asked for."""

    __hdr__: ClassVar[Any] = (("id", "H", 0), ("op", "H", 0), *((name, "H", 0) for name in COUNTS))
    __bit_fields__: ClassVar[Any] = {"op": tuple((name, WIDTHS[name]) for name in FLAGS)}


def header() -> Declarations:
    """A DNS header."""
    make: Any = Header
    return {"dpkt": Declared(make, of_attributes, bytes, lambda values: Header(**named(values)))}
