"""bitstring: a line of formats, to a list of values; nothing whose size is in the data."""

from __future__ import annotations

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import WIDTHS
from benchmarks.peers import module

HEADER = ", ".join(f"uint{width}" for width in WIDTHS.values())


def header() -> Declarations:
    """A DNS header to a list of its numbers."""
    bitstring = module("bitstring")
    bits, pack = bitstring.Bits, bitstring.pack
    return {
        "bitstring, a list": Declared(lambda data: bits(data).unpack(HEADER), tuple, lambda values: bytes(pack(HEADER, *values).bytes)),
    }
