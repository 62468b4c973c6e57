"""dpkt's own IPv4 and TCP."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.ipv4_tcp import Datagram, options_of
from benchmarks.peers import module


def datagram() -> Declarations:
    """Both headers; it has no decoder of IPv4's options, and one of TCP's that is called apart."""
    return {"dpkt, options as bytes": Declared(module("dpkt.ip").IP, _seen)}


def _seen(ip: Any) -> Datagram:
    tcp = ip.data
    flags = ip.rf << 2 | ip.df << 1 | ip.mf
    fixed = (ip.v, ip.hl, ip.tos, ip.len, ip.id, flags, ip.offset, ip.ttl, ip.p, ip.sum, ip.src, ip.dst)
    bits = tcp._off_flags  # the word of data offset, reserved bits and flags
    words = (bits >> 12, bits >> 8 & 15, bits & 0xFF, tcp.win, tcp.sum, tcp.urp)
    numbers = (tcp.sport, tcp.dport, tcp.seq, tcp.ack, *words)
    return Datagram(fixed, options_of(ip.opts), numbers, options_of(tcp.opts))
