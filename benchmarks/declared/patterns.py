"""The names that the bit patterns have, whose plain values are mappings of them.

Of pixels there is a list of mappings, of clauses the index of one with its mapping.  Peers give objects of their own for mappings; those
are translated when results are compared, not while they are timed.
"""

from __future__ import annotations

from typing import Any

FLAG_WIDTHS = {"qr": 1, "opcode": 4, "flag_aa": 1, "flag_tc": 1, "flag_rd": 1, "flag_ra": 1}  # three bits without a name, and then
RCODE_WIDTH = 4
COUNTS = ("qd_count", "an_count", "ns_count", "ar_count")
DNS_NAMES = ("message_id", *FLAG_WIDTHS, "rcode", *COUNTS, "answer")
RECORD_NAMES = ("kind", "length", "value", "rest")
IPV4_FIXED = {"ihl": 4, "tos": 8, "total": 16, "id": 16, "flags": 3, "fragment": 13, "ttl": 8, "protocol": 8, "checksum": 16}
IPV4_NAMES = (*IPV4_FIXED, "source", "destination", "options", "payload")
PIXEL_NAMES = ("r", "g", "b")
CLAUSES = {1: ("key", "value"), 2: ("length", "text"), 3: ("count", "rest"), 4: ("x", "y"), 5: ("flags", "body"), 6: ()}  # by first byte


def attributes(found: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """A mapping of what an object has as attributes."""
    return {name: getattr(found, name) for name in names}
