"""scapy: packet classes with `fields_desc`."""

from __future__ import annotations

from typing import Any, ClassVar

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import COUNTS, FLAGS, WIDTHS, named, of_attributes
from benchmarks.peers import module

fields, packets = module("scapy.fields"), module("scapy.packet")


class Header(packets.Packet):  # type: ignore[misc, name-defined]  # it has no types
    """A DNS header, which scapy's own DNS layer does not read without the message."""

    fields_desc: ClassVar[Any] = [
        fields.ShortField("id", 0),
        *(fields.BitField(name, 0, WIDTHS[name]) for name in FLAGS),
        *(fields.ShortField(name, 0) for name in COUNTS),
    ]


def header() -> Declarations:
    """A DNS header."""
    make: Any = Header
    return {"scapy": Declared(make, of_attributes, bytes, lambda values: Header(**named(values)))}
