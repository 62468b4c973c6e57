"""Addresses: A (RFC 1035, section 3.4.1) and AAAA (RFC 3596)."""

from __future__ import annotations

from bitwright import IPv4Address, IPv6Address, ipv4, ipv6
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class A(RData, tag=Type.A):
    """IPv4 address of a host (RFC 1035, section 3.4.1)."""

    address: IPv4Address = ipv4()


class AAAA(RData, tag=Type.AAAA):
    """IPv6 address of a host (RFC 3596, section 2.2)."""

    address: IPv6Address = ipv6()
