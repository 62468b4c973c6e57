"""Where a service is: SRV (RFC 2782), NAPTR (RFC 3403), URI (RFC 7553)."""

from __future__ import annotations

from bitwright import Name, domain_name, raw, u8, u16
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class SRV(RData, tag=Type.SRV):
    """Host and port of a service (RFC 2782); its target is never compressed."""

    priority: int = u16()
    weight: int = u16()
    port: int = u16()
    target: Name = domain_name(compress=False)


class NAPTR(RData, tag=Type.NAPTR):
    """Naming authority pointer (RFC 3403, section 4.1)."""

    order: int = u16()
    preference: int = u16()
    flags: bytes = raw(prefix=u8())
    services: bytes = raw(prefix=u8())
    regexp: bytes = raw(prefix=u8())
    replacement: Name = domain_name(compress=False)


class URI(RData, tag=Type.URI):
    """Resource of a service (RFC 7553, section 4.5)."""

    priority: int = u16()
    weight: int = u16()
    target: bytes = raw()
