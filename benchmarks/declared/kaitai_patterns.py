"""Kaitai Struct: what the bit patterns say, as types; what they give are objects of their own."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.kaitai_ import compiled
from benchmarks.declared.patterns import CLAUSES, DNS_NAMES, IPV4_NAMES, PIXEL_NAMES, RECORD_NAMES, attributes


def dns() -> Declarations:
    """A DNS header."""
    return {"kaitaistruct": Declared(_types().Dns.from_bytes, lambda found: attributes(found, DNS_NAMES))}


def record() -> Declarations:
    """A record with its length before its value."""
    return {"kaitaistruct": Declared(_types().Record.from_bytes, lambda found: attributes(found, RECORD_NAMES))}


def ipv4() -> Declarations:
    """An IPv4 header."""
    return {"kaitaistruct": Declared(_types().Ipv4.from_bytes, lambda found: attributes(found, IPV4_NAMES))}


def pixels() -> Declarations:
    """Every pixel."""
    return {"kaitaistruct": Declared(_types().Pixels.from_bytes, lambda found: [attributes(one, PIXEL_NAMES) for one in found.all])}


def clauses() -> Declarations:
    """Six kinds of message; a byte left over is not looked for."""
    return {
        "kaitaistruct": Declared(
            _types().Clauses.from_bytes,
            lambda found: (found.tag - 1, attributes(found.body, CLAUSES[found.tag]) if CLAUSES[found.tag] else {}),
        )
    }


def _types() -> Any:
    return compiled()["patterns"].Patterns
