"""The network in memory keeps the contract of sockets, and time jumps."""

from __future__ import annotations

import anyio
import pytest

from bitwright.net.memory import Faults, Memory, MemoryAcceptor, stream_pair

pytestmark = pytest.mark.anyio


async def test_an_hour_takes_no_time() -> None:
    before = anyio.current_time()
    await anyio.sleep(3600)
    assert anyio.current_time() - before == pytest.approx(3600)


async def test_a_stream_gives_what_was_sent_and_then_its_end() -> None:
    here, there = stream_pair(piece=2)
    await here.send(b"abc")
    await here.aclose()
    assert [await there.receive(), await there.receive()] == [b"ab", b"c"]
    with pytest.raises(anyio.EndOfStream):
        await there.receive()
    with pytest.raises(anyio.BrokenResourceError):
        await there.send(b"x")


async def test_a_full_buffer_holds_the_sender_up() -> None:
    here, there = stream_pair(capacity=4)
    with anyio.move_on_after(10) as scope:
        await here.send(b"12345")
    assert scope.cancelled_caught
    assert await there.receive() == b"1234"


async def test_a_reset_loses_what_was_not_read() -> None:
    here, there = stream_pair()
    await here.send(b"lost")
    here.abort()
    with pytest.raises(anyio.BrokenResourceError):
        await there.receive()


async def test_nobody_listens() -> None:
    network = Memory()
    with pytest.raises(ConnectionRefusedError):
        await network.connect(("127.0.0.1", 53))
    socket = await network.datagrams(remote=("127.0.0.1", 53))
    socket.send_now(b"x")
    with pytest.raises(ConnectionRefusedError):
        await socket.receive()


async def test_a_connection_is_accepted() -> None:
    network = Memory()
    acceptor = await network.listen(("127.0.0.1", 0))
    assert isinstance(acceptor, MemoryAcceptor)
    mine = await network.connect(acceptor.address)
    acceptor.refuse(OSError(24, "too many open files"))
    with pytest.raises(OSError, match="too many"):
        await acceptor.accept()
    theirs, _ = await acceptor.accept()
    await theirs.send(b"hello")
    assert await mine.receive() == b"hello"
    await acceptor.aclose()
    with pytest.raises(anyio.ClosedResourceError):
        await acceptor.accept()


async def test_faults_are_the_same_for_a_seed() -> None:
    runs = []
    for _ in range(2):
        network = Memory(faults=Faults(drop=0.2, double=0.2, reorder=0.2, cut=0.1, delay=(0.01, 0.02)), seed=7)
        server = await network.datagrams(("127.0.0.1", 53))
        client = await network.datagrams(remote=server.address)
        for number in range(50):
            client.send_now(bytes([number, number]))
        await anyio.sleep(1)
        runs.append([data for data, _ in await server.receive()])
    assert runs[0] == runs[1]
    numbers = [data[0] for data in runs[0]]
    assert numbers != sorted(numbers)
    assert len(set(numbers)) < 50
    assert len(numbers) > len(set(numbers))
    assert {len(data) for data in runs[0]} == {1, 2}


async def test_ports_are_those_that_exist_and_come_again_when_they_are_free() -> None:
    network = Memory()
    kept = await network.datagrams()
    for _ in range(17_000):  # more than there are
        socket = await network.datagrams()
        assert socket.address != kept.address
        assert socket.address[1] <= 65535
        await socket.aclose()
    with pytest.raises(OSError, match="is taken"):
        await network.datagrams(kept.address)


async def test_when_every_port_is_taken_it_says_so() -> None:
    network = Memory()
    sockets = [await network.datagrams() for _ in range(16_384)]
    with pytest.raises(OSError, match="every port is taken"):
        await network.datagrams()
    await sockets[7].aclose()
    assert (await network.datagrams()).address == sockets[7].address
