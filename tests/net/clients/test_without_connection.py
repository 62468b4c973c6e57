"""What calls do while there is no connection: fail at once, or wait for one, so many and so long."""

from __future__ import annotations

import random
from typing import Any

import anyio
import pytest

from bitwright.net import Backoff, Client, Disconnected, Overloaded, Postponing, TimedOut
from tests.net.clients.stage import Stage, Text, accepted, client

pytestmark = pytest.mark.anyio

Outcomes = list[tuple[bytes, float, object]]


async def ask(one: Client[Text], body: bytes, outcomes: Outcomes, timeout: float | None = None) -> None:
    """A call, its time and its outcome: the answer's body, or the exception."""
    began = anyio.current_time()
    try:
        outcome: object = (await one.call(Text(body=body), timeout=timeout)).body
    except Exception as error:  # noqa: BLE001  # an outcome
        outcome = error
    outcomes.append((body, anyio.current_time() - began, outcome))


async def test_without_a_connection_calls_fail_at_once_and_say_why() -> None:
    async with client(Stage()) as one:
        await anyio.wait_all_tasks_blocked()
        for speak in (one.call, one.cast):
            before = anyio.current_time()
            with pytest.raises(Disconnected, match=r"no connection: .*nobody listens") as caught:
                await speak(Text())
            assert not caught.value.sent
            assert isinstance(caught.value.__cause__, ConnectionRefusedError)
            assert anyio.current_time() == before
        assert one.info().in_flight == 0


async def test_what_waits_is_sent_oldest_first_before_what_comes_later() -> None:
    stage, outcomes = Stage(), Outcomes()
    async with client(stage, without_connection=Postponing()) as one, anyio.create_task_group() as tasks:
        await anyio.wait_all_tasks_blocked()
        for body in (b"first", b"second", b"third"):
            tasks.start_soon(ask, one, body, outcomes)
            await anyio.wait_all_tasks_blocked()
        peer = await accepted(await stage.server())
        await one.connected()
        tasks.start_soon(ask, one, b"fourth", outcomes)
        for body in (b"first", b"second", b"third", b"fourth"):
            question = await peer.receive()
            assert question.body == body
            await peer.send(question)
            await anyio.wait_all_tasks_blocked()
    assert [outcome for _, _, outcome in outcomes] == [b"first", b"second", b"third", b"fourth"]


async def test_attempts_that_fail_do_not_end_what_waits_and_its_deadline_does() -> None:
    stage, outcomes = Stage(), Outcomes()
    async with client(stage, without_connection=Postponing(deadline=10)) as one, anyio.create_task_group() as tasks:
        await anyio.sleep(0.5)
        tasks.start_soon(ask, one, b"waits", outcomes)
    [(_, took, outcome)] = outcomes
    assert len(stage.attempts) == 4  # at 0, 1, 3, 7
    assert took == pytest.approx(10)
    assert isinstance(outcome, Disconnected)
    assert not outcome.sent


async def test_a_deadline_does_not_end_a_call_that_was_sent() -> None:
    stage, outcomes = Stage(), Outcomes()
    async with client(stage, without_connection=Postponing(deadline=3)) as one, anyio.create_task_group() as tasks:
        await anyio.wait_all_tasks_blocked()
        tasks.start_soon(ask, one, b"slow", outcomes)
        await anyio.wait_all_tasks_blocked()
        peer = await accepted(await stage.server())
        question = await peer.receive()
        await anyio.sleep(60)
        await peer.send(question)
    assert [outcome for _, _, outcome in outcomes] == [b"slow"]


async def test_more_than_may_wait_fail_at_once() -> None:
    stage, outcomes = Stage(), Outcomes()
    async with client(stage, without_connection=Postponing(most=2, deadline=5)) as one, anyio.create_task_group() as tasks:
        await anyio.wait_all_tasks_blocked()
        for body in (b"1", b"2", b"3"):
            tasks.start_soon(ask, one, body, outcomes)
            await anyio.wait_all_tasks_blocked()
        [(body, took, outcome)] = outcomes
        assert (body, took) == (b"3", 0)
        assert isinstance(outcome, Overloaded)
    assert {body for body, _, _ in outcomes[1:]} == {b"1", b"2"}


@pytest.mark.parametrize("wrong", [{"most": 0}, {"deadline": 0}, {"deadline": float("inf")}, {"deadline": float("nan")}])
async def test_waiting_without_a_bound_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Postponing(**wrong)


