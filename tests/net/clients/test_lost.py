"""A connection that is lost, held up, or spoken badly: one outcome for each call, at once, saying whether anything was sent."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from bitwright import ParseError
from bitwright.net import Client, Closed, Disconnected, FramingError, Overloaded, Protocol, TimedOut, TooLarge, Truncated
from bitwright.net.framing import LengthPrefix
from tests.net.clients.stage import IN_ORDER, Stage, Text, accepted, client, reset
from tests.net.clients.test_without_connection import Outcomes, ask

pytestmark = pytest.mark.anyio

LIMITED = Protocol(Text, correlate=Text.id, limit=100)


def sent(outcomes: Outcomes) -> dict[bytes, object]:
    """By call: whether it was sent, for those that failed by disconnection."""
    return {body: outcome.sent if isinstance(outcome, Disconnected) else outcome for body, _, outcome in outcomes}


async def test_what_was_written_and_what_was_not_is_told() -> None:
    stage, outcomes = Stage(capacity=16), Outcomes()
    acceptor = await stage.server()
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        for body in (b"written in part, and so it may have been read", b"waits", b"waits too"):
            tasks.start_soon(ask, one, body, outcomes)
            await anyio.wait_all_tasks_blocked()
        reset(peer)
    assert sent(outcomes) == {b"written in part, and so it may have been read": True, b"waits": False, b"waits too": False}


async def test_calls_fail_when_the_connection_is_lost_and_not_when_it_is_closed() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()

        async def slowly(close: Any = stage.streams[0].aclose) -> None:  # as TLS says farewell to one who is gone
            await anyio.sleep(4)
            await close()

        stage.streams[0].aclose = slowly  # type: ignore[method-assign]
        tasks.start_soon(ask, one, b"question", outcomes)
        await peer.receive()
        await peer.aclose()
    [(_, took, outcome)] = outcomes
    assert took == 0
    assert isinstance(outcome, Disconnected)
    assert isinstance(outcome.__cause__, Closed)


@pytest.mark.parametrize(
    ("data", "cause"),
    [(b"\0\0\0", Truncated), (b"\0\0\xff\xff" + bytes(100), Truncated), (b"", Closed)],
    ids=["in the header", "in the body", "between messages"],
)
async def test_the_cause_says_how_the_stream_ended(data: bytes, cause: type[Exception]) -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        tasks.start_soon(ask, one, b"", outcomes)
        await peer.receive()
        if data:
            await peer.stream.send(data)
        await peer.aclose()
    [(_, _, outcome)] = outcomes
    assert isinstance(outcome, Disconnected)
    assert type(outcome.__cause__) is cause
    assert outcome.sent


async def test_unknown_and_late_answers_are_counted_and_change_nothing() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        with pytest.raises(TimedOut):
            await one.call(Text(body=b"late"), timeout=1)
        late = await peer.receive()
        tasks.start_soon(ask, one, b"question", outcomes)
        question = await peer.receive()
        await peer.send(late)
        unknown = next(number for number in range(9) if number not in {late.id, question.id})
        await peer.send(Text(id=unknown, body=b"what nobody asked"))
        await peer.send(question)
        await peer.send(question)  # doubled
        await anyio.wait_all_tasks_blocked()
        assert [outcome for _, _, outcome in outcomes] == [b"question"]
        calls = one.info().calls
        assert (calls.late, calls.unknown, calls.answered, calls.abandoned) == (2, 1, 1, 1)
        assert one.state.value == "connected"


async def test_a_cancelled_caller_breaks_nothing_also_in_the_middle_of_writing() -> None:
    stage, outcomes = Stage(capacity=64), Outcomes()
    acceptor = await stage.server()
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        large, never = bytes(5000), b"never written"
        with anyio.move_on_after(1):
            await one.call(Text(body=large), timeout=None)  # the peer does not read: a part of it is written
        with anyio.move_on_after(1):
            await one.call(Text(body=never), timeout=None)
        tasks.start_soon(ask, one, b"next", outcomes)
        assert (await peer.receive()).body == large
        question = await peer.receive()
        assert question.body == b"next"
        await peer.send(question)
        await anyio.wait_all_tasks_blocked()
        assert sent(outcomes) == {b"next": b"next"}
        assert one.info().attempts == 1


async def test_a_peer_that_does_not_read_costs_no_memory_for_calls_that_gave_up() -> None:
    stage = Stage(capacity=64)
    acceptor = await stage.server()
    async with client(stage) as one:
        await accepted(acceptor)
        await one.connected()
        for _ in range(100):
            with anyio.move_on_after(0.1):
                await one.call(Text(body=bytes(1000)), timeout=None)
        assert len(one._conversation) == 0
        await anyio.sleep(30)  # a message that cannot be sent for so long ends the connection
        assert one.info().last_error == "a message was sent in part, and given up"


async def test_casts_are_bounded() -> None:
    stage = Stage(capacity=64)
    acceptor = await stage.server()
    async with client(stage, most=10) as one:
        await accepted(acceptor)
        await one.connected()
        with pytest.raises(Overloaded, match="wait to be written"):  # noqa: PT012
            for _ in range(100):
                await one.cast(Text(body=bytes(1000)))
                await anyio.wait_all_tasks_blocked()


async def test_what_was_not_written_is_not_sent_by_the_next_connection() -> None:
    stage, outcomes = Stage(capacity=64), Outcomes()
    acceptor = await stage.server()
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        for body in (bytes(1000), b"of the first connection"):
            await one.cast(Text(body=body))
            await anyio.wait_all_tasks_blocked()
        reset(peer)
        again = await accepted(acceptor)
        await one.connected()
        tasks.start_soon(ask, one, b"of the second", outcomes)
        question = await again.receive()
        assert question.body == b"of the second"
        await again.send(question)


async def test_large_messages_go_both_ways_beside_small_ones() -> None:
    stage, outcomes = Stage(piece=1000), Outcomes()
    acceptor = await stage.server()
    bodies = [bytes([number]) * (65_000 if number % 3 else number) for number in range(20)]
    async with client(stage) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        for body in bodies:
            tasks.start_soon(ask, one, body, outcomes, 10)
        for _ in bodies:
            await peer.send(await peer.receive())
    assert sorted(body for _, _, body in outcomes) == sorted(bodies)  # type: ignore[type-var]


async def test_what_cannot_be_sent_is_refused_before_anything_is() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage, spoken=LIMITED) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        for speak in (one.call, one.cast):
            with pytest.raises(TooLarge):
                await speak(Text(body=bytes(101)))
        tasks.start_soon(ask, one, b"fits", outcomes)
        await peer.send(await peer.receive())
    assert sent(outcomes) == {b"fits": b"fits"}


async def test_a_handshake_may_switch_the_framing_and_what_is_too_large_for_it_fails_alone() -> None:
    async def shorter(connection: Any) -> None:
        connection.switch(LengthPrefix(limit=50))

    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage, handshake=shorter) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        peer.switch(LengthPrefix(limit=50))
        await one.connected()
        tasks.start_soon(ask, one, bytes(60), outcomes)
        tasks.start_soon(ask, one, b"fits", outcomes)
        await peer.send(await peer.receive())
    assert isinstance(sent(outcomes)[bytes(60)], FramingError)
    assert sent(outcomes)[b"fits"] == b"fits"
    assert one.info().attempts == 1


async def test_a_handshake_that_ends_what_can_be_sent_leaves_calls_unsent() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage, handshake=lambda connection: connection.send_eof()) as one, anyio.create_task_group() as tasks:
        tasks.start_soon(ask, one, b"question", outcomes)
        peer = await accepted(acceptor)
        with pytest.raises(Closed):
            await peer.receive()
        await anyio.wait_all_tasks_blocked()
        assert sent(outcomes) == {b"question": False}


async def test_answers_in_order_where_there_are_no_ids() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage, spoken=IN_ORDER) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor, IN_ORDER)
        await one.connected()
        for body in (b"1", b"2", b"3"):
            tasks.start_soon(ask, one, body, outcomes, 1 if body == b"2" else None)
            await anyio.wait_all_tasks_blocked()
        questions = [await peer.receive() for _ in range(3)]
        await anyio.sleep(2)  # the second gives up, and its answer is still the second
        for question in questions:
            await peer.send(question)
    assert isinstance(sent(outcomes)[b"2"], TimedOut)
    assert sent(outcomes)[b"1"] == b"1"
    assert sent(outcomes)[b"3"] == b"3"


async def test_a_connection_on_which_nothing_comes_counts_as_lost_where_that_is_asked_for() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    async with client(stage, silence=10) as one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        await anyio.sleep(10_000)  # nobody asks, and nothing has to come
        assert one.info().attempts == 1
        tasks.start_soon(ask, one, b"1", outcomes)
        await peer.send(await peer.receive())
        await anyio.sleep(100)
        assert one.info().attempts == 1
        tasks.start_soon(ask, one, b"2", outcomes)
        await accepted(acceptor)
        assert one.info().attempts == 2
    (_, _, first), (_, took, second) = outcomes
    assert first == b"1"
    assert 10 <= took <= 20
    assert isinstance(second, Disconnected)
    assert second.sent
    assert "nothing has come for 10 s" in one.info().last_error


async def test_garbage_ends_a_connection_and_not_the_client() -> None:
    stage, outcomes = Stage(), Outcomes()
    acceptor = await stage.server()
    one = Client(LIMITED, ("127.0.0.1", 7000), network=stage)
    async with one, anyio.create_task_group() as tasks:
        peer = await accepted(acceptor)
        await one.connected()
        tasks.start_soon(ask, one, b"", outcomes)
        await peer.receive()
        await peer.stream.send(b"\xff" * 100_000)
        again = await accepted(acceptor)
        await one.connected()
        tasks.start_soon(ask, one, b"again", outcomes)
        await again.send(await again.receive())
    (_, _, first), (_, _, second) = outcomes
    assert isinstance(first, Disconnected)
    assert isinstance(first.__cause__, TooLarge | ParseError)
    assert second == b"again"
