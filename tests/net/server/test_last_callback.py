"""Whatever ends a connection, its handler is told exactly once, and last."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

from bitwright import ParseError
from bitwright.net import Closed, Connection, Disconnected, Hooks, Peer, TimedOut, TooLarge, Truncated
from bitwright.net.memory import Memory, MemoryStream
from tests.net.server.house import GARBAGE, SPOKEN, House, Lenient, Note, Witness, house

pytestmark = pytest.mark.anyio


async def _leaves(stream: MemoryStream) -> None:
    await stream.aclose()


async def _resets(stream: MemoryStream) -> None:
    stream.abort()


async def _leaves_in_a_message(stream: MemoryStream) -> None:
    await stream.send(b"\0\5\4ab")
    await stream.aclose()


async def _sends_too_much(stream: MemoryStream) -> None:
    await stream.send(b"\xff\xff")


async def _sends_garbage(stream: MemoryStream) -> None:
    await stream.send(b"\0\2" + GARBAGE)


async def _says_nothing(stream: MemoryStream) -> None:
    await anyio.sleep(61)


async def _trickles(stream: MemoryStream) -> None:
    with contextlib.suppress(anyio.BrokenResourceError):
        for byte in b"\0\7\6abc":
            await stream.send(bytes([byte]))
            await anyio.sleep(25)


async def _does_not_read(stream: MemoryStream) -> None:
    with contextlib.suppress(anyio.BrokenResourceError):
        await stream.send(b"\0\5\4full" * 10)  # never taken as a whole


async def _says_stop(stream: MemoryStream) -> None:
    await stream.send(b"\0\5\4stop")


async def _makes_it_fail(stream: MemoryStream) -> None:
    await stream.send(b"\0\5\4fail")


class Whimsical(Witness):
    """Does what it is told."""

    def message(self, message: Note, peer: Peer) -> Any:
        if message.text == b"fail":
            raise ZeroDivisionError
        if message.text == b"stop":
            peer.close()
        return super().message(message, peer)


class Waiting(Whimsical):
    """The same, but every callback is awaited."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in {"connected", "message", "closed", "timeout", "error", "shutdown"}:
            return found

        async def called(*given: Any) -> Any:
            await anyio.sleep(0.001)
            return found(*given)

        return called


@pytest.mark.parametrize("kind", [Whimsical, Waiting])
@pytest.mark.parametrize(
    ("happens", "last", "error"),
    [
        (_leaves, "closed", None),
        (_resets, "error", Disconnected),
        (_leaves_in_a_message, "error", Truncated),
        (_sends_too_much, "error", TooLarge),
        (_sends_garbage, "error", ParseError),
        (_says_nothing, "timeout", None),
        (_trickles, "timeout", None),
        (_does_not_read, "error", TimedOut),
        (_says_stop, "closed", None),
        (_makes_it_fail, "error", ZeroDivisionError),
    ],
)
async def test_exactly_one(
    kind: type[Witness], happens: Callable[[MemoryStream], Awaitable[None]], last: str, error: type[Exception] | None
) -> None:
    witness = kind()
    async with house(witness, network=Memory(capacity=8)) as at:
        stream = await at.network.connect(at.server.tcp)
        assert isinstance(stream, MemoryStream)
        await happens(stream)
        await anyio.sleep(1)
        assert at.server.info().connections == 0
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)):
            await _to_its_end(stream)
        assert await at.ask(b"alive") == b"ALIVE"
    assert witness.last == [last]
    assert witness.told[0] == "connected"
    assert [type(found) for found in witness.errors] == ([] if error is None else [error])


async def test_in_the_last_callback_the_peer_can_still_be_sent_to() -> None:
    class Polite(Witness):
        async def timeout(self, peer: Peer) -> None:
            await peer.send(Note(text=b"bye"))

    async with house(Polite) as at, await at.connect() as connection:
        assert (await connection.receive(timeout=61)).text == b"bye"
        with pytest.raises(Closed):
            await connection.receive()


async def test_what_a_handler_takes_does_not_count_as_silence() -> None:
    class Slow(Witness):
        async def message(self, message: Note, peer: Peer) -> Note:
            await anyio.sleep(3600)
            return message

    witness = Slow()
    async with house(witness, shutdown_timeout=1) as at, await at.connect() as connection:
        for _ in range(2):
            await connection.send(Note(text=b"x"))
            assert (await connection.receive(timeout=3601)).text == b"x"
        assert witness.last == []


async def test_a_last_callback_that_raises_or_hangs_ends_nothing_else() -> None:
    class Hopeless(Witness):
        async def closed(self, peer: Peer) -> None:
            self.told.append("closed")
            if len(self.last) == 1:
                raise ZeroDivisionError
            await anyio.sleep(3600)

    witness, hooks = Hopeless(), Hooks()
    async with house(witness, hooks=hooks) as at:
        for _ in range(2):
            await (await at.connect()).aclose()
            await anyio.sleep(5)
        assert at.server.info().connections == 0
    assert witness.last == ["closed", "closed"]
    assert hooks.counters["bitwright.server.callback.failed"] == 1


async def test_who_cannot_be_handled_is_let_go_and_the_next_is_taken() -> None:
    made: list[Witness] = []

    def make() -> Witness:
        made.append(Witness())
        if len(made) == 2:  # the first serves datagrams
            raise ZeroDivisionError
        return made[-1]

    async with house(make) as at:
        async with await at.connect() as first:
            with pytest.raises(Closed):
                await first.receive(timeout=1)
        assert await _echoed(at) == b"A"
        assert at.server.info().counters.refused == 1
    assert [witness.told for witness in made] == [[], [], ["connected", "message a", "closed"]]


async def test_a_frame_that_is_no_message_can_be_answered() -> None:
    witness = Lenient()
    async with house(witness) as at:
        stream = await at.network.connect(at.server.tcp)
        await stream.send(b"\0\2" + GARBAGE + b"\0\2\1a")
        async with Connection(stream, SPOKEN) as connection:
            assert [(await connection.receive(timeout=1)).text for _ in range(2)] == [b"what?", b"A"]
        assert at.server.info().counters.malformed == 1
    assert witness.told == ["connected", "malformed", "message a", "closed"]


async def _to_its_end(stream: MemoryStream) -> None:
    while True:
        await stream.receive()


async def _echoed(at: House) -> bytes:
    async with await at.connect() as connection:
        await connection.send(Note(text=b"a"))
        answer = (await connection.receive(timeout=1)).text
    await anyio.sleep(1)
    return answer
