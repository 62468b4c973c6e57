"""Whatever happens, and whenever: each call ends in exactly one of its outcomes, and what is counted adds up.

Callers time out and are cancelled at random moments, the server dies and comes back, answers are late, doubled, forged or no
messages at all, datagrams get lost; by datagrams and by one connection.
"""

from __future__ import annotations

import collections
import random

import anyio
import pytest

from bitwright.net import Answering, Backoff, Caller, Client, DatagramClient, Disconnected, Peer, TimedOut, serve
from bitwright.net.memory import Faults, Memory
from tests.net.calls.scene import ANSWER, ASK, SERVER, Ask

pytestmark = pytest.mark.anyio
CALLS = 600
OUTCOMES = {"answered", "timed out", "lost, sent", "lost, unsent", "cancelled"}


class Moody:
    """A server that answers at once, late, twice, wrongly, with garbage, or not at all."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    async def answer(self, request: Ask, peer: Peer) -> Ask | bytes | None:
        """What it feels like."""
        good = request.replace(flags=ANSWER)
        match self.dice.randrange(8):
            case 0:
                await anyio.sleep(self.dice.uniform(0, 8))
            case 1:
                await peer.send(good)
            case 2:
                await peer.send(good.replace(text=b"forged"))
            case 3:
                await peer.send(good.replace(id=good.id ^ 1))
            case 4:
                await peer.send(b"\0")  # no message
            case 5:
                return None
        return good

    async def come_and_go(self, network: Memory) -> None:
        """Be there, and be gone."""
        while True:
            async with serve(Answering(self.answer), ASK, udp=SERVER, tcp=SERVER, network=network):
                await anyio.sleep(self.dice.uniform(0.5, 10))
            await anyio.sleep(self.dice.uniform(0, 2))


async def one_call(client: Caller[Ask], number: int, dice: random.Random, ends: list[str]) -> None:
    """Ask once, and write down what came of it."""
    await anyio.sleep(dice.uniform(0, 60))
    text = b"%04d" % number
    with anyio.CancelScope(deadline=anyio.current_time() + dice.choice([dice.uniform(0, 4), 1000])) as scope:
        try:
            reply = await client.call(Ask(text=text), timeout=dice.uniform(0.1, 10))
            ends.append("answered" if reply.text == text else "wrong")
        except TimedOut:
            ends.append("timed out")
        except Disconnected as error:
            ends.append("lost, sent" if error.sent else "lost, unsent")
    if scope.cancelled_caught:
        ends.append("cancelled")


def client_by(transport: str, network: Memory) -> DatagramClient[Ask] | Client[Ask]:
    if transport == "udp":
        return DatagramClient(ASK, SERVER, network=network)
    return Client(ASK, SERVER, network=network, backoff=Backoff(first=0.1, most=1))


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_each_call_has_exactly_one_outcome(transport: str, seed: int) -> None:
    network = Memory(faults=Faults(drop=0.1, double=0.1, reorder=0.1, cut=0.05, delay=(0.001, 0.5)), piece=7, seed=seed)
    moody, dice = Moody(seed), random.Random(seed)
    ends: dict[int, list[str]] = {number: [] for number in range(CALLS)}
    client = client_by(transport, network)
    async with anyio.create_task_group() as world:
        world.start_soon(moody.come_and_go, network)
        async with client:
            async with anyio.create_task_group() as callers:
                for number, its_ends in ends.items():
                    callers.start_soon(one_call, client, number, dice, its_ends)
            await anyio.sleep(60)  # whatever is late comes
            assert client.info().in_flight == 0
        world.cancel_scope.cancel()
    assert [number for number, each in ends.items() if len(each) != 1] == []
    tally = collections.Counter(each[0] for each in ends.values())
    assert set(tally) <= OUTCOMES
    assert {"answered", "timed out", "cancelled", "lost, sent"} <= set(tally)
    calls = client.info().calls
    assert calls.opened == calls.answered + calls.failed + calls.abandoned <= CALLS
    assert tally["answered"] <= calls.answered <= tally["answered"] + tally["cancelled"]
    assert calls.late > 0
    assert calls.unknown > 0


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_the_server_never_learns_of_a_caller_that_gave_up(transport: str) -> None:
    network, served = Memory(), list[bytes]()

    async def slow(request: Ask, peer: Peer) -> Ask:
        await anyio.sleep(5)
        served.append(request.text)
        return request.replace(flags=ANSWER)

    async with serve(Answering(slow), ASK, udp=SERVER, tcp=SERVER, network=network):
        client = client_by(transport, network)
        async with client:
            if isinstance(client, Client):
                await client.connected()
            with pytest.raises(TimedOut):
                await client.call(Ask(text=b"impatient"), timeout=0.5)
            with anyio.move_on_after(0.2):
                await client.call(Ask(text=b"cancelled"))
            assert (await client.call(Ask(text=b"patient"), timeout=100)).text == b"patient"
            calls = client.info().calls
            assert (calls.answered, calls.abandoned) == (1, 2)
            assert calls.late >= 2
    assert set(served) == {b"impatient", b"cancelled", b"patient"}


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_an_answer_that_comes_in_the_moment_of_a_timeout_is_one_or_the_other(transport: str) -> None:
    """At the same instant: answered or timed out, and counted as that."""
    network = Memory()

    async def punctual(request: Ask, peer: Peer) -> Ask:
        await anyio.sleep(1)
        return request.replace(flags=ANSWER)

    ends: list[str] = []

    async def ask(client: Caller[Ask]) -> None:
        try:
            await client.call(Ask(text=b"x"), timeout=1)
            ends.append("answered")
        except TimedOut:
            ends.append("timed out")

    client = client_by(transport, network)
    async with serve(Answering(punctual), ASK, udp=SERVER, tcp=SERVER, network=network), client:
        if isinstance(client, Client):
            await client.connected()
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(ask, client)
        await anyio.sleep(60)
        calls = client.info().calls
        assert (ends.count("answered"), ends.count("timed out")) == (calls.answered, calls.abandoned)
        assert calls.answered + calls.abandoned == 20
        assert client.info().in_flight == 0
