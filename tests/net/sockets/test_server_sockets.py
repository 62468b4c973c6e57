"""A server on real sockets: what the operating system runs out of, and what peers do there."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import resource
import socket
import ssl
import struct
from collections.abc import Iterator

import anyio
import pytest

from bitwright.net import Answering, Bounds, Connection, Hooks, Peer, Server, serve
from bitwright.net.sockets import Sockets
from tests.net.server.house import HERE, SPOKEN, Note, Witness

pytestmark = pytest.mark.anyio


def descriptors() -> int:
    return len(list(pathlib.Path("/proc/self/fd").iterdir()))


@contextlib.contextmanager
def none_left() -> Iterator[None]:
    """No descriptor can be had: the next one would have the number that is the limit."""
    next_one = os.dup(0)
    os.close(next_one)
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def asked(server: Server[Note]) -> bytes:
    async with Connection(await Sockets().connect(server.tcp), SPOKEN) as connection:
        await connection.send(Note(text=b"alive"))
        return (await connection.receive(timeout=10)).text


async def test_it_answers_and_leaves_nothing_open() -> None:
    before = descriptors()
    async with serve(Witness, SPOKEN, udp=HERE, tcp=HERE) as server:
        assert server.udp == server.tcp
        assert await asked(server) == b"ALIVE"
        socket_ = await Sockets().datagrams(remote=server.udp)
        await socket_.send(Note(text=b"a").build())
        assert (await socket_.receive())[0][0] == Note(text=b"A").build()
        await socket_.aclose()
        await server.suspend()
        await server.resume()
        assert await asked(server) == b"ALIVE"
    assert descriptors() == before


async def test_tls() -> None:
    trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
    authority, context, trusting = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(trusting)
    before = descriptors()
    async with serve(Witness, SPOKEN, tls=HERE, context=context) as server:
        async with Connection(await Sockets().connect(server.tls), SPOKEN) as connection:
            await connection.start_tls(trusting, hostname="localhost")
            await connection.send(Note(text=b"a"))
            assert (await connection.receive(timeout=10)).text == b"A"
        with contextlib.closing(socket.create_connection(server.tls)) as client:
            client.sendall(b"no handshake\r\n")  # whoever speaks no TLS is let go
    assert descriptors() == before


async def test_when_descriptors_are_used_up_it_waits_for_some_and_goes_on() -> None:
    met = anyio.Event()

    def observer(name: str, attributes: object) -> None:
        if name == "bitwright.server.accept.error":
            assert isinstance(attributes, dict)
            assert attributes["error.number"] == errno.EMFILE
            met.set()

    async with serve(Witness, SPOKEN, tcp=HERE, hooks=Hooks(observer)) as server:
        with contextlib.closing(socket.socket()) as client:
            client.setblocking(False)
            with none_left(), anyio.fail_after(10):
                with contextlib.suppress(BlockingIOError):
                    client.connect(server.tcp)
                await met.wait()
            assert await asked(server) == b"ALIVE"


async def test_who_resets_before_it_is_accepted_ends_nothing() -> None:
    before = descriptors()
    async with serve(Witness, SPOKEN, tcp=HERE) as server:
        for _ in range(50):
            client = socket.create_connection(server.tcp)  # the loop does not run meanwhile: nothing is accepted
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
        assert await asked(server) == b"ALIVE"
    assert descriptors() == before


async def test_a_last_answer_arrives_though_more_was_sent_than_is_read() -> None:
    def once(message: Note, peer: Peer) -> Note:
        peer.close()
        return message

    async with serve(Answering(once), SPOKEN, tcp=HERE) as server:
        for _ in range(20):
            async with Connection(await Sockets().connect(server.tcp), SPOKEN) as connection:
                for _ in range(2000):
                    connection.put(Note(text=b"x" * 100).build())
                await connection.flush()
                assert (await connection.receive(timeout=10)).text == b"x" * 100


async def test_ten_thousand_idle_connections(anyio_backend_name: str, request: pytest.FixtureRequest) -> None:
    """On trio two thousand: what differs is the loop's, and time."""
    count = 10000 if anyio_backend_name == "asyncio" else 2000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    request.addfinalizer(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)))
    if hard == resource.RLIM_INFINITY or hard >= 2 * count + 200:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * count + 200), hard))
    else:
        count = (hard - 200) // 2  # both ends are here
    before = descriptors()
    clients: list[socket.socket] = []
    all_taken = anyio.Event()

    class Counts(Witness):
        def connected(self, peer: Peer) -> None:
            if server.info().connections == len(clients):
                all_taken.set()

    async with serve(Counts, SPOKEN, tcp=HERE, bounds=Bounds(read_timeout=600)) as server:
        while len(clients) < count:
            all_taken = anyio.Event()
            for _ in range(min(500, count - len(clients))):  # fewer than the operating system keeps waiting
                client = socket.socket()
                client.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    client.connect(server.tcp)
                clients.append(client)
            with anyio.fail_after(60):
                await all_taken.wait()
        assert server.info().connections == count
        assert await asked(server) == b"ALIVE"
        for client in clients:
            client.close()
    assert server.info().connections == 0
    assert descriptors() == before
