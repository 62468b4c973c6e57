"""A client that keeps a connection: one outcome for each call, whatever becomes of the peer."""

from __future__ import annotations

import anyio
import pytest

from bitwright import Struct, auto, raw, u16
from bitwright.net import Answering, Backoff, Client, Disconnected, NotRunning, Peer, Postponing, Protocol, TimedOut, serve
from bitwright.net.memory import Memory

pytestmark = pytest.mark.anyio

AT = ("127.0.0.1", 7000)


class Message(Struct):
    id: int = u16(default=0)
    size: int = auto(u16())
    body: bytes = raw(size=size, default=b"")


SPOKEN = Protocol(Message, correlate=Message.id)


def shout(message: Message, peer: Peer) -> Message | None:
    if message.body == b"silence":
        return None
    return Message(id=message.id, body=message.body.upper())


async def test_many_calls_are_in_flight_on_one_connection() -> None:
    network = Memory()
    replies: dict[int, bytes] = {}
    async with serve(Answering(shout), SPOKEN, tcp=AT, network=network), Client(SPOKEN, AT, network=network) as client:

        async def ask(number: int) -> None:
            replies[number] = (await client.call(Message(body=b"n%d" % number))).body

        async with anyio.create_task_group() as tasks:
            for number in range(200):
                tasks.start_soon(ask, number)
        assert client.info().attempts == 1
    assert replies == {number: b"N%d" % number for number in range(200)}


async def test_starting_succeeds_with_the_server_down_and_calls_fail_at_once() -> None:
    async with Client(SPOKEN, AT, network=Memory()) as client:
        before = anyio.current_time()
        for _ in range(2):  # while the first attempt is made, and after it
            with pytest.raises(Disconnected) as caught:
                await client.call(Message())
            assert not caught.value.sent
        assert anyio.current_time() == before


async def test_a_client_connects_when_its_server_comes_up() -> None:
    network = Memory()
    async with Client(SPOKEN, AT, network=network, backoff=Backoff(first=1, jitter=0)) as client:
        await anyio.sleep(2.5)  # attempts at 0, 1, and then at 3
        async with serve(Answering(shout), SPOKEN, tcp=AT, network=network):
            await client.connected(timeout=1)
            assert (await client.call(Message(body=b"x"))).body == b"X"
            assert client.info().attempts == 3


async def test_calls_wait_for_a_connection_where_they_may() -> None:
    network = Memory()
    patient = Client(SPOKEN, AT, network=network, without_connection=Postponing(most=1, deadline=5), backoff=Backoff(first=1, jitter=0))
    async with patient as client, anyio.create_task_group() as tasks:
        replies: list[bytes] = []

        async def ask() -> None:
            replies.append((await client.call(Message(body=b"late"), timeout=None)).body)

        tasks.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        async with serve(Answering(shout), SPOKEN, tcp=AT, network=network):
            await client.connected(timeout=10)
            assert (await client.call(Message(body=b"now"))).body == b"NOW"
        assert replies == [b"LATE"]
        before = anyio.current_time()
        await anyio.sleep(0.5)
        with pytest.raises(Disconnected, match="no connection"):
            await client.call(Message(), timeout=None)
        assert anyio.current_time() - before == pytest.approx(5.5)


async def test_when_the_connection_is_lost_all_calls_fail_at_once() -> None:
    network = Memory()
    outcomes: list[bool] = []
    async with Client(SPOKEN, AT, network=network) as client, anyio.create_task_group() as tasks:

        async def ask() -> None:
            with pytest.raises(Disconnected) as caught:
                await client.call(Message(body=b"silence"), timeout=None)
            outcomes.append(caught.value.sent)

        async with serve(Answering(shout), SPOKEN, tcp=AT, network=network):
            await client.connected()
            for _ in range(5):
                tasks.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
    assert outcomes == [True] * 5


async def test_a_late_reply_is_dropped_and_a_timeout_breaks_nothing() -> None:
    network = Memory()

    async def slow(message: Message, peer: Peer) -> Message:
        await anyio.sleep(float(message.body))
        return message

    async with serve(Answering(slow), SPOKEN, tcp=AT, network=network), Client(SPOKEN, AT, network=network) as client:
        with pytest.raises(TimedOut):
            await client.call(Message(body=b"2"), timeout=1)
        assert (await client.call(Message(body=b"0"), timeout=3)).body == b"0"
        assert client.info().calls.late == 1


async def test_what_does_not_run_says_so() -> None:
    client = Client(SPOKEN, AT, network=Memory())
    with pytest.raises(NotRunning):
        await client.call(Message())
