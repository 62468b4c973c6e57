"""HIP: the identity of a host apart from its address (RFC 8005)."""

from __future__ import annotations

from bitwright import Name, array, auto, domain_name, raw, u8, u16
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class HIP(RData, tag=Type.HIP):
    """Host identity, and the rendezvous servers that know its address (RFC 8005, section 5)."""

    hit_length: int = auto(u8(doc="bytes of hit"))
    algorithm: int = u8(doc="as in IPSECKEY: 1 DSA, 2 RSA, 3 ECDSA")
    public_key_length: int = auto(u16(doc="bytes of public_key"))
    hit: bytes = raw(size=hit_length, doc="host identity tag")
    public_key: bytes = raw(size=public_key_length)
    rendezvous_servers: list[Name] = array(domain_name(compress=False), default=[])
