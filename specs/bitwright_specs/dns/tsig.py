"""Signed transactions: TSIG (RFC 8945) and TKEY (RFC 2930), pseudo records of the additional section."""

from __future__ import annotations

from bitwright import Name, Timestamp, domain_name, raw, timestamp, u16, u32, u48
from bitwright_specs.dns.enums import Rcode, Type
from bitwright_specs.dns.rdata import RData


class TSIG(RData, tag=Type.TSIG):
    """Signature over a whole message with a shared secret (RFC 8945, section 4.2)."""

    algorithm_name: Name = domain_name(compress=False)
    time_signed: Timestamp = timestamp(u48(), doc="seconds since 1970")
    fudge: int = u16(doc="seconds")
    mac: bytes = raw(prefix=u16())
    original_id: int = u16()
    error: Rcode = u16(Rcode)
    other_data: bytes = raw(prefix=u16())


class TKEY(RData, tag=Type.TKEY):
    """Agreement on a shared secret (RFC 2930, section 2)."""

    algorithm: Name = domain_name(compress=False)
    inception: Timestamp = timestamp(u32(), doc="seconds since 1970")
    expiration: Timestamp = timestamp(u32(), doc="seconds since 1970")
    mode: int = u16()
    error: Rcode = u16(Rcode)
    key_data: bytes = raw(prefix=u16())
    other_data: bytes = raw(prefix=u16())
