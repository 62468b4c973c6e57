"""The registries of DNSSEC: signature algorithms, digest types, hash algorithms (IANA)."""

from __future__ import annotations

from bitwright import OpenEnum


class Algorithm(OpenEnum):
    """DNS security algorithm numbers (RFC 4034, appendix A.1; RFC 8624; IANA)."""

    DELETE = 0
    RSAMD5 = 1
    DH = 2
    DSA = 3
    RSASHA1 = 5
    DSA_NSEC3_SHA1 = 6
    RSASHA1_NSEC3_SHA1 = 7
    RSASHA256 = 8
    RSASHA512 = 10
    ECC_GOST = 12
    ECDSAP256SHA256 = 13
    ECDSAP384SHA384 = 14
    ED25519 = 15
    ED448 = 16
    SM2SM3 = 17
    ECC_GOST12 = 23
    INDIRECT = 252
    PRIVATEDNS = 253
    PRIVATEOID = 254


class DigestType(OpenEnum):
    """Digests of delegation signers (RFC 4034, appendix A.2; IANA)."""

    SHA1 = 1
    SHA256 = 2
    GOST = 3
    SHA384 = 4
    GOST12 = 5
    SM3 = 6


class Nsec3Hash(OpenEnum):
    """Hash algorithms of NSEC3 (RFC 5155, section 11; IANA)."""

    SHA1 = 1