@pytest.mark.parametrize("gives_up", ["timeout", "cancelled"])
async def test_a_caller_that_gives_up_makes_room_and_nothing_is_sent_for_it(gives_up: str) -> None:
    stage, outcomes = Stage(), Outcomes()
    async with client(stage, without_connection=Postponing(most=1, deadline=60)) as one, anyio.create_task_group() as tasks:
        await anyio.wait_all_tasks_blocked()
        for _ in range(5):
            if gives_up == "timeout":
                with pytest.raises(TimedOut):
                    await one.call(Text(body=b"gone"), timeout=0.1)
            else:
                with anyio.move_on_after(0.1):
                    await one.call(Text(body=b"gone"), timeout=None)
        assert one.info().in_flight == 0
        tasks.start_soon(ask, one, b"stays", outcomes)
        peer = await accepted(await stage.server())
        question = await peer.receive()
        assert question.body == b"stays"
        await peer.send(question)
    assert [outcome for _, _, outcome in outcomes] == [b"stays"]


async def test_two_thousand_that_give_up_during_an_attempt_leave_nothing() -> None:
    stage, outcomes = Stage(), Outcomes()
    stage.blackhole = True
    async with client(stage, connect_timeout=100) as one:
        async with anyio.create_task_group() as tasks:
            for _ in range(2_000):
                tasks.start_soon(ask, one, b"", outcomes, 5)
            await anyio.wait_all_tasks_blocked()
            assert one.info().in_flight == one._running().postponed == 2_000
        assert {type(outcome) for _, _, outcome in outcomes} == {TimedOut}
        assert one.info().in_flight == one._running().postponed == 0


async def test_what_waited_when_the_client_ended_failed_unsent() -> None:
    outcomes = Outcomes()
    async with anyio.create_task_group() as tasks, client(Stage(), without_connection=Postponing(deadline=60)) as one:
        tasks.start_soon(ask, one, b"", outcomes)
        await anyio.wait_all_tasks_blocked()
    [(_, _, outcome)] = outcomes
    assert isinstance(outcome, Disconnected)
    assert not outcome.sent


@pytest.mark.parametrize("seed", range(10))
async def test_while_connections_come_and_go_every_call_has_one_outcome(seed: int) -> None:
    """Callers that give up, a peer that answers, drops, resets or is gone: as many outcomes as calls, and nothing left."""
    rng, stage, outcomes = random.Random(seed), Stage(capacity=200), Outcomes()
    policy = Postponing(most=5, deadline=2) if seed % 2 else None
    quick = Backoff(first=0.3, most=2, jitter=0.5, healthy=1)
    async with client(stage, backoff=quick, without_connection=policy, most=30) as one, anyio.create_task_group() as tasks:

        async def serving() -> None:
            while True:
                acceptor = await stage.server()
                for _ in range(rng.randrange(1, 3)):
                    connection = await accepted(acceptor)
                    with anyio.move_on_after(rng.random() * 3):
                        async for event in connection:
                            if (message := getattr(event, "message", None)) and rng.random() < 0.8:
                                await connection.send(message)
                    if rng.random() < 0.5:
                        connection.stream.abort()  # type: ignore[attr-defined]
                    await connection.aclose()
                await acceptor.aclose()
                await anyio.sleep(rng.random())

        tasks.start_soon(serving)
        cancelled = 0
        async with anyio.create_task_group() as callers:
            for number in range(300):
                scope = anyio.CancelScope()

                async def caller(number: int = number, scope: anyio.CancelScope = scope) -> None:
                    nonlocal cancelled
                    with scope:
                        await ask(one, b"%d" % number, outcomes, 1.5)
                    cancelled += scope.cancelled_caught

                callers.start_soon(caller)
                await anyio.sleep(rng.random() * 0.1)
                if rng.random() < 0.2:
                    scope.cancel()
        assert len(outcomes) + cancelled == 300
        assert one.info().in_flight == 0
        tasks.cancel_scope.cancel()
    assert {type(outcome) for _, _, outcome in outcomes} <= {bytes, TimedOut, Disconnected, Overloaded}
    assert all(outcome == body for body, _, outcome in outcomes if isinstance(outcome, bytes))
    assert sum(isinstance(outcome, bytes) for _, _, outcome in outcomes) > 50
