"""SOA: start of a zone of authority (RFC 1035, section 3.3.13)."""

from __future__ import annotations

from bitwright import Name, domain_name, u32
from bitwright_specs.dns.enums import Type
from bitwright_specs.dns.rdata import RData


class SOA(RData, tag=Type.SOA):
    """Start of a zone of authority (RFC 1035, section 3.3.13; RFC 2308, section 4)."""

    mname: Name = domain_name(doc="primary name server")
    rname: Name = domain_name(doc="mailbox of who is responsible")
    serial: int = u32()
    refresh: int = u32(doc="seconds")
    retry: int = u32(doc="seconds")
    expire: int = u32(doc="seconds")
    minimum: int = u32(doc="seconds; how long a denial may be cached")
