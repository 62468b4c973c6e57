"""Many peers that do whatever they like: each is told of its end once, and nothing is left."""

from __future__ import annotations

import collections
import contextlib
import random
from typing import Any

import anyio
import pytest

from bitwright.net import Peer
from bitwright.net.memory import Memory, MemoryStream
from tests.net.server.house import Note, Witness, house

pytestmark = pytest.mark.anyio


class Moody(Witness):
    """Waits, raises and leaves, as its dice say."""

    made: list[Moody]
    dice: random.Random

    async def _mood(self, peer: Peer) -> None:
        match self.dice.randrange(12):
            case 0:
                raise ZeroDivisionError
            case 1:
                peer.close()
            case 2:
                await anyio.sleep(self.dice.uniform(0, 100))
            case 3:
                await peer.send(Note(text=b"besides"))

    async def connected(self, peer: Peer) -> None:
        self.made.append(self)
        self.told.append("connected")
        await self._mood(peer)

    async def message(self, message: Note, peer: Peer) -> Any:
        self.told.append("message")
        await self._mood(peer)
        return message

    async def closed(self, peer: Peer) -> None:
        self.told.append("closed")
        await self._mood(peer)

    async def shutdown(self, peer: Peer) -> None:
        self.told.append("shutdown")
        await self._mood(peer)


async def visit(network: Memory, address: tuple[str, int], dice: random.Random) -> None:
    await anyio.sleep(dice.uniform(0, 200))
    with contextlib.suppress(anyio.BrokenResourceError, anyio.EndOfStream, ConnectionRefusedError):
        stream = await network.connect(address)
        assert isinstance(stream, MemoryStream)
        for _ in range(dice.randrange(8)):
            match dice.randrange(7):
                case 0:
                    await stream.send(dice.randbytes(dice.randrange(1, 20)))
                case 1:
                    await anyio.sleep(dice.uniform(0, 90))
                case 2:
                    await stream.send(b"\0\3\2a")
                case 3:
                    with anyio.move_on_after(5):
                        await stream.receive()
                case _:
                    await stream.send(b"\0\3\2ab" * dice.randrange(1, 30))
        if dice.randrange(3):
            stream.abort()
        elif dice.randrange(3):
            await stream.aclose()


@pytest.mark.parametrize("seed", range(4))
async def test_each_is_told_once_and_nothing_is_left(seed: int) -> None:
    dice = random.Random(seed)
    kind = type("Seeded", (Moody,), {"made": [], "dice": dice})
    network = Memory(capacity=64, piece=7)
    async with house(kind, network=network, connections=40) as at, anyio.create_task_group() as group:
        for _ in range(300):
            group.start_soon(visit, network, at.server.tcp, dice)
        await anyio.sleep(150)
        assert at.server.info().connections <= 40
        await at.server.suspend()
        await anyio.sleep(5)
        await at.server.resume()
        await anyio.sleep(dice.choice([10, 1000]))
        await at.server.shutdown()
        assert (at.server.info().state, at.server.info().connections) == ("ended", 0)
    made: list[Moody] = kind.made  # type: ignore[attr-defined]
    assert len(made) > 100
    assert {tuple(told.told[:1]) for told in made} == {("connected",)}
    assert {len(told.last) for told in made} == {1}
    assert {told.told[-1] for told in made} == {told.last[0] for told in made}
    assert len(collections.Counter(told.last[0] for told in made)) >= 3
