"""Headers of packets as bitwright, dpkt and scapy read them, and how they may differ."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest

from bitwright.testing import Allowed, Difference, Differential, differential
from bitwright_specs.icmpv6 import ICMPv6
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP

dpkt: Any = pytest.importorskip("dpkt")
inet: Any = pytest.importorskip("scapy.layers.inet")


def code(*codes: str) -> Callable[[Difference], bool]:
    """Whether ours refuses with one of these codes."""
    return lambda d: d.where == "refused by ours" and d.ours.code in codes


def ours_ipv4(data: bytes) -> dict[str, Any]:
    """The header, as dpkt names its fields; options as bytes."""
    m = IPv4.parse(data)
    return {
        "v": m.version, "hl": m.ihl, "tos": m.dscp << 2 | m.ecn, "len": m.length, "id": m.id, "rf": m.reserved_flag, "df": m.df, "mf": m.mf,
        "offset": m.fragment_offset, "ttl": m.ttl, "p": int(m.protocol), "sum": m.checksum, "src": bytes(m.src), "dst": bytes(m.dst),
        "opts": data[20 : 4 * m.ihl],
    }  # fmt: skip


def dpkt_ipv4(data: bytes) -> dict[str, Any]:
    """The same by dpkt."""
    theirs = dpkt.ip.IP(data)
    names = ("v", "hl", "tos", "len", "id", "rf", "df", "mf", "offset", "ttl", "p", "sum", "src", "dst", "opts")
    return {name: getattr(theirs, name) for name in names}


def scapy_ipv4(data: bytes) -> dict[str, Any]:
    """The same by scapy."""
    m = inet.IP(data)
    flags = int(m.flags)
    return {
        "v": m.version, "hl": m.ihl, "tos": m.tos, "len": m.len, "id": m.id, "rf": flags >> 2, "df": flags >> 1 & 1, "mf": flags & 1,
        "offset": m.frag, "ttl": m.ttl, "p": m.proto, "sum": m.chksum, "src": bytes(map(int, m.src.split("."))),
        "dst": bytes(map(int, m.dst.split("."))), "opts": data[20 : 4 * m.ihl],
    }  # fmt: skip


def ours_tcp(data: bytes) -> dict[str, Any]:
    """The header, as dpkt names its fields."""
    m = TCP.parse(data)
    flags = [m.cwr, m.ece, m.urg, m.ack, m.psh, m.rst, m.syn, m.fin]
    return {
        "sport": m.src_port, "dport": m.dst_port, "seq": m.sequence_number, "ack": m.acknowledgment_number, "off": m.data_offset,
        "flags": sum(flag << bit for bit, flag in enumerate(reversed(flags))), "win": m.window, "sum": m.checksum, "urp": m.urgent_pointer,
        "opts": data[20 : 4 * m.data_offset], "data": m.payload,
    }  # fmt: skip


def dpkt_tcp(data: bytes) -> dict[str, Any]:
    """The same by dpkt."""
    theirs = dpkt.tcp.TCP(data)
    names = ("sport", "dport", "seq", "ack", "off", "flags", "win", "sum", "urp", "opts")
    return {**{name: getattr(theirs, name) for name in names}, "data": bytes(theirs.data)}


def ours_icmpv6(data: bytes) -> dict[str, Any]:
    """What every message has."""
    m = ICMPv6.parse(data)
    return {"type": int(m.type), "code": m.code, "sum": m.checksum}


def dpkt_icmpv6(data: bytes) -> dict[str, Any]:
    """The same by dpkt."""
    theirs = dpkt.icmp6.ICMP6(data)
    return {name: getattr(theirs, name) for name in ("type", "code", "sum")}


def refused_at(*paths: str) -> Callable[[Difference], bool]:
    """Whether ours refuses one of these fields, or what lies within it."""
    return lambda d: d.where == "refused by ours" and re.split(r"[.\[]", d.ours.path)[0] in paths


OPTIONS = Allowed("options", "they keep options as bytes, here each is read", refused_at("options"))
IPV4_BY_DPKT: list[Allowed] = [
    Allowed("version", "dpkt reads any version as 4", refused_at("version")),
    Allowed("length", "dpkt does not compare the length with the header and the bytes that are there", refused_at("length", "payload")),
    Allowed("trailing", "dpkt leaves bytes behind the length out silently", code("unconsumed")),
    OPTIONS,
]
IPV4_BY_SCAPY: list[Allowed] = [
    Allowed("version", "scapy reads any version as 4", refused_at("version")),
    Allowed("length", "scapy refuses no length", refused_at("length", "payload", "ihl")),
    Allowed("trailing", "scapy makes bytes behind the length a layer of padding", code("unconsumed")),
    Allowed(
        "cut", "scapy raises struct.error, or TypeError, where the header ends early",
        lambda d: d.where == "exception in theirs" and isinstance(d.theirs, struct.error | TypeError | ValueError | AttributeError),
    ),
    OPTIONS,
]  # fmt: skip
TCP_BY_DPKT: list[Allowed] = [
    OPTIONS,
    Allowed(
        "reserved", "dpkt counts the last reserved bit, once NS (RFC 3540), among the flags",
        lambda d: d.path == "flags" and d.theirs == d.ours | 0x100,
    ),
]  # fmt: skip
ICMPV6_BY_DPKT: list[Allowed] = [
    Allowed("body", "dpkt reads the bodies of few types, here each has a layout", refused_at("body")),
]


def pairs() -> dict[str, tuple[Any, Callable[[], Differential]]]:
    """The struct, and what makes the comparison, by name."""
    refusals = (dpkt.UnpackError,)

    def made(ours: Any, theirs: Any, allowed: list[Allowed], name: str) -> Callable[[], Differential]:
        return lambda: differential(ours, theirs, allowed=allowed, their_refusals=refusals, name=name)

    return {
        "ipv4-dpkt": (IPv4, made(ours_ipv4, dpkt_ipv4, IPV4_BY_DPKT, "IPv4 by dpkt")),
        "ipv4-scapy": (IPv4, made(ours_ipv4, scapy_ipv4, IPV4_BY_SCAPY, "IPv4 by scapy")),
        "tcp-dpkt": (TCP, made(ours_tcp, dpkt_tcp, TCP_BY_DPKT, "TCP by dpkt")),
        "icmpv6-dpkt": (ICMPv6, made(ours_icmpv6, dpkt_icmpv6, ICMPV6_BY_DPKT, "ICMPv6 by dpkt")),
    }
