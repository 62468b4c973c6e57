"""Connections over the operating system's sockets: owners that crash, resets, peers that do not read, TLS."""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.abc
import pytest

from bitwright import Struct, auto, raw, u32
from bitwright.net import Closed, Connection, Disconnected, Ended, Protocol, Received, TimedOut
from bitwright.net.sockets import Sockets

pytestmark = pytest.mark.anyio


class Note(Struct):
    length: int = auto(u32())
    text: bytes = raw(size=length)


NOTES = Protocol(Note, limit=1 << 24)


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Connection[Note], Connection[Note]]]:
    """Both ends of a connection over loopback; whoever waits for ten seconds waits in vain."""
    network = Sockets()
    acceptor = await network.listen(("127.0.0.1", 0))
    with anyio.fail_after(10):
        mine = await network.connect(acceptor.address)
        theirs, _ = await acceptor.accept()
        await acceptor.aclose()
        async with Connection(mine, NOTES) as here, Connection(theirs, NOTES) as there:
            yield here, there


async def test_large_and_empty_messages_in_both_directions() -> None:
    async with pair() as (here, there), anyio.create_task_group() as group:
        sizes = [0, 1, 3_000_000, 0, 70_000]

        async def echo() -> None:
            async for event in there:
                if isinstance(event, Received):
                    await there.send(event.message)
                else:
                    assert event == Ended()

        group.start_soon(echo)

        async def ask() -> None:
            for size in sizes:
                await here.send(Note(text=bytes(size)))
            await here.send_eof()

        group.start_soon(ask)
        assert [len((await here.receive()).text) for _ in sizes] == sizes


async def test_who_gives_up_waiting_loses_nothing() -> None:
    async with pair() as (here, there):
        wire = Note(text=b"one").build()
        for at in range(len(wire)):
            await here.stream.send(wire[at : at + 1])
            while there.traffic.bytes_received <= at:
                with anyio.move_on_after(0.001):
                    assert (await there.receive()).text == b"one"
                    assert at == len(wire) - 1


async def test_a_task_that_crashes_closes_its_connection() -> None:
    async with pair() as (here, there):

        async def owner() -> None:
            async with here:
                raise LookupError

        with pytest.raises(ExceptionGroup):
            async with anyio.create_task_group() as group:
                group.start_soon(owner)
        with pytest.raises(Closed) as caught:
            await there.receive()
        assert type(caught.value) is Closed


async def test_a_reset_is_no_end() -> None:
    async with pair() as (here, there):
        below = there.stream.extra(anyio.abc.SocketAttribute.raw_socket)
        below.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await there.aclose()
        with pytest.raises(Disconnected, match="reset"):
            await here.receive()


async def test_a_peer_that_does_not_read_holds_the_sender_up_until_its_timeout_which_closes() -> None:
    async with pair() as (here, there):
        sent = 0

        async def send() -> None:
            nonlocal sent
            while True:
                await here.send(Note(text=bytes(1 << 20)), timeout=0.05)
                sent += 1

        with pytest.raises(TimedOut):
            await send()
        assert there.traffic.bytes_received == 0
        with pytest.raises(Closed, match="in part"):
            await here.send(Note(text=b""))
        found = [event async for event in there]  # what was sent whole before is there
        assert isinstance(found[-1], Ended)
        assert found[-1] != Ended()
        assert len([event for event in found if isinstance(event, Received)]) <= sent


async def test_what_was_put_is_sent_or_the_connection_closes_whoever_gives_up() -> None:
    async with pair() as (here, there):
        while not here.closed:  # as soon as the operating system has no room
            for _ in range(10):
                here.put(Note(text=bytes(100_000)).build())
            with anyio.move_on_after(0.05):
                await here.flush()
        found = [event async for event in there]
        assert all(isinstance(event, Received) for event in found[:-1])
        assert found[-1] != Ended()
        assert here.traffic.messages_sent <= len(found) - 1 <= here.traffic.bytes_sent // 100_004


async def test_what_was_written_in_part_at_once_is_not_left_so() -> None:
    async with pair() as (here, there):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await here.send(Note(text=bytes(10_000_000)))
        assert scope.cancelled_caught
        assert here.closed
        assert here.traffic.bytes_sent > 0
        with pytest.raises((Closed, Disconnected)):
            await there.receive()


