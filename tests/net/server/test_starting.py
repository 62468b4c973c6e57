"""A server that starts: while its addresses are being taken it cannot be started or resumed again, and it can be ended."""

from __future__ import annotations

import anyio
import pytest

from bitwright.net import Answering, Busy, Server
from bitwright.net.memory import Memory
from bitwright.net.network import Acceptor, Address
from tests.net.server.house import Note

pytestmark = pytest.mark.anyio


class Slow(Memory):
    """Listens when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.may = anyio.Event(), anyio.Event()

    async def listen(self, address: Address, *, backlog: int = 1024) -> Acceptor:
        self.asked.set()
        await self.may.wait()
        return await super().listen(address, backlog=backlog)


async def test_a_server_that_is_starting_is_not_started_again() -> None:
    network = Slow()
    server = Server(Answering(lambda note, _: note), Note, tcp=("server", 0), network=network)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.run)
        await network.asked.wait()
        network.may.set()
        with pytest.raises(Busy, match="starting"):
            await server.run()
        tasks.cancel_scope.cancel()


async def test_a_server_that_is_resuming_is_not_resumed_again() -> None:
    network = Slow()
    network.may.set()
    async with Server(Answering(lambda note, _: note), Note, tcp=("server", 0), network=network) as server:
        await server.suspend()
        network.asked, network.may = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.resume)
            await network.asked.wait()
            with pytest.raises(RuntimeError, match="resuming already"):
                await server.resume()
            network.may.set()
        assert server.info().state == "running"
        await (await network.connect(server.tcp)).aclose()


@pytest.mark.parametrize("taken", [False, True])
async def test_a_server_that_is_ended_while_it_starts_does_not_serve(taken: bool) -> None:
    network = Slow()
    address = ("server", 7000)
    other = await Memory.listen(network, address) if taken else None
    server = Server(Answering(lambda note, _: note), Note, tcp=address, network=network)
    failures: list[OSError] = []

    async def run() -> None:
        try:
            await server.run()
        except OSError as error:
            failures.append(error)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run)
        await network.asked.wait()
        tasks.start_soon(server.shutdown)
        await anyio.wait_all_tasks_blocked()
        network.may.set()
    assert len(failures) == taken
    if other is not None:
        await other.aclose()
    await (await Memory.listen(network, address)).aclose()  # it is free
