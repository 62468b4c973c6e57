"""Supervisors: children start left to right, each when the one before it is ready, and stop right to left."""

from __future__ import annotations

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright.net import Child, StartFailed, Supervisor, TooManyRestarts
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio


async def test_children_start_left_to_right_and_stop_right_to_left(troupe: Troupe) -> None:
    async with Supervisor([troupe.child(name) for name in "abc"]):
        assert troupe.heard() == ["start a", "start b", "start c"]
    assert troupe.heard() == ["stop c", "stop b", "stop a"]


async def test_the_next_starts_only_when_the_one_before_is_ready(troupe: Troupe) -> None:
    ready = anyio.Event()
    supervisor = Supervisor([troupe.playing("a", ready.wait), troupe.child("b")])
    async with anyio.create_task_group() as group:
        group.start_soon(supervisor.run)
        await anyio.wait_all_tasks_blocked()
        assert troupe.heard() == ["start a"]
        assert [child.state for child in supervisor.children()] == ["starting", "ended"]
        ready.set()
        await anyio.wait_all_tasks_blocked()
        assert troupe.heard() == ["start b"]
        group.cancel_scope.cancel()
    assert troupe.heard() == ["stop b", "stop a"]


async def test_a_child_that_does_not_come_up_ends_the_start(troupe: Troupe) -> None:
    def fail() -> None:
        raise OSError("port 53 is taken")

    supervisor = Supervisor([troupe.child("a"), troupe.child("b"), troupe.playing("c", fail), troupe.child("d")])
    with pytest.raises(StartFailed, match="c did not start: OSError: port 53 is taken") as caught:
        await supervisor.run()
    assert caught.value.child == "c"
    assert isinstance(caught.value.__cause__, OSError)
    assert troupe.heard() == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_a_child_that_returns_before_it_is_ready_has_not_come_up() -> None:
    async def run(*, task_status: TaskStatus[None]) -> None:
        await anyio.lowlevel.checkpoint()

    with pytest.raises(StartFailed, match="a did not start: it ended before it said that it is ready"):
        await Supervisor([Child("a", run)]).run()


async def test_the_one_who_starts_a_supervisor_waits_until_all_are_ready(troupe: Troupe) -> None:
    async def slow() -> None:
        await anyio.sleep(10)

    before = anyio.current_time()
    async with Supervisor([troupe.playing("a", slow), troupe.playing("b", slow)]):
        assert anyio.current_time() - before == pytest.approx(20)


async def test_cancelled_while_a_child_starts(troupe: Troupe) -> None:
    with anyio.move_on_after(5):
        await Supervisor([troupe.child("a"), troupe.playing("b", anyio.sleep_forever), troupe.child("c")]).run()
    assert troupe.heard() == ["start a", "start b", "stop b", "stop a"]


async def test_stopping_waits_for_one_before_it_stops_the_next(troupe: Troupe) -> None:
    times: dict[str, float] = {}
    async with Supervisor([troupe.stubborn("a", seconds=1), troupe.stubborn("b", seconds=2)]):
        times["begin"] = anyio.current_time()
    assert anyio.current_time() - times["begin"] == pytest.approx(3)
    assert troupe.heard() == ["start a", "start b", "stop b", "stop a"]


async def test_the_order_is_kept_though_all_around_is_cancelled(troupe: Troupe) -> None:
    """The outer cancellation reaches the supervisor, and only through it its children."""
    with anyio.CancelScope() as scope:
        async with Supervisor([troupe.stubborn("a", seconds=1), troupe.child("b"), troupe.stubborn("c", seconds=1)]):
            scope.cancel()
            await anyio.sleep_forever()
    assert troupe.heard() == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_an_error_of_the_block_stops_the_children_and_comes_out_as_itself(troupe: Troupe) -> None:
    with pytest.raises(ZeroDivisionError):
        async with Supervisor([troupe.child("a")]):
            raise ZeroDivisionError
    assert troupe.heard() == ["start a", "stop a"]


async def test_a_supervisor_that_gives_up_ends_the_block(troupe: Troupe) -> None:
    async def wait_in_the_block() -> None:
        async with Supervisor([troupe.child("a")], intensity=0):
            await troupe.tell("a", ValueError("boom"))
            await anyio.sleep_forever()

    with pytest.raises(TooManyRestarts):
        await wait_in_the_block()
    assert troupe.heard() == ["start a", "stop a"]
