"""Records that lead through another host: IPSECKEY (RFC 4025) and AMTRELAY (RFC 8777).

Both say by a number whether the host is none, an address or a name: `Gateway` is that union.
"""

from __future__ import annotations

from bitwright import IPv4Address, IPv6Address, Name, OpenEnum, Struct, auto, bits, domain_name, flag, ipv4, ipv6, raw, u8, variant
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class GatewayType(OpenEnum):
    """How the host is given (RFC 4025, section 2.3; RFC 8777, section 4.2.3)."""

    NONE = 0
    IPV4 = 1
    IPV6 = 2
    NAME = 3


class Gateway(Struct):
    """The host that IPSECKEY calls gateway and AMTRELAY relay (RFC 4025, section 2.5; RFC 8777, section 4.2.4)."""


class NoGateway(Gateway, tag=GatewayType.NONE):
    """There is none (RFC 4025, section 2.5)."""


class IPv4Gateway(Gateway, tag=GatewayType.IPV4):
    """Its IPv4 address (RFC 4025, section 2.5)."""

    address: IPv4Address = ipv4()


class IPv6Gateway(Gateway, tag=GatewayType.IPV6):
    """Its IPv6 address (RFC 4025, section 2.5)."""

    address: IPv6Address = ipv6()


class NamedGateway(Gateway, tag=GatewayType.NAME):
    """Its name, never compressed (RFC 4025, section 2.5)."""

    name: Name = domain_name(compress=False)


class UnknownGateway(Gateway):
    """A gateway of a type without a structure: nobody knows where it ends, so it is all that is left."""

    data: bytes = raw(default=b"")


class IPSECKEY(RData, tag=Type.IPSECKEY):
    """Public key for IPsec, and the gateway to a host (RFC 4025, section 2.1)."""

    precedence: int = u8(doc="lower is tried first")
    gateway_type: GatewayType = auto(u8(GatewayType, doc="follows from the class of gateway"))
    algorithm: int = u8(doc="0 no key, 1 DSA, 2 RSA, 3 ECDSA, 4 EdDSA")
    gateway: Gateway = variant(Gateway, on=gateway_type, unknown=UnknownGateway)
    public_key: bytes = raw(default=b"")


class AMTRELAY(RData, tag=Type.AMTRELAY):
    """Relay of automatic multicast tunneling (RFC 8777, section 4.2)."""

    precedence: int = u8(doc="lower is tried first")
    discovery_optional: bool = flag(default=False, doc="the relay may be contacted without discovery")
    relay_type: GatewayType = auto(bits(7, GatewayType, doc="follows from the class of relay"))
    relay: Gateway = variant(Gateway, on=relay_type, unknown=UnknownGateway)
