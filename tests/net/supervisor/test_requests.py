"""Supervisors: children are started, stopped, restarted and deleted while it runs, whatever becomes of who asks."""

from __future__ import annotations

import anyio
import pytest

from bitwright.net import Busy, NotRunning, StartFailed, Supervisor
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio


async def test_a_child_is_added_at_the_end_and_gives_its_value(troupe: Troupe) -> None:
    async with Supervisor([troupe.child("a")]) as supervisor:
        assert await supervisor.start_child(troupe.child("b")) == "value of b"
        assert [child.name for child in supervisor.children()] == ["a", "b"]
        await troupe.tell("b", ValueError("boom"))
        assert [child.restarts for child in supervisor.children()] == [0, 1]
        with pytest.raises(ValueError, match="has a child 'b'"):
            await supervisor.start_child(troupe.child("b"))
    assert troupe.heard()[-2:] == ["stop b", "stop a"]


async def test_one_that_does_not_come_up_is_no_child_and_costs_nothing(troupe: Troupe) -> None:
    def fail() -> None:
        raise OSError("port taken")

    async with Supervisor([troupe.child("a")], intensity=0) as supervisor:
        with pytest.raises(StartFailed, match="b did not start: OSError: port taken"):
            await supervisor.start_child(troupe.playing("b", fail))
        assert [child.name for child in supervisor.children()] == ["a"]


async def test_a_child_that_was_stopped_stays_down_until_it_is_started_again(troupe: Troupe) -> None:
    async with Supervisor([troupe.child("a"), troupe.child("b")]) as supervisor:
        await supervisor.stop_child("a")
        await supervisor.stop_child("a")  # it is down: nothing to do
        assert [child.state for child in supervisor.children()] == ["ended", "running"]
        with pytest.raises(Busy, match="b runs"):
            await supervisor.restart_child("b")
        with pytest.raises(Busy, match="b runs: stop it first"):
            await supervisor.delete_child("b")
        assert await supervisor.restart_child("a") == "value of a"
        await supervisor.stop_child("b")
        await supervisor.delete_child("b")
        assert [child.name for child in supervisor.children()] == ["a"]
        with pytest.raises(LookupError, match="no child 'b'"):
            await supervisor.stop_child("b")
    assert troupe.heard() == ["start a", "start b", "stop a", "start a", "stop b", "stop a"]


async def test_a_temporary_child_that_is_stopped_is_forgotten(troupe: Troupe) -> None:
    async with Supervisor([troupe.child("a", restart="temporary")]) as supervisor:
        await supervisor.stop_child("a")
        assert supervisor.children() == []


async def test_a_caller_who_goes_away_changes_nothing(troupe: Troupe) -> None:
    ready = anyio.Event()
    async with Supervisor([troupe.child("a")]) as supervisor:
        with anyio.move_on_after(1) as scope:
            await supervisor.start_child(troupe.playing("b", ready.wait))
        assert scope.cancelled_caught
        ready.set()
        await anyio.wait_all_tasks_blocked()
        assert [child.state for child in supervisor.children()] == ["running", "running"]
        await supervisor.stop_child("b")


async def test_who_asks_one_that_does_not_run_is_told_at_once(troupe: Troupe) -> None:
    supervisor = Supervisor([troupe.child("a")])
    with pytest.raises(NotRunning, match="supervisor does not run"):
        await supervisor.start_child(troupe.child("b"))
    async with supervisor:
        pass
    with pytest.raises(NotRunning, match="supervisor does not run"):
        await supervisor.stop_child("a")


async def test_who_waits_when_it_ends_is_told(troupe: Troupe) -> None:
    supervisor = Supervisor([troupe.child("a")])
    outcomes: list[str] = []

    async def ask(name: str) -> None:
        try:
            await supervisor.start_child(troupe.playing(name, anyio.sleep_forever))
        except NotRunning as error:
            outcomes.append(f"{name}: {error}")

    async with anyio.create_task_group() as group, supervisor:
        group.start_soon(ask, "b")
        await anyio.wait_all_tasks_blocked()
        group.start_soon(ask, "c")  # in the queue behind the start of b
        await anyio.wait_all_tasks_blocked()
    assert sorted(outcomes) == ["b: the supervisor has ended meanwhile", "c: the supervisor has ended"]
    assert troupe.heard() == ["start a", "start b", "stop b", "stop a"]


async def test_a_child_may_ask_its_own_supervisor(troupe: Troupe) -> None:
    supervisor = Supervisor([troupe.child("a")])

    async def stop_me() -> None:
        await supervisor.stop_child("b")

    async def run(*, task_status: anyio.abc.TaskStatus[None]) -> None:
        task_status.started()
        await stop_me()

    from bitwright.net import Child

    async with supervisor:
        await supervisor.start_child(Child("b", run))
        await anyio.wait_all_tasks_blocked()
        assert [child.state for child in supervisor.children()] == ["running", "ended"]


async def test_it_runs_once_at_a_time(troupe: Troupe) -> None:
    supervisor = Supervisor([troupe.child("a")])
    async with supervisor:
        with pytest.raises(Busy, match="runs already"):
            await supervisor.run()
        assert [child.state for child in supervisor.children()] == ["running"]
