"""Statements of a zone about itself: ZONEMD (RFC 8976), DSYNC (RFC 9859), DOA (draft-durand-doa-over-dns)."""

from __future__ import annotations

from bitwright import Name, OpenEnum, domain_name, raw, u8, u16, u32
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class ZonemdScheme(OpenEnum):
    """Which records are digested in which order (RFC 8976, section 5.2; IANA)."""

    SIMPLE = 1


class ZonemdHash(OpenEnum):
    """Digests of zones (RFC 8976, section 5.3; IANA)."""

    SHA384 = 1
    SHA512 = 2


class ZONEMD(RData, tag=Type.ZONEMD):
    """Digest over a whole zone (RFC 8976, section 2.2)."""

    serial: int = u32(doc="of the SOA record")
    scheme: ZonemdScheme = u8(ZonemdScheme)
    hash_algorithm: ZonemdHash = u8(ZonemdHash)
    digest: bytes = raw()


class DsyncScheme(OpenEnum):
    """How the target is told (RFC 9859, section 6.2; IANA)."""

    NOTIFY = 1


class DSYNC(RData, tag=Type.DSYNC):
    """Where a child tells its parent of changes (RFC 9859, section 2.1)."""

    rrtype: Type = u16(Type, doc="the type whose change is told: CDS or CSYNC")
    scheme: DsyncScheme = u8(DsyncScheme)
    port: int = u16()
    target: Name = domain_name(compress=False)


class DOA(RData, tag=Type.DOA):
    """Digital object (draft-durand-doa-over-dns, section 3.1)."""

    enterprise: int = u32()
    doa_type: int = u32()
    location: int = u8()
    media_type: bytes = raw(prefix=u8())
    data: bytes = raw()
