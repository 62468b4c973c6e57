"""Addresses: A (RFC 1035, section 3.4.1), AAAA (RFC 3596) and A6 (RFC 2874, historic by RFC 6563)."""

from __future__ import annotations

from bitwright import IPv4Address, IPv6Address, Name, check, domain_name, ipv4, ipv6, raw, u8, when
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class A(RData, tag=Type.A):
    """IPv4 address of a host (RFC 1035, section 3.4.1)."""

    address: IPv4Address = ipv4()


class AAAA(RData, tag=Type.AAAA):
    """IPv6 address of a host (RFC 3596, section 2.2)."""

    address: IPv6Address = ipv6()


class A6(RData, tag=Type.A6):
    """Lower part of an IPv6 address, and the name that has the upper one (RFC 2874, section 3.1; historic)."""

    prefix_length: int = u8(doc="bits that the prefix name has; 0 to 128")
    check(prefix_length <= 128, "an address has 128 bits")
    suffix: bytes = raw(size=(135 - prefix_length) // 8, doc="as many bytes as the other bits need")
    prefix_name: Name | None = when(prefix_length > 0, domain_name(compress=False))
