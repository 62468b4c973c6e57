"""Calls through the operating system, with its own errors, and TLS."""

from __future__ import annotations

import contextlib
import functools
import ssl
from pathlib import Path

import anyio
import pytest

from bitwright import Struct, auto, flag, nested, pad, raw, u16
from bitwright.net import Answering, DatagramClient, Disconnected, Overloaded, Peer, Protocol, StreamAddress, call_once, connect, serve
from bitwright.net.network import Address
from bitwright.net.sockets import Sockets

pytestmark = pytest.mark.anyio
HERE = ("127.0.0.1", 0)


class Note(Struct):
    id: int = u16(default=0)
    answer: bool = flag(default=False)
    cut: bool = flag(default=False)
    _unused = pad(bits=6)
    text: bytes = raw(default=b"")


class Framed(Struct):
    size: int = auto(u16())
    note: Note = nested(Note, size=size)


NOTES = Protocol(
    Note, stream=Framed.note, correlate=Note.id, answers=lambda request, reply: reply.answer, truncated=lambda reply: reply.cut
)


def shout(note: Note, peer: Peer) -> Note:
    """Capitals; cut short where they do not fit what this server takes for the size of a datagram."""
    cut = peer.transport == "udp" and len(note.text) > 100
    return note.replace(answer=True, cut=cut, text=b"" if cut else note.text.upper())


async def where_nobody_is() -> Address:
    """An address that was free a moment ago."""
    socket = await Sockets().datagrams(HERE)
    await socket.aclose()
    return socket.address


async def test_a_thousand_calls_at_once() -> None:
    replies: dict[int, bytes] = {}

    async def ask(number: int) -> None:
        replies[number] = (await client.call(Note(text=b"n%d" % number), timeout=None)).text

    async with serve(Answering(shout), NOTES, udp=HERE) as server:
        assert server.udp is not None
        async with connect(NOTES, udp=server.udp) as client:
            async with anyio.create_task_group() as group:
                for number in range(1000):
                    group.start_soon(ask, number)
            calls = client.info().calls
            assert (calls.answered, calls.unknown, calls.failed) == (1000, 0, 0)
    assert replies == {number: b"N%d" % number for number in range(1000)}


async def test_nobody_there_is_told_by_the_system_at_once() -> None:
    at = await where_nobody_is()
    async with DatagramClient(NOTES, at) as client:
        for _ in range(3):
            with pytest.raises(Disconnected) as caught:
                await client.call(Note(text=b"x"), timeout=3600)
            assert isinstance(caught.value.__cause__, ConnectionRefusedError)
        async with serve(Answering(shout), NOTES, udp=at):
            assert (await client.call(Note(text=b"x"), timeout=3600)).text == b"X"
    assert client.counters.refused >= 3


async def test_a_refusal_of_earlier_datagrams_is_not_that_of_the_next_call() -> None:
    """The system tells who sends next what became of an earlier datagram, and does not send then: it is sent once more."""
    at = await where_nobody_is()
    async with DatagramClient(NOTES, at) as client:
        await client.cast(Note(text=b"into the void"))
        async with serve(Answering(shout), NOTES, udp=at):
            assert (await client.call(Note(text=b"x"), timeout=3600)).text == b"X"


async def test_truncated_answers_come_by_tls() -> None:
    trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
    authority, server_side = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("notes.example").configure_cert(server_side)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    long = b"a" * 5000
    async with serve(Answering(shout), NOTES, udp=HERE, tls=HERE, context=server_side) as server:
        assert server.udp is not None
        assert server.tls is not None
        async with connect(NOTES, udp=server.udp, tls=server.tls, context=trusting, server_name="notes.example") as client:
            assert (await client.call(Note(text=long), timeout=None)).text == long.upper()
        suspicious = connect(NOTES, udp=server.udp, tls=server.tls, server_name="notes.example")
        async with suspicious:
            with pytest.raises(Disconnected, match="TLS") as caught:
                await suspicious.call(Note(text=long), timeout=None)
            assert caught.value.sent
        plain = DatagramClient(NOTES, server.udp, stream=StreamAddress(address=server.tls))
        async with plain:
            with pytest.raises(Disconnected, match="no answer by stream"):
                await plain.call(Note(text=long), timeout=None)


async def test_a_flood_of_calls_is_bounded() -> None:
    outcomes: list[str] = []

    async def ask() -> None:
        try:
            outcomes.append((await client.call(Note(text=b"x"), timeout=None)).text.decode())
        except Overloaded:
            outcomes.append("overloaded")

    async with serve(Answering(shout), NOTES, udp=HERE) as server:
        assert server.udp is not None
        async with connect(NOTES, udp=server.udp, most=10) as client, anyio.create_task_group() as group:
            for _ in range(100):
                group.start_soon(ask)
    assert len(outcomes) == 100
    assert set(outcomes) == {"X", "overloaded"}


def descriptors() -> int:
    """How many files and sockets this process has open."""
    here = Path("/proc/self/fd")
    if not here.is_dir():
        pytest.skip("no /proc/self/fd to count descriptors in")
    return len(list(here.iterdir()))


async def test_nothing_is_left_of_clients_however_they_end() -> None:
    silent = await Sockets().datagrams(HERE)
    listener = await Sockets().listen(HERE)
    to = StreamAddress(address=listener.address)

    async def use(ending: str, scope: anyio.CancelScope) -> None:
        async with connect(NOTES, udp=silent.address) as client:
            with anyio.move_on_after(0):
                await client.call(Note(text=b"x"))
            if ending == "raises":
                raise ZeroDivisionError
            if ending == "is cancelled":
                scope.cancel()
                await anyio.sleep_forever()

    async def once(ending: str) -> None:
        with anyio.CancelScope() as scope, contextlib.suppress(ZeroDivisionError):
            async with anyio.create_task_group() as group:
                group.start_soon(functools.partial(call_once, NOTES, to, Note(text=b"x"), network=Sockets()))
                await listener.wait()
                group.cancel_scope.cancel()
            if ending == "is cancelled at once":
                scope.cancel()
            await use(ending, scope)

    await once("returns")
    before = descriptors()
    for ending in ("returns", "raises", "is cancelled", "is cancelled at once"):
        for _ in range(10):
            await once(ending)
    assert descriptors() == before
    await silent.aclose()
    await listener.aclose()
