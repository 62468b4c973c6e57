"""construct: what the bit patterns say, as declarations; what they give is a mapping with an inner one for runs of bits."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.construct_ import both, c
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.patterns import CLAUSES, COUNTS, DNS_NAMES, FLAG_WIDTHS, IPV4_NAMES, PIXEL_NAMES, RCODE_WIDTH, RECORD_NAMES

DNS = c.Struct(
    "message_id" / c.Bytes(2),
    "bits"
    / c.BitStruct(
        *(name / c.BitsInteger(width) for name, width in FLAG_WIDTHS.items()),
        c.Padding(3),
        "rcode" / c.BitsInteger(RCODE_WIDTH),
    ),
    *(name / c.Int16ub for name in COUNTS),
    "answer" / c.GreedyBytes,
)
RECORD = c.Struct("kind" / c.Int8ub, "length" / c.Int16ub, "value" / c.Bytes(c.this.length), "rest" / c.GreedyBytes)
IPV4 = c.Struct(
    "first" / c.BitStruct("version" / c.Const(4, c.BitsInteger(4)), "ihl" / c.BitsInteger(4)),
    "tos" / c.Int8ub,
    "total" / c.Int16ub,
    "id" / c.Int16ub,
    "bits" / c.BitStruct("flags" / c.BitsInteger(3), "fragment" / c.BitsInteger(13)),
    "ttl" / c.Int8ub,
    "protocol" / c.Int8ub,
    "checksum" / c.Int16ub,
    "source" / c.Bytes(4),
    "destination" / c.Bytes(4),
    "options" / c.Bytes((c.this.first.ihl - 5) * 4),
    "payload" / c.GreedyBytes,
)
PIXELS = c.GreedyRange(c.Struct(*(name / c.Int8ub for name in PIXEL_NAMES)))

CLAUSE = c.Struct(
    "tag" / c.Int8ub,
    "body"
    / c.Switch(
        c.this.tag,
        {
            1: c.Struct("key" / c.Int16ub, "value" / c.Int32ub),
            2: c.Struct("length" / c.Int8ub, "text" / c.Bytes(c.this.length)),
            3: c.Struct("count" / c.Int16ub, "rest" / c.GreedyBytes),
            4: c.Struct("x" / c.Int32sb, "y" / c.Int32sb),
            5: c.Struct("flags" / c.Int8ub, "body" / c.GreedyBytes),
            6: c.Pass,
        },
    ),
    c.Terminated,
)


def dns() -> Declarations:
    """A DNS header, both ways."""
    layouts = both(DNS).items()
    return {name: Declared(layout.parse, lambda box: _flat(box, DNS_NAMES), layout.build, _nested) for name, layout in layouts}


def record() -> Declarations:
    """A record with its length before its value."""
    return {name: Declared(layout.parse, lambda box: _flat(box, RECORD_NAMES)) for name, layout in both(RECORD).items()}


def ipv4() -> Declarations:
    """An IPv4 header."""
    return {name: Declared(layout.parse, lambda box: _flat(box, IPV4_NAMES)) for name, layout in both(IPV4).items()}


def pixels() -> Declarations:
    """Every pixel."""
    return {name: Declared(layout.parse, lambda all_: [_flat(box, PIXEL_NAMES) for box in all_]) for name, layout in both(PIXELS).items()}


def clauses() -> Declarations:
    """Six kinds of message."""
    return {
        name: Declared(layout.parse, lambda box: (box.tag - 1, {key: box.body[key] for key in CLAUSES[box.tag]}))
        for name, layout in both(CLAUSE).items()
    }


def _flat(box: Any, names: tuple[str, ...]) -> dict[str, Any]:
    every = {**box, **box.get("first", {}), **box.get("bits", {})}
    return {name: every[name] for name in names}


def _nested(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "bits": values}
