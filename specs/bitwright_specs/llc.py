"""Logical link control, the header in 802.3 frames that carry a length, and its SNAP extension.

IEEE 802.2 (ISO/IEC 8802-2), clauses 3 and 5; RFC 1042 for SNAP.
"""

from __future__ import annotations

from bitwright import OpenEnum, Struct, payload, select, u8, u16, u24, when
from bitwright_specs.ethernet import EtherType


class SAP(OpenEnum):
    """Service access points; an odd destination is a group, an odd source marks a response."""

    NULL = 0x00
    SNA = 0x04
    IP = 0x06
    SPANNING_TREE = 0x42
    SNAP = 0xAA
    SNAP_RESPONSE = 0xAB
    IPX = 0xE0
    NETBIOS = 0xF0
    OSI = 0xFE
    GLOBAL = 0xFF


class LLC(Struct):
    """LLC header (IEEE 802.2, clause 3.2).

    Unnumbered frames (the two low bits of `control` are set) have one byte of control, others two.
    """

    dsap: SAP = u8(SAP)
    ssap: SAP = u8(SAP)
    control: int = u8(default=0x03)
    control_extension: int | None = when(control & 3 != 3, u8())
    payload: bytes = payload()


class SNAP(Struct):
    """SNAP header (RFC 1042; IEEE 802-2014, clause 9.5).

    The protocol is an EtherType where the organization is 0 (RFC 1042) or 0x0000F8 (bridge tunnel);
    `ethertype` is 0 for others.
    """

    oui: int = u24(default=0)
    protocol: EtherType = u16(EtherType)
    ethertype = select((oui == 0) | (oui == 0x0000F8), protocol, 0)
    payload: bytes = payload()
