"""Datagrams through the operating system."""

from __future__ import annotations

import anyio
import pytest

from bitwright.net.network import Datagrams
from bitwright.net.sockets import Sockets
from bitwright.net.sockets_datagrams import BATCH

pytestmark = pytest.mark.anyio


async def pair(host: str = "127.0.0.1") -> tuple[Datagrams, Datagrams]:
    """A server, and a client of it."""
    server = await Sockets().datagrams((host, 0))
    return server, await Sockets().datagrams(remote=server.address)


async def test_a_burst_comes_in_batches_and_in_order() -> None:
    server, client = await pair()
    for number in range(200):
        assert client.send_now(b"%d" % number)
    batches: list[list[bytes]] = []
    while sum(map(len, batches)) < 200:
        batches.append([data for data, _ in await server.receive()])
    assert [len(batch) for batch in batches] == [BATCH] * (200 // BATCH) + [200 % BATCH]
    assert [data for batch in batches for data in batch] == [b"%d" % number for number in range(200)]
    await server.aclose()
    await client.aclose()


async def test_a_full_batch_gives_others_their_turn() -> None:
    server, client = await pair()
    turns: list[str] = []

    async def other() -> None:
        turns.append("other")

    for _ in range(3 * BATCH):
        client.send_now(b"x")
    async with anyio.create_task_group() as group:
        group.start_soon(other)
        for _ in range(3):  # trio draws by lot who of those that are ready is first
            assert len(await server.receive()) == BATCH
            turns.append("reader")
    assert turns.index("other") <= 1
    await server.aclose()
    await client.aclose()


async def test_a_cancelled_reader_loses_nothing() -> None:
    server, client = await pair()
    with anyio.CancelScope() as scope:
        client.send_now(b"first")
        scope.cancel()
        await server.receive()
    assert scope.cancelled_caught
    assert [data for data, _ in await server.receive()] == [b"first"]
    for number in range(BATCH + 1):
        client.send_now(b"%d" % number)
    assert len(await server.receive()) == BATCH
    with anyio.CancelScope() as scope:
        scope.cancel()
        await server.receive()
    assert scope.cancelled_caught
    assert [data for data, _ in await server.receive()] == [b"%d" % BATCH]
    await server.aclose()
    await client.aclose()


async def test_closing_wakes_who_waits_and_the_socket_is_closed() -> None:
    server, client = await pair()
    outcome: list[str] = []

    async def wait() -> None:
        try:
            await server.receive()
        except anyio.ClosedResourceError:
            outcome.append("closed")

    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        await server.aclose()
    assert outcome == ["closed"]
    with pytest.raises(anyio.ClosedResourceError):
        await server.receive()
    with pytest.raises(anyio.ClosedResourceError):
        server.send_now(b"x", client.address)
    await server.aclose()
    client.send_now(b"nobody")
    with pytest.raises(ConnectionRefusedError):  # nobody has the port any more
        await client.receive()
    await client.aclose()


async def test_who_is_not_there_is_told_after_what_came_before() -> None:
    server, client = await pair()
    client.send_now(b"x")
    [(_, address)] = await server.receive()
    await server.send(b"answer", address)
    await server.aclose()
    client.send_now(b"y")
    outcomes: list[object] = []
    while len(outcomes) < 2:
        try:
            outcomes += [data for data, _ in await client.receive()]
        except ConnectionRefusedError:
            outcomes.append("refused")
    assert set(outcomes) == {b"answer", "refused"}  # the kernel tells its errors first
    again = await Sockets().datagrams(server.address)
    client.send_now(b"z")
    assert [data for data, _ in await again.receive()] == [b"z"]
    await again.aclose()
    await client.aclose()


async def test_strangers_are_not_heard() -> None:
    server, client = await pair()
    stranger = await Sockets().datagrams(("127.0.0.1", 0))
    stranger.send_now(b"forged", client.address)
    server.send_now(b"true", client.address)
    assert [data for data, _ in await client.receive()] == [b"true"]
    for each in (server, client, stranger):
        await each.aclose()


async def test_what_is_too_large_is_said() -> None:
    server, client = await pair()
    with pytest.raises(OSError, match="too long"):
        client.send_now(bytes(65536))
    client.send_now(bytes(65507))
    assert [len(data) for data, _ in await server.receive()] == [65507]
    await server.aclose()
    await client.aclose()


async def test_an_address_that_cannot_be_bound() -> None:
    with pytest.raises(OSError, match="assign"):
        await Sockets().datagrams(("192.0.2.1", 0))


async def test_every_socket_has_a_port_before_it_sends() -> None:
    socket = await Sockets().datagrams()
    assert socket.address[1] > 0
    await socket.aclose()
