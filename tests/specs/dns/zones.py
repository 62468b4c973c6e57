"""Questions to a zone as one line each, for the tests of the zone logic."""

from __future__ import annotations

from pathlib import Path

from bitwright_specs.dns import Edns, Message, Question, Record, Type
from bitwright_specs.dns.presentation import data_text
from bitwright_specs.dns.responder import Responder
from bitwright_specs.dns.zone import Zone
from bitwright_specs.dns.zone_file import read_zone, zone_of

EXAMPLE = Path(__file__).resolve().parents[3] / "samples" / "example.zone.toml"
HEAD = """
origin = "test."
ttl = 300
soa = { mname = "ns", rname = "me", serial = 1, refresh = 2, retry = 3, expire = 4, minimum = 60 }
"""
SOA_LINE = "example. 300 SOA ns1.example. hostmaster.example. 2026112301 7200 900 1209600 300"


def example() -> Zone:
    return read_zone(EXAMPLE)


def zone(records: str) -> Zone:
    """A zone "test." with these records besides NS."""
    return zone_of(f'{HEAD}[records."@"]\nNS = "ns"\n{records}')


def line(record: Record) -> str:
    kind = Type(record.resolved().type)
    return f"{record.name} {record.ttl} {kind} {data_text(kind, record.rdata)}"


def query(name: str, kind: Type = Type.A, edns: Edns | None = None, number: int = 4660) -> Message:
    return Message(id=number, rd=True, questions=[Question(qname=name, qtype=kind)], additionals=[edns.record()] if edns else [])


def asked(responder: Responder, message: Message, *, stream: bool = False) -> Message:
    """What comes back, over the wire and back."""
    got = responder.respond(Message.parse(message.build()), stream=stream)
    assert got is not None
    return Message.parse(got.build())
