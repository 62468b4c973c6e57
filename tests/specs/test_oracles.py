"""The specs beside dpkt and scapy, on recorded traffic: every field they also have must be equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from bitwright import IPv4Address, Struct
from bitwright_specs.arp import ARP, EthernetIPv4
from bitwright_specs.ethernet import Ethernet, EtherType
from bitwright_specs.icmp import ICMP
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.tcp import TCP, MaximumSegmentSize, NoOperation, Option, WindowScale
from bitwright_specs.udp import UDP
from tests.specs.wire import CAPTURES

FILES = [
    "CESNET+ipfixprobe/arp.pcap",
    "DNS-OARC+dnscap/dns.pcap",
    "DNS-OARC+dnscap/dnso1tcp.pcap",
    "seladb+PcapPlusPlus/IcmpPackets.pcap",
    "seladb+PcapPlusPlus/TcpPacketWithOptions.pcap",
    "seladb+PcapPlusPlus/ip4_fragments.pcap",
    "seladb+PcapPlusPlus/ipv4-options.pcap",
    "zeek+zeek/mdns.pcap",
]


def frames(dpkt: Any, name: str) -> Iterator[bytes]:
    """The Ethernet frames of a capture."""
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"{name} is not there; it is one of the shared captures")
    with path.open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        reader = dpkt.pcapng.Reader(file) if magic == b"\n\r\r\n" else dpkt.pcap.Reader(file)
        assert reader.datalink() == 1
        for _, data in reader:
            yield data


def layer(struct: type[Struct], engine: str, data: bytes) -> Any:
    """The value, with as much payload as is there."""
    return struct.codec(engine).parse_layer(data)[0]


def same_arp(ours: ARP, theirs: Any) -> None:
    """Compare with `dpkt.arp.ARP`."""
    assert (ours.hardware_type, ours.protocol_type, ours.hardware_size, ours.protocol_size, ours.operation) == (
        theirs.hrd, theirs.pro, theirs.hln, theirs.pln, theirs.op,
    )  # fmt: skip
    addresses = ours.addresses
    assert isinstance(addresses, EthernetIPv4)
    assert (addresses.sender_hardware, addresses.sender_protocol) == (theirs.sha, theirs.spa)
    assert (addresses.target_hardware, addresses.target_protocol) == (theirs.tha, theirs.tpa)


def same_ipv4(ours: IPv4, theirs: Any) -> None:
    """Compare with `dpkt.ip.IP`."""
    assert (ours.version, ours.ihl, ours.dscp << 2 | ours.ecn, ours.length) == (theirs.v, theirs.hl, theirs.tos, theirs.len)
    assert (ours.id, ours.reserved_flag, ours.df, ours.mf) == (theirs.id, theirs.rf, theirs.df, theirs.mf)
    assert (ours.fragment_offset, ours.ttl, ours.protocol, ours.checksum) == (theirs.offset, theirs.ttl, theirs.p, theirs.sum)
    assert (ours.src, ours.dst) == (theirs.src, theirs.dst)
    assert b"".join(option.build() for option in ours.options) == theirs.opts


def same_ipv6(ours: IPv6, theirs: Any) -> None:
    """Compare with `dpkt.ip6.IP6`."""
    assert (ours.version, ours.dscp << 2 | ours.ecn, ours.flow_label) == (theirs.v, theirs.fc, theirs.flow)
    assert (ours.payload_length, ours.next_header, ours.hop_limit) == (theirs.plen, theirs.nxt, theirs.hlim)
    assert (ours.src, ours.dst) == (theirs.src, theirs.dst)


def same_udp(ours: UDP, theirs: Any) -> None:
    """Compare with `dpkt.udp.UDP`."""
    assert (ours.src_port, ours.dst_port, ours.length, ours.checksum) == (theirs.sport, theirs.dport, theirs.ulen, theirs.sum)


def same_tcp(dpkt: Any, ours: TCP, theirs: Any) -> None:
    """Compare with `dpkt.tcp.TCP`, options and all."""
    assert (ours.src_port, ours.dst_port, ours.sequence_number, ours.acknowledgment_number) == (
        theirs.sport, theirs.dport, theirs.seq, theirs.ack,
    )  # fmt: skip
    assert (ours.data_offset, ours.window, ours.checksum, ours.urgent_pointer) == (theirs.off, theirs.win, theirs.sum, theirs.urp)
    flags = [ours.cwr, ours.ece, ours.urg, ours.ack, ours.psh, ours.rst, ours.syn, ours.fin]
    assert sum(flag << bit for bit, flag in enumerate(reversed(flags))) == theirs.flags
    found = []
    for option in ours.options:
        octets = option.build()
        found.append((int(option.kind), octets[2:] if option.kind > 1 else b""))
        if option.kind == 0:
            break
    assert found == [(kind, bytes(data)) for kind, data in dpkt.tcp.parse_opts(theirs.opts)][: len(found)]
    assert ours.payload == bytes(theirs.data)


def same_transport(dpkt: Any, engine: str, protocol: int, data: bytes, theirs: Any) -> str:
    """Compare what lies above IP; the name of what was compared."""
    if protocol == IPProtocol.UDP:
        same_udp(layer(UDP, engine, data), theirs)
        return "udp"
    if protocol == IPProtocol.TCP:
        same_tcp(dpkt, layer(TCP, engine, data), theirs)
        return "tcp"
    if protocol == IPProtocol.ICMP:
        message = layer(ICMP, engine, data)
        assert (message.type, message.code, message.checksum) == (theirs.type, theirs.code, theirs.sum)
        return "icmp"
    return "other"


def same_frame(dpkt: Any, engine: str, data: bytes) -> list[str]:
    """Compare a whole frame; the names of the layers compared."""
    frame, theirs = layer(Ethernet, engine, data), dpkt.ethernet.Ethernet(data)
    assert (frame.dst, frame.src, frame.type) == (theirs.dst, theirs.src, theirs.type)
    if frame.type == EtherType.ARP:
        same_arp(layer(ARP, engine, frame.payload), theirs.data)
        return ["ethernet", "arp"]
    if frame.type == EtherType.IPV6:
        ipv6 = layer(IPv6, engine, frame.payload)
        same_ipv6(ipv6, theirs.data)
        return ["ethernet", "ipv6", same_transport(dpkt, engine, ipv6.next_header, ipv6.payload, theirs.data.data)]
    ipv4 = layer(IPv4, engine, frame.payload)
    same_ipv4(ipv4, theirs.data)
    if ipv4.is_fragment:
        return ["ethernet", "ipv4"]
    return ["ethernet", "ipv4", same_transport(dpkt, engine, ipv4.protocol, ipv4.payload, theirs.data.data)]


@pytest.mark.parametrize("name", FILES)
def test_fields_equal_dpkt(engine: str, name: str) -> None:
    dpkt: Any = pytest.importorskip("dpkt")
    seen = Counter(compared for data in frames(dpkt, name) for compared in same_frame(dpkt, engine, data))
    assert seen["arp"] + seen["ipv4"] + seen["ipv6"] == seen["ethernet"] > 0


@pytest.mark.parametrize("name", ["DNS-OARC+dnscap/dns.pcap", "DNS-OARC+dnscap/dnso1tcp.pcap"])
def test_checksum_findings_equal_scapy(engine: str, name: str) -> None:
    dpkt: Any = pytest.importorskip("dpkt")
    scapy: Any = pytest.importorskip("scapy.utils")
    seen: Counter[bool] = Counter()
    for data in frames(dpkt, name):
        frame = layer(Ethernet, engine, data)
        if frame.type != EtherType.IPV4:
            continue
        ip = layer(IPv4, engine, frame.payload)
        if ip.protocol not in (IPProtocol.UDP, IPProtocol.TCP):
            continue
        struct: type[Struct] = UDP if ip.protocol == IPProtocol.UDP else TCP
        pseudo = ip.pseudo_header(ip.protocol, len(ip.payload))
        findings = struct.codec(engine).check(ip.payload, pseudo_header=pseudo)[1]
        wrong = scapy.checksum(pseudo + ip.payload) != 0
        assert [finding.code for finding in findings] == ["checksum"] * wrong
        seen[wrong] += 1
    assert seen[True] > 0
    assert seen[False] > 0


@pytest.mark.parametrize("name", FILES)
def test_layers_build_to_the_bytes_they_came_from(engine: str, name: str) -> None:
    dpkt: Any = pytest.importorskip("dpkt")
    built = 0
    for data in frames(dpkt, name):
        frame = Ethernet.codec(engine).parse(data)
        assert Ethernet.codec(engine).build(frame) == data
        struct: type[Struct] = {EtherType.IPV4: IPv4, EtherType.IPV6: IPv6}.get(frame.type, ARP)
        value, used = struct.codec(engine).parse_prefix(frame.payload)
        assert struct.codec(engine).build(value) == frame.payload[:used]
        built += 1
    assert built > 0


def test_scapy_reads_what_is_built(engine: str) -> None:
    inet: Any = pytest.importorskip("scapy.layers.inet")
    below = IPv4(src=IPv4Address("192.0.2.1"), dst=IPv4Address("198.51.100.2"), id=7, protocol=IPProtocol.TCP)
    options = [Option(body=body) for body in (MaximumSegmentSize(size=1460), NoOperation(), WindowScale(shift=7))]
    segment = TCP(src_port=1024, dst_port=53, sequence_number=9, syn=True, options=options, payload=b"odd")
    octets = TCP.codec(engine).build(segment, pseudo_header=below.pseudo_header(6, 31))
    packet = IPv4.codec(engine).build(below.replace(payload=octets))
    theirs = inet.IP(packet)
    tcp = theirs[inet.TCP]
    assert (theirs.ihl, theirs.len, tcp.dataofs, tcp.flags) == (5, 51, 7, "S")
    assert tcp.options == [("MSS", 1460), ("NOP", None), ("WScale", 7)]
    for layer_of in (theirs, tcp):
        layer_of.chksum = None
    assert bytes(theirs) == packet
