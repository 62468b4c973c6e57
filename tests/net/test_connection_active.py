"""Active receiving: one stream of messages, bad messages, silence, what others say, and the end; with credit (`{active, once | N}`)."""

from __future__ import annotations

import anyio
import pytest

from bitwright import Struct, check, raw, u8
from bitwright.net import Closed, Connection, Disconnected, Ended, Malformed, Overloaded, Passive, Protocol, Received, Silent, Told
from bitwright.net.errors import TooLarge, Truncated
from bitwright.net.framing import LengthPrefix
from bitwright.net.memory import MemoryStream, stream_pair

pytestmark = pytest.mark.anyio


class Letter(Struct):
    size: int = u8()
    check(size < 9, "is too large a letter")
    text: bytes = raw(size=size)


WIRE = LengthPrefix(size=1, limit=20)


def letter(text: bytes) -> bytes:
    """As it is on the wire."""
    return WIRE.frame(Letter(size=len(text), text=text).build())


def pair(*, idle_timeout: float | None = None, piece: int = 65536, inbox: int = 10) -> tuple[Connection[Letter], MemoryStream]:
    """A connection, and the bare stream of its peer."""
    mine, theirs = stream_pair(piece=piece)
    return Connection(mine, Protocol(Letter, stream=WIRE), idle_timeout=idle_timeout, inbox=inbox), theirs


async def seen(connection: Connection[Letter]) -> list[object]:
    """All events to the end, messages by their text, errors by their class."""
    found: list[object] = []
    async for event in connection:
        match event:
            case Received(message):
                found.append(message.text)
            case Malformed(error, data):
                found.append((error.code, data))
            case Ended(error):
                found.append(Ended if error is None else type(error))
            case _:
                found.append(event)
    return found


async def test_messages_bad_messages_and_the_end_come_in_one_stream() -> None:
    connection, peer = pair(piece=3)
    await peer.send(letter(b"one") + b"\1\11" + letter(b""))
    await peer.aclose()
    assert await seen(connection) == [b"one", ("check", b"\11"), b"", Ended]
    assert await seen(connection) == []


async def test_the_end_inside_a_message() -> None:
    connection, peer = pair()
    await peer.send(letter(b"one") + letter(b"two")[:-1])
    await peer.aclose()
    found = [event async for event in connection]
    assert isinstance(found[-1], Ended)
    error = found[-1].error
    assert isinstance(error, Truncated)
    assert (error.partial, error.missing) == (letter(b"two")[:-1], 1)


async def test_a_reset_and_an_oversized_message_are_ends() -> None:
    connection, peer = pair()
    await peer.send(letter(b"one") + b"\xff")
    assert await seen(connection) == [b"one", TooLarge]  # though nothing more comes after it
    connection, peer = pair()
    peer.abort()
    assert await seen(connection) == [Disconnected]


async def test_closing_by_this_side_ends_it_with_a_reason() -> None:
    connection, _ = pair()
    async with anyio.create_task_group() as group:

        async def read() -> None:
            assert await seen(connection) == [Closed]

        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        await connection.aclose()


async def test_silence_is_an_event_and_begins_anew() -> None:
    connection, peer = pair(idle_timeout=60)
    events, times = [], []
    async with anyio.create_task_group() as group:

        async def read() -> None:
            async for event in connection:
                events.append(event)
                times.append(anyio.current_time() - began)

        began = anyio.current_time()
        group.start_soon(read)
        await anyio.sleep(100)
        await peer.send(letter(b"one")[:1])  # bytes are no silence, also without a whole message
        await anyio.sleep(50)
        await peer.send(letter(b"one")[1:])
        await anyio.sleep(70)
        await peer.aclose()
    assert events == [Silent(60), Received(Letter(size=3, text=b"one")), Silent(60), Ended()]
    assert times == pytest.approx([60, 150, 210, 220])


