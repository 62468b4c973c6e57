"""A relay passes on what is said, tells its tap, and does to it what the tap says; in memory, with virtual time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import anyio
import pytest

from bitwright.net import tree
from bitwright.net.memory import Faults, Memory
from bitwright.net.network import Address, Datagrams
from bitwright.net.relay import Conversation, Cut, Forward, Lossy, Relay, Tap, Verdict

pytestmark = pytest.mark.anyio

SERVER = ("127.0.0.1", 5300)
HERE = ("127.0.0.1", 0)


class Diary(Tap):
    """Writes down what it is told; `decide` says what is done."""

    def __init__(self, decide: Callable[[bytes], Verdict] = lambda data: [Forward(data)]) -> None:
        self.decide, self.lines = decide, list[tuple[object, ...]]()

    def opened(self, conversation: Conversation) -> None:
        self.lines.append(("opened", conversation.transport, conversation.number))

    def passing(self, conversation: Conversation, data: bytes, *, from_client: bool) -> Verdict:
        self.lines.append((">" if from_client else "<", data))
        return self.decide(data)

    def ended(self, conversation: Conversation, *, from_client: bool) -> None:
        self.lines.append(("ended", ">" if from_client else "<"))

    def closed(self, conversation: Conversation, *, reset: bool) -> None:
        self.lines.append(("reset" if reset else "closed",))


async def echo_datagrams(network: Memory, group: anyio.abc.TaskGroup) -> Datagrams:
    """A server that answers each datagram with the same in capitals."""
    socket = await network.datagrams(SERVER)

    async def run() -> None:
        while True:
            for data, sender in await socket.receive():
                socket.send_now(data.upper(), sender)

    group.start_soon(run)
    return socket


async def echo_streams(network: Memory, group: anyio.abc.TaskGroup) -> None:
    """A server that answers what comes in capitals, and ends when its client has ended."""
    acceptor = await network.listen(SERVER)

    async def serve() -> None:
        while True:
            stream, _ = await acceptor.accept()
            async with stream:
                with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                    while True:
                        await stream.send((await stream.receive()).upper())

    group.start_soon(serve)


async def all_there(socket: Datagrams, seconds: float = 50.0) -> list[bytes]:
    """What comes within a time that costs nothing."""
    found: list[bytes] = []
    with anyio.move_on_after(seconds):
        while True:
            found += [data for data, _ in await socket.receive()]
    return found


# --- datagrams ---


async def exchange(tap: Tap, *questions: bytes) -> list[bytes]:
    """What a client gets for its datagrams through a relay."""
    network, found = Memory(), list[bytes]()
    async with anyio.create_task_group() as group, Relay(to=SERVER, udp=HERE, tap=tap, network=network).running() as relay:
        await echo_datagrams(network, group)
        assert relay.udp_address is not None
        client = await network.datagrams(remote=relay.udp_address)
        for question in questions:
            await client.send(question)
        found = await all_there(client)
        group.cancel_scope.cancel()
    return found


async def test_datagrams_go_through_and_back() -> None:
    diary = Diary()
    assert await exchange(diary, b"a", b"b") == [b"A", b"B"]
    assert diary.lines[0] == ("opened", "udp", 1)
    assert sorted(diary.lines[1:5]) == [("<", b"A"), ("<", b"B"), (">", b"a"), (">", b"b")]
    assert diary.lines[5:] == [("closed",)]


@pytest.mark.parametrize(
    ("decide", "answers"),
    [
        pytest.param(lambda data: [], [], id="dropped"),
        pytest.param(lambda data: [Forward(data)] * 2 if data.islower() else [Forward(data)], [b"ABCD", b"ABCD"], id="doubled"),
        pytest.param(lambda data: [Forward(data[:2])], [b"AB"], id="shortened"),
        pytest.param(lambda data: [Forward(b"other")], [b"other"], id="replaced"),
        pytest.param(lambda data: [Cut()], [], id="cut"),
        pytest.param(lambda data: [Forward(data), Cut()] if data.islower() else [Forward(data)], [], id="cut before the answer"),
    ],
)
async def test_a_tap_decides_what_becomes_of_a_datagram(decide: Callable[[bytes], Verdict], answers: list[bytes]) -> None:
    assert await exchange(Diary(decide), b"abcd") == answers


async def test_datagrams_that_are_held_up_are_overtaken() -> None:
    assert await exchange(Diary(lambda data: [Forward(data, 5.0 if data == b"slow" else 0.0)]), b"slow", b"quick") == [b"QUICK", b"SLOW"]


async def test_each_client_gets_its_own_answers() -> None:
    network = Memory()
    async with anyio.create_task_group() as group, Relay(to=SERVER, udp=HERE, network=network).running() as relay:
        await echo_datagrams(network, group)
        assert relay.udp_address is not None
        clients = [await network.datagrams(remote=relay.udp_address) for _ in range(20)]
        for number, client in enumerate(clients):
            await client.send(f"c{number}".encode())
        assert [await all_there(client, 1) for client in clients] == [[f"C{number}".encode()] for number in range(20)]
        group.cancel_scope.cancel()


async def test_a_client_that_is_silent_is_forgotten_and_may_come_back() -> None:
    network, diary = Memory(), Diary()
    async with anyio.create_task_group() as group, Relay(to=SERVER, udp=HERE, tap=diary, network=network, silence=60).running() as relay:
        await echo_datagrams(network, group)
        assert relay.udp_address is not None
        client = await network.datagrams(remote=relay.udp_address)
        for question in (b"one", b"two"):
            await client.send(question)
            assert await all_there(client, 59) == [question.upper()]
        assert ("closed",) not in diary.lines
        assert await all_there(client, 2) == []
        assert diary.lines[-1] == ("closed",)
        await client.send(b"three")
        assert await all_there(client, 1) == [b"THREE"]
        assert ("opened", "udp", 2) in diary.lines
        group.cancel_scope.cancel()


async def test_no_more_clients_are_kept_than_may_be() -> None:
    network, diary = Memory(), Diary()
    relaying = Relay(to=SERVER, udp=HERE, tap=diary, network=network, conversations=2)
    async with anyio.create_task_group() as group, relaying.running() as relay:
        await echo_datagrams(network, group)
        assert relay.udp_address is not None
        clients = [await network.datagrams(remote=relay.udp_address) for _ in range(5)]
        for client in clients:
            await client.send(b"x")
            assert await all_there(client, 1) == [b"X"]
        assert diary.lines.count(("closed",)) == 3
        group.cancel_scope.cancel()


async def test_a_server_that_is_down_is_found_again_by_the_same_client() -> None:
    network = Memory()
    async with anyio.create_task_group() as group, Relay(to=SERVER, udp=HERE, network=network).running() as relay:
        assert relay.udp_address is not None
        client = await network.datagrams(remote=relay.udp_address)
        await client.send(b"lost")
        assert await all_there(client, 1) == []
        assert relay.hooks.counters["bitwright.relay.unreachable"] == 1
        await echo_datagrams(network, group)
        await client.send(b"found")
        assert await all_there(client, 1) == [b"FOUND"]
        group.cancel_scope.cancel()


async def test_a_datagram_that_cannot_be_sent_is_counted() -> None:
    network = Memory()
    async with anyio.create_task_group() as group:
        too_large = Diary(lambda data: [Forward(data * 70_000)])
        async with Relay(to=SERVER, udp=HERE, tap=too_large, network=network).running() as relay:
            assert relay.udp_address is not None
            client = await network.datagrams(remote=relay.udp_address)
            await client.send(b"x")
            assert await all_there(client, 1) == []
            assert relay.hooks.counters["bitwright.relay.dropped"] == 1
        group.cancel_scope.cancel()


def test_a_bad_network_is_the_same_for_the_same_seed() -> None:
    conversation = Conversation(1, "udp", HERE, SERVER)

    def once(seed: int) -> list[Verdict]:
        lossy = Lossy(Faults(drop=0.2, double=0.1, reorder=0.1, cut=0.1, delay=(0.01, 0.02)), seed=seed)
        return [lossy.passing(conversation, b"x" * 8, from_client=True) for _ in range(200)]

    first = once(1)
    assert first == once(1) != once(2)
    parts = [part for verdict in first for part in verdict if isinstance(part, Forward)]
    assert {len(verdict) for verdict in first} == {0, 1, 2}
    assert {len(part.data) for part in parts} == {4, 8}
    assert min(part.after for part in parts) >= 0.01


async def test_a_bad_network_of_streams_holds_up_and_cuts() -> None:
    network = Memory()
    lossy = Lossy(Faults(drop=1.0, cut=0.05, delay=(0.1, 0.2)))
    async with anyio.create_task_group() as group, Relay(to=SERVER, tcp=HERE, tap=lossy, network=network).running() as relay:
        await echo_streams(network, group)
        outcomes = []
        for _ in range(100):
            stream = await connected(network, relay)
            await stream.send(b"question")
            await stream.send_eof()
            outcomes.append(await rest_of(stream))
        assert {outcome for outcome in outcomes if outcome != "reset"} == {b"QUESTION"}
        assert 1 <= outcomes.count("reset") <= 30
        assert anyio.current_time() > 10
        group.cancel_scope.cancel()


# --- streams ---


async def connected(network: Memory, relay: Relay) -> anyio.abc.ByteStream:
    assert relay.tcp_address is not None
    return await network.connect(relay.tcp_address)


async def rest_of(stream: anyio.abc.ByteStream) -> bytes | str:
    """What comes until the end; "reset" if it comes to that."""
    found = b""
    try:
        while True:
            found += await stream.receive()
    except anyio.EndOfStream:
        return found
    except anyio.BrokenResourceError:
        return "reset"


async def test_a_stream_goes_through_with_the_end_of_each_direction() -> None:
    network, diary = Memory(), Diary()
    async with anyio.create_task_group() as group, Relay(to=SERVER, tcp=HERE, tap=diary, network=network).running() as relay:
        await echo_streams(network, group)
        stream = await connected(network, relay)
        await stream.send(b"question")
        await stream.send_eof()
        assert await rest_of(stream) == b"QUESTION"
        await anyio.wait_all_tasks_blocked()
        there = [line for line in diary.lines if ">" in line]
        back = [line for line in diary.lines if "<" in line]
        assert (there, back) == ([(">", b"question"), ("ended", ">")], [("<", b"QUESTION"), ("ended", "<")])
        assert (diary.lines[0], diary.lines[-1]) == (("opened", "tcp", 1), ("closed",))
        group.cancel_scope.cancel()


async def test_a_reset_is_passed_on_as_one() -> None:
    network, diary = Memory(), Diary()
    async with anyio.create_task_group() as group, Relay(to=SERVER, tcp=HERE, tap=diary, network=network).running() as relay:
        acceptor = await network.listen(SERVER)
        stream = await connected(network, relay)
        theirs, _ = await acceptor.accept()
        theirs.abort()  # type: ignore[attr-defined]
        assert await rest_of(stream) == "reset"
        await anyio.wait_all_tasks_blocked()
        assert diary.lines[-1] == ("reset",)
        group.cancel_scope.cancel()


async def test_a_client_is_reset_where_nobody_listens() -> None:
    network, diary = Memory(), Diary()
    async with Relay(to=SERVER, tcp=HERE, tap=diary, network=network).running() as relay:
        stream = await connected(network, relay)
        assert await rest_of(stream) == "reset"
        await anyio.wait_all_tasks_blocked()
        assert diary.lines == []
        assert relay.hooks.counters["bitwright.relay.unreachable"] == 1


async def test_a_tap_cuts_a_stream_after_what_it_lets_through() -> None:
    network = Memory()
    diary = Diary(lambda data: [Forward(data[:3]), Cut()] if data == b"QUESTION" else [Forward(data)])
    async with anyio.create_task_group() as group, Relay(to=SERVER, tcp=HERE, tap=diary, network=network).running() as relay:
        await echo_streams(network, group)
        stream = await connected(network, relay)
        await stream.send(b"question")
        assert await rest_of(stream) == "reset"
        await anyio.wait_all_tasks_blocked()
        assert diary.lines[-1] == ("reset",)
        group.cancel_scope.cancel()


async def test_a_stream_keeps_its_order_when_a_piece_is_held_up() -> None:
    network = Memory(piece=1)
    diary = Diary(lambda data: [Forward(data, 5.0 if data == b"b" else 0.0)])
    async with anyio.create_task_group() as group, Relay(to=SERVER, tcp=HERE, tap=diary, network=network).running() as relay:
        await echo_streams(network, group)
        stream = await connected(network, relay)
        await stream.send(b"abc")
        await stream.send_eof()
        assert await rest_of(stream) == b"ABC"
        group.cancel_scope.cancel()


async def test_a_client_that_does_not_read_holds_its_server_up_and_the_relay_holds_little() -> None:
    network = Memory(capacity=1000)
    async with Relay(to=SERVER, tcp=HERE, network=network).running() as relay:
        acceptor = await network.listen(SERVER)
        stream = await connected(network, relay)
        theirs, _ = await acceptor.accept()
        sent = 0
        with anyio.move_on_after(100):
            while True:
                await theirs.send(b"x" * 100)
                sent += 100
        assert sent <= 1000 + 1000 + 1000  # a buffer each way, and one piece on its way
        await stream.aclose()


async def test_connections_beyond_the_bound_wait() -> None:
    network, diary = Memory(), Diary()
    relaying = Relay(to=SERVER, tcp=HERE, tap=diary, network=network, conversations=2)
    async with anyio.create_task_group() as group, relaying.running() as relay:
        await echo_streams(network, group)
        streams = [await connected(network, relay) for _ in range(3)]
        await anyio.wait_all_tasks_blocked()
        assert diary.lines.count(("opened", "tcp", 3)) == 0
        await streams[0].aclose()
        await streams[1].aclose()
        await streams[2].send(b"x")
        await streams[2].send_eof()
        assert await rest_of(streams[2]) == b"X"
        group.cancel_scope.cancel()


async def test_a_relay_that_ends_resets_what_it_has() -> None:
    network, diary = Memory(), Diary()
    async with anyio.create_task_group() as group:
        await echo_streams(network, group)
        async with Relay(to=SERVER, tcp=HERE, tap=diary, network=network).running() as relay:
            stream = await connected(network, relay)
            await stream.send(b"x")
            assert await stream.receive() == b"X"
        assert await rest_of(stream) == "reset"
        await anyio.wait_all_tasks_blocked()
        assert diary.lines[-1] == ("reset",)
        address: Address | None = relay.tcp_address
        assert address is not None
        with pytest.raises(ConnectionRefusedError):
            await network.connect(address)
        group.cancel_scope.cancel()


async def test_a_tap_that_raises_ends_the_relay() -> None:
    network = Memory()

    def fail(data: bytes) -> Verdict:
        raise LookupError(data)

    async def talk() -> None:
        async with Relay(to=SERVER, udp=HERE, tap=Diary(fail), network=network).running() as relay:
            assert relay.udp_address is not None
            client = await network.datagrams(remote=relay.udp_address)
            await client.send(b"x")
            await anyio.sleep(1)

    with pytest.raises(LookupError):
        await talk()


async def test_it_is_seen_in_the_tree_while_it_runs() -> None:
    async with Relay(to=SERVER, udp=("127.0.0.2", 53), tcp=("127.0.0.2", 53), network=Memory(), name="spoiler").running():
        assert tree() == "spoiler: relay, udp 127.0.0.2:53, tcp 127.0.0.2:53 to 127.0.0.1:5300"
    assert tree() == ""


def test_a_relay_listens_somewhere_and_has_bounds() -> None:
    with pytest.raises(ValueError, match="udp="):
        Relay(to=SERVER)
    with pytest.raises(ValueError, match="conversations=0"):
        Relay(to=SERVER, udp=HERE, conversations=0)
