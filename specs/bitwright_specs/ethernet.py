"""Ethernet frames: Ethernet II and IEEE 802.3, and the registry of EtherTypes that VLAN, ARP, SNAP and cooked captures share.

IEEE 802.3-2022, clause 3; RFC 894; RFC 1042.  The preamble and the frame check sequence are not part
of a captured frame; the trailer that pads a frame to 60 bytes is what the layer above leaves over.
"""

from __future__ import annotations

from bitwright import MACAddress, OpenEnum, Struct, mac, payload, rest, select, u16


class EtherType(OpenEnum):
    """EtherTypes (IANA "IEEE 802 Numbers"); a value up to 1500 in an Ethernet frame is a length instead."""

    IPV4 = 0x0800
    ARP = 0x0806
    WAKE_ON_LAN = 0x0842
    TRILL = 0x22F3
    RARP = 0x8035
    APPLETALK = 0x809B
    AARP = 0x80F3
    VLAN = 0x8100
    IPX = 0x8137
    IPV6 = 0x86DD
    ETHERNET_FLOW_CONTROL = 0x8808
    SLOW_PROTOCOLS = 0x8809
    MPLS = 0x8847
    MPLS_MULTICAST = 0x8848
    PPPOE_DISCOVERY = 0x8863
    PPPOE_SESSION = 0x8864
    EAPOL = 0x888E
    PROFINET = 0x8892
    ETHERCAT = 0x88A4
    SERVICE_VLAN = 0x88A8
    GOOSE = 0x88B8
    LLDP = 0x88CC
    MACSEC = 0x88E5
    PTP = 0x88F7
    FCOE = 0x8906
    LOOPBACK = 0x9000
    QINQ = 0x9100


class Ethernet(Struct):
    """Ethernet frame (IEEE 802.3-2022, clause 3.2; RFC 894).

    A `type` up to 1500 is the payload's length in bytes, and the payload an LLC frame (RFC 1042).
    """

    dst: MACAddress = mac()
    src: MACAddress = mac()
    type: EtherType = u16(EtherType)
    is_llc = type <= 1500
    payload: bytes = payload(size=select(type > 1500, rest(), type))
