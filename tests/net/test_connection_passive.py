"""Passive receiving: nothing is lost by a timeout or a cancellation, and the end of a stream says what was there (gen_tcp's recv)."""

from __future__ import annotations

import anyio
import pytest

from bitwright import ParseError, Struct, auto, check, raw, u8, u16
from bitwright.net import Busy, Closed, Connection, Disconnected, Protocol, TimedOut, TooLarge, Truncated
from bitwright.net.framing import Piece, Terminator
from bitwright.net.memory import MemoryStream, stream_pair

pytestmark = pytest.mark.anyio


class Note(Struct):
    length: int = auto(u16())
    text: bytes = raw(size=length)


class Even(Struct):
    number: int = u8()
    check(number % 2 == 0, "has to be even")


def pair(*, piece: int = 65536, capacity: int = 65536, limit: int = 100) -> tuple[Connection[Note], MemoryStream]:
    """A connection, and the bare stream of its peer."""
    mine, theirs = stream_pair(piece=piece, capacity=capacity)
    return Connection(mine, Protocol(Note, limit=limit)), theirs


@pytest.mark.parametrize("piece", [1, 2, 3, 65536])
async def test_messages_come_whole_however_they_are_cut(piece: int) -> None:
    connection, peer = pair(piece=piece)
    await peer.send(b"\0\3one\0\0\0\2hi")
    async with connection:
        assert [(await connection.receive()).text for _ in range(3)] == [b"one", b"", b"hi"]
    assert connection.traffic.bytes_received == 11
    assert connection.traffic.messages_received == 3


async def test_a_timeout_loses_nothing() -> None:
    connection, peer = pair()
    await peer.send(b"\0\5abc")
    before = anyio.current_time()
    with pytest.raises(TimedOut, match=r"5 bytes are there, at least 2 are missing"):
        await connection.receive(timeout=7)
    assert anyio.current_time() - before == pytest.approx(7)
    await peer.send(b"de\0\1f")
    assert (await connection.receive(timeout=7)).text == b"abcde"
    assert (await connection.receive(timeout=0)).text == b"f"


async def test_a_cancelled_reader_loses_nothing() -> None:
    connection, peer = pair()
    await peer.send(b"\0\5abc")
    for _ in range(3):
        with anyio.move_on_after(1) as scope:
            await connection.receive()
        assert scope.cancelled_caught
    await peer.send(b"de")
    assert (await connection.receive()).text == b"abcde"


async def test_the_end_between_messages_is_closed() -> None:
    connection, peer = pair()
    await peer.send(b"\0\1x")
    await peer.aclose()
    assert (await connection.receive()).text == b"x"
    for _ in range(2):
        with pytest.raises(Closed, match="the peer ended") as caught:
            await connection.receive()
        assert type(caught.value) is Closed


async def test_the_end_inside_a_message_says_what_was_there() -> None:
    connection, peer = pair()
    await peer.send(b"\0\5abc")
    await peer.aclose()
    for _ in range(2):
        with pytest.raises(Truncated) as caught:
            await connection.receive()
        assert (caught.value.partial, caught.value.missing) == (b"\0\5abc", 2)


async def test_a_reset_is_told_from_an_end() -> None:
    connection, peer = pair()
    peer.abort()
    with pytest.raises(Disconnected, match="reset"):
        await connection.receive()


async def test_a_second_reader_is_refused_and_the_first_goes_on() -> None:
    connection, peer = pair()
    found = []

    async def read() -> None:
        found.append((await connection.receive()).text)

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(Busy):
            await connection.receive()
        with pytest.raises(Busy):
            await anext(aiter(connection))
        await peer.send(b"\0\3one")
    assert found == [b"one"]


async def test_a_message_over_the_limit_ends_what_can_be_read() -> None:
    connection, peer = pair(limit=10)
    await peer.send(b"\0\1x\0\xff")
    assert (await connection.receive()).text == b"x"
    for _ in range(2):
        with pytest.raises((TooLarge, ParseError), match="limit"):
            await connection.receive(timeout=1)


async def test_a_frame_that_is_no_message_leaves_the_next_ones() -> None:
    mine, peer = stream_pair()
    connection = Connection(mine, Even)
    await peer.send(b"\2\3\4")
    assert (await connection.receive()).number == 2
    with pytest.raises(ParseError, match="has to be even"):
        await connection.receive()
    assert (await connection.receive()).number == 4
    assert (connection.traffic.messages_received, connection.traffic.malformed) == (2, 1)


async def test_pieces_of_a_long_line_come_as_bytes_and_are_no_message() -> None:
    mine, peer = stream_pair()
    connection = Connection(mine, Protocol(Even, stream=Terminator(limit=2, pieces=True)))
    await peer.send(b"\2\r\n123\r\n45")
    assert (await connection.receive()).number == 2
    found = [await connection.receive_bytes() for _ in range(2)]
    assert [(frame, frame.last) for frame in found if isinstance(frame, Piece)] == [(b"12", False), (b"3", True)]
    await peer.send(b"6")
    for _ in range(2):
        with pytest.raises(TooLarge):
            await connection.receive()


async def test_what_nobody_asks_for_is_not_read() -> None:
    connection, peer = pair(capacity=10)
    with anyio.move_on_after(1000) as scope:
        while True:
            await peer.send(b"\0\1x")
    assert scope.cancelled_caught
    assert connection.traffic.bytes_received == 0
    await connection.receive()
    assert 0 < connection.traffic.bytes_received <= 10


async def test_what_is_here_already_can_be_had_without_waiting() -> None:
    connection, peer = pair()
    await peer.send(b"\0\1x\0\1y\0")
    assert connection.receive_now() is None
    assert (await connection.receive()).text == b"x"
    assert connection.receive_now() == b"\0\1y"
    assert connection.receive_now() is None
    await peer.send(b"\1z")
    assert (await connection.receive()).text == b"z"


async def test_closing_wakes_who_waits() -> None:
    connection, peer = pair()

    async def read() -> None:
        with pytest.raises(Closed, match="this side"):
            await connection.receive()

    async with anyio.create_task_group() as group:
        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        await connection.aclose()
    with pytest.raises(anyio.EndOfStream):
        await peer.receive()
