"""What an authoritative server answers: a message for a message, from its zones, without I/O.

Promise: every query gets exactly one answer with its id, whatever it asks; a response never gets one, so two servers cannot talk to
each other for ever.  An answer by datagram is never longer than whoever asked can take (RFC 6891, section 6.2.3): what does not fit
is left out, and the answer says so (RFC 2181, section 9).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from bitwright_specs.dns.domains import folded, parent_of
from bitwright_specs.dns.edns import DNSSEC_OK, Edns
from bitwright_specs.dns.enums import Class, Opcode, Rcode, Type
from bitwright_specs.dns.message import Message
from bitwright_specs.dns.nodes import ZoneError
from bitwright_specs.dns.opt import OPT
from bitwright_specs.dns.question import Question
from bitwright_specs.dns.record import Record
from bitwright_specs.dns.tsig import TSIG
from bitwright_specs.dns.zone import Answer, Zone

WITHOUT_EDNS: Final = 512  # bytes of a datagram (RFC 1035, section 4.2.1)
_HEADER: Final = 12
_OPT: Final = 11
_TRANSFERS: Final = frozenset({Type.AXFR, Type.IXFR})
_MOST_IN_STREAM: Final = 65535
_TRANSFER_MESSAGE: Final = 16384  # pointers of compressed names reach no further (RFC 1035, section 4.1.4)
_PLAIN: Final[tuple[list[Record], int, int]] = ([], WITHOUT_EDNS, 0)
# An attribute of an enumeration costs more than a comparison does.
_QUERY, _NOERROR, _REFUSED, _IN, _DS = Opcode.QUERY, Rcode.NOERROR, Rcode.REFUSED, Class.IN, Type.DS


class Responder:
    """Zones, and how to speak of them.

    `payload`: bytes of a datagram at most, however many the other side can take (RFC 9715).  ZoneError if two zones have one name.
    """

    def __init__(self, zones: Iterable[Zone], *, payload: int = 1232) -> None:
        self.zones: dict[str, Zone] = {}
        self.payload = payload
        # DO is copied; whatever other flags are set are not (RFC 3225, section 3; RFC 6891, section 6.1.4)
        self._opts = [[Edns(udp_payload_size=payload, flags=flags).record()] for flags in (0, DNSSEC_OK)]
        self._refused_version = [Edns(udp_payload_size=payload, extended_rcode=Rcode.BADVERS >> 4).record()]
        for zone in zones:
            if self.zones.setdefault(folded(zone.origin), zone) is not zone:
                raise ZoneError(f"{zone.origin}: two zones have this name")

    def respond(self, query: Message, *, stream: bool = False) -> Message | None:
        """The answer; None to a response.  By `stream` it may be 65,535 bytes long.

        A transfer (AXFR, RFC 5936) is refused here; who allows it sends `transfer`.
        """
        if query.qr:
            return None
        own, limit, rcode = self._beside(query) if query.additionals or query.answers or query.authorities else _PLAIN
        if rcode == _NOERROR:
            if query.opcode != _QUERY:
                rcode = Rcode.NOTIMP
            elif len(query.questions) != 1:
                rcode = Rcode.FORMERR  # RFC 9619
            else:
                return self._answer(query, own, _MOST_IN_STREAM if stream else limit, stream=stream)
        return _reply(query, Rcode(rcode & 15), [], [], own)

    def _answer(self, query: Message, own: list[Record], limit: int, *, stream: bool) -> Message:
        question = query.questions[0]
        zone = self.zone_for(question)
        if zone is None or question.qtype in _TRANSFERS:
            return _reply(query, _REFUSED, [], [], own)
        found = zone.lookup(question.qname, question.qtype, every=stream)
        beside = [*found.glue, *found.extras, *own] if found.glue or found.extras else own
        reply = _reply(query, found.rcode, found.answers, found.authorities, beside, aa=found.authoritative)
        if _HEADER + len(question.qname) + 5 + found.octets + found.extras_octets + _OPT > limit:  # as far as one can tell uncompressed
            _shorten(reply, found, own, limit)
        return reply

    def _beside(self, query: Message) -> tuple[list[Record], int, int]:
        """The OPT record of the answer, how long a datagram may be, and the response code if what goes with the question is wrong."""
        opts = [record for record in query.additionals if isinstance(record.rdata, OPT)]
        if len(opts) > 1 or (opts and opts[0].name != ".") or _has_opt(query.answers) or _has_opt(query.authorities):
            return [], WITHOUT_EDNS, Rcode.FORMERR  # RFC 6891, section 6.1.1
        own, limit, rcode = [], WITHOUT_EDNS, _NOERROR
        if opts:
            said = opts[0].ttl  # upper bits of the response code, version, flags (RFC 6891, section 6.1.3)
            own = self._opts[bool(said & DNSSEC_OK)]
            limit = max(WITHOUT_EDNS, min(int(opts[0].rclass), self.payload))
            if said & 0xFF0000:
                return self._refused_version, limit, Rcode.BADVERS
        if query.additionals and isinstance(query.additionals[-1].rdata, TSIG):
            rcode = Rcode.NOTAUTH  # RFC 8945, section 5.2.1: no key is known here
        return own, limit, rcode

    def zone_for(self, question: Question) -> Zone | None:
        """The zone that a question is about: that of the longest name; what only a parent knows (DS) is asked of the parent."""
        if question.qclass != _IN:
            return None
        zones, key = self.zones, question.qname.lower()
        if question.qtype == _DS and key in zones and key != ".":
            above = self._zone_above(parent_of(key))
            return above or zones[key]
        return self._zone_above(key)

    def _zone_above(self, key: str) -> Zone | None:
        zones = self.zones
        while True:
            zone = zones.get(key)
            if zone is not None or key == ".":
                return zone
            key = parent_of(key)

    def transfer(self, query: Message) -> Iterator[Message] | None:
        """The messages of a whole zone (RFC 5936, section 2.2), or None where that is not what is asked, or not of a zone here.

        An IXFR gets the whole zone, too (RFC 1995, section 4).
        """
        if query.qr or query.opcode != Opcode.QUERY or len(query.questions) != 1 or query.questions[0].qtype not in _TRANSFERS:
            return None
        zone = self.zones.get(folded(query.questions[0].qname))
        return None if zone is None or query.questions[0].qclass != Class.IN else _messages(zone, query)


def malformed_reply(data: bytes) -> Message | None:
    """The answer to a query that cannot be read: FORMERR with its id, where there is a header; None to what may be a response."""
    if len(data) < _HEADER or data[2] & 0x80:
        return None
    opcode = Opcode(data[2] >> 3 & 15)
    return Message(id=int.from_bytes(data[:2], "big"), qr=True, opcode=opcode, rd=bool(data[2] & 1), rcode=Rcode.FORMERR)


def _reply(
    query: Message, rcode: Rcode, answers: list[Record], authorities: list[Record], additionals: list[Record], *, aa: bool = False
) -> Message:
    """The head of every answer (RFC 1035, section 4.1.1; CD: RFC 4035, section 3.1.6), the question as it was spelt."""
    return Message(
        id=query.id, qr=True, opcode=query.opcode, aa=aa, rd=query.rd, cd=query.cd, rcode=rcode,
        questions=query.questions if len(query.questions) == 1 else [],  # what asks too much at once is not sent back
        answers=answers, authorities=authorities, additionals=additionals,
    )  # fmt: skip


def _has_opt(records: list[Record]) -> bool:
    return any(isinstance(record.rdata, OPT) for record in records)


def _shorten(reply: Message, found: Answer, own: list[Record], limit: int) -> None:
    """Make the answer fit: without what may be left out, or else without anything, and marked."""
    if len(reply.build()) <= limit:
        return
    reply.additionals = [*found.glue, *own]
    if len(reply.build()) <= limit:
        return
    reply.tc = True
    reply.answers, reply.authorities, reply.additionals = [], [], own


def _messages(zone: Zone, query: Message) -> Iterator[Message]:
    """The zone, between its SOA and its SOA again, in messages that compression reaches through."""
    records: list[Record] = []
    size = 0
    for record in (*zone.records(), *zone.soa()):
        octets = 11 + len(record.name) + len(record.rdata.build())
        if records and size + octets > _TRANSFER_MESSAGE:
            yield Message(id=query.id, qr=True, aa=True, questions=query.questions, answers=records)
            records, size = [], 0
        records.append(record)
        size += octets
    yield Message(id=query.id, qr=True, aa=True, questions=query.questions, answers=records)
