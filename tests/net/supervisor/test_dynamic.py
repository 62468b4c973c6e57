"""Dynamic supervisors: many children that come and go, bounded, none waiting for another."""

from __future__ import annotations

import anyio
import pytest
from anyio.lowlevel import checkpoint

from bitwright.net import DynamicSupervisor, NotRunning, Overloaded, Shutdown, StartFailed, TooManyRestarts, WontStop
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio


async def test_children_come_and_go_and_are_forgotten(troupe: Troupe) -> None:
    async with DynamicSupervisor() as supervisor:
        for number in range(100):
            assert await supervisor.start_child(troupe.child(f"{number}", restart="temporary")) == f"value of {number}"
        assert len(supervisor.children()) == 100
        for number in range(0, 100, 2):
            await troupe.tell(f"{number}", [None, Shutdown(), ValueError("boom")][number % 3])
        assert [child.name for child in supervisor.children()] == [str(number) for number in range(1, 100, 2)]
        await supervisor.stop_child("1")
        assert len(supervisor.children()) == 49
        with pytest.raises(LookupError, match="no child '1'"):
            await supervisor.stop_child("1")


async def test_their_number_is_bounded(troupe: Troupe) -> None:
    async with DynamicSupervisor(most=2) as supervisor:
        await supervisor.start_child(troupe.child("a"))
        await supervisor.start_child(troupe.child("b", restart="temporary"))
        with pytest.raises(Overloaded, match="has 2 children"):
            await supervisor.start_child(troupe.child("c"))
        with pytest.raises(ValueError, match="has a child 'a'"):
            await supervisor.start_child(troupe.child("a"))
        await troupe.tell("b")
        await supervisor.start_child(troupe.child("c"))


async def test_nobody_waits_for_one_that_starts_slowly(troupe: Troupe) -> None:
    ready = anyio.Event()
    async with DynamicSupervisor() as supervisor, anyio.create_task_group() as group:
        group.start_soon(supervisor.start_child, troupe.playing("slow", ready.wait))
        await anyio.wait_all_tasks_blocked()
        await supervisor.start_child(troupe.child("quick"))
        await troupe.tell("quick", ValueError("boom"))
        assert [child.state for child in supervisor.children()] == ["starting", "running"]
        ready.set()


async def test_they_stop_side_by_side(troupe: Troupe) -> None:
    async with DynamicSupervisor() as supervisor:
        for number in range(20):
            await supervisor.start_child(troupe.stubborn(f"{number}", seconds=number, shutdown=4.5))
        before = anyio.current_time()
    assert anyio.current_time() - before == pytest.approx(4.5)  # those that need longer are cut off at their deadline
    assert [said for said in troupe.heard() if said.startswith("stop")] == [f"stop {number}" for number in range(5)]


async def test_one_that_wont_die_is_reported_and_others_go_on(troupe: Troupe) -> None:
    at_last = anyio.Event()
    async with DynamicSupervisor() as supervisor:
        await supervisor.start_child(troupe.stubborn("stuck", until=at_last))
        await supervisor.start_child(troupe.child("a"))
        with pytest.raises(WontStop):
            await supervisor.stop_child("stuck")
        await supervisor.stop_child("a")
        assert [child.state for child in supervisor.children()] == ["does not stop"]
        at_last.set()
        await anyio.wait_all_tasks_blocked()
        assert supervisor.children() == []


async def test_a_start_that_fails_is_the_callers(troupe: Troupe) -> None:
    def fail() -> None:
        raise OSError("port taken")

    async with DynamicSupervisor(intensity=0) as supervisor:
        with pytest.raises(StartFailed, match="a did not start: OSError: port taken"):
            await supervisor.start_child(troupe.playing("a", fail))
        assert supervisor.children() == []


async def test_a_restart_that_fails_burns_the_budget(troupe: Troupe) -> None:
    starts = 0

    def begin() -> None:
        nonlocal starts
        starts += 1
        if starts > 1:
            raise OSError("port taken")

    async def fail() -> None:
        async with DynamicSupervisor(intensity=4) as supervisor:
            await supervisor.start_child(troupe.playing("a", begin, restart="transient"))
            await supervisor.start_child(troupe.child("b"))
            await troupe.tell("a", ValueError("boom"))
            await anyio.sleep_forever()

    with pytest.raises(TooManyRestarts):
        await fail()
    assert starts == 5
    assert troupe.heard()[-1] == "stop b"


async def test_a_stop_that_its_caller_left_is_carried_out(troupe: Troupe) -> None:
    async with DynamicSupervisor() as supervisor:
        await supervisor.start_child(troupe.stubborn("a", seconds=3))
        with anyio.move_on_after(1):
            await supervisor.stop_child("a")
        assert [child.state for child in supervisor.children()] == ["stopping"]
        await anyio.sleep(3)
        assert supervisor.children() == []


async def test_the_supervisor_ends_while_one_is_stopped(troupe: Troupe) -> None:
    outcomes: list[str] = []

    async def stop(supervisor: DynamicSupervisor) -> None:
        try:
            await supervisor.stop_child("a")
        except NotRunning as error:
            outcomes.append(str(error))

    async with anyio.create_task_group() as group, DynamicSupervisor() as supervisor:
        await supervisor.start_child(troupe.stubborn("a", seconds=3))
        group.start_soon(stop, supervisor)
        await anyio.sleep(1)
    assert outcomes == ["the supervisor supervisor has ended, and stops a with all others"]
    assert supervisor.hooks.counters["bitwright.supervisor.child.stopped"] == 1


async def test_a_thousand_children_start_and_stop(troupe: Troupe) -> None:
    async with DynamicSupervisor() as supervisor:
        for number in range(1000):
            await supervisor.start_child(troupe.child(f"{number}"))
    heard = troupe.heard()
    assert (len(heard), len(set(heard))) == (2000, 2000)
    assert {child.state for child in supervisor.children()} == {"ended"}


@pytest.mark.parametrize("before", range(6))
@pytest.mark.parametrize("after", range(6))
async def test_one_that_ends_while_it_is_told_to_stop_stays_away(troupe: Troupe, before: int, after: int) -> None:
    """Whichever of the two the supervisor learns first."""

    async def tell() -> None:
        for _ in range(before):
            await checkpoint()
        troupe.tasks["a"].end(ValueError("boom"))

    async with DynamicSupervisor() as supervisor, anyio.create_task_group() as group:
        await supervisor.start_child(troupe.child("a"))
        group.start_soon(tell)
        for _ in range(after):
            await checkpoint()
        await supervisor.stop_child("a")
        await anyio.wait_all_tasks_blocked()
        assert supervisor.children() == []
        said = troupe.heard()
        assert said.count("start a") == said.count("stop a") <= 2
