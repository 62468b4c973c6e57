"""A server that starts: while its addresses are being taken, it cannot be started again."""

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
