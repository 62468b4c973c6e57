"""Linux cooked captures, version 1: what replaces the link header on the "any" device.

LINKTYPE_LINUX_SLL (113) of the tcpdump group's "Link-Layer Header Types".
"""

from __future__ import annotations

from bitwright import OpenEnum, Struct, payload, raw, u16
from bitwright_specs.ethernet import EtherType


class PacketType(OpenEnum):
    """From whom and to whom the packet went, as the capturing host saw it."""

    TO_US = 0
    BROADCAST = 1
    MULTICAST = 2
    TO_OTHERS = 3
    FROM_US = 4


class LinuxSLL(Struct):
    """Linux cooked header, version 1 (LINKTYPE_LINUX_SLL).

    `address` holds the first 8 bytes of the sender's link address, of which `address_length` count; what lies
    behind them is not always zero.  A `protocol` below 0x0600 is a Linux number: 4 is an LLC frame.
    """

    packet_type: PacketType = u16(PacketType, default=PacketType.TO_US)
    hardware_type: int = u16(default=1, doc="Linux ARPHRD_ number: 1 Ethernet, 772 loopback, 65534 none")
    address_length: int = u16(default=6)
    address: bytes = raw(size=8, default=bytes(8))
    protocol: EtherType = u16(EtherType)
    payload: bytes = payload()
