"""The stub resolver over a network in memory: what it asks again, of whom it takes an answer, and how each question ends."""

from __future__ import annotations

import pytest

from bitwright.net import Answering, Disconnected, Peer, TimedOut, serve
from bitwright.net.memory import Faults, Memory
from bitwright_specs.dns import Message, Question, Rcode, Type
from bitwright_specs.dns.authority import Authority
from bitwright_specs.dns.protocol import DNS, answers
from bitwright_specs.dns.resolver import Asking, TransferRefusedError, resolve, reverse_name, transfer
from tests.specs.dns.zones import example, query

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)


async def test_an_answer_by_udp() -> None:
    network = Memory()
    async with serve(Authority([example()]), DNS, udp=HERE, tcp=HERE, network=network) as server:
        found = await resolve("www.example.", Type.A, server.udp, network=network)
        assert (found.transport, len(found.reply.answers), found.server) == ("udp", 2, server.udp)


async def test_what_is_truncated_comes_by_tcp() -> None:
    network = Memory()
    async with serve(Authority([example()]), DNS, udp=HERE, tcp=HERE, network=network) as server:
        found = await resolve("big.example.", Type.TXT, server.udp, network=network)
        by_tcp = await resolve("www.example.", Type.A, server.udp, asking=Asking(tcp=True), network=network)
        assert (found.transport, len(found.reply.answers)) == ("tcp", 10)
        assert (by_tcp.transport, len(by_tcp.reply.answers)) == ("tcp", 2)


async def test_a_server_that_knows_no_edns_is_asked_without() -> None:
    def old(message: Message, peer: Peer) -> Message:
        rcode = Rcode.FORMERR if message.additionals else Rcode.NOERROR
        return Message(id=message.id, qr=True, rcode=rcode, questions=[] if message.additionals else message.questions)

    network = Memory()
    async with serve(Answering(old), DNS, udp=HERE, network=network) as server:
        found = await resolve("www.example.", Type.A, server.udp, network=network)
        assert (found.reply.rcode, server.info().counters.received) == (Rcode.NOERROR, 2)


async def test_what_is_lost_is_asked_again() -> None:
    network = Memory(faults=Faults(drop=0.5), seed=5)
    async with serve(Authority([example()]), DNS, udp=HERE, tcp=HERE, network=network) as server:
        for _ in range(20):
            found = await resolve("www.example.", Type.A, server.udp, asking=Asking(tries=30), network=network)
            assert len(found.reply.answers) == 2


async def test_silence_ends_after_all_tries() -> None:
    network = Memory()
    async with serve(Answering(lambda message, peer: None), DNS, udp=HERE, tcp=HERE, network=network) as server:
        for tcp in (False, True):
            with pytest.raises(TimedOut):
                await resolve("www.example.", Type.A, server.udp, asking=Asking(timeout=20, tries=2, tcp=tcp), network=network)
        assert server.info().counters.received == 3


async def test_where_nobody_listens_that_is_said_at_once() -> None:
    with pytest.raises(Disconnected) as raised:
        await resolve("www.example.", Type.A, ("127.0.0.1", 9), asking=Asking(tcp=True), network=Memory())
    assert not raised.value.sent


async def test_a_zone_is_had_record_by_record_or_refused() -> None:
    import ipaddress

    network = Memory()
    allowed = Authority([example()], transfers=[ipaddress.ip_network("127.0.0.0/8")])
    async with serve(allowed, DNS, tcp=HERE, network=network) as server:
        got = [record async for record in transfer("example.", server.tcp, network=network)]
        assert (got[0].rdata, len(got)) == (got[-1].rdata, 38)
        with pytest.raises(TransferRefusedError, match="does not transfer the zone: REFUSED"):
            [record async for record in transfer("www.example.", server.tcp, network=network)]


def test_an_answer_has_the_question_in_any_spelling() -> None:
    asked = query("www.example.")
    spelt = Message(id=1, qr=True, questions=[Question(qname="WWW.example.", qtype=Type.A)])
    assert answers(asked, spelt)
    assert not answers(asked, asked)  # a question is no answer to itself
    assert not answers(asked, spelt.replace(questions=[Question(qname="www.example.", qtype=Type.AAAA)]))
    assert not answers(asked, spelt.replace(questions=[Question(qname="w.example.", qtype=Type.A)]))
    assert not answers(asked, spelt.replace(questions=[]))
    assert answers(asked, spelt.replace(questions=[], rcode=Rcode.REFUSED))


def test_names_are_checked_before_anything_is_sent() -> None:
    assert reverse_name("192.0.2.1") == "1.2.0.192.in-addr.arpa."
    with pytest.raises(ValueError, match="does not appear to be"):
        reverse_name("192.0.2")


async def test_what_is_no_name_is_refused() -> None:
    for name in ("a..b.", "no-final-dot"):
        with pytest.raises(ValueError, match=r"is no domain name|has no final dot"):
            await resolve(name, network=Memory())
