"""An entry of the question section (RFC 1035, section 4.1.2)."""

from __future__ import annotations

from bitwright import Name, Struct, domain_name, u16
from bitwright_specs.dns.enums import Class, Type


class Question(Struct):
    """DNS question (RFC 1035, section 4.1.2)."""

    qname: Name = domain_name()
    qtype: Type = u16(Type)
    qclass: Class = u16(Class, default=Class.IN)
