"""Peers that do not read, do not speak, or speak nonsense: they cost themselves, and nobody else."""

from __future__ import annotations

import functools
import random

import anyio
import pytest

from bitwright.net import Bounds, DatagramClient, serve
from bitwright.net.memory import Memory
from bitwright.net.one_shot import StreamAddress, call_once
from tests.net.faults.place import ASK, SERVER, Ask, Ledger, Shouting, leaves_nothing

pytestmark = pytest.mark.anyio


def framed(text: bytes) -> bytes:
    return ASK.framing().frame(Ask(id=1, text=text).build())


async def soon(ledger: Ledger, network: Memory) -> None:
    """Whoever behaves is answered within a second, by datagram and by stream."""
    before = anyio.current_time()
    async with DatagramClient(ASK, SERVER, network=network) as client:
        assert await ledger.ask(client.call) == "answered"
    call = functools.partial(call_once, ASK, StreamAddress(address=SERVER), network=network)
    assert await ledger.ask(call) == "answered"
    assert anyio.current_time() - before < 1


@leaves_nothing
async def test_who_does_not_read_is_let_go_and_holds_little_meanwhile() -> None:
    network, ledger = Memory(capacity=4096), Ledger()
    server = serve(Shouting(), ASK, udp=SERVER, tcp=SERVER, bounds=Bounds(send_timeout=5, read_timeout=30), network=network)
    async with server:
        taken: list[int] = []

        async def ask_and_read_nothing() -> None:
            stream, sent = await network.connect(SERVER), 0
            try:
                while True:
                    await stream.send(framed(b"x" * 200) * 10)
                    sent += 1
            except anyio.BrokenResourceError:
                taken.append(sent * 2050)
            await stream.aclose()

        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(ask_and_read_nothing)
            await anyio.sleep(1)
            assert server.info().connections == 20
            await soon(ledger, network)
        await anyio.sleep(1)  # the server waits a moment for each peer to close, too
        assert server.info().connections == 0
        assert len(taken) == 20
        assert max(taken) < 500_000  # what they asked before they were held up: some buffers
        await soon(ledger, network)


@leaves_nothing
async def test_garbage_by_datagram_and_by_stream() -> None:
    network, ledger, chance = Memory(), Ledger(), random.Random(11)
    bounds = Bounds(connections=64, read_timeout=5)
    async with serve(Shouting(), ASK, udp=SERVER, tcp=SERVER, bounds=bounds, network=network) as server:
        flood = await network.datagrams(remote=SERVER)
        for _ in range(20):
            for _ in range(100):
                await flood.send(chance.randbytes(chance.randrange(60)))
            await soon(ledger, network)
        await flood.aclose()

        async def babble() -> None:
            stream = await network.connect(SERVER)
            try:
                for _ in range(20):
                    await stream.send(chance.randbytes(chance.randrange(1, 300)))
            except anyio.BrokenResourceError:
                pass
            await stream.aclose()

        for _ in range(20):
            async with anyio.create_task_group() as group:
                for _ in range(10):
                    group.start_soon(babble)
            await soon(ledger, network)
        await anyio.sleep(6)
        assert server.info().connections == 0
        assert server.info().counters.malformed > 1000
    ledger.check()


@leaves_nothing
async def test_ten_thousand_idle_connections(anyio_backend_name: str) -> None:
    """On asyncio two thousand: the ten thousand of that loop are real ones, in `sockets/test_server_sockets.py`."""
    network, ledger, count = Memory(), Ledger(), 2000 if anyio_backend_name == "asyncio" else 10_000
    async with serve(Shouting(), ASK, udp=SERVER, tcp=SERVER, bounds=Bounds(backlog=count), network=network) as server:
        streams = [await network.connect(SERVER) for _ in range(count)]
        await anyio.sleep(1)
        assert server.info().connections == count
        await soon(ledger, network)
        for stream in (streams[0], streams[-1]):
            await stream.send(framed(b"awake"))
            assert (await stream.receive()).endswith(b"AWAKE")
        await anyio.sleep(61)  # the read timeout
        assert server.info().connections == 0
        await soon(ledger, network)
        for stream in streams:
            await stream.aclose()
