"""Supervisors: what is stopped and started when one child ends, by strategy."""

from __future__ import annotations

import pytest

from bitwright.net import Supervisor
from bitwright.net.supervisor.ordered import Strategy
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio

FOLLOWS: dict[Strategy, list[str]] = {
    "one_for_one": ["stop b", "start b"],
    "one_for_all": ["stop b", "stop c", "stop a", "start a", "start b", "start c"],
    "rest_for_one": ["stop b", "stop c", "start b", "start c"],
}


@pytest.mark.parametrize("strategy", FOLLOWS)
async def test_what_follows_from_the_end_of_the_second_of_three(troupe: Troupe, strategy: Strategy) -> None:
    async with Supervisor([troupe.child(name) for name in "abc"], strategy=strategy) as supervisor:
        troupe.heard()
        await troupe.tell("b", ValueError("boom"))
        assert troupe.heard() == FOLLOWS[strategy]
        assert [child.restarts for child in supervisor.children()] == [0, 1, 0]
    assert troupe.heard() == ["stop c", "stop b", "stop a"]  # the order is that of the declaration, not of the last starts


@pytest.mark.parametrize(
    ("strategy", "follows", "left"),
    [
        ("one_for_one", ["stop c", "start c"], {"a0": "running", "a": "ended", "c": "running", "b": "running", "d": "ended"}),
        (
            "one_for_all",
            ["stop c", "stop e", "stop b", "stop a0", "start a0", "start a", "start c", "start d", "start e"],
            {"a0": "running", "a": "running", "c": "running", "d": "running"},
        ),
        (
            "rest_for_one",
            ["stop c", "stop e", "stop b", "start c", "start d", "start e"],
            {"a0": "running", "a": "ended", "c": "running", "d": "running"},
        ),
    ],
)
async def test_children_of_every_sort_beside_one_that_fails(
    troupe: Troupe, strategy: Strategy, follows: list[str], left: dict[str, str]
) -> None:
    """A temporary one that is stopped on the way stays down; one that has ended or was stopped is started with the others, as in OTP."""
    kinds = {"a0": "permanent", "a": "transient", "c": "permanent", "b": "temporary", "d": "permanent", "e": "transient"}
    async with Supervisor([troupe.child(name, restart=kind) for name, kind in kinds.items()], strategy=strategy) as supervisor:
        await troupe.tell("a")
        await supervisor.stop_child("d")
        troupe.heard()
        await troupe.tell("c", ValueError("boom"))
        assert troupe.heard() == follows
        assert {child.name: child.state for child in supervisor.children()} == left | {"e": "running"}


@pytest.mark.parametrize("strategy", FOLLOWS)
async def test_a_child_that_is_not_restarted_takes_nobody_with_it(troupe: Troupe, strategy: Strategy) -> None:
    async with Supervisor([troupe.child("a"), troupe.child("b", restart="transient"), troupe.child("c")], strategy=strategy):
        troupe.heard()
        await troupe.tell("b")
        assert troupe.heard() == ["stop b"]


@pytest.mark.parametrize("strategy", FOLLOWS)
async def test_two_ends_in_one_moment(troupe: Troupe, strategy: Strategy) -> None:
    """Each is seen to once: what was started anew for the first is not taken for the second."""
    async with Supervisor([troupe.child(name) for name in "abc"], strategy=strategy, intensity=10):
        troupe.heard()
        troupe.tasks["b"].end(ValueError("one"))
        await troupe.tell("c", ValueError("two"))
        heard = troupe.heard()
        assert sorted(set(heard)) == sorted({f"{what} {name}" for what in ("start", "stop") for name in _restarted(strategy)})
        for name in _restarted(strategy):
            assert heard.count(f"start {name}") == heard.count(f"stop {name}")


def _restarted(strategy: Strategy) -> str:
    return "abc" if strategy == "one_for_all" else "bc"


@pytest.mark.parametrize(
    ("strategy", "follows"),
    [
        ("one_for_one", ["stop b", "start b", "stop b", "start b"]),
        (
            "one_for_all",
            ["stop b", "stop c", "stop a", "start a", "start b", "stop b", "stop a", "start a", "start b", "start c"],
        ),
        ("rest_for_one", ["stop b", "stop c", "start b", "stop b", "start b", "start c"]),
    ],
)
async def test_a_restart_that_fails_is_tried_again_at_once(troupe: Troupe, strategy: Strategy, follows: list[str]) -> None:
    fails = [None, OSError("port taken"), None]

    def begin() -> None:
        if (error := fails.pop(0)) is not None:
            raise error

    children = [troupe.child("a"), troupe.playing("b", begin), troupe.child("c")]
    async with Supervisor(children, strategy=strategy) as supervisor:
        troupe.heard()
        await troupe.tell("b", ValueError("boom"))
        assert troupe.heard() == follows
        assert [child.restarts for child in supervisor.children()] == [0, 2, 0]


async def test_a_later_child_that_fails_in_a_restart_of_the_rest(troupe: Troupe) -> None:
    """The next try begins with the child that failed: those before it run."""
    fails = [None, OSError("port taken"), None]

    def begin() -> None:
        if (error := fails.pop(0)) is not None:
            raise error

    children = [troupe.child("a"), troupe.child("b"), troupe.playing("c", begin)]
    async with Supervisor(children, strategy="rest_for_one"):
        troupe.heard()
        await troupe.tell("b", ValueError("boom"))
        assert troupe.heard() == ["stop b", "stop c", "start b", "start c", "stop c", "start c"]
