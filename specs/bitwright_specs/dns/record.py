"""A resource record (RFC 1035, section 4.1.3)."""

from __future__ import annotations

from bitwright import Name, Struct, auto, domain_name, u16, u32, variant
from bitwright_specs.dns.enums import TOP_BIT, Class, Type
from bitwright_specs.dns.rdata import Opaque, RData


class Record(Struct):
    """DNS resource record (RFC 1035, section 4.1.3; RFC 3597)."""

    name: Name = domain_name()
    type: Type = auto(u16(Type, doc="follows from the class of rdata"))
    rclass: Class = u16(Class, default=Class.IN)
    ttl: int = u32(doc="seconds")
    rdlength: int = auto(u16(doc="bytes of rdata"))
    rdata: RData = variant(RData, on=type, unknown=Opaque, empty=Opaque, size=rdlength)

    @property
    def cache_flush(self) -> bool:
        """In multicast DNS: forget what was known of this record set (RFC 6762, section 10.2).  Nothing to an OPT record."""
        return bool(self.rclass & TOP_BIT)

    @property
    def mdns_class(self) -> Class:
        """The class without multicast DNS's bit (RFC 6762, section 18.13)."""
        return Class(self.rclass & ~TOP_BIT)
