"""Faults that only an operating system has: descriptors that run out and have to come back, ports that are taken again and again."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from bitwright.net import Hooks, Server, serve
from bitwright.net.sockets import Sockets
from tests.net.faults.place import ASK, KINDS, Ask, Ledger, Shouting, again_until, client_of

DESCRIPTORS = Path("/proc/self/fd")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not DESCRIPTORS.exists(), reason="open descriptors are counted in /proc"),
]

LIVES = 100
LIMIT = 20  # seconds for what takes a few
HERE = ("127.0.0.1", 0)


def descriptors() -> int:
    return len(list(DESCRIPTORS.iterdir()))


@contextlib.contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """This process may open so many more."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    highest = max(int(each.name) for each in DESCRIPTORS.iterdir())
    taken: list[int] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + count + 1, before[1]))
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for _ in range(count):
            os.close(taken.pop())
        yield
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_a_server_lives_a_hundred_times_at_one_address_and_leaves_no_descriptor() -> None:
    before, ledger, done = descriptors(), Ledger(), anyio.Event()
    first = await Sockets().listen(HERE)
    address = first.address
    await first.aclose()
    server: Server[Ask] = serve(Shouting(), ASK, udp=address, tcp=address)
    clients = [client_of(kind, address, Sockets()) for kind in KINDS]
    asks = [functools.partial(ledger.ask, functools.partial(client.call, timeout=2)) for client in clients]
    with anyio.fail_after(LIMIT):
        async with clients[0], clients[1], clients[2], anyio.create_task_group() as callers:
            for ask in asks:
                callers.start_soon(again_until, done, ask, 0.002)
            for _ in range(LIVES):
                async with anyio.create_task_group() as life:
                    await life.start(server.run)
                    while await asks[0]() != "answered":
                        await anyio.lowlevel.checkpoint()
                    life.cancel_scope.cancel()
            async with server:
                for ask in asks:
                    with anyio.fail_after(5):
                        while await ask() != "answered":
                            await anyio.lowlevel.checkpoint()
                done.set()
    ledger.check()
    assert ledger.answered >= LIVES + 3
    assert descriptors() == before


async def test_descriptors_that_are_used_up_come_back() -> None:
    refused = anyio.Event()
    hooks = Hooks(lambda name, attributes: refused.set() if name == "bitwright.server.accept.error" else None)
    before, ledger = descriptors(), Ledger()
    with anyio.fail_after(LIMIT):
        async with serve(Shouting(), ASK, udp=HERE, tcp=HERE, hooks=hooks) as server, client_of("udp", server.udp, Sockets()) as client:
            assert await ledger.ask(client.call) == "answered"
            idle = [socket.create_connection(server.tcp) for _ in range(20)]  # nobody accepts before the next await
            with descriptors_left(5):
                await refused.wait()
                assert server.info().connections == 5
                assert await ledger.ask(client.call) == "answered"
                for each in idle:
                    each.close()
                async with client_of("tcp, postponing", server.tcp, Sockets()) as late:
                    assert await ledger.ask(late.call) == "answered"
                assert server.info().counters.connections == 21
    assert descriptors() == before
