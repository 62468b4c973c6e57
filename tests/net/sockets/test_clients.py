"""Clients that keep a connection, over the operating system's sockets: servers that come, go and are killed; TLS."""

from __future__ import annotations

import ssl

import anyio
import pytest

from bitwright import Struct, auto, raw, u16, u32
from bitwright.net import Answering, Backoff, Client, Disconnected, Hooks, Peer, Postponing, Protocol, Server, serve
from bitwright.net.sockets import Sockets

trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
pytestmark = pytest.mark.anyio


class Text(Struct):
    id: int = u16(default=0)
    size: int = auto(u32())
    body: bytes = raw(size=size, default=b"")


TEXTS = Protocol(Text, correlate=Text.id, limit=1 << 24)
QUICK = Backoff(first=0.001, most=0.01, healthy=0)


def echo(text: Text, peer: Peer) -> Text | None:
    return None if text.body == b"silence" else text


async def free_port() -> int:
    """A port at which nobody listens any more."""
    acceptor = await Sockets().listen(("127.0.0.1", 0))
    await acceptor.aclose()
    return acceptor.address[1]


async def test_a_server_that_comes_and_goes() -> None:
    at = "127.0.0.1", await free_port()
    async with Client(TEXTS, at, backoff=QUICK) as client:
        with anyio.fail_after(30):
            with pytest.raises(Disconnected) as caught:
                await client.call(Text())
            assert not caught.value.sent
            for life in range(20):
                async with anyio.create_task_group() as tasks, serve(Answering(echo), TEXTS, tcp=at):
                    await client.connected()
                    assert (await client.call(Text(body=b"%d" % life))).body == b"%d" % life
                    for _ in range(5):
                        tasks.start_soon(lost, client)
                    await until_sent(client, 5)
            assert client.info().calls.answered == 40


async def lost(client: Client[Text]) -> None:
    """A call that nobody answers, and that ends with the connection."""
    with pytest.raises(Disconnected) as caught:
        await client.call(Text(body=b"silence"), timeout=None)
    assert caught.value.sent


async def until_sent(client: Client[Text], calls: int) -> None:
    """An answer says that what was asked before has been sent."""
    await anyio.wait_all_tasks_blocked()
    assert (await client.call(Text(body=b"after them"))).body == b"after them"
    assert client.info().in_flight == calls


async def test_calls_wait_for_a_server_that_comes() -> None:
    at = "127.0.0.1", await free_port()
    bodies: list[bytes] = []
    refused, answered = anyio.Event(), anyio.Event()
    hooks = Hooks(lambda name, attributes: refused.set() if hooks.counters[name] == 3 else None)
    patient = Client(TEXTS, at, backoff=QUICK, without_connection=Postponing(deadline=30), hooks=hooks)
    async with patient as client, anyio.create_task_group() as tasks:

        async def ask(number: int) -> None:
            bodies.append((await client.call(Text(body=b"%d" % number), timeout=30)).body)
            if len(bodies) == 50:
                answered.set()

        for number in range(50):
            tasks.start_soon(ask, number)
        await refused.wait()
        assert not bodies
        await tasks.start(Server(Answering(echo), TEXTS, tcp=at).run)
        await answered.wait()
        tasks.cancel_scope.cancel()
    assert sorted(bodies) == sorted(b"%d" % number for number in range(50))


async def test_large_messages_under_tls() -> None:
    authority = trustme.CA()
    ours, theirs = ssl.create_default_context(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.configure_trust(ours)
    authority.issue_cert("localhost").configure_cert(theirs)
    async with serve(Answering(echo), TEXTS, tls=("127.0.0.1", 0), context=theirs) as server:
        [at] = server.info().tls
        async with Client(TEXTS, at, tls=ours, server_name="localhost") as client:
            with anyio.fail_after(30):
                for size in (0, 1, 3_000_000):
                    assert (await client.call(Text(body=bytes(size)), timeout=None)).body == bytes(size)
