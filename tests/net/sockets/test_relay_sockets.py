"""A relay between real sockets: what it cannot show in memory, resets and ends as the operating system has them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import anyio
import pytest
from anyio.abc import ByteStream

from bitwright.net.relay import Conversation, Cut, Forward, Relay, Tap, Verdict
from bitwright.net.sockets import Sockets

pytestmark = pytest.mark.anyio

HERE = ("127.0.0.1", 0)
LIMIT = 20  # seconds for what takes milliseconds


class CutsAnswers(Tap):
    """Lets half of each answer through, and cuts."""

    def passing(self, conversation: Conversation, data: bytes, *, from_client: bool) -> Verdict:
        return [Forward(data)] if from_client else [Forward(data[: len(data) // 2]), Cut()]


@contextlib.asynccontextmanager
async def between(tap: Tap | None = None) -> AsyncIterator[tuple[ByteStream, ByteStream]]:
    """A client's and the server's end of a connection through a relay."""
    network = Sockets()
    acceptor = await network.listen(HERE)
    async with Relay(to=acceptor.address, tcp=HERE, tap=tap).running() as relay:
        assert relay.tcp_address is not None
        client = await network.connect(relay.tcp_address)
        server, _ = await acceptor.accept()
        async with client, server:
            with anyio.fail_after(LIMIT):
                yield client, server
    await acceptor.aclose()


async def to_the_end(stream: ByteStream) -> None:
    while True:
        await stream.receive()


async def test_much_goes_through_both_ways_and_each_end_as_such() -> None:
    async with between() as (client, server):
        much = bytes(range(256)) * 8192

        async def send(stream: ByteStream) -> None:
            await stream.send(much)
            await stream.send_eof()

        found: dict[str, bytes] = {"client": b"", "server": b""}

        async def read(name: str, stream: ByteStream) -> None:
            async for piece in stream:
                found[name] += piece

        async with anyio.create_task_group() as group:
            for name, stream in (("client", client), ("server", server)):
                group.start_soon(send, stream)
                group.start_soon(read, name, stream)
        assert found["client"] == found["server"] == much


async def test_a_cut_is_a_reset_on_both_sides() -> None:
    async with between(CutsAnswers()) as (client, server):
        await server.send(b"12345678")
        for stream in (client, server):
            with pytest.raises(anyio.BrokenResourceError):
                await to_the_end(stream)


async def test_datagrams_go_through_and_back() -> None:
    network = Sockets()
    server = await network.datagrams(HERE)
    async with Relay(to=server.address, udp=HERE).running() as relay:
        assert relay.udp_address is not None
        client = await network.datagrams(remote=relay.udp_address)
        with anyio.fail_after(LIMIT):
            for number in range(500):
                await client.send(f"q{number}".encode())
                [(data, sender)] = await server.receive()
                await server.send(data.upper(), sender)
                assert (await client.receive())[0][0] == f"Q{number}".encode()
        await client.aclose()
    await server.aclose()
