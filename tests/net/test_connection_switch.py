"""Switching in mid-stream loses nothing; a switch to TLS refuses what came before it; TLS closes, ends and fails as a stream does."""

from __future__ import annotations

import ssl

import anyio
import pytest

from bitwright import DeclarationError, Struct, auto, raw, u16
from bitwright.net import Busy, Closed, Connection, Disconnected, Ended, NetError, Protocol, Received, TimedOut
from bitwright.net.errors import FramingError
from bitwright.net.framing import LengthPrefix, PushParser, Raw, Terminator
from bitwright.net.memory import MemoryStream, stream_pair

trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install trustme")
pytestmark = pytest.mark.anyio


class Line(Struct):
    text: bytes = raw(terminator=b"\r\n")


class Endless(Struct):
    text: bytes = raw()


class Note(Struct):
    length: int = auto(u16())
    text: bytes = raw(size=length)


@pytest.mark.parametrize("piece", [1, 5, 100])
async def test_a_switch_keeps_every_byte(piece: int) -> None:
    mine, peer = stream_pair(piece=piece)
    lines = Connection(mine, Line)
    await peer.send(b"hello\r\n" + b"\0\3one" + b"\0\0\0\3two" + b"left")
    assert (await lines.receive()).text == b"hello"
    notes = lines.switch(Note)
    assert notes is lines  # type: ignore[comparison-overlap]  # it speaks otherwise now
    assert (await notes.receive()).text == b"one"
    notes.switch(LengthPrefix(size=4, limit=100))
    assert await notes.receive_bytes() == b"two"
    await notes.send_bytes(b"x")
    assert await peer.receive() == b"\0\0\0\1x"[:piece]
    notes.switch(Raw())
    left = b""
    while len(left) < 4:
        left += await notes.receive_bytes()
    assert left == b"left"


async def test_a_switch_to_what_no_stream_can_be_cut_into_changes_nothing() -> None:
    mine, peer = stream_pair()
    lines = Connection(mine, Line)
    await peer.send(b"hello\r\nand more\r\n")
    assert (await lines.receive()).text == b"hello"
    for endless in (Endless, PushParser(Endless, 100)):
        with pytest.raises(DeclarationError):
            lines.switch(endless)
    assert lines.protocol.message is Line
    assert (await lines.receive()).text == b"and more"


