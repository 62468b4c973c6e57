"""Public keys: DNSKEY (RFC 4034), CDNSKEY (RFC 7344), KEY (RFC 2535, RFC 3445) and RKEY (draft-reid-dnsext-rkey)."""

from __future__ import annotations

from bitwright import raw, u8, u16
from bitwright_specs.dns.dnssec_enums import Algorithm
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData

ZONE_KEY = 0x0100  # RFC 4034, section 2.1.1
REVOKED = 0x0080  # RFC 5011, section 3
SECURE_ENTRY_POINT = 0x0001  # RFC 4034, section 2.1.1


class PublicKey(RData):
    """What DNSKEY, CDNSKEY, KEY and RKEY have in common (RFC 4034, section 2.1)."""

    flags: int = u16(doc="256: zone key; 257: also a secure entry point")
    protocol: int = u8(default=3, doc="always 3")
    algorithm: Algorithm = u8(Algorithm)
    public_key: bytes = raw()

    @property
    def zone_key(self) -> bool:
        """Whether it may sign the zone's records."""
        return bool(self.flags & ZONE_KEY)

    @property
    def secure_entry_point(self) -> bool:
        """Whether it is meant as the one that a DS record names."""
        return bool(self.flags & SECURE_ENTRY_POINT)

    @property
    def revoked(self) -> bool:
        """Whether its owner withdrew it (RFC 5011)."""
        return bool(self.flags & REVOKED)

    @property
    def key_tag(self) -> int:
        """The number by which DS and RRSIG records refer to it (RFC 4034, appendix B)."""
        if self.algorithm == Algorithm.RSAMD5:  # appendix B.1: the middle of the modulus's low end
            return int.from_bytes(self.public_key[-3:-1], "big")
        data = self.build()
        total = sum(data[0::2]) * 256 + sum(data[1::2])
        return (total + (total >> 16)) & 0xFFFF


class DNSKEY(PublicKey, tag=Type.DNSKEY):
    """Public key of a zone (RFC 4034, section 2.1)."""


class CDNSKEY(PublicKey, tag=Type.CDNSKEY):
    """Public key as the child wants it in the parent (RFC 7344, section 3.2)."""


class KEY(PublicKey, tag=Type.KEY):
    """Public key for SIG(0) and TKEY (RFC 2535, section 3.1; RFC 3445, section 3); a zone's is DNSKEY now."""


class RKEY(PublicKey, tag=Type.RKEY):
    """Public key that encrypts what NAPTR records say (draft-reid-dnsext-rkey, section 2)."""
