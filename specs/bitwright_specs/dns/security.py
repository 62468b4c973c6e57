"""Keys and their fingerprints: TLSA and SMIMEA (RFC 6698, RFC 8162), SSHFP (RFC 4255), CERT (RFC 4398), OPENPGPKEY (RFC 7929)."""

from __future__ import annotations

from bitwright import raw, u8, u16
from bitwright_specs.dns.dnssec_enums import Algorithm
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class CertificateAssociation(RData):
    """What TLSA and SMIMEA have in common (RFC 6698, section 2.1)."""

    usage: int = u8(doc="0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218)")
    selector: int = u8(doc="0 whole certificate, 1 public key")
    matching_type: int = u8(doc="0 all of it, 1 SHA-256, 2 SHA-512")
    data: bytes = raw()


class TLSA(CertificateAssociation, tag=Type.TLSA):
    """Certificate of a TLS service (RFC 6698, section 2.1)."""


class SMIMEA(CertificateAssociation, tag=Type.SMIMEA):
    """Certificate of a mail user (RFC 8162, section 2)."""


class SSHFP(RData, tag=Type.SSHFP):
    """Fingerprint of an SSH host key (RFC 4255, section 3.1)."""

    algorithm: int = u8(doc="1 RSA, 2 DSA, 3 ECDSA, 4 Ed25519, 6 Ed448")
    fingerprint_type: int = u8(doc="1 SHA-1, 2 SHA-256")
    fingerprint: bytes = raw()


class CERT(RData, tag=Type.CERT):
    """Certificate or revocation list (RFC 4398, section 2)."""

    certificate_type: int = u16()
    key_tag: int = u16()
    algorithm: Algorithm = u8(Algorithm)
    certificate_or_crl: bytes = raw()


class OPENPGPKEY(RData, tag=Type.OPENPGPKEY):
    """OpenPGP key of a mail user (RFC 7929, section 2.1)."""

    public_key: bytes = raw()
