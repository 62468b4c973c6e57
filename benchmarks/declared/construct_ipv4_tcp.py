"""construct: IPv4 and TCP headers with their options."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.construct_ import both, c
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.ipv4_tcp import IPV4_NAMES, IPV4_WIDTHS, TCP_NAMES, TCP_WIDTHS, Datagram, Options

OPTION = c.Struct(
    "kind" / c.Int8ub,
    "length" / c.If(c.this.kind > 1, c.Int8ub),
    "data" / c.If(c.this.kind > 1, c.Bytes(c.this.length - 2)),
)
TCP = c.Struct(
    "src_port" / c.Int16ub,
    "dst_port" / c.Int16ub,
    "sequence_number" / c.Int32ub,
    "acknowledgment_number" / c.Int32ub,
    "bits" / c.BitStruct(*(name / c.BitsInteger(TCP_WIDTHS[name]) for name in ("data_offset", "reserved", "flags"))),
    "window" / c.Int16ub,
    "checksum" / c.Int16ub,
    "urgent_pointer" / c.Int16ub,
    "options" / c.FixedSized(c.this.bits.data_offset * 4 - 20, c.GreedyRange(OPTION)),
    "payload" / c.GreedyBytes,
)
IPV4 = c.Struct(
    "first" / c.BitStruct(*(name / c.BitsInteger(IPV4_WIDTHS[name]) for name in ("version", "ihl"))),
    "tos" / c.Int8ub,
    "length" / c.Int16ub,
    "id" / c.Int16ub,
    "fragment" / c.BitStruct(*(name / c.BitsInteger(IPV4_WIDTHS[name]) for name in ("flags", "fragment_offset"))),
    "ttl" / c.Int8ub,
    "protocol" / c.Int8ub,
    "checksum" / c.Int16ub,
    "src" / c.Bytes(4),
    "dst" / c.Bytes(4),
    "options" / c.FixedSized(c.this.first.ihl * 4 - 20, c.GreedyRange(OPTION)),
    "tcp" / TCP,
)


def datagram() -> Declarations:
    """Both headers, by one declaration."""
    return {name: Declared(layout.parse, _seen) for name, layout in both(IPV4).items()}


def _seen(box: Any) -> Datagram:
    fields = {**box, **box["first"], **box["fragment"]}
    tcp = {**box.tcp, **box.tcp["bits"]}
    return Datagram(
        tuple(fields[name] for name in IPV4_NAMES), _options(box.options), tuple(tcp[name] for name in TCP_NAMES), _options(box.tcp.options)
    )


def _options(found: Any) -> Options:
    return tuple((one.kind, one.data or b"") for one in found)