async def test_many_small_messages_of_two_tasks_in_both_directions() -> None:
    async with pair() as (here, there):

        async def send(connection: Connection[Note], letter: bytes) -> None:
            for number in range(300):
                await connection.send(Note(text=letter * (number % 50)))

        async with anyio.create_task_group() as group:
            for connection in (here, there):
                for letter in (b"a", b"b"):
                    group.start_soon(send, connection, letter)
            for connection in (here, there):
                texts = [(await connection.receive()).text for _ in range(600)]
                for letter in (b"a", b"b"):
                    ours = [text for text in texts if text[:1] == letter]
                    assert ours == [letter * (number % 50) for number in range(300) if number % 50]


async def test_a_lingering_close_lets_the_peer_have_the_last_word() -> None:
    async with pair() as (here, there):
        for _ in range(8):
            await here.send(Note(text=bytes(10_000)))
        await there.send(Note(text=b"go away"))
        async with anyio.create_task_group() as group:
            group.start_soon(lambda: there.aclose(linger=5))
            assert (await here.receive()).text == b"go away"
            with pytest.raises(Closed):
                await here.receive()
            await here.aclose()


async def test_tls() -> None:
    trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    async with pair() as (here, there), anyio.create_task_group() as group:

        async def echo() -> None:
            await there.start_tls(server, server_side=True)
            async for event in there:
                if isinstance(event, Received):
                    await there.send(event.message)
                else:
                    assert event == Ended()
            await there.aclose()

        group.start_soon(echo)
        await here.start_tls(client, hostname="localhost")
        for size in (0, 1, 1_000_000):
            await here.send(Note(text=bytes(size)))
            assert len((await here.receive(timeout=5)).text) == size
        await here.aclose()


@pytest.mark.parametrize("ending", ["closed", "closed by the peer", "cancelled", "half closed", "given up"])
async def test_however_connections_end_no_socket_is_left(ending: str) -> None:
    made: list[socket.socket] = []

    async def converse() -> None:
        async with pair() as (here, there), anyio.create_task_group() as group:
            made.extend(end.stream.extra(anyio.abc.SocketAttribute.raw_socket) for end in (here, there))

            async def echo() -> None:
                async for event in there:
                    if isinstance(event, Received):
                        await there.send(event.message)

            group.start_soon(echo)
            await here.send(Note(text=b"x"))
            await here.receive()
            match ending:
                case "closed by the peer":
                    await there.aclose()
                case "cancelled":
                    group.cancel_scope.cancel()
                case "half closed":
                    await here.send_eof()
                case "given up":
                    with anyio.move_on_after(0.001):
                        await here.receive()
            await here.aclose()

    for _ in range(10):
        await converse()
    assert len(made) == 20
    assert {each.fileno() for each in made} == {-1}


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        with pytest.raises(ConnectionRefusedError):
            await Sockets().connect(taken.getsockname())


async def test_of_two_addresses_the_one_that_answers_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    acceptor = await Sockets().listen(("127.0.0.1", 0))

    async def both(host: str, port: int, *, type: socket.SocketKind) -> list[object]:  # noqa: A002  # as anyio has it
        return [(socket.AF_INET, type, 0, "", ("127.0.0.1", 1)), (socket.AF_INET, type, 0, "", acceptor.address)]

    monkeypatch.setattr(anyio, "getaddrinfo", both)
    with anyio.fail_after(10):
        stream = await Sockets().connect(("localhost", acceptor.address[1]))
        assert stream.extra(anyio.abc.SocketAttribute.remote_address) == acceptor.address
        await stream.aclose()
        await acceptor.aclose()


async def test_closing_a_stream_wakes_who_reads_and_who_writes() -> None:
    async with pair() as (here, there), anyio.create_task_group() as group:

        async def read() -> None:
            with pytest.raises(Closed):
                await here.receive()

        async def write() -> None:
            with pytest.raises(Closed):
                await here.send(Note(text=bytes(1 << 23)))

        group.start_soon(read)
        group.start_soon(write)
        await anyio.wait_all_tasks_blocked()
        await here.aclose()
        with pytest.raises(anyio.ClosedResourceError):
            await here.stream.send_eof()
        with pytest.raises((Closed, Disconnected)):
            await there.receive()
