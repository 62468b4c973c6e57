"""A resource record (RFC 1035, section 4.1.3)."""

from __future__ import annotations

from bitwright import Name, Struct, auto, domain_name, u16, u32, variant
from bitwright_specs.dns.enums import Class, Type
from bitwright_specs.dns.rdata import Opaque, RData


class Record(Struct):
    """DNS resource record (RFC 1035, section 4.1.3; RFC 3597)."""

    name: Name = domain_name()
    type: Type = auto(u16(Type, doc="follows from the class of rdata"))
    rclass: Class = u16(Class, default=Class.IN)
    ttl: int = u32(doc="seconds")
    rdlength: int = auto(u16(doc="bytes of rdata"))
    rdata: RData = variant(RData, on=type, unknown=Opaque, empty=Opaque, size=rdlength)
