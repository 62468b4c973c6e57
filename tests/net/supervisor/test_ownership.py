"""Ownership: a socket lives in the scope of a task; however that ends, the peer sees the end at once, and nobody is left over."""

from __future__ import annotations

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright import Struct, auto, raw, u8
from bitwright.net import Child, Closed, Connection, Disconnected, NetError, Shutdown, Supervisor
from bitwright.net.memory import Memory

pytestmark = pytest.mark.anyio


class Note(Struct):
    size: int = auto(u8())
    text: bytes = raw(size=size)


class Owner:
    """A child that owns a connection, and the peer at the other end."""

    def __init__(self) -> None:
        self.network = Memory()
        self.ends = anyio.Event()
        self.how: BaseException | None = None
        self.child = Child("owner", self._run, restart="temporary")

    async def _run(self, *, task_status: TaskStatus[Connection[Note]]) -> None:
        async with Connection(await self.network.connect(("127.0.0.1", 7)), Note) as connection:
            task_status.started(connection)
            await self.ends.wait()
            if self.how is not None:
                raise self.how

    async def end(self, how: BaseException | None) -> None:
        self.how = how
        self.ends.set()
        await anyio.wait_all_tasks_blocked()


@pytest.mark.parametrize("how", ["returns", "shuts down", "crashes", "is stopped", "its supervisor ends", "all is cancelled"])
async def test_however_the_owner_ends_the_peer_sees_it_at_once(how: str) -> None:
    owner = Owner()
    acceptor = await owner.network.listen(("127.0.0.1", 7))
    told: list[NetError] = []

    async def peer() -> None:
        stream, _ = await acceptor.accept()
        async with Connection(stream, Note) as connection:
            try:
                await connection.receive()
            except NetError as error:
                told.append(error)

    async with anyio.create_task_group() as peers:
        peers.start_soon(peer)
        with anyio.CancelScope() as everything:
            async with Supervisor([owner.child]) as supervisor:
                await anyio.wait_all_tasks_blocked()
                assert told == []
                match how:
                    case "returns":
                        await owner.end(None)
                    case "shuts down":
                        await owner.end(Shutdown())
                    case "crashes":
                        await owner.end(ValueError("boom"))
                    case "is stopped":
                        await supervisor.stop_child("owner")
                    case "all is cancelled":
                        everything.cancel()
                        await anyio.sleep_forever()
                await anyio.wait_all_tasks_blocked()
                assert bool(told) == (how != "its supervisor ends")
    [error] = told
    assert isinstance(error, Closed | Disconnected)
    await acceptor.aclose()
