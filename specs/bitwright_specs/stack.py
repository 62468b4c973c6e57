"""The standard bindings: which layer follows which by link type, EtherType, IP protocol and port.

`register` is the entry point `standard` of the group `bitwright.stack`.  Layer names are those of the specs;
binding tables are named after the field that selects: `udp.port`, `ip.protocol`, `ethernet.type`.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from bitwright_specs import dns
from bitwright_specs.arp import ARP
from bitwright_specs.ethernet import Ethernet, EtherType
from bitwright_specs.icmp import ICMP
from bitwright_specs.icmpv6 import ICMPv6
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.ipv6_extensions import AuthenticationHeader, DestinationOptions, Fragment, HopByHop, Routing
from bitwright_specs.linux_sll import LinuxSLL
from bitwright_specs.linux_sll2 import LinuxSLL2
from bitwright_specs.llc import LLC, SAP, SNAP
from bitwright_specs.null_loopback import AddressFamily, Loop, NullLoopback
from bitwright_specs.tcp import TCP
from bitwright_specs.udp import UDP
from bitwright_specs.vlan import VLAN

if TYPE_CHECKING:
    from bitwright.stack import Registry

# The tcpdump group's LINKTYPE_ numbers.  12 and 14 are what BSDs call raw IP in the kernel, and some tools write into files.
LINKS = {
    0: "bsd_loopback", 1: "ethernet", 12: "raw_ip", 14: "raw_ip", 101: "raw_ip", 108: "loop", 113: "linux_sll",
    228: "ipv4", 229: "ipv6", 276: "linux_sll2",
}  # fmt: skip

ETHERTYPES = {
    EtherType.IPV4: "ipv4", EtherType.IPV6: "ipv6", EtherType.ARP: "arp", EtherType.RARP: "arp",
    EtherType.VLAN: "vlan", EtherType.SERVICE_VLAN: "vlan", EtherType.QINQ: "vlan",
}  # fmt: skip

IP_PROTOCOLS = {
    IPProtocol.ICMP: "icmp", IPProtocol.IPV4: "ipv4", IPProtocol.TCP: "tcp", IPProtocol.UDP: "udp", IPProtocol.IPV6: "ipv6",
    IPProtocol.AH: "ah", IPProtocol.ICMPV6: "icmpv6",
}  # fmt: skip

# Only where the layer below is IPv6: in an IPv4 header these numbers are no extension headers.
IPV6_EXTENSIONS = {
    IPProtocol.HOP_BY_HOP: "ipv6_hop_by_hop", IPProtocol.ROUTING: "ipv6_routing", IPProtocol.FRAGMENT: "ipv6_fragment",
    IPProtocol.DESTINATION_OPTIONS: "ipv6_destination_options",
}  # fmt: skip

FAMILIES = {
    AddressFamily.INET: "ipv4", AddressFamily.INET6_LINUX: "ipv6", AddressFamily.INET6_NETBSD: "ipv6",
    AddressFamily.INET6_FREEBSD: "ipv6", AddressFamily.INET6_DARWIN: "ipv6",
}  # fmt: skip

UDP_PORTS = {53: "dns", 5353: "dns", 5355: "dns"}  # DNS, multicast DNS (RFC 6762), LLMNR (RFC 4795)
TCP_PORTS = {53: "dns_tcp", 5355: "dns_tcp"}


def register(registry: Registry) -> None:
    """Register every layer and bind it."""
    _link_layers(registry)
    _network_layers(registry)
    _transport_layers(registry)
    for link_type, name in LINKS.items():
        registry.link(link_type, name)
    for table, bound in (
        ("ethernet.type", ETHERTYPES), ("ethernet.is_llc", {1: "llc"}), ("linux_sll.protocol", {4: "llc"}),
        ("llc.dsap", {SAP.SNAP: "snap", SAP.IP: "ipv4"}), ("null_loopback.family", FAMILIES),
        ("ip.protocol", IP_PROTOCOLS), ("ipv6.next_header", IPV6_EXTENSIONS), ("udp.port", UDP_PORTS), ("tcp.port", TCP_PORTS),
    ):  # fmt: skip
        for value, name in bound.items():
            registry.bind(table, value, name)


def _link_layers(registry: Registry) -> None:
    framed = {"ethernet.is_llc": ("is_llc",), "ethernet.type": ("type",)}
    cooked = {"linux_sll.protocol": ("protocol",), "ethernet.type": ("protocol",)}
    registry.layer("ethernet", Ethernet, keys=framed)
    registry.layer("vlan", VLAN, keys=framed)
    registry.layer("llc", LLC, keys={"llc.dsap": ("dsap",)})
    registry.layer("snap", SNAP, keys={"ethernet.type": ("ethertype",)})
    registry.layer("linux_sll", LinuxSLL, keys=cooked)
    registry.layer("linux_sll2", LinuxSLL2, keys=cooked)
    registry.layer("null_loopback", NullLoopback, keys={"null_loopback.family": ("family",)})
    registry.layer("loop", Loop, keys={"null_loopback.family": ("family",)})
    # Families are small numbers: where the first byte is zero, it is the high one, so the writer was big-endian, as in `loop`.
    registry.choice("bsd_loopback", bits=8, cases={0: "loop", **dict.fromkeys(range(1, 256), "null_loopback")})


def _network_layers(registry: Registry) -> None:
    next_header = {"ipv6.next_header": ("next_header",), "ip.protocol": ("next_header",)}
    registry.layer("arp", ARP)
    registry.layer("ipv4", IPv4, keys={"ip.protocol": ("protocol",)}, fragment=attrgetter("is_fragment"))
    registry.layer("ipv6", IPv6, keys=next_header)
    registry.layer("ipv6_hop_by_hop", HopByHop, keys=next_header)
    registry.layer("ipv6_routing", Routing, keys=next_header)
    registry.layer("ipv6_fragment", Fragment, keys=next_header, fragment=attrgetter("is_fragment"))
    registry.layer("ipv6_destination_options", DestinationOptions, keys=next_header)
    registry.layer("ah", AuthenticationHeader, keys=next_header)
    registry.choice("raw_ip", bits=4, cases={4: "ipv4", 6: "ipv6"})


def _transport_layers(registry: Registry) -> None:
    registry.layer("icmp", ICMP)
    registry.layer("icmpv6", ICMPv6)
    registry.layer("udp", UDP, keys={"udp.port": ("dst_port", "src_port")})
    registry.layer("tcp", TCP, keys={"tcp.port": ("dst_port", "src_port")})
    registry.layer("dns", dns.Message)
    registry.layer("dns_tcp", dns.TcpMessage, stream=True)
