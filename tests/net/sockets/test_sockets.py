"""Sockets keep the contract of the network."""

from __future__ import annotations

import anyio
import pytest

from bitwright.net.sockets import Sockets

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_datagrams_come_with_their_sender(host: str) -> None:
    network = Sockets()
    server = await network.datagrams((host, 0))
    client = await network.datagrams(remote=server.address)
    assert client.send_now(b"question")
    [(data, sender)] = await server.receive()
    assert (data, sender) == (b"question", client.address)
    await server.send(b"answer", sender)
    assert (await client.receive())[0][0] == b"answer"
    await server.aclose()
    await client.aclose()


async def test_a_connection_is_accepted_and_closing_wakes_who_waits() -> None:
    network = Sockets()
    acceptor = await network.listen(("127.0.0.1", 0))
    outcome: list[str] = []

    async def wait() -> None:
        try:
            await acceptor.accept()
        except anyio.ClosedResourceError:
            outcome.append("closed")

    mine = await network.connect(acceptor.address)
    theirs, _ = await acceptor.accept()
    await theirs.send(b"hello")
    assert await mine.receive() == b"hello"
    async with anyio.create_task_group() as group:
        group.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        await acceptor.aclose()
    assert outcome == ["closed"]
    await mine.aclose()
    await theirs.aclose()
