"""Datagrams that are lost, doubled, overtaken and cut; connections that are cut; by a network in memory and by a relay."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable

import anyio
import pytest

from bitwright.net import Bounds, DatagramClient, serve
from bitwright.net.memory import Faults, Memory
from bitwright.net.one_shot import StreamAddress, call_once
from bitwright.net.relay import Conversation, Forward, Lossy, Relay, Tap, Verdict
from tests.net.faults.place import ASK, RELAY, SERVER, Ask, Ledger, Shouting, client_of, leaves_nothing

pytestmark = pytest.mark.anyio

CALLS = 400
BAD = Faults(drop=0.1, double=0.1, reorder=0.1, cut=0.1, delay=(0.001, 0.05))


async def in_turns(ledger: Ledger, call: Callable[[Ask], Awaitable[Ask]], callers: int = 20, calls: int = CALLS) -> None:
    async def several() -> None:
        for _ in range(calls // callers):
            await ledger.ask(call)

    async with anyio.create_task_group() as group:
        for _ in range(callers):
            group.start_soon(several)


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(Faults(), id="none"),
        pytest.param(Faults(drop=0.3), id="lost"),
        pytest.param(Faults(double=1.0), id="doubled"),
        pytest.param(Faults(reorder=0.5, delay=(0.001, 0.3)), id="overtaken"),
        pytest.param(Faults(cut=0.3), id="cut"),
        pytest.param(BAD, id="all of it"),
        pytest.param(Faults(drop=1.0), id="nothing arrives"),
    ],
)
@leaves_nothing
async def test_a_call_by_datagram_has_one_outcome_and_never_the_answer_of_another(faults: Faults) -> None:
    network, ledger = Memory(faults=faults), Ledger()
    client = DatagramClient(ASK, SERVER, network=network)
    async with serve(Shouting(), ASK, udp=SERVER, network=network), client:
        await in_turns(ledger, functools.partial(client.call, timeout=10))
    counters = client.info().calls
    ledger.check()
    assert set(ledger.ends) <= {"answered", "timed out"}
    assert (counters.answered, counters.abandoned, counters.failed) == (ledger.answered, ledger.ends["timed out"], 0)
    if faults.drop == 1.0:
        assert ledger.answered == 0
    elif faults.drop or faults.cut:  # four sendings, of which each has to arrive and its answer, too
        assert 0.8 * CALLS < ledger.answered < CALLS
    else:
        assert ledger.answered == CALLS
    if faults.double:
        assert counters.late > 0


@leaves_nothing
async def test_a_relay_in_between_spoils_both_ways_and_the_server_goes_on() -> None:
    network, ledger = Memory(), Ledger()
    relay = Relay(to=SERVER, udp=RELAY, tcp=RELAY, tap=Lossy(BAD), network=network)
    async with serve(Shouting(), ASK, udp=SERVER, tcp=SERVER, network=network) as server, relay.running():
        async with DatagramClient(ASK, RELAY, network=network) as client:
            await in_turns(ledger, functools.partial(client.call, timeout=10))
        assert 0.8 * CALLS < ledger.answered < CALLS
        assert server.info().counters.malformed > 0
        by_stream = Ledger()
        await in_turns(by_stream, functools.partial(call_by_stream, network, RELAY))
        by_stream.check()
        assert 0.6 * CALLS < by_stream.answered < CALLS
        assert set(by_stream.ends) == {"answered", "lost, sent"}
        assert await ledger.ask(functools.partial(call_by_stream, network, SERVER)) == "answered"
        await anyio.sleep(1)  # the server waits a moment for each peer to close, too
        assert server.info().connections == 0
    ledger.check()


@pytest.mark.parametrize("kind", ["tcp", "tcp, postponing"])
@leaves_nothing
async def test_a_client_whose_connections_are_cut_connects_again(kind: str) -> None:
    network, ledger = Memory(), Ledger()
    relay = Relay(to=SERVER, tcp=RELAY, tap=Lossy(Faults(cut=0.05, delay=(0.001, 0.05))), network=network)
    client = client_of(kind, RELAY, network)
    async with serve(Shouting(), ASK, tcp=SERVER, network=network), relay.running(), client:

        async def call(request: Ask) -> Ask:
            await anyio.sleep(0.05)
            return await client.call(request, timeout=10)

        await in_turns(ledger, call)
    counters = client.info().calls
    ledger.check()
    assert set(ledger.ends) <= {"answered", "lost, sent", "lost, not sent"}
    assert ledger.ends["lost, sent"] > 0
    assert 0.3 * CALLS < ledger.answered < CALLS
    assert counters.unknown == counters.late == 0
    assert counters.answered + counters.failed == counters.opened == CALLS


class Silence(Tap):
    """A wire that is pulled out: from some moment on nothing passes, and nobody is told."""

    def __init__(self) -> None:
        self.pulled = False

    def passing(self, conversation: Conversation, data: bytes, *, from_client: bool) -> Verdict:
        return [] if self.pulled else [Forward(data)]


@leaves_nothing
async def test_connections_of_which_the_peer_is_gone_are_let_go_after_the_read_timeout() -> None:
    network, ledger, wire = Memory(), Ledger(), Silence()
    server = serve(Shouting(), ASK, tcp=SERVER, bounds=Bounds(read_timeout=30), network=network)
    async with server, Relay(to=SERVER, tcp=RELAY, tap=wire, network=network).running():
        streams = [await network.connect(RELAY) for _ in range(50)]
        for stream in streams:
            await stream.send(ASK.framing().frame(Ask(id=1, text=b"x").build()))
            await stream.receive()
        wire.pulled = True
        for stream in streams[::2]:  # half of them in the middle of a message
            await stream.send(b"\x00")
        await anyio.sleep(29)
        assert server.info().connections == 50
        await anyio.sleep(2)
        assert server.info().connections == 0
        with anyio.move_on_after(10) as scope:
            await ledger.ask(functools.partial(call_by_stream, network, RELAY))
        assert scope.cancelled_caught
        assert await ledger.ask(functools.partial(call_by_stream, network, SERVER)) == "answered"
        for stream in streams:
            await stream.aclose()


@leaves_nothing
async def test_a_wire_that_is_pulled_out_costs_a_call_its_time_and_no_more() -> None:
    network, ledger, wire = Memory(), Ledger(), Silence()
    relay = Relay(to=SERVER, udp=RELAY, tap=wire, network=network)
    client = DatagramClient(ASK, RELAY, network=network)
    async with serve(Shouting(), ASK, udp=SERVER, network=network), relay.running(), client:
        assert await ledger.ask(client.call) == "answered"
        wire.pulled = True
        before = anyio.current_time()
        assert await ledger.ask(functools.partial(client.call, timeout=1.5)) == "timed out"
        assert anyio.current_time() - before == pytest.approx(1.5)
        wire.pulled = False
        assert await ledger.ask(client.call) == "answered"


async def call_by_stream(network: Memory, address: tuple[str, int], request: Ask) -> Ask:
    return await call_once(ASK, StreamAddress(address=address), request, network=network)