async def test_neither_what_is_told_nor_work_counts_as_a_sign_of_the_peer() -> None:
    connection, _ = pair(idle_timeout=60)
    found = []
    async with anyio.create_task_group() as group:

        async def tell() -> None:
            for number in range(3):
                await anyio.sleep(25)
                connection.tell(number)

        began = anyio.current_time()
        group.start_soon(tell)
        async for event in connection:
            found.append((event, round(anyio.current_time() - began)))
            if event == Told(1):
                await anyio.sleep(1000)  # while a handler works nobody waits, so that is no silence of the peer
            if isinstance(event, Silent):
                break
        await connection.aclose()
    assert found == [(Told(0), 25), (Told(1), 50), (Told(2), 1050), (Silent(60), 1060)]


async def test_what_is_told_comes_before_messages_and_loses_none() -> None:
    connection, peer = pair(piece=1)
    found = []
    async with anyio.create_task_group() as group:

        async def read() -> None:
            found.extend(await seen(connection))

        group.start_soon(read)
        for number, byte in enumerate(letter(b"one") + letter(b"two")):
            await peer.send(bytes([byte]))
            connection.tell(number)  # it wakes the reader at any place of a message
            await anyio.wait_all_tasks_blocked()
        await peer.aclose()
    assert [event for event in found if isinstance(event, bytes)] == [b"one", b"two"]
    assert [event.value for event in found if isinstance(event, Told)] == list(range(10))
    assert found[-1] is Ended


async def test_what_is_told_is_bounded() -> None:
    connection, _ = pair(inbox=2)
    connection.tell(1)
    connection.tell(2)
    with pytest.raises(Overloaded, match="2 values"):
        connection.tell(3)
    assert [await anext(connection), await anext(connection)] == [Told(1), Told(2)]


async def test_credit_adds_up_and_ends_in_passive_once() -> None:
    connection, peer = pair()
    await peer.send(b"".join(letter(bytes([65 + number])) for number in range(8)))
    connection.demand(2)
    connection.demand(3)
    assert isinstance(await anext(connection), Received)
    connection.demand(-1)
    texts = []
    async for event in connection:
        if isinstance(event, Passive):
            break
        assert isinstance(event, Received)
        texts.append(event.message.text)
    assert texts == [b"B", b"C", b"D"]
    with anyio.move_on_after(3600) as scope:
        await anext(connection)
    assert scope.cancelled_caught  # without credit nothing comes, and Passive comes once
    connection.demand(1)
    assert await anext(connection) == Received(Letter(size=1, text=b"E"))
    assert await anext(connection) == Passive()


async def test_without_credit_nothing_is_read() -> None:
    connection, peer = pair()
    await peer.send(letter(b"one"))
    connection.demand(0)
    assert await anext(connection) == Passive()
    with anyio.move_on_after(10):
        await anext(connection)
    assert connection.traffic.bytes_received == 0


async def test_a_demand_wakes_who_waits_for_credit() -> None:
    connection, peer = pair()
    await peer.send(letter(b"one"))
    connection.demand(0)
    found = []
    async with anyio.create_task_group() as group:

        async def read() -> None:
            found.append(await anext(connection))
            found.append(await anext(connection))

        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        assert found == [Passive()]
        connection.demand(1)
    assert found == [Passive(), Received(Letter(size=3, text=b"one"))]


async def test_a_bad_message_costs_credit_too() -> None:
    connection, peer = pair()
    await peer.send(b"\1\11" + letter(b"x"))
    connection.demand(1)
    assert isinstance(await anext(connection), Malformed)
    assert await anext(connection) == Passive()


async def test_closing_and_telling_reach_who_waits_for_credit() -> None:
    connection, _ = pair()
    connection.demand(0)
    connection.tell("before")
    async with anyio.create_task_group() as group:

        async def read() -> None:
            assert await seen(connection) == [Told("before"), Passive(), Told("after"), Closed]

        group.start_soon(read)
        await anyio.wait_all_tasks_blocked()
        connection.tell("after")
        await anyio.wait_all_tasks_blocked()
        await connection.aclose()


async def test_passive_and_active_take_turns_in_one_task() -> None:
    connection, peer = pair()
    await peer.send(letter(b"one") + letter(b"two") + letter(b"three"))
    async for event in connection:
        assert event == Received(Letter(size=3, text=b"one"))
        assert (await connection.receive()).text == b"two"
        break
    assert (await connection.receive()).text == b"three"
