"""Supervisors: a child that is stopped has a deadline, then what it cleans up is cancelled too, and if it won't die that is said."""

from __future__ import annotations

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright.net import Child, Hooks, Supervisor, WontStop, cleanup, tree
from bitwright.net.hooks import Attribute
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("shutdown", "needs", "takes"),
    [
        (5.0, 0.0, 0.0),
        (5.0, 4.0, 4.0),  # in time: it ends in peace
        (0.1, 1e6, 0.1),  # too late: then it is cancelled hard
        (0.5, 1e6, 0.5),
        (0, 1e6, 0.0),  # brutally
        (None, 1e6, 1e6),  # as long as it takes
    ],
)
async def test_how_long_stopping_takes(troupe: Troupe, shutdown: float | None, needs: float, takes: float) -> None:
    async with Supervisor([troupe.stubborn("a", seconds=needs, shutdown=shutdown)]) as supervisor:
        before = anyio.current_time()
        await supervisor.stop_child("a")
        assert anyio.current_time() - before == pytest.approx(takes)
        assert troupe.heard() == ["start a", "stop a" if needs == takes else "cut a"]


async def test_each_child_has_its_deadline(troupe: Troupe) -> None:
    children = [troupe.stubborn("a", shutdown=1), troupe.stubborn("b", shutdown=2), troupe.stubborn("c", shutdown=3)]
    async with Supervisor(children):
        before = anyio.current_time()
    assert anyio.current_time() - before == pytest.approx(6)


async def test_a_child_that_wont_die_is_reported_and_holds_up_nobody_but_the_end(troupe: Troupe) -> None:
    at_last = anyio.Event()
    told: list[tuple[str, Attribute]] = []
    hooks = Hooks(lambda name, attributes: told.append((name.rpartition(".")[2], attributes["bitwright.child.name"])))
    supervisor = Supervisor([troupe.child("a"), troupe.stubborn("b", until=at_last, shutdown=2)], hooks=hooks)
    async with anyio.create_task_group() as group:
        group.start_soon(supervisor.run)
        await anyio.wait_all_tasks_blocked()
        told.clear()
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await anyio.sleep(100)
            assert told == [("stuck", "b"), ("stopped", "a")]
            assert "b: does not stop" in tree()
            assert [child.state for child in supervisor.children()] == ["ended", "does not stop"]
            at_last.set()
    assert troupe.heard() == ["start a", "start b", "stop a", "stop b"]


async def test_who_stops_a_child_that_wont_die_is_told_and_the_supervisor_goes_on(troupe: Troupe) -> None:
    at_last = anyio.Event()
    children = [troupe.child("a"), troupe.stubborn("b", until=at_last, shutdown=2)]
    async with Supervisor(children) as supervisor:
        with pytest.raises(WontStop, match="b was cancelled and does not end") as caught:
            await supervisor.stop_child("b")
        assert caught.value.child == "b"
        await troupe.tell("a", ValueError("boom"))
        assert [child.state for child in supervisor.children()] == ["running", "does not stop"]
        at_last.set()
        await anyio.wait_all_tasks_blocked()
        assert [child.state for child in supervisor.children()] == ["running", "ended"]  # permanent, and not restarted: it was stopped
        await supervisor.restart_child("b")
        assert [child.state for child in supervisor.children()] == ["running", "running"]


async def test_no_second_one_is_started_beside_one_that_wont_die(troupe: Troupe) -> None:
    at_last = anyio.Event()
    async with Supervisor([troupe.child("a"), troupe.stubborn("b", until=at_last)], strategy="one_for_all") as supervisor:
        troupe.heard()
        await troupe.tell("a", ValueError("boom"))
        await anyio.sleep(100)
        assert troupe.heard() == ["stop a"]
        assert supervisor.hooks.counters["bitwright.supervisor.child.stuck"] == 1
        at_last.set()
        await anyio.wait_all_tasks_blocked()
        assert troupe.heard() == ["stop b", "start a", "start b"]


async def test_a_supervisor_that_waits_for_one_that_wont_die_can_be_stopped(troupe: Troupe) -> None:
    at_last = anyio.Event()
    children = [troupe.child("z"), troupe.child("a"), troupe.stubborn("b", until=at_last)]
    async with anyio.create_task_group() as group:
        group.start_soon(Supervisor(children, strategy="rest_for_one").run)
        await anyio.wait_all_tasks_blocked()
        await troupe.tell("a", ValueError("boom"))
        await anyio.sleep(100)
        troupe.heard()
        group.cancel_scope.cancel()
        with anyio.CancelScope(shield=True):
            await anyio.sleep(100)
            assert troupe.heard() == ["stop z"]
            at_last.set()


async def test_an_error_while_it_stops_is_told_and_changes_nothing(troupe: Troupe) -> None:
    async def run(*, task_status: TaskStatus[None]) -> None:
        task_status.started()
        try:
            await anyio.sleep_forever()
        finally:
            raise ValueError("boom")

    async with Supervisor([troupe.child("a"), Child("b", run), troupe.child("c")]) as supervisor:
        pass
    assert troupe.heard() == ["start a", "start c", "stop c", "stop a"]
    assert supervisor.hooks.counters["bitwright.supervisor.child.exited"] == 1


async def test_tasks_of_a_child_end_with_it() -> None:
    ended: list[str] = []

    async def forever(name: str) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(name)

    async def run(*, task_status: TaskStatus[None]) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(forever, "one")
            group.start_soon(forever, "two")
            await anyio.wait_all_tasks_blocked()
            task_status.started()

    async with Supervisor([Child("a", run)]):
        assert ended == []
    assert sorted(ended) == ["one", "two"]


async def test_cleaning_up_outside_a_supervisor_has_its_own_deadline() -> None:
    before = anyio.current_time()
    with anyio.CancelScope() as scope:
        scope.cancel()
        with cleanup(3) as cleaning:
            await anyio.sleep_forever()
        assert cleaning.cancelled_caught
    assert anyio.current_time() - before == pytest.approx(3)


async def test_cleaning_up_reaches_into_the_tasks_of_a_child() -> None:
    async def clean() -> None:
        with cleanup():
            await anyio.sleep_forever()

    async def run(*, task_status: TaskStatus[None]) -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(clean)
            task_status.started()
            await anyio.sleep_forever()

    before = anyio.current_time()
    async with Supervisor([Child("a", run, shutdown=7)]):
        await anyio.wait_all_tasks_blocked()
    assert anyio.current_time() - before == pytest.approx(7)