async def test_no_switch_under_a_reader() -> None:
    mine, peer = stream_pair()
    lines = Connection(mine, Line)
    async with anyio.create_task_group() as group:

        async def read() -> None:
            assert (await lines.receive()).text == b"x"

        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Busy):
            lines.switch(Terminator(limit=9))
        with pytest.raises(Busy):
            await lines.start_tls(ssl.create_default_context(), hostname="localhost")
        await peer.send(b"x\r\n")


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Of a server called localhost, and of a client that trusts it."""
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(server)
    authority.configure_trust(client)
    return server, client


Contexts = tuple[ssl.SSLContext, ssl.SSLContext]


async def secured(contexts: Contexts) -> tuple[Connection[Note], Connection[Note], MemoryStream, MemoryStream]:
    """Client and server, and the streams below."""
    mine, theirs = stream_pair()
    client, server = Connection(mine, Note), Connection(theirs, Note)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: server.start_tls(contexts[0], server_side=True))
        await client.start_tls(contexts[1], hostname="localhost")
    return client, server, mine, theirs


async def test_starttls(contexts: Contexts) -> None:
    mine, theirs = stream_pair()
    client, server = Connection(mine, Line), Connection(theirs, Line)

    async def serve() -> None:
        assert (await server.receive()).text == b"STARTTLS"
        await server.send(Line(text=b"GO"))
        await server.start_tls(contexts[0], server_side=True)
        async for event in server:
            if isinstance(event, Received):
                await server.send(event.message)
            else:
                assert event == Ended()
        await server.aclose()

    async with anyio.create_task_group() as group:
        group.start_soon(serve)
        async with client:
            await client.send(Line(text=b"STARTTLS"))
            assert (await client.receive()).text == b"GO"
            await client.start_tls(contexts[1], hostname="localhost")
            for number in range(100):
                await client.send(Line(text=b"%d" % number))
            assert [(await client.receive()).text for _ in range(100)] == [b"%d" % number for number in range(100)]


async def test_what_came_before_tls_is_never_read_as_if_it_were_protected(contexts: Contexts) -> None:
    mine, peer = stream_pair()
    server = Connection(mine, Line)
    await peer.send(b"STARTTLS\r\nDELETE ALL\r\n")
    assert (await server.receive()).text == b"STARTTLS"
    with pytest.raises(FramingError, match="12 bytes came before the switch"):
        await server.start_tls(contexts[0], server_side=True)
    with pytest.raises(Closed):
        await server.receive()
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()


async def test_a_handshake_has_a_deadline(contexts: Contexts) -> None:
    mine, peer = stream_pair()
    before = anyio.current_time()
    with pytest.raises(TimedOut, match="no TLS within 5 s"):
        await Connection(mine, Line).start_tls(contexts[0], server_side=True)
    assert anyio.current_time() - before == pytest.approx(5)
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()


async def test_a_cancelled_handshake_closes(contexts: Contexts) -> None:
    mine, peer = stream_pair()
    connection = Connection(mine, Line)
    with anyio.move_on_after(1):
        await connection.start_tls(contexts[0], server_side=True)
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()
    with pytest.raises(Closed):
        await connection.start_tls(contexts[0], server_side=True)


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\0" * 100, b"\x16\x03\x01\xff\xff", b""])
async def test_a_peer_that_speaks_no_tls_is_an_error_of_this_connection_alone(contexts: Contexts, garbage: bytes) -> None:
    mine, peer = stream_pair()
    await peer.send(garbage)
    await peer.send_eof()
    with pytest.raises(Disconnected, match="TLS failed"):
        await Connection(mine, Line).start_tls(contexts[0], server_side=True)


async def test_a_certificate_for_another_host_is_refused_on_both_sides(contexts: Contexts) -> None:
    mine, theirs = stream_pair()
    client, server = Connection(mine, Note), Connection(theirs, Note)

    async def serve() -> None:
        try:
            await server.start_tls(contexts[0], server_side=True)
        except Disconnected:
            return  # with TLS 1.2 the server learns it in the handshake
        with pytest.raises(Disconnected):
            await server.receive()

    async with anyio.create_task_group() as group:
        group.start_soon(serve)
        with pytest.raises(Disconnected, match="certificate verify failed"):
            await client.start_tls(contexts[1], hostname="example.org")


async def test_an_end_without_a_farewell_is_no_end(contexts: Contexts) -> None:
    for context in contexts:
        context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)  # as some Pythons do by themselves
    client, server, mine, _ = await secured(contexts)
    await client.send(Note(text=b"one"))
    await mine.aclose()  # as somebody on the way can do, who cuts what was said
    assert (await server.receive()).text == b"one"
    with pytest.raises(Disconnected):
        await server.receive()


async def test_a_timeout_and_a_cancellation_lose_nothing_of_tls(contexts: Contexts) -> None:
    client, server, _, _ = await secured(contexts)
    with pytest.raises(TimedOut):
        await server.receive(timeout=1)
    with anyio.move_on_after(1):
        await server.receive()
    await client.send(Note(text=b"one"))
    assert (await server.receive()).text == b"one"


async def test_a_peer_that_says_no_farewell_holds_the_close_up_for_its_deadline(contexts: Contexts) -> None:
    client, _, _, _ = await secured(contexts)
    before = anyio.current_time()
    await client.aclose(timeout=3)
    assert anyio.current_time() - before == pytest.approx(3)


async def test_closing_under_a_reader_closes_both(contexts: Contexts) -> None:
    client, server, _, _ = await secured(contexts)

    async def read() -> None:
        with pytest.raises(Closed):
            await client.receive()

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        await client.aclose()
    with pytest.raises(Closed):
        await server.receive()


async def test_half_a_close_is_not_for_tls(contexts: Contexts) -> None:
    client, _, _, _ = await secured(contexts)
    with pytest.raises(NetError, match="cannot end one direction"):
        await client.send_eof()


async def test_a_send_over_tls_that_is_given_up_closes(contexts: Contexts) -> None:
    mine, theirs = stream_pair(capacity=16384)
    client, server = Connection(mine, Protocol(Note)), Connection(theirs, Note)
    async with anyio.create_task_group() as group:
        group.start_soon(lambda: server.start_tls(contexts[0], server_side=True))
        await client.start_tls(contexts[1], hostname="localhost")
    with pytest.raises(TimedOut):
        await client.send(Note(text=bytes(60000)), timeout=1)
    with pytest.raises(Closed, match="in part"):
        await client.send(Note(text=b""))
    with pytest.raises(Disconnected):
        await server.receive()
