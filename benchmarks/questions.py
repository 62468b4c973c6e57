"""The DNS header and first question of each UDP packet of a capture, as a user of bitwright, dpkt and scapy writes it.

Each way gives something of its own for each packet that has a question; `Question` is what they are compared by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers import module
from bitwright import Clauses, capture
from bitwright.backends.llvm import is_available
from bitwright.stack import Row, Walker
from bitwright_specs.dns import Header, Message
from bitwright_specs.dns import Question as DnsQuestion
from bitwright_specs.ethernet import Ethernet, EtherType
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.udp import UDP

DNS_PORT = 53
HEADER = tuple(field.name for field in Header.__bitwright__.visible)
HEADER_AND_QUESTIONS = (*HEADER, "questions")

_DATAGRAM = (
    "source_port::16, target_port::16, _::32, id::16, qr::1, opcode::4, aa::1, tc::1, rd::1, ra::1, z::1, ad::1, cd::1, rcode::4, "
    "qdcount::16, ancount::16, nscount::16, arcount::16, questions::binary>>"
)
_IPV4 = (
    "<<_::binary-size(12), 0x0800::16, 4::4, words::4, _::40, _::2, 0::14, _, 17, _::16, source::binary-size(4), target::binary-size(4), "
    "_::binary-size((words - 5) * 4), "
)
_IPV6 = "<<_::binary-size(12), 0x86dd::16, 6::4, _::44, 17, _, source::binary-size(16), target::binary-size(16), "
CLAUSES = (_IPV4 + _DATAGRAM, _IPV6 + _DATAGRAM)


class Question(NamedTuple):
    """A packet's time in microseconds (0 of those that round it), its addresses and ports, the header's fields, the first question."""

    time: int
    source: bytes
    target: bytes
    ports: tuple[int, int]
    header: tuple[int, ...]
    name: str
    type: int
    rclass: int


# --- ours -------------------------------------------------------------------------------------


def by_walker(walker: Walker) -> Callable[[str], Iterator[Row]]:
    """Rows of all layers, with all records of each message."""

    def rows(path: str) -> Iterator[Row]:
        with capture.open(path) as packets:
            for packet in packets:
                yield walker.decode(packet)

    return rows


def of_row(row: Row) -> Question | None:
    """What a row says."""
    names = [layer.name for layer in row.layers]
    if names[2:] != ["udp", "dns"]:
        return None
    _, ip, udp, dns = (layer.value for layer in row.layers)
    return of_layers((row.time_ns or 0, ip, udp, dns))


def by_layers(path: str) -> Iterator[tuple[int, Any, UDP, Message]]:
    """Layer by layer, of a message no more than is asked for."""
    with capture.open(path) as packets:
        for packet in packets:
            frame = Ethernet.parse(packet.data)
            ip: IPv4 | IPv6
            if frame.type == EtherType.IPV4:
                ip, _ = IPv4.parse_prefix(frame.payload)
                if ip.protocol != IPProtocol.UDP or ip.is_fragment:
                    continue
            elif frame.type == EtherType.IPV6:
                ip, _ = IPv6.parse_prefix(frame.payload)
                if ip.next_header != IPProtocol.UDP:
                    continue
            else:
                continue
            udp = UDP.parse(ip.payload)
            if DNS_PORT in (udp.src_port, udp.dst_port):
                yield packet.timestamp_ns or 0, ip, udp, Message.parse(udp.payload, only=HEADER_AND_QUESTIONS)


def of_layers(found: tuple[int, Any, Any, Any]) -> Question | None:
    """What the layers of a packet say."""
    time_ns, ip, udp, dns = found
    if not dns.questions:
        return None
    first, header = dns.questions[0], tuple(int(getattr(dns, name)) for name in HEADER)
    ports = udp.src_port, udp.dst_port
    return Question(time_ns // 1000, bytes(ip.src), bytes(ip.dst), ports, header, first.qname, int(first.qtype), int(first.qclass))


def by_patterns(path: str) -> Iterator[tuple[int, dict[str, Any], DnsQuestion]]:
    """A bit pattern for all headers of a packet at once, and the question behind them."""
    match, question = clauses().match, DnsQuestion.parse_prefix
    with capture.open(path) as packets:
        for packet in packets:
            found = match(packet.data)
            if found is not None:
                names = found[1]
                if names["qdcount"] and (names["target_port"] == DNS_PORT or names["source_port"] == DNS_PORT):
                    yield packet.timestamp_ns or 0, names, question(names["questions"])[0]


@cache
def clauses() -> Clauses:
    """A frame with UDP over IPv4 or IPv6; as machine code where that can be."""
    made = Clauses(CLAUSES)
    return made.on("llvm") if is_available() else made


def of_names(found: tuple[int, dict[str, Any], DnsQuestion]) -> Question:
    """What the names of a pattern say."""
    time_ns, names, first = found
    ports, header = (names["source_port"], names["target_port"]), tuple(names[name] for name in HEADER)
    addresses = names["source"], names["target"]
    return Question(time_ns // 1000, *addresses, ports, header, first.qname, int(first.qtype), int(first.qclass))


# --- peers ------------------------------------------------------------------------------------


def by_dpkt(path: str) -> Iterator[tuple[Any, Any]]:
    """The objects of dpkt for IP and DNS; it reads all records."""
    dpkt = module("dpkt")
    with Path(path).open("rb") as file:
        for _, data in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(data).data
            if isinstance(ip, dpkt.ip.IP | dpkt.ip6.IP6) and isinstance(ip.data, dpkt.udp.UDP):
                udp = ip.data
                if DNS_PORT in (udp.sport, udp.dport):
                    yield ip, dpkt.dns.DNS(udp.data)


def of_dpkt(found: tuple[Any, Any]) -> Question | None:
    """What dpkt says."""
    ip, dns = found
    if not dns.qd:
        return None
    flags, udp, first = dns.op, ip.data, dns.qd[0]
    return Question(
        0, ip.src, ip.dst, (udp.sport, udp.dport), _header(dns.id, flags, len(dns.qd), len(dns.an), len(dns.ns), len(dns.ar)),
        first.name, first.type, first.cls,
    )  # fmt: skip


def by_scapy(path: str) -> Iterator[Any]:
    """Scapy's packets, of which it decodes all layers and records."""
    scapy = module("scapy.all")
    with scapy.PcapReader(path) as packets:
        for packet in packets:
            if packet.haslayer(scapy.UDP) and packet.haslayer(scapy.DNS):
                yield packet


def of_scapy(packet: Any) -> Question | None:
    """What scapy says."""
    scapy, dns, udp = module("scapy.all"), packet["DNS"], packet["UDP"]
    if not dns.qd:
        return None
    ip, first = packet.getlayer(1), dns.qd[0]
    flags = 0
    for name, width in zip(HEADER[1:11], (1, 4, 1, 1, 1, 1, 1, 1, 1, 4), strict=True):
        flags = flags << width | int(getattr(dns, name))
    packed = [scapy.inet_pton(2 if packet.haslayer(scapy.IP) else 10, one) for one in (ip.src, ip.dst)]
    return Question(
        0, packed[0], packed[1], (udp.sport, udp.dport), _header(dns.id, flags, dns.qdcount, dns.ancount, dns.nscount, dns.arcount),
        first.qname.decode("latin-1"), first.qtype, first.qclass,
    )  # fmt: skip


def _header(identifier: int, flags: int, *counts: int) -> tuple[int, ...]:
    """The header's fields from its words."""
    places = ((15, 1), (11, 15), (10, 1), (9, 1), (8, 1), (7, 1), (6, 1), (5, 1), (4, 1), (0, 15))
    return identifier, *(flags >> shift & mask for shift, mask in places), *counts
