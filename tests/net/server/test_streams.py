"""Over a connection: many messages at once, more than one answer, another framing, TLS."""

from __future__ import annotations

import ssl
from typing import Any

import anyio
import pytest

from bitwright import Struct, auto, raw, u32
from bitwright.net import Answering, Connection, Hooks, Peer, Protocol, serve
from bitwright.net.framing import LengthPrefix
from bitwright.net.memory import Memory
from tests.net.server.house import HERE, SPOKEN, Note, Witness, house

pytestmark = pytest.mark.anyio
trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


@pytest.fixture(scope="module")
def contexts() -> Contexts:
    """The server's, and that of a client which trusts it."""
    authority = trustme.CA()
    server, client = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    return server, client


async def test_answers_keep_the_order_of_the_questions_however_they_come() -> None:
    class Mixed(Witness):
        def message(self, message: Note, peer: Peer) -> Any:
            return self._later(message) if int(message.text) % 3 == 0 else message

        async def _later(self, message: Note) -> Note:
            await anyio.sleep(0.01)
            return message

    async with house(Mixed, network=Memory(piece=50)) as at, await at.connect() as connection:
        for number in range(300):
            connection.put(Note(text=b"%d" % number).build())
        await connection.flush()
        assert [(await connection.receive(timeout=60)).text for _ in range(300)] == [b"%d" % number for number in range(300)]


async def test_one_connection_that_asks_without_end_does_not_keep_the_others_waiting() -> None:
    worked: list[int] = [0]

    class Counts(Witness):
        def message(self, message: Note, peer: Peer) -> Any:
            worked[0] += 1
            return None

    async with house(Counts) as at, await at.connect() as connection:
        await connection.stream.send(b"\0\1\0" * 10000)
        seen: set[int] = set()
        while worked[0] < 10000:
            seen.add(worked[0])
            await anyio.lowlevel.checkpoint()
        assert len(seen) > 10000 / 64 / 2


async def test_large_answers_go_out_one_by_one() -> None:
    class Large(Struct):
        length: int = auto(u32())
        body: bytes = raw(size=length)

    def doubled(message: Large, peer: Peer) -> Large:
        return Large(body=message.body * 2)

    network, spoken = Memory(), Protocol(Large, limit=1 << 22)
    async with (
        serve(Answering(doubled), spoken, tcp=HERE, network=network) as server,
        Connection(await network.connect(server.tcp), spoken) as connection,
        anyio.create_task_group() as group,
    ):
        sizes = [1_500_000, 3, 2_000_000, 40_000]
        for size in sizes:
            group.start_soon(connection.send, Large(body=b"x" * size))
        assert sorted([len((await connection.receive(timeout=10)).body) for _ in sizes]) == sorted(2 * size for size in sizes)


async def test_what_is_answered_already_goes_out_before_the_end() -> None:
    class Stops(Witness):
        def message(self, message: Note, peer: Peer) -> Any:
            if message.text == b"3":
                raise ZeroDivisionError
            return message

    async with house(Stops) as at, await at.connect() as connection:
        for number in range(5):
            connection.put(Note(text=b"%d" % number).build())
        await connection.flush()
        assert [(await connection.receive(timeout=1)).text for _ in range(3)] == [b"0", b"1", b"2"]


async def test_a_handler_can_change_the_framing() -> None:
    class Changes(Witness):
        async def message(self, message: Note, peer: Peer) -> Note | None:
            assert peer.connection is not None
            if message.text == b"change":
                await peer.send(message)
                peer.connection.switch(LengthPrefix(size=4, limit=100))
                return None
            return message

    async with house(Changes) as at, await at.connect() as connection:
        await connection.send(Note(text=b"change"))
        assert (await connection.receive(timeout=1)).text == b"change"
        connection.switch(LengthPrefix(size=4, limit=100))
        await connection.send(Note(text=b"a"))
        assert (await connection.receive(timeout=1)).text == b"a"


async def test_tls(contexts: Contexts) -> None:
    witness, network = Witness(), Memory()
    async with serve(witness, SPOKEN, tls=HERE, context=contexts[0], network=network) as server:
        async with Connection(await network.connect(server.tls), SPOKEN) as connection:
            await connection.start_tls(contexts[1], hostname="localhost")
            await connection.send(Note(text=b"a"))
            assert (await connection.receive(timeout=1)).text == b"A"
        await anyio.sleep(2)
    assert witness.told == ["connected", "message a", "closed"]


@pytest.mark.parametrize("sent", [b"", b"no handshake at all\r\n"])
async def test_who_does_not_finish_the_handshake_is_let_go_and_nobody_told(
    contexts: Contexts, sent: bytes
) -> None:
    witness, network, hooks = Witness(), Memory(), Hooks()
    async with serve(witness, SPOKEN, tls=HERE, context=contexts[0], network=network, hooks=hooks) as server:
        stream = await network.connect(server.tls)
        if sent:
            await stream.send(sent)
        await anyio.sleep(6)
        info = server.info()
        assert (info.connections, info.counters.connections, info.counters.refused) == (0, 1, 1)
    assert witness.told == []
    assert hooks.counters["bitwright.server.connection.refused"] == 1


async def test_tls_can_begin_in_mid_stream(contexts: Contexts) -> None:
    class Begins(Witness):
        async def message(self, message: Note, peer: Peer) -> Note | None:
            assert peer.connection is not None
            if message.text == b"begin":
                await peer.send(message)
                await peer.connection.start_tls(contexts[0], server_side=True)
                return None
            return message

    async with house(Begins) as at, await at.connect() as connection:
        await connection.send(Note(text=b"begin"))
        await connection.receive(timeout=1)
        await connection.start_tls(contexts[1], hostname="localhost")
        await connection.send(Note(text=b"a"))
        assert (await connection.receive(timeout=1)).text == b"a"


async def test_an_observer_sees_the_whole_life_of_a_connection() -> None:
    seen: list[tuple[str, dict[str, Any]]] = []
    async with house(Witness, hooks=Hooks(lambda name, attributes: seen.append((name, dict(attributes))))) as at:
        async with await at.connect() as connection:
            await connection.send(Note(text=b"a"))
            await connection.receive(timeout=1)
            await anyio.sleep(7)
        await anyio.sleep(1)
    (opened, first), (closed, last) = [event for event in seen if "connection" in event[0]]
    assert (opened, closed) == ("bitwright.server.connection.opened", "bitwright.server.connection.closed")
    del first["network.peer.port"], last["network.peer.port"]
    assert first == {"network.peer.address": "127.0.0.1", "network.transport": "tcp", "bitwright.tls": False}
    assert last == first | {
        "bitwright.ending": "closed", "bitwright.duration": pytest.approx(7), "bitwright.bytes.received": 4, "bitwright.bytes.sent": 4,
    }  # fmt: skip
