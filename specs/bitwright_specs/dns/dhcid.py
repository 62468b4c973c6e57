"""DHCID: which DHCP client a name belongs to (RFC 4701)."""

from __future__ import annotations

from bitwright import OpenEnum, raw, u8, u16
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class DhcpIdentifierType(OpenEnum):
    """What the digest was made of (RFC 4701, section 3.3; IANA)."""

    HARDWARE_ADDRESS = 0
    CLIENT_IDENTIFIER = 1
    DUID = 2


class DhcpDigestType(OpenEnum):
    """Digests of DHCP identifiers (RFC 4701, section 3.4; IANA)."""

    SHA256 = 1


class DHCID(RData, tag=Type.DHCID):
    """Digest of a DHCP client's identity and name (RFC 4701, section 3.1)."""

    identifier_type: DhcpIdentifierType = u16(DhcpIdentifierType)
    digest_type: DhcpDigestType = u8(DhcpDigestType)
    digest: bytes = raw()
