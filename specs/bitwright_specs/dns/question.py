"""An entry of the question section (RFC 1035, section 4.1.2)."""

from __future__ import annotations

from bitwright import Name, Struct, domain_name, u16
from bitwright_specs.dns.enums import TOP_BIT, Class, Type


class Question(Struct):
    """DNS question (RFC 1035, section 4.1.2)."""

    qname: Name = domain_name()
    qtype: Type = u16(Type)
    qclass: Class = u16(Class, default=Class.IN)

    @property
    def unicast_response(self) -> bool:
        """In multicast DNS: the answer may come by unicast, "QU" (RFC 6762, section 5.4)."""
        return bool(self.qclass & TOP_BIT)

    @property
    def mdns_class(self) -> Class:
        """The class without multicast DNS's bit (RFC 6762, section 18.12)."""
        return Class(self.qclass & ~TOP_BIT)
