"""Linux cooked captures, version 2, which names the interface of each packet.

LINKTYPE_LINUX_SLL2 (276) of the tcpdump group's "Link-Layer Header Types".
"""

from __future__ import annotations

from bitwright import Struct, payload, raw, reserved, u8, u16, u32
from bitwright_specs.ethernet import EtherType
from bitwright_specs.linux_sll import PacketType


class LinuxSLL2(Struct):
    """Linux cooked header, version 2 (LINKTYPE_LINUX_SLL2); `address` and `protocol` as in version 1."""

    protocol: EtherType = u16(EtherType)
    reserved_bits: int = reserved(16)
    interface_index: int = u32(default=0)
    hardware_type: int = u16(default=1, doc="Linux ARPHRD_ number: 1 Ethernet, 772 loopback, 65534 none")
    packet_type: PacketType = u8(PacketType, default=PacketType.TO_US)
    address_length: int = u8(default=6)
    address: bytes = raw(size=8, default=bytes(8))
    payload: bytes = payload()
