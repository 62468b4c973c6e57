"""The standard bindings: which layers a packet has."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright.capture import Packet
from bitwright.stack import MAX_LAYERS, Registry, Row, Walker
from bitwright_specs.stack import register

ETHERNET = "00005e00530100005e005302"
QUERY = "123401000001000000000000076578616d706c6503636f6d0000010001"


def ipv4(protocol: int, payload: str, *, fragment: int = 0) -> str:
    """An IPv4 packet in hex; its checksum is not right."""
    return f"4500{20 + len(payload) // 2:04x}0000{fragment:04x}40{protocol:02x}0000c0000201c6336402{payload}"


def ipv6(next_header: int, payload: str) -> str:
    """An IPv6 packet in hex."""
    return f"60000000{len(payload) // 2:04x}{next_header:02x}40" + "20010db8000000000000000000000001" * 2 + payload


def udp(port: int, payload: str) -> str:
    """A UDP datagram in hex, from a port that is bound to nothing."""
    return f"9c40{port:04x}{8 + len(payload) // 2:04x}0000{payload}"


def tcp(port: int, payload: str) -> str:
    """A TCP segment in hex, from a port that is bound to nothing."""
    return f"c000{port:04x}00000001000000015010200000000000{payload}"


def row_of(link_type: int, octets: str, **options: Any) -> Row:
    """The row of a whole packet."""
    registry = Registry()
    register(registry)
    data = bytes.fromhex(octets)
    return Walker(registry, **options).decode(Packet(1, 0, 0, link_type, len(data), len(data), data))


def names(row: Row) -> list[str]:
    """The names of the layers; the row must be well."""
    assert row.error is None
    assert row.status == "ok"
    return [layer.name for layer in row.layers]


LINKS = {
    "ethernet": (1, ETHERNET + "0800" + ipv4(17, udp(53, QUERY)), ["ethernet", "ipv4", "udp", "dns"]),
    "ethernet arp": (1, ETHERNET + "0806" + "0001080006040001" + "00" * 20 + "00" * 18, ["ethernet", "arp"]),
    "ethernet rarp": (1, ETHERNET + "8035" + "0001080006040003" + "00" * 20, ["ethernet", "arp"]),
    "vlan": (1, ETHERNET + "81000007" + "86dd" + ipv6(17, udp(53, QUERY)), ["ethernet", "vlan", "ipv6", "udp", "dns"]),
    "802.1ad": (1, ETHERNET + "88a8a0648100000708" + "00" + ipv4(253, "00"), ["ethernet", "vlan", "vlan", "ipv4"]),
    "older double tag": (1, ETHERNET + "9100a0648100000708" + "00" + ipv4(253, "00"), ["ethernet", "vlan", "vlan", "ipv4"]),
    "llc": (1, ETHERNET + "0026424203" + "00" * 35 + "00" * 8, ["ethernet", "llc"]),
    "snap": (1, ETHERNET + "001daaaa030000000800" + ipv4(253, "00") + "00" * 17, ["ethernet", "llc", "snap", "ipv4"]),
    "snap of a vendor": (1, ETHERNET + "000caaaa0300000c08004500" + "0000", ["ethernet", "llc", "snap"]),
    "llc in a vlan": (1, ETHERNET + "81000007" + "0004" + "42420300", ["ethernet", "vlan", "llc"]),
    "unknown type": (1, ETHERNET + "88b5" + "0102", ["ethernet"]),
    "null, little endian": (0, "02000000" + ipv4(253, "00"), ["null_loopback", "ipv4"]),
    "null, little endian, Darwin": (0, "1e000000" + ipv6(253, "00"), ["null_loopback", "ipv6"]),
    "null, big endian": (0, "00000002" + ipv4(253, "00"), ["loop", "ipv4"]),
    "loop": (108, "00000018" + ipv6(253, "00"), ["loop", "ipv6"]),
    "raw, version 4": (101, ipv4(253, "00"), ["ipv4"]),
    "raw, version 6": (101, ipv6(253, "00"), ["ipv6"]),
    "raw, a BSD's number": (12, ipv6(253, "00"), ["ipv6"]),
    "raw, OpenBSD's number": (14, ipv4(253, "00"), ["ipv4"]),
    "ipv4": (228, ipv4(253, "00"), ["ipv4"]),
    "ipv6": (229, ipv6(253, "00"), ["ipv6"]),
    "linux_sll": (113, "0000000100060000000000000000" + "0800" + ipv4(253, "00"), ["linux_sll", "ipv4"]),
    "linux_sll with llc": (113, "0000000100060000000000000000" + "0004" + "424203", ["linux_sll", "llc"]),
    "linux_sll2": (276, "86dd0000000000010001000600000000000000" + "00" + ipv6(253, "00"), ["linux_sll2", "ipv6"]),
}


@pytest.mark.parametrize("name", LINKS)
def test_link_types_and_ethertypes(name: str) -> None:
    link_type, octets, expected = LINKS[name]
    assert names(row_of(link_type, octets)) == expected


ABOVE_IPV4 = {
    "icmp": (1, "0800f7ff00000000", ["icmp"]),
    "ipv4 in ipv4": (4, ipv4(253, "00"), ["ipv4"]),
    "ipv6 in ipv4": (41, ipv6(253, "00"), ["ipv6"]),
    "ah": (51, "1101000000000001" + "00000001" + udp(9, ""), ["ah", "udp"]),
    "hop-by-hop is no IPv4 protocol": (0, "1100010400000000", []),
    "dns over udp": (17, udp(53, QUERY), ["udp", "dns"]),
    "multicast dns": (17, udp(5353, QUERY), ["udp", "dns"]),
    "llmnr": (17, udp(5355, QUERY), ["udp", "dns"]),
    "udp without payload": (17, udp(53, ""), ["udp"]),
    "dns over tcp": (6, tcp(53, "001d" + QUERY), ["tcp", "dns_tcp"]),
    "two messages in a segment": (6, tcp(53, ("001d" + QUERY) * 2), ["tcp", "dns_tcp", "dns_tcp"]),
    "unknown port": (17, udp(9, "0102"), ["udp"]),
}


@pytest.mark.parametrize("name", ABOVE_IPV4)
def test_protocols_and_ports_over_ipv4(name: str) -> None:
    protocol, octets, expected = ABOVE_IPV4[name]
    assert names(row_of(228, ipv4(protocol, octets))) == ["ipv4", *expected]


def test_source_port_binds_too() -> None:
    assert names(row_of(228, ipv4(17, "00359c40" + "0025" + "0000" + QUERY)))[-1] == "dns"


def test_extension_headers_in_a_row() -> None:
    chain = "3c00010400000000" + "2b00010400000000" + "2c00000000000000" + "3300000000000001" + "1101000000000001" + "00000001" + udp(9, "")
    assert names(row_of(229, ipv6(0, chain))) == [
        "ipv6", "ipv6_hop_by_hop", "ipv6_destination_options", "ipv6_routing", "ipv6_fragment", "ah", "udp",
    ]  # fmt: skip


def test_no_next_header_ends_the_chain() -> None:
    assert names(row_of(229, ipv6(59, ""))) == ["ipv6"]


def test_icmpv6() -> None:
    assert names(row_of(229, ipv6(58, "8000000000010001"))) == ["ipv6", "icmpv6"]


@pytest.mark.parametrize("fragment", [0x2000, 0x0001])
def test_fragments_of_ipv4_are_not_looked_into(fragment: int) -> None:
    row = row_of(228, ipv4(17, udp(53, QUERY), fragment=fragment))
    assert names(row) == ["ipv4"]
    assert [finding.code for finding in row.findings] == ["fragment"]


def test_fragments_of_ipv6_are_not_looked_into() -> None:
    assert names(row_of(229, ipv6(44, "1100000100000001" + udp(53, QUERY)))) == ["ipv6", "ipv6_fragment"]
    assert names(row_of(229, ipv6(44, "1100000000000001" + udp(53, QUERY))))[-1] == "dns"


def test_tunnels_in_tunnels_are_bounded() -> None:
    octets = ipv4(253, "00")
    for _ in range(MAX_LAYERS):
        octets = ipv4(4, octets)
    row = row_of(228, octets)
    assert row.error is not None
    assert (row.status, row.error.code) == ("malformed", "depth")


def test_checksums_are_verified_on_demand() -> None:
    octets = "4500001d1c46400040113253c0000201c6336402" + "0001000200099ba178"
    assert row_of(228, octets, check=True).findings == []
    wrong = row_of(228, octets[:-2] + "79", check=True).findings
    assert [(finding.code, finding.path) for finding in wrong] == [("checksum", "udp.checksum")]


def test_every_name_of_the_specs_is_a_layer() -> None:
    registry = Registry()
    register(registry)
    registry.validate()
    assert set(registry.layers) == {
        "ethernet", "vlan", "llc", "snap", "arp", "ipv4", "ipv6", "ipv6_hop_by_hop", "ipv6_routing", "ipv6_fragment",
        "ipv6_destination_options", "ah", "icmp", "icmpv6", "udp", "tcp", "dns", "dns_tcp", "null_loopback", "loop", "linux_sll",
        "linux_sll2",
    }  # fmt: skip
