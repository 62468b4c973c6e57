"""Address Resolution Protocol, over Ethernet and IPv4 with typed addresses, over anything else with bytes.

RFC 826; RFC 903 for RARP, which has the same packet; RFC 5227 for probes and announcements.
"""

from __future__ import annotations

from bitwright import IPv4Address, MACAddress, OpenEnum, Struct, ipv4, mac, param, raw, u8, u16, variant
from bitwright_specs.ethernet import EtherType


class HardwareType(OpenEnum):
    """Hardware types (IANA "ARP Parameters")."""

    ETHERNET = 1
    EXPERIMENTAL_ETHERNET = 2
    AX25 = 3
    IEEE_802 = 6
    ARCNET = 7
    FRAME_RELAY = 15
    ATM = 19
    IEEE_1394 = 24
    INFINIBAND = 32


class Operation(OpenEnum):
    """Operation codes (IANA "ARP Parameters")."""

    REQUEST = 1
    REPLY = 2
    REVERSE_REQUEST = 3
    REVERSE_REPLY = 4
    INVERSE_REQUEST = 8
    INVERSE_REPLY = 9
    NAK = 10


class Addresses(Struct):
    """The four addresses; the arm follows from both types and both lengths."""


class EthernetIPv4(Addresses, tag=0x0001_0800_0604):
    """Addresses of Ethernet and IPv4 (RFC 826)."""

    sender_hardware: MACAddress = mac()
    sender_protocol: IPv4Address = ipv4()
    target_hardware: MACAddress = mac(default=MACAddress(bytes(6)))
    target_protocol: IPv4Address = ipv4()


class OtherAddresses(Addresses):
    """Addresses of any other pair of networks."""

    hardware_size = param(int, default=0)
    protocol_size = param(int, default=0)
    sender_hardware: bytes = raw(size=hardware_size)
    sender_protocol: bytes = raw(size=protocol_size)
    target_hardware: bytes = raw(size=hardware_size)
    target_protocol: bytes = raw(size=protocol_size)


class ARP(Struct):
    """ARP packet (RFC 826, "Packet format")."""

    hardware_type: HardwareType = u16(HardwareType, default=HardwareType.ETHERNET)
    protocol_type: EtherType = u16(EtherType, default=EtherType.IPV4)
    hardware_size: int = u8(default=6)
    protocol_size: int = u8(default=4)
    operation: Operation = u16(Operation)
    addresses: Addresses = variant(
        Addresses,
        on=(hardware_type << 32) | (protocol_type << 16) | (hardware_size << 8) | protocol_size,
        unknown=OtherAddresses,
        arguments={"hardware_size": hardware_size, "protocol_size": protocol_size},
    )
