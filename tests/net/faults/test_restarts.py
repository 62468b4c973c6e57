"""A server that is killed and restarted a hundred times under load; with virtual time."""

from __future__ import annotations

import functools
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import anyio
import pytest

from bitwright.net import Server, serve
from bitwright.net.memory import Faults, Memory
from bitwright.net.one_shot import StreamAddress, call_once
from bitwright.net.relay import Relay
from tests.net.faults.place import ASK, KINDS, RELAY, SERVER, Ask, Ledger, Shouting, again_until, client_of, leaves_nothing

pytestmark = pytest.mark.anyio

LIVES = 100
CALLERS = 8


async def live_and_die(run: Callable[..., Coroutine[Any, Any, Any]], again: Callable[[], Awaitable[str]], lives: int = LIVES) -> None:
    """A hundred lives of half a second, with less than that between them; after each start a call is answered within a second."""
    chance = random.Random(7)
    for _ in range(lives):
        async with anyio.create_task_group() as life:
            await life.start(run)
            before = anyio.current_time()
            while await again() != "answered":
                assert anyio.current_time() - before < 1
            assert anyio.current_time() - before < 1
            await anyio.sleep(chance.uniform(0.0, 0.5))
            life.cancel_scope.cancel()
        await anyio.sleep(chance.uniform(0.0, 0.4))


def server(network: Memory) -> Server[Ask]:
    return serve(Shouting(), ASK, udp=SERVER, tcp=SERVER, network=network)


@pytest.mark.parametrize("kind", KINDS)
@leaves_nothing
async def test_a_client_that_stays(kind: str) -> None:
    network, ledger, done = Memory(faults=Faults(delay=(0.001, 0.02))), Ledger(), anyio.Event()
    async with client_of(kind, SERVER, network) as client, anyio.create_task_group() as callers:
        ask = functools.partial(ledger.ask, functools.partial(client.call, timeout=2))
        for _ in range(CALLERS):
            callers.start_soon(again_until, done, ask, 0.1)
        await live_and_die(server(network).run, functools.partial(soon, ask))
        done.set()
    ledger.check()
    counters = client.info().calls
    assert (client.info().in_flight, counters.opened) == (0, ledger.begun)
    assert counters.answered == ledger.answered
    assert counters.answered + counters.failed + counters.abandoned == counters.opened
    assert ledger.answered > 0.2 * ledger.begun > 200
    assert network.socket_at(SERVER) is None
    assert network.acceptor_at(SERVER) is None


@leaves_nothing
async def test_a_connection_for_each_call() -> None:
    """So that a kill meets it anywhere: connecting, asking, waiting."""
    network, ledger, done = Memory(), Ledger(), anyio.Event()
    ask = functools.partial(ledger.ask, functools.partial(call_by_stream, network, SERVER))
    async with anyio.create_task_group() as callers:
        for _ in range(CALLERS):
            callers.start_soon(again_until, done, ask, 0.1)
        await live_and_die(server(network).run, ask)
        done.set()
    ledger.check()
    assert ledger.ends["lost, not sent"] > 0
    assert ledger.answered > 0.2 * ledger.begun > 200


@leaves_nothing
async def test_a_host_that_loses_its_power() -> None:
    """A relay in front of the server is killed: connections are reset where they are, and nobody is told anything."""
    network, ledger, done = Memory(faults=Faults(delay=(0.001, 0.02))), Ledger(), anyio.Event()
    relay = Relay(to=SERVER, udp=RELAY, tcp=RELAY, network=network)
    clients = [client_of(kind, RELAY, network) for kind in KINDS]
    asks = [functools.partial(ledger.ask, functools.partial(client.call, timeout=2)) for client in clients]
    async with server(network), clients[0], clients[1], clients[2], anyio.create_task_group() as callers:
        for ask in asks * (CALLERS // 2):
            callers.start_soon(again_until, done, ask, 0.1)
        await live_and_die(relay.run, functools.partial(soon, asks[1]))
        assert await asks[0]() in {"timed out", "lost, sent"}
        assert await asks[1]() == "lost, not sent"
        assert await asks[2]() == "lost, not sent"
        done.set()
    ledger.check()
    assert ledger.ends["lost, sent"] > 0
    assert ledger.answered > 0.2 * ledger.begun > 200


@pytest.mark.parametrize("kind", KINDS)
@leaves_nothing
async def test_a_call_that_is_in_work_when_the_server_is_killed_has_one_outcome(kind: str) -> None:
    network, ledger = Memory(), Ledger()

    class Slow(Shouting):
        async def message(self, message: Ask, peer: object) -> Ask:  # type: ignore[override]
            await anyio.sleep(100)
            return message

    began = anyio.current_time()
    slow = serve(Slow(), ASK, udp=SERVER, tcp=SERVER, network=network)
    async with client_of(kind, SERVER, network) as client, anyio.create_task_group() as callers, anyio.create_task_group() as life:
        await life.start(slow.run)
        await anyio.sleep(1)  # there is a connection now
        began = anyio.current_time()
        for _ in range(20):
            callers.start_soon(ledger.ask, functools.partial(client.call, timeout=50))
        await anyio.sleep(0.1)
        life.cancel_scope.cancel()
    ledger.check()
    assert ledger.begun == 20
    assert set(ledger.ends) <= {"timed out", "lost, sent"}
    assert anyio.current_time() - began < 11  # told at once, or when the last sending has had its time: not after 50 seconds


async def soon(ask: Callable[[], Awaitable[str]]) -> str:
    """A call, and a moment before the next: one that fails at once takes no time."""
    end = await ask()
    await anyio.sleep(0.01)
    return end


async def call_by_stream(network: Memory, address: tuple[str, int], request: Ask) -> Ask:
    return await call_once(ASK, StreamAddress(address=address), request, network=network)
