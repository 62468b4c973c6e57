"""Assigned Internet protocol numbers, which IPv4, IPv6 and its extension headers share.

IANA "Assigned Internet Protocol Numbers" and "Internet Protocol Version 6 Parameters".
"""

from __future__ import annotations

from bitwright import OpenEnum


class IPProtocol(OpenEnum):
    """What follows an IP header or an extension header."""

    HOP_BY_HOP = 0
    ICMP = 1
    IGMP = 2
    IPV4 = 4
    TCP = 6
    EGP = 8
    IGP = 9
    UDP = 17
    DCCP = 33
    IPV6 = 41
    ROUTING = 43
    FRAGMENT = 44
    RSVP = 46
    GRE = 47
    ESP = 50
    AH = 51
    ICMPV6 = 58
    NO_NEXT_HEADER = 59
    DESTINATION_OPTIONS = 60
    EIGRP = 88
    OSPF = 89
    IPIP = 94
    ETHERIP = 97
    PIM = 103
    IPCOMP = 108
    VRRP = 112
    L2TP = 115
    SCTP = 132
    MOBILITY = 135
    UDP_LITE = 136
    MPLS = 137
    HIP = 139
    SHIM6 = 140
    ETHERNET = 143


class ECN(OpenEnum):
    """Explicit congestion notification, the two low bits of the traffic class (RFC 3168, section 5)."""

    NOT_ECT = 0
    ECT_1 = 1
    ECT_0 = 2
    CE = 3
