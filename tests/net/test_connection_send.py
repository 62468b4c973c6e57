"""Sending: a message goes whole or not at all, too long ones are refused before a byte is written, a send that is given up closes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import pytest

from bitwright import Struct, auto, raw, u16
from bitwright.net import Closed, Connection, Disconnected, Overloaded, Protocol, TimedOut, TooLarge
from bitwright.net.memory import MemoryStream, stream_pair

pytestmark = pytest.mark.anyio


class Note(Struct):
    length: int = auto(u16())
    text: bytes = raw(size=length)


def pair(*, capacity: int = 65536) -> tuple[Connection[Note], MemoryStream]:
    """A connection, and the bare stream of its peer."""
    mine, theirs = stream_pair(capacity=capacity)
    return Connection(mine, Protocol(Note, limit=100)), theirs


async def read(peer: MemoryStream, size: int) -> bytes:
    """So many bytes, and what came with the last of them."""
    came = b""
    while len(came) < size:
        came += await peer.receive()
    return came


async def test_what_is_too_long_is_refused_before_a_byte_is_written() -> None:
    connection, peer = pair()
    with pytest.raises(TooLarge) as caught:
        await connection.send(Note(text=bytes(99)))
    assert (caught.value.size, caught.value.limit) == (101, 100)
    await connection.send(Note(text=b"ok"))
    assert await peer.receive() == b"\0\2ok"
    assert (connection.traffic.bytes_sent, connection.traffic.messages_sent) == (4, 1)


async def test_a_send_that_times_out_closes() -> None:
    connection, peer = pair(capacity=4)
    before = anyio.current_time()
    with pytest.raises(TimedOut, match="within 7 s"):
        await connection.send(Note(text=b"never read"), timeout=7)
    assert anyio.current_time() - before == pytest.approx(7)
    with pytest.raises(Closed, match="in part"):
        await connection.send(Note(text=b""))
    with pytest.raises(Closed, match="in part"):
        await connection.receive()
    assert await peer.receive() == b"\0\12ne"
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()


async def test_a_send_has_a_timeout_where_none_is_given() -> None:
    connection, _ = pair(capacity=4)
    before = anyio.current_time()
    with pytest.raises(TimedOut):
        await connection.send(Note(text=b"never read"))
    assert anyio.current_time() - before == pytest.approx(30)


async def test_a_cancelled_send_closes() -> None:
    connection, _ = pair(capacity=4)
    with anyio.move_on_after(1) as scope:
        await connection.send(Note(text=b"never read"))
    assert scope.cancelled_caught
    with pytest.raises(Closed, match="in part"):
        await connection.send(Note(text=b""))


async def test_messages_of_several_tasks_never_mix_and_who_waits_may_give_up() -> None:
    connection, peer = pair(capacity=4)
    async with anyio.create_task_group() as group:
        group.start_soon(connection.send, Note(text=b"aaaaaa"))
        await anyio.wait_all_tasks_blocked()
        group.start_soon(connection.send, Note(text=b"bbbbbb"))
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(TimedOut):  # not a byte of it is written, so the connection is as it was
            await connection.send(Note(text=b"cccccc"), timeout=1)
        came = await read(peer, 16)
        assert came == b"\0\6aaaaaa\0\6bbbbbb"


async def test_what_was_put_goes_in_one_piece_and_in_order() -> None:
    connection, peer = pair()
    connection.put(b"\0\1a")
    connection.put(b"\0\1b")
    assert connection.unsent == 6
    await connection.send(Note(text=b"c"))
    assert await peer.receive() == b"\0\1a\0\1b\0\1c"
    await connection.flush()  # there is nothing
    connection.put(b"\0\1d")
    await connection.flush()
    assert await peer.receive() == b"\0\1d"
    assert (connection.traffic.messages_sent, connection.traffic.bytes_sent, connection.unsent) == (4, 12, 0)


async def test_what_was_put_is_bounded_and_checked() -> None:
    connection, _ = pair()
    with pytest.raises(TooLarge):
        connection.put(bytes(101))
    largest = Note(text=bytes(98)).build()
    for _ in range((1 << 20) // 100):
        connection.put(largest)
    with pytest.raises(Overloaded, match="1048500 bytes wait"):
        connection.put(largest)
    await connection.aclose()
    with pytest.raises(Closed):
        connection.put(largest)


async def test_a_flush_that_times_out_closes_and_one_of_two_tasks_sends_all() -> None:
    connection, peer = pair(capacity=8)
    for text in (b"aaaaaa", b"bbbbbb"):
        connection.put(Note(text=text).build())
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(connection.flush)
        came = await read(peer, 16)
        assert came == b"\0\6aaaaaa\0\6bbbbbb"
    connection.put(Note(text=bytes(98)).build())
    with pytest.raises(TimedOut):
        await connection.flush(timeout=1)
    with pytest.raises(Closed, match="in part"):
        connection.put(Note(text=b"").build())


async def test_a_send_that_is_given_up_before_a_byte_is_written_does_no_harm() -> None:
    connection, peer = pair()
    connection.put(Note(text=b"put").build())
    ways: list[Callable[[], Awaitable[None]]] = [connection.flush, lambda: connection.send(Note(text=b"x"))]
    for given_up in ways:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await given_up()
        assert scope.cancelled_caught
    assert not connection.closed
    await connection.flush()
    assert await peer.receive() == b"\0\3put"


class Stubborn(MemoryStream):
    """Says a long farewell the first time that it is closed."""

    farewells = 0

    async def aclose(self) -> None:
        self.farewells += 1
        if self.farewells == 1:
            await anyio.sleep(3600)
        await super().aclose()


async def test_a_stream_that_is_long_in_closing_is_closed_by_force() -> None:
    mine, peer = stream_pair()
    mine.__class__ = Stubborn
    before = anyio.current_time()
    await Connection(mine, Note).aclose(timeout=3)
    assert anyio.current_time() - before == pytest.approx(3)
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()


async def test_sending_to_a_peer_that_is_gone() -> None:
    connection, peer = pair()
    peer.abort()
    with pytest.raises(Disconnected, match="closed") as caught:
        await connection.send(Note(text=b"x"))
    assert caught.value.sent
    with pytest.raises(Disconnected) as caught:
        await connection.send(Note(text=b"x"))
    assert not caught.value.sent


async def test_half_a_close() -> None:
    connection, peer = pair()
    await connection.send(Note(text=b"x"))
    await connection.send_eof()
    assert await peer.receive() == b"\0\1x"
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()
    await peer.send(b"\0\1y")
    assert (await connection.receive()).text == b"y"
    with pytest.raises(Closed, match="this side has ended"):
        await connection.send(Note(text=b"x"))


async def test_after_the_end_of_the_peer_this_side_can_still_send() -> None:
    connection, peer = pair()
    await peer.send_eof()
    with pytest.raises(Closed):
        await connection.receive()
    await connection.send(Note(text=b"x"))
    assert await peer.receive() == b"\0\1x"


async def test_the_scope_of_a_task_closes_it() -> None:
    connection, peer = pair()
    with anyio.CancelScope() as scope:
        async with connection:
            scope.cancel()
            await connection.receive()
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()
    with pytest.raises(Closed, match="this side"):
        await connection.receive()
    with pytest.raises(Closed, match="this side"):
        await connection.send(Note(text=b"x"))
