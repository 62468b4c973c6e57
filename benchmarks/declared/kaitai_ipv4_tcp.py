"""Kaitai Struct: IPv4 and TCP headers with their options."""

from __future__ import annotations

from typing import Any

from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.ipv4_tcp import IPV4_NAMES, TCP_NAMES, Datagram, Options
from benchmarks.declared.kaitai_ import compiled


def datagram() -> Declarations:
    """Both headers, by one declaration."""
    return {"kaitaistruct": Declared(compiled()["ipv4_tcp"].Ipv4Tcp.from_bytes, _seen)}


def _seen(ip: Any) -> Datagram:
    return Datagram(
        tuple(getattr(ip, name) for name in IPV4_NAMES), _options(ip.options), tuple(getattr(ip.tcp, n) for n in TCP_NAMES),
        _options(ip.tcp.options),
    )  # fmt: skip


def _options(found: Any) -> Options:
    return tuple((one.kind, one.data if one.kind > 1 else b"") for one in found.options)
