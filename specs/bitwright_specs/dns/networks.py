"""Addresses in other networks: X25, ISDN and RT (RFC 1183), NSAP and NSAP-PTR (RFC 1706), PX (RFC 2163), ATMA."""

from __future__ import annotations

from bitwright import Name, OpenEnum, domain_name, raw, rest, u8, u16, when
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class X25(RData, tag=Type.X25):
    """Address in a public switched data network (RFC 1183, section 3.1)."""

    psdn_address: bytes = raw(prefix=u8(), doc="digits")


class ISDN(RData, tag=Type.ISDN):
    """ISDN number, perhaps with a subaddress (RFC 1183, section 3.2)."""

    address: bytes = raw(prefix=u8(), doc="digits")
    subaddress: bytes | None = when(rest() > 0, raw(prefix=u8()))


class RT(RData, tag=Type.RT):
    """Route through an intermediate host (RFC 1183, section 3.3)."""

    preference: int = u16()
    intermediate_host: Name = domain_name(compress=False)


class NSAP(RData, tag=Type.NSAP):
    """Network service access point (RFC 1706, section 5)."""

    address: bytes = raw()


class NSAP_PTR(RData, tag=Type.NSAP_PTR):  # noqa: N801  # its name in the registry
    """Name of a network service access point (RFC 1348, section 3; RFC 1706, section 6, uses PTR)."""

    owner: Name = domain_name(compress=False)


class PX(RData, tag=Type.PX):
    """Mapping between mail addresses of RFC 822 and X.400 (RFC 2163, section 4)."""

    preference: int = u16()
    map822: Name = domain_name(compress=False)
    mapx400: Name = domain_name(compress=False)


class AtmFormat(OpenEnum):
    """Forms of an ATM address (ATM Forum, af-saa-0069, section 5.2)."""

    AESA = 0
    E164 = 1


class ATMA(RData, tag=Type.ATMA):
    """ATM address (ATM Forum, af-saa-0069, section 5.2)."""

    format: AtmFormat = u8(AtmFormat)
    address: bytes = raw()
