"""Signatures over records: RRSIG (RFC 4034) and SIG, its ancestor that still signs transactions (RFC 2535, RFC 2931)."""

from __future__ import annotations

from bitwright import Name, Timestamp, domain_name, raw, timestamp, u8, u16, u32
from bitwright_specs.dns.dnssec_enums import Algorithm
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class Signature(RData):
    """What RRSIG and SIG have in common (RFC 4034, section 3.1); the signer's name is never compressed."""

    type_covered: Type = u16(Type, doc="0 in a SIG over a transaction")
    algorithm: Algorithm = u8(Algorithm)
    labels: int = u8(doc="labels of the signed owner name, without root and wildcard")
    original_ttl: int = u32(doc="seconds")
    expiration: Timestamp = timestamp(u32(), doc="seconds since 1970, modulo 2**32")
    inception: Timestamp = timestamp(u32(), doc="seconds since 1970, modulo 2**32")
    key_tag: int = u16()
    signer_name: Name = domain_name(compress=False)
    signature: bytes = raw()


class RRSIG(Signature, tag=Type.RRSIG):
    """Signature over a set of records (RFC 4034, section 3.1)."""


class SIG(Signature, tag=Type.SIG):
    """Signature over records (RFC 2535, section 4.1; replaced by RRSIG) or over a transaction, SIG(0) (RFC 2931, section 3)."""
