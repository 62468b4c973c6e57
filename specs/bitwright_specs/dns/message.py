"""Whole DNS messages, as in a datagram and as in a stream (RFC 1035, sections 4.1 and 4.2.2)."""

from __future__ import annotations

from bitwright import Struct, array, auto, nested, u16
from bitwright_specs.dns.edns import Edns, edns_of
from bitwright_specs.dns.enums import Rcode
from bitwright_specs.dns.header import Header
from bitwright_specs.dns.question import Question
from bitwright_specs.dns.record import Record


class Message(Header, origin=True):
    """DNS message (RFC 1035, section 4.1).

    A parsed message holds the lengths and counts that it was sent with, and given values win when building
    (names are compressed so that the lengths come true).  After an edit, `relaxed()` opens them.
    """

    questions: list[Question] = array(Question, count=Header.qdcount, default=[])
    answers: list[Record] = array(Record, count=Header.ancount, default=[])
    authorities: list[Record] = array(Record, count=Header.nscount, default=[])
    additionals: list[Record] = array(Record, count=Header.arcount, default=[])

    @property
    def edns(self) -> Edns | None:
        """What the OPT record says, or None without one (RFC 6891)."""
        return edns_of(self.additionals)

    @property
    def full_rcode(self) -> Rcode:
        """The response code with the upper eight bits that EDNS(0) adds (RFC 6891, section 6.1.3)."""
        edns = self.edns
        return Rcode(int(self.rcode) | (edns.extended_rcode << 4 if edns else 0))


    # --- dynamic update: the sections under opcode UPDATE (RFC 2136, section 2) ---

    @property
    def zone(self) -> list[Question]:
        """The zone that an update changes: one question of type SOA (RFC 2136, section 2.3).  NOTIFY names its zone so, too."""
        return self.questions

    @property
    def prerequisites(self) -> list[Record]:
        """What must hold before an update is done (RFC 2136, section 2.4)."""
        return self.answers

    @property
    def updates(self) -> list[Record]:
        """What an update adds and deletes (RFC 2136, section 2.5)."""
        return self.authorities


class TcpMessage(Struct):
    """DNS message in a stream, after its length (RFC 1035, section 4.2.2)."""

    length: int = auto(u16(doc="bytes of the message"))
    message: Message = nested(Message, size=length)
