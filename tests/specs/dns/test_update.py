"""Dynamic update and NOTIFY beside dnspython (RFC 2136, RFC 1996), and the bits of multicast DNS (RFC 6762)."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.opcode
import dns.rdataclass
import dns.rdatatype
import dns.update
import pytest

from bitwright import IPv4Address
from bitwright_specs.dns import NS, A, Class, Edns, Message, Opaque, Opcode, Question, RData, Record, Type, update
from bitwright_specs.dns.update import Meaning

ZONE = Question(qname="example.com.", qtype=Type.SOA)
ADDRESS = A(address=IPv4Address("192.0.2.1"))


def _theirs() -> dns.update.UpdateMessage:
    made = dns.update.UpdateMessage("example.com.", id=7)
    made.present("used")
    made.absent("unused")
    made.present("a", "A")
    made.absent("ns", "NS")
    made.present("b", "A", "192.0.2.1")
    made.add("new", 300, "A", "192.0.2.1")
    made.delete("old", "A")
    made.delete("older")
    made.delete("one", "A", "192.0.2.1")
    return made


PREREQUISITES = [
    (update.name_in_use("used.example.com."), Meaning.NAME_IN_USE),
    (update.name_not_in_use("unused.example.com."), Meaning.NAME_NOT_IN_USE),
    (update.rrset_exists("a.example.com.", Type.A), Meaning.RRSET_EXISTS),
    (update.rrset_absent("ns.example.com.", Type.NS), Meaning.RRSET_ABSENT),
    (Record(name="b.example.com.", ttl=0, rdata=ADDRESS), Meaning.RRSET_EXISTS_AS),
]
CHANGES = [
    (Record(name="new.example.com.", ttl=300, rdata=ADDRESS), Meaning.ADD),
    (update.delete_rrset("old.example.com.", Type.A), Meaning.DELETE_RRSET),
    (update.delete_name("older.example.com."), Meaning.DELETE_NAME),
    (update.delete_record("one.example.com.", ADDRESS), Meaning.DELETE_RECORD),
]


def test_an_update_is_dnspythons(engine: str) -> None:
    made = Message(
        id=7, opcode=Opcode.UPDATE, questions=[ZONE], answers=[r for r, _ in PREREQUISITES], authorities=[r for r, _ in CHANGES]
    )
    wire = Message.codec(engine).build(made)
    assert wire == _theirs().to_wire()
    read = Message.codec(engine).parse(wire)
    assert read == made.resolved()
    assert [q.qname for q in read.zone] == ["example.com."]
    assert [update.prerequisite_of(r) for r in read.prerequisites] == [meaning for _, meaning in PREREQUISITES]
    assert [update.change_of(r) for r in read.updates] == [meaning for _, meaning in CHANGES]
    assert {meaning for _, meaning in [*PREREQUISITES, *CHANGES]} == set(Meaning)


@pytest.mark.parametrize("rdata", [Opaque(), NS(nsdname="ns.example.com.")])
def test_data_may_be_absent(engine: str, rdata: RData) -> None:
    record = Record(name="x.example.com.", type=Type.NS, rclass=Class.ANY, ttl=0, rdata=rdata)
    wire = Record.codec(engine).build(record)
    assert Record.codec(engine).parse(wire) == record.resolved()
    assert record.resolved().rdlength == (0 if rdata == Opaque() else 5)


def test_a_notify_is_dnspythons() -> None:
    theirs = dns.message.make_query("example.com.", "SOA", id=9, use_edns=0, payload=1232)
    theirs.set_opcode(dns.opcode.NOTIFY)
    theirs.flags = dns.flags.AA | dns.opcode.to_flags(dns.opcode.NOTIFY)
    made = Message(id=9, opcode=Opcode.NOTIFY, aa=True, questions=[ZONE], additionals=[Edns().record()])
    assert made.build() == theirs.to_wire()
    assert Message.parse(made.build()).zone == [ZONE]


def test_bits_of_multicast_dns(engine: str) -> None:
    asked = Question(qname="printer.local.", qtype=Type.ANY, qclass=Class(0x8001))
    told = Record(name="printer.local.", rclass=Class(0x8001), ttl=120, rdata=ADDRESS)
    made = Message(id=0, questions=[asked], answers=[told, told.replace(rclass=Class.IN)])
    read = Message.codec(engine).parse(Message.codec(engine).build(made))
    assert (read.questions[0].unicast_response, read.questions[0].mdns_class) == (True, Class.IN)
    assert [(r.cache_flush, r.mdns_class, int(r.rclass)) for r in read.answers] == [(True, Class.IN, 0x8001), (False, Class.IN, 1)]
    assert not ZONE.unicast_response
    assert ZONE.mdns_class is Class.IN
