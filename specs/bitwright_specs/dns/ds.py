"""Digests of keys: DS (RFC 4034), CDS (RFC 7344), and the trust anchors DLV (RFC 4431) and TA."""

from __future__ import annotations

from bitwright import raw, u8, u16
from bitwright_specs.dns.dnssec_enums import Algorithm, DigestType
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class DelegationDigest(RData):
    """What DS, CDS, DLV and TA have in common (RFC 4034, section 5.1)."""

    key_tag: int = u16()
    algorithm: Algorithm = u8(Algorithm)
    digest_type: DigestType = u8(DigestType)
    digest: bytes = raw()


class DS(DelegationDigest, tag=Type.DS):
    """Delegation signer (RFC 4034, section 5.1)."""


class CDS(DelegationDigest, tag=Type.CDS):
    """Delegation signer as the child wants it (RFC 7344, section 3.1)."""


class DLV(DelegationDigest, tag=Type.DLV):
    """Delegation signer outside the delegation (RFC 4431, section 2; historic)."""


class TA(DelegationDigest, tag=Type.TA):
    """Trust anchor (INI1999-19, "Deploying DNSSEC Without a Signed Root")."""
