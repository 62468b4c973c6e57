"""Nothing in a datagram, and nothing that the handler does with it, ends the server."""

from __future__ import annotations

import random
from typing import Any

import anyio
import pytest

from bitwright.net import Answering, Hooks, Peer, serve
from bitwright.net.memory import Memory, MemoryDatagrams
from tests.net.server.house import GARBAGE, HERE, SPOKEN, Lenient, Note, Witness, house

pytestmark = pytest.mark.anyio


async def test_a_flood_of_garbage() -> None:
    witness, dice = Witness(), random.Random(1)
    async with house(witness) as at:
        socket = await at.network.datagrams(remote=at.server.udp)
        for _ in range(100):
            for _ in range(20):
                await socket.send(b"\xff" + dice.randbytes(dice.randrange(30)))
            await anyio.sleep(0.01)
        assert await at.ask(b"alive") == b"ALIVE"
        counters = at.server.info().counters
        assert (counters.received, counters.malformed, counters.answered, counters.failures) == (2001, 2000, 1, 0)
    assert witness.told == ["message alive"]


async def test_garbage_can_be_answered() -> None:
    async with house(Lenient) as at:
        socket = await at.network.datagrams(remote=at.server.udp)
        await socket.send(GARBAGE)
        assert (await socket.receive())[0][0] == Note(text=b"what?").build()


@pytest.mark.parametrize("waits", [False, True])
async def test_a_handler_that_raises_is_told_and_goes_on(waits: bool) -> None:
    class Fails(Witness):
        def message(self, message: Note, peer: Peer) -> Any:
            return self._later(message, peer) if waits else self._now(message, peer)

        async def _later(self, message: Note, peer: Peer) -> Any:
            await anyio.sleep(0.1)
            return self._now(message, peer)

        def _now(self, message: Note, peer: Peer) -> Any:
            match message.text:
                case b"raise":
                    raise ZeroDivisionError
                case b"large":
                    return b"x" * 2000
                case b"wrong":
                    return 7
                case b"none":
                    return None
            return super().message(message, peer)

    witness, hooks = Fails(), Hooks()
    async with house(witness, hooks=hooks) as at:
        socket = await at.network.datagrams(remote=at.server.udp)
        for text in (b"raise", b"large", b"wrong", b"none"):
            await socket.send(Note(text=text).build())
        assert await at.ask(b"alive") == b"ALIVE"
        await anyio.wait_all_tasks_blocked()  # the failures are told in tasks of their own
        assert at.server.info().counters.failures == 3
    assert sorted(type(error).__name__ for error in witness.errors) == ["TooLarge", "TypeError", "ZeroDivisionError"]
    assert hooks.counters["bitwright.server.message.failed"] == 3


async def test_an_answer_that_does_not_go_out_is_of_one_peer_only(monkeypatch: pytest.MonkeyPatch) -> None:
    witness, network = Witness(), Memory()
    async with serve(witness, SPOKEN, udp=HERE, network=network) as server:
        far, near = [await network.datagrams(remote=server.udp) for _ in range(2)]
        sends = MemoryDatagrams.send_now

        def send_now(self: MemoryDatagrams, data: bytes, address: Any = None) -> bool:
            if address == far.address:
                raise OSError(101, "network is unreachable")
            return sends(self, data, address)

        monkeypatch.setattr(MemoryDatagrams, "send_now", send_now)
        await far.send(Note(text=b"a").build())
        await near.send(Note(text=b"b").build())
        assert (await near.receive())[0][0] == Note(text=b"B").build()
    assert [str(error) for error in witness.errors] == ["[Errno 101] network is unreachable"]


async def test_more_than_one_answer() -> None:
    async def twice(message: Note, peer: Peer) -> Note:
        await peer.send(message)
        assert peer.transport == "udp"
        assert peer.local_address == server.udp
        return message

    network = Memory()
    async with serve(Answering(twice), SPOKEN, udp=HERE, network=network) as server:
        socket = await network.datagrams(remote=server.udp)
        await socket.send(Note(text=b"a").build())
        await anyio.sleep(1)
        assert [data for data, _ in await socket.receive()] == [b"\1a", b"\1a"]
