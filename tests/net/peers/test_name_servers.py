"""Our clients ask unbound, NSD and Knot: by UDP, by TCP, and by TCP what was truncated."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from ipaddress import IPv6Address

import anyio
import pytest

from bitwright.net import Backoff, Client, DatagramClient, Disconnected, Postponing, Protocol, StreamAddress, TimedOut, call_once
from bitwright.net.client_policy import State
from bitwright.net.sockets import Sockets
from bitwright_specs.dns import AAAA, TXT, A, Edns, Message, Question, Rcode, TcpMessage, Type
from tests.net.peers.daemons import HOSTS, NAMES, ZONE, Daemon, running

pytestmark = pytest.mark.anyio


def answers(request: Message, reply: Message) -> bool:
    """An answer has the question of its request (RFC 5452, section 9.1)."""
    return reply.qr and reply.questions == request.questions


DNS = Protocol(Message, stream=TcpMessage.message, correlate=Message.id, answers=answers, truncated=lambda reply: reply.tc)


@pytest.fixture(scope="module", params=NAMES)
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """A name server of Debian."""
    with running(request.param, tmp_path_factory.mktemp(request.param)) as daemon:
        yield daemon


def query(name: str, kind: Type = Type.A, *, payload: int | None = None) -> Message:
    additionals = [] if payload is None else [Edns(udp_payload_size=payload).record()]
    return Message(id=0, questions=[Question(qname=f"{name}.{ZONE}", qtype=kind)], additionals=additionals)


def client_of(peer: Daemon) -> DatagramClient[Message]:
    return DatagramClient(DNS, peer.address, stream=StreamAddress(address=peer.address))


async def test_many_questions_at_once_by_udp_each_with_its_own_answer(peer: Daemon) -> None:
    found: dict[int, tuple[str, str]] = {}

    async def ask(number: int) -> None:
        async with room:
            v4 = await client.call(query(f"host{number}"), timeout=20)
            v6 = await client.call(query(f"host{number}", Type.AAAA, payload=1232), timeout=20)
        match v4.answers[0].rdata, v6.answers[0].rdata:
            case A(address=first), AAAA(address=second):
                found[number] = str(first), str(second)

    room = anyio.Semaphore(50)
    async with client_of(peer) as client:
        async with anyio.create_task_group() as group:
            for number in range(HOSTS):
                group.start_soon(ask, number)
        assert client.info().calls.unknown == client.counters.malformed == 0
    network = IPv6Address("2001:db8::")
    assert found == {number: (f"192.0.2.{number % 256}", str(network + number)) for number in range(HOSTS)}


async def test_many_questions_at_once_by_one_connection(peer: Daemon) -> None:
    """Pipelined (RFC 7766, section 6.2.1.1); the server may answer in any order, and may end the connection when it likes."""
    found: dict[int, str] = {}

    async def ask(number: int) -> None:
        async with room:
            while number not in found:
                try:
                    reply = await client.call(query(f"host{number}"), timeout=20)
                except Disconnected:  # ended by the server, after as many as it wants to answer on one
                    continue
                match reply.answers[0].rdata:
                    case A(address=address):
                        found[number] = str(address)

    room = anyio.Semaphore(20)
    async with Client(DNS, peer.address, backoff=Backoff(first=0.01)) as client:
        async with anyio.create_task_group() as group:
            for number in range(HOSTS):
                group.start_soon(ask, number)
        assert client.info().calls.unknown == client.info().malformed == 0
    assert found == {number: f"192.0.2.{number % 256}" for number in range(HOSTS)}


async def test_a_connection_whose_server_is_killed_is_missed_at_once_and_made_again(peer: Daemon) -> None:
    async with Client(DNS, peer.address, backoff=Backoff(first=0.01, most=0.1), without_connection=Postponing(deadline=20)) as client:
        for _ in range(3):
            assert (await client.call(query("host1"), timeout=20)).answers
            peer.kill()
            with anyio.fail_after(20):
                while client.state is State.CONNECTED:
                    with contextlib.suppress(Disconnected):
                        await client.call(query("host1"), timeout=20)
            peer.start()


async def test_names_that_are_not_there_and_aliases(peer: Daemon) -> None:
    async with client_of(peer) as client:
        assert (await client.call(query("nobody"))).rcode == Rcode.NXDOMAIN
        nothing = await client.call(query("host1", Type.MX))
        assert (nothing.rcode, nothing.answers, [each.type for each in nothing.authorities]) == (Rcode.NOERROR, [], [Type.SOA])
        alias = await client.call(query("alias"))
        assert [each.type for each in alias.answers] == [Type.CNAME, Type.A]


async def test_what_is_truncated_comes_by_stream(peer: Daemon) -> None:
    async with DatagramClient(DNS, peer.address) as client:
        assert (await client.call(query("many", Type.TXT))).tc
    async with client_of(peer) as client:
        whole = await client.call(query("many", Type.TXT))
        assert not whole.tc
        match whole.answers[0].rdata:
            case TXT(strings=strings):
                assert [len(each) for each in strings] == [200] * 20
            case other:
                pytest.fail(f"{other!r}")
        assert client.counters.truncated == 1


async def test_one_question_by_a_stream_of_its_own(peer: Daemon) -> None:
    reply = await call_once(DNS, StreamAddress(address=peer.address), query("host3"), network=Sockets())
    assert [str(each.rdata.address) for each in reply.answers if isinstance(each.rdata, A)] == ["192.0.2.3"]


async def test_a_server_that_is_killed_is_missed_at_once_and_found_when_it_is_back(peer: Daemon) -> None:
    async with client_of(peer) as client:
        for _ in range(3):
            peer.kill()
            with pytest.raises(Disconnected) as caught:
                await client.call(query("host1"), timeout=20)
            assert caught.value.sent
            peer.start()
            while True:
                try:
                    reply = await client.call(query("host1"), timeout=20)
                except (Disconnected, TimedOut):  # some say that they are ready before they are
                    continue
                break
            assert reply.answers
