"""A server is a child like any other: it comes up before those who need it, and is started again at the same address."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from bitwright.net import Busy, Child, Connection, Supervisor, serve, tree
from bitwright.net.memory import Memory
from tests.net.server.house import HERE, SPOKEN, Note, Witness

pytestmark = pytest.mark.anyio


async def answer(connection: Connection[Note]) -> bytes:
    await connection.send(Note(text=b"hello"))
    return (await connection.receive(timeout=5)).text


async def test_it_is_restarted_at_the_same_address() -> None:
    network = Memory()
    server = serve(Witness, SPOKEN, udp=HERE, tcp=HERE, network=network)
    async with Supervisor([Child("notes", server.run)]) as supervisor:
        address = server.tcp
        async with Connection(await network.connect(address), SPOKEN) as connection:
            assert await answer(connection) == b"HELLO"
        await server.shutdown()  # ends normally: it is permanent, so it comes again
        await anyio.wait_all_tasks_blocked()
        assert (supervisor.children()[0].state, supervisor.children()[0].restarts) == ("running", 1)
        assert (server.info().state, server.tcp, server.udp) == ("running", address, address)
        async with Connection(await network.connect(address), SPOKEN) as connection:
            assert await answer(connection) == b"HELLO"
    assert server.info().state == "ended"
    with pytest.raises(ConnectionRefusedError):
        await network.connect(address)


async def test_it_runs_once_at_a_time() -> None:
    server = serve(Witness, SPOKEN, tcp=HERE, network=Memory())
    async with server:
        with pytest.raises(Busy, match="server is running: it runs once at a time"):
            await server.run()
    async with server:
        assert server.info().state == "running"


async def test_it_is_seen_in_the_tree() -> None:
    server = serve(Witness, SPOKEN, tcp=("127.0.0.1", 5300), network=Memory(), name="notes")
    async with Supervisor([Child("notes", server.run)], name="app"):
        assert tree().splitlines()[1] == "└─ notes: server, running, tcp 127.0.0.1:5300, 0 connections; running"
    assert tree() == ""


async def test_it_ends_in_order_with_its_supervisor() -> None:
    """Who is in the middle of something has until the server's deadline, which is within the child's."""

    class Slow(Witness):
        async def message(self, message: Note, peer: Any) -> Note:
            await anyio.sleep(3)
            return Note(text=b"done")

    network = Memory()
    server = serve(Slow, SPOKEN, tcp=HERE, network=network)
    async with Supervisor([Child("notes", server.run)]):
        connection = Connection(await network.connect(server.tcp), SPOKEN)
        before = anyio.current_time()
        await connection.send(Note(text=b"hello"))
        await anyio.wait_all_tasks_blocked()
    assert anyio.current_time() - before == pytest.approx(3.5)  # with the time in which the peer may close, too
    assert (await connection.receive(timeout=5)).text == b"done"
    await connection.aclose()
