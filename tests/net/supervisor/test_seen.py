"""Supervisors are seen: a tree of what runs, and events with the names of OpenTelemetry."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
import pytest
from anyio.abc import TaskStatus

from bitwright.net import Child, DynamicSupervisor, Hooks, Supervisor, TooManyRestarts, present, tree
from bitwright.net.hooks import Attribute
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio


async def client(*, task_status: TaskStatus[None]) -> None:
    """What is in the tree by itself is shown in the place of the child that runs it."""
    with present("client", "upstream", lambda: "connected to 127.0.0.1:53"):
        task_status.started()
        await anyio.sleep_forever()


async def two(*, task_status: TaskStatus[None]) -> None:
    with present("client", "first", lambda: "connected"), present("server", "second", lambda: "listens"):
        task_status.started()
        await anyio.sleep_forever()


async def test_the_tree_shows_what_runs(troupe: Troupe) -> None:
    inner = Supervisor([troupe.child("zones"), Child("upstream", client)], name="dns", strategy="rest_for_one")
    many = DynamicSupervisor(name="connections")
    outer = Supervisor([troupe.child("config"), inner.child(), many.child(), Child("mixed", two)], name="app")
    assert tree() == ""
    async with outer:
        await many.start_child(troupe.child("one\n\x1b[2J"))
        await troupe.tell("zones", ValueError("boom"))
        assert tree().splitlines() == [
            "app: supervisor, one_for_one, 4 of 4 children run",
            "├─ config: running",
            "├─ dns: supervisor, rest_for_one, 2 of 2 children run; running",
            "│  ├─ zones: running, 1 restart, last exit failure: ValueError: boom",
            "│  └─ upstream: client, connected to 127.0.0.1:53; running",
            "├─ connections: supervisor, dynamic, 1 of 1 children run; running",
            "│  └─ one\\n\\x1b[2J: running",
            "└─ mixed: client first, connected; running",
            "   └─ second: server, listens",
        ]
    assert tree() == ""


async def test_two_trees_stand_one_below_the_other(troupe: Troupe) -> None:
    async with Supervisor(name="one"), Supervisor(name="two"):
        pass
    async with anyio.create_task_group() as group:
        for name in ("one", "two"):
            await group.start(Supervisor([troupe.child("a")], name=name).run)
        assert [line for line in tree().splitlines() if "supervisor" in line] == [
            "one: supervisor, one_for_one, 1 of 1 children run",
            "two: supervisor, one_for_one, 1 of 1 children run",
        ]
        group.cancel_scope.cancel()


async def test_what_is_started_by_a_child_elsewhere_stands_where_it_runs(troupe: Troupe) -> None:
    """Below the supervisor that runs it, whoever asked for it."""
    many = DynamicSupervisor(name="many")

    async def ask(*, task_status: TaskStatus[None]) -> None:
        await many.start_child(troupe.child("asked for"))
        task_status.started()
        await anyio.sleep_forever()

    async with many, Supervisor([Child("asks", ask)], name="other"):
        lines = tree().splitlines()
        assert lines[:2] == ["many: supervisor, dynamic, 1 of 1 children run", "└─ asked for: running"]


async def test_every_event_has_its_name_and_attributes(troupe: Troupe) -> None:
    seen: list[tuple[str, Mapping[str, Attribute]]] = []

    async def fail() -> None:
        hooks = Hooks(lambda name, attributes: seen.append((name, attributes)))
        async with Supervisor([troupe.child("a")], name="top", intensity=1, hooks=hooks):
            await troupe.tell("a", ValueError("boom"))
            await troupe.tell("a", ExceptionGroup("of a task group", [KeyError("k")]))
            await anyio.sleep_forever()

    with pytest.raises(TooManyRestarts):
        await fail()
    assert [name.removeprefix("bitwright.supervisor.") for name, _ in seen] == [
        "child.started", "child.exited", "child.restarted", "child.started", "child.exited", "gave_up",
    ]  # fmt: skip
    assert all(attributes["bitwright.supervisor.name"] == "top" for _, attributes in seen)
    exited = seen[1][1]
    assert (exited["exception.type"], exited["error.type"], exited["bitwright.child.exit"]) == ("ValueError", "ValueError", "failure")
    assert "in play" in str(exited["exception.stacktrace"])
    assert seen[4][1]["exception.type"] == "KeyError"


async def test_an_observer_that_raises_ends_nothing(troupe: Troupe) -> None:
    hooks = Hooks(lambda name, attributes: 1 / 0)
    async with Supervisor([troupe.child("a")], hooks=hooks):
        await troupe.tell("a", ValueError("boom"))
    assert troupe.heard() == ["start a", "stop a", "start a", "stop a"]
    assert hooks.failures == 5
