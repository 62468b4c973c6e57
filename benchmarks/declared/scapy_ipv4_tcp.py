"""scapy's own IPv4 and TCP, which decode the options."""

from __future__ import annotations

import struct
from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.ipv4_tcp import Datagram, Options, options_of
from benchmarks.peers import module


def datagram() -> Declarations:
    """Both headers."""
    return {"scapy": Declared(module("scapy.layers.inet").IP, _seen)}


def _seen(ip: Any) -> Datagram:
    tcp = ip.payload
    inet = module("socket").inet_aton
    fixed = (ip.version, ip.ihl, ip.tos, ip.len, ip.id, int(ip.flags), ip.frag, ip.ttl, ip.proto, ip.chksum, inet(ip.src), inet(ip.dst))
    flags = int(tcp.flags)
    numbers = (tcp.sport, tcp.dport, tcp.seq, tcp.ack, tcp.dataofs, tcp.reserved << 1 | flags >> 8, flags & 0xFF)
    return Datagram(
        fixed, options_of(b"".join(map(bytes, ip.options))), (*numbers, tcp.window, tcp.chksum, tcp.urgptr), _options(tcp.options)
    )


def _options(found: Any) -> Options:
    """From scapy's names and numbers: those options that are measured."""
    kinds = {"EOL": (0, ""), "NOP": (1, ""), "MSS": (2, ">H"), "WScale": (3, ">B"), "SAckOK": (4, ""), "Timestamp": (8, ">II")}
    plain: list[tuple[int, bytes]] = []
    for name, value in found:
        kind, layout = kinds[name]
        values = value if isinstance(value, tuple) else (value,)
        plain.append((kind, struct.pack(layout, *values) if layout else b""))
    return tuple(plain)
