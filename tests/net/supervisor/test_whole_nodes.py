"""A node: a server, a client of it and who uses that, under one supervisor.  What each start promises is what holds, no matter what."""

from __future__ import annotations

import errno

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright import Struct, auto, raw, u16
from bitwright.net import Answering, Backoff, Child, Client, Disconnected, Peer, Postponing, Protocol, StartFailed, Supervisor, serve, tree
from bitwright.net.memory import Memory

pytestmark = pytest.mark.anyio

AT = ("127.0.0.1", 7000)


class Message(Struct):
    id: int = u16(default=0)
    size: int = auto(u16())
    body: bytes = raw(size=size, default=b"")


SPOKEN = Protocol(Message, correlate=Message.id)


class Node:
    """A server, and a client that keeps its connection to it."""

    def __init__(self) -> None:
        self.network = Memory()
        self.server = serve(Answering(self._answer), SPOKEN, tcp=AT, network=self.network, name="node")
        self.client = Client(
            SPOKEN, AT, network=self.network, backoff=Backoff(first=0.1, jitter=0), without_connection=Postponing(), name="node"
        )
        self.served, self.held = Child("server", self.server.run), Child("client", self.client.run)

    @staticmethod
    def _answer(message: Message, peer: Peer) -> Message:
        return Message(id=message.id, body=message.body.upper())

    async def ask(self) -> bytes:
        return (await self.client.call(Message(body=b"hello"), timeout=10)).body

    async def break_the_socket(self) -> None:
        """The server ends with an error."""
        acceptor = self.network.acceptor_at(AT)
        assert acceptor is not None
        acceptor.refuse(OSError(errno.EBADF, "bad descriptor"))
        await anyio.sleep(0.05)


async def test_a_server_that_fails_is_restarted_and_its_client_finds_it_again() -> None:
    """The client's start promised no connection, so nothing of it is broken: it connects again by itself."""
    node = Node()
    async with Supervisor([node.served, node.held]) as supervisor:
        for _ in range(3):
            assert await node.ask() == b"HELLO"
            await node.break_the_socket()
        assert await node.ask() == b"HELLO"
        assert [(child.state, child.restarts) for child in supervisor.children()] == [("running", 3), ("running", 0)]


async def test_what_stands_after_the_server_may_rely_on_it() -> None:
    """It is started when the server listens, and, by rest_for_one, anew with it."""
    node = Node()
    answers: list[bytes] = []

    async def user(*, task_status: TaskStatus[None]) -> None:
        await node.client.connected()
        answers.append(await node.ask())
        task_status.started()
        await anyio.sleep_forever()

    async with Supervisor([node.served, node.held, Child("user", user)], strategy="rest_for_one") as supervisor:
        assert answers == [b"HELLO"]
        await node.break_the_socket()
        await anyio.wait_all_tasks_blocked()
        assert answers == [b"HELLO"] * 2
        assert [(child.state, child.restarts) for child in supervisor.children()] == [("running", 1), ("running", 0), ("running", 0)]


async def test_a_client_comes_up_with_its_peer_down() -> None:
    node = Node()
    async with Supervisor([node.held]) as supervisor:
        await anyio.sleep(100)
        assert [(child.state, child.restarts) for child in supervisor.children()] == [("running", 0)]
        with pytest.raises(Disconnected) as caught:
            await node.ask()
        assert not caught.value.sent
        await supervisor.start_child(node.served)
        await anyio.sleep(60)
        assert await node.ask() == b"HELLO"


async def test_what_is_on_this_host_may_be_required() -> None:
    """An address that is taken is no failure of a peer: the start says so, and the boot ends."""
    node = Node()
    taken = await node.network.listen(AT)
    with pytest.raises(StartFailed, match="server did not start: OSError") as caught:
        await Supervisor([node.served, node.held]).run()
    assert caught.value.child == "server"
    assert tree() == ""
    await taken.aclose()


async def test_the_tree_of_a_node() -> None:
    node = Node()
    async with Supervisor([node.served, node.held], name="app"):
        await node.ask()
        assert tree().splitlines() == [
            "app: supervisor, one_for_one, 2 of 2 children run",
            "├─ server: server node, running, tcp 127.0.0.1:7000, 1 connections; running",
            "└─ client: client node, connected, 0 in flight; running",
        ]


async def test_nothing_is_left_when_a_node_ends() -> None:
    node = Node()
    with anyio.move_on_after(1):
        async with Supervisor([node.served, node.held]):
            assert await node.ask() == b"HELLO"
            await anyio.sleep_forever()
    assert tree() == ""
    assert node.network.acceptor_at(AT) is None
    assert node.server.info().connections == 0
    assert node.client.info().state == "disconnected"
