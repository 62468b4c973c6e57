"""CAA: who may issue certificates for a name (RFC 8659)."""

from __future__ import annotations

from bitwright import flag, raw, reserved, u8
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class CAA(RData, tag=Type.CAA):
    """Certification authority authorization (RFC 8659, section 4.1)."""

    critical: bool = flag(default=False, doc="an issuer that does not know the tag must refuse")
    reserved_flags: int = reserved(7)
    tag: bytes = raw(prefix=u8())
    value: bytes = raw()
