"""Supervisors: permanent always, transient after a failure, temporary never: the twelve combinations, and what counts as what."""

from __future__ import annotations

import gc
import weakref

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright.net import Child, Exit, Hooks, Shutdown, Supervisor, TooManyRestarts
from bitwright.net.hooks import Attribute
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio

EXITS = {"normal": None, "shutdown": Shutdown(), "shutdown with a reason": Shutdown("done"), "failure": ValueError("boom")}


@pytest.mark.parametrize("how", EXITS)
@pytest.mark.parametrize("restart", ["permanent", "transient", "temporary"])
async def test_the_twelve_combinations(troupe: Troupe, restart: str, how: str) -> None:
    again = restart == "permanent" or (restart == "transient" and how == "failure")
    async with Supervisor([troupe.child("a", restart=restart), troupe.child("b")]) as supervisor:
        troupe.heard()
        await troupe.tell("a", EXITS[how])
        assert troupe.heard() == ["stop a"] + ["start a"] * again
        states = {child.name: child.state for child in supervisor.children()}
        if again:
            assert states == {"a": "running", "b": "running"}
        elif restart == "transient":  # it is known still, and can be started again
            assert states == {"a": "ended", "b": "running"}
        else:
            assert states == {"b": "running"}
        assert supervisor.hooks.counters["bitwright.supervisor.child.exited"] == 1
        assert supervisor.hooks.counters["bitwright.supervisor.child.restarted"] == again


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Shutdown("done"), "shutdown"),
        (ExceptionGroup("of a task group", [Shutdown(), ExceptionGroup("and another", [Shutdown(1)])]), "shutdown"),
        (ExceptionGroup("of a task group", [Shutdown(), ValueError("boom")]), "failure"),
        (TooManyRestarts("4 in 5 s"), "shutdown"),
        (ValueError("boom"), "failure"),
        (TimeoutError(), "failure"),
    ],
)
async def test_what_an_exception_means(troupe: Troupe, error: Exception, kind: str) -> None:
    async with Supervisor([troupe.child("a", restart="transient")]) as supervisor:
        await troupe.tell("a", error)
        [child] = supervisor.children()
        assert child.exit == Exit("shutdown" if kind == "shutdown" else "failure", error)
        assert child.restarts == (kind == "failure")


async def test_a_child_that_cancels_itself_has_returned() -> None:
    lives = 0

    async def run(*, task_status: TaskStatus[None]) -> None:
        nonlocal lives
        lives += 1
        with anyio.CancelScope() as scope:
            task_status.started()
            scope.cancel()
            await anyio.sleep_forever()

    async with Supervisor([Child("a", run, restart="transient")]) as supervisor:
        await anyio.wait_all_tasks_blocked()
        assert supervisor.children()[0].exit == Exit("normal")
    assert lives == 1


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_somebody_else_cancels_has_ended_normally(troupe: Troupe) -> None:
    import asyncio

    async with Supervisor([troupe.child("a", restart="transient"), troupe.child("b", restart="permanent")]) as supervisor:
        troupe.heard()
        for task in asyncio.all_tasks():
            if task.get_name() in "ab":
                task.cancel()
        await anyio.wait_all_tasks_blocked()
        assert sorted(troupe.heard()) == ["start b", "stop a", "stop b"]
        assert [child.exit for child in supervisor.children()] == [Exit("normal"), Exit("normal")]
    assert troupe.heard() == ["stop b"]


async def test_a_restart_gives_a_new_life(troupe: Troupe) -> None:
    """What the first life left in its own variables is gone: `run` is called again."""
    async with Supervisor([troupe.child("a")]):
        first = troupe.tasks["a"]
        await troupe.tell("a", ValueError("boom"))
        assert troupe.tasks["a"] is not first


async def test_nothing_is_kept_of_earlier_lives() -> None:
    """But the last exception, with what its traceback holds."""
    lives: list[weakref.ref[set[int]]] = []

    async def run(*, task_status: TaskStatus[None]) -> None:
        mine = {1, 2, 3}
        lives.append(weakref.ref(mine))
        task_status.started()
        if len(lives) < 200:
            raise ValueError(len(mine))
        await anyio.sleep_forever()

    async with Supervisor([Child("a", run)], intensity=1000):
        await anyio.wait_all_tasks_blocked()
        gc.collect()
        assert len(lives) == 200
        assert sum(life() is not None for life in lives) <= 2


async def test_the_end_of_the_program_is_no_exit_of_a_child(troupe: Troupe) -> None:
    """KeyboardInterrupt and SystemExit stop all children, in order, and go on."""

    async def wait_in_the_block() -> None:
        async with Supervisor([troupe.child("a"), troupe.child("b"), troupe.child("c")]):
            await troupe.tell("b", SystemExit(3))
            await anyio.sleep_forever()

    with pytest.raises(SystemExit) as caught:
        await wait_in_the_block()
    assert caught.value.code == 3
    assert troupe.heard() == ["start a", "start b", "start c", "stop b", "stop c", "stop a"]


async def test_an_exception_that_cannot_be_printed_is_an_exit_like_any_other(troupe: Troupe) -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    async with Supervisor([troupe.child("a")]) as supervisor:
        await troupe.tell("a", MuteError())
        [child] = supervisor.children()
        assert (child.state, child.restarts) == ("running", 1)
        assert "MuteError" in str(child.exit)


async def test_a_child_that_says_twice_that_it_is_ready_has_failed() -> None:
    async def run(*, task_status: TaskStatus[None]) -> None:
        task_status.started()
        task_status.started()

    messages: list[Attribute] = []
    hooks = Hooks(lambda name, attributes: messages.append(attributes.get("exception.message", "")))
    async with Supervisor([Child("a", run, restart="temporary")], hooks=hooks) as supervisor:
        await anyio.wait_all_tasks_blocked()
        assert supervisor.children() == []
    assert messages == ["", "RuntimeError: a called started() twice"]


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"restart": "always"}, ValueError, "restart='always' of a: one of permanent, transient, temporary"),
        ({"shutdown": -1}, ValueError, "shutdown=-1 of a: seconds, or None"),
        ({"run": anyio.sleep_forever}, TypeError, "an async function that takes task_status="),
        ({"run": None}, TypeError, "an async function that takes task_status="),
    ],
)
def test_a_child_that_cannot_work_is_refused_when_it_is_declared(options: dict[str, object], error: type[Exception], says: str) -> None:
    async def run(*, task_status: TaskStatus[None]) -> None: ...

    with pytest.raises(error, match=says):
        Child("a", **{"run": run, **options})  # type: ignore[arg-type]


def test_a_supervisor_that_cannot_work_is_refused_when_it_is_made(troupe: Troupe) -> None:
    with pytest.raises(ValueError, match="with one name: a, a"):
        Supervisor([troupe.child("a"), troupe.child("a")])
    with pytest.raises(ValueError, match="strategy='all' of supervisor: one of one_for_one"):
        Supervisor(strategy="all")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="intensity=-1"):
        Supervisor(intensity=-1)


