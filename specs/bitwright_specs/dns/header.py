"""The header of a DNS message (RFC 1035, section 4.1.1; ad and cd: RFC 4035, sections 3.1.6 and 3.2.2)."""

from __future__ import annotations

from bitwright import Struct, auto, bits, flag, reserved, u16
from bitwright_specs.dns.enums import Opcode, Rcode


class Header(Struct):
    """DNS message header (RFC 1035, section 4.1.1; RFC 4035, section 3)."""

    id: int = u16(doc="copied from the query into its response")
    qr: bool = flag(default=False, doc="response")
    opcode: Opcode = bits(4, Opcode, default=Opcode.QUERY)
    aa: bool = flag(default=False, doc="authoritative answer")
    tc: bool = flag(default=False, doc="truncated")
    rd: bool = flag(default=False, doc="recursion desired")
    ra: bool = flag(default=False, doc="recursion available")
    z: int = reserved(1)
    ad: bool = flag(default=False, doc="authentic data")
    cd: bool = flag(default=False, doc="checking disabled")
    rcode: Rcode = bits(4, Rcode, default=Rcode.NOERROR)
    qdcount: int = auto(u16(doc="questions"))
    ancount: int = auto(u16(doc="answers"))
    nscount: int = auto(u16(doc="authorities"))
    arcount: int = auto(u16(doc="additionals"))
