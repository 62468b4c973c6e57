"""Supervisors in supervisors: one that gives up is a child that ended, up to whoever is left; stopping goes down in order."""

from __future__ import annotations

import anyio
import pytest

from bitwright.net import StartFailed, Supervisor, TooManyRestarts
from bitwright.net.supervisor.exits import Restart
from tests.net.supervisor.troupe import Troupe

pytestmark = pytest.mark.anyio


async def test_a_tree_starts_depth_first_and_stops_the_other_way(troupe: Troupe) -> None:
    left = Supervisor([troupe.child("b"), troupe.child("c")], name="left")
    right = Supervisor([troupe.child("d")], name="right")
    async with Supervisor([troupe.child("a"), left.child(), right.child(), troupe.child("e")]):
        assert troupe.heard() == ["start a", "start b", "start c", "start d", "start e"]
    assert troupe.heard() == ["stop e", "stop d", "stop c", "stop b", "stop a"]


async def test_a_failure_stays_below_while_restarts_suffice(troupe: Troupe) -> None:
    below = Supervisor([troupe.child("b")], name="below", strategy="one_for_all")
    async with Supervisor([troupe.child("a"), below.child()], strategy="one_for_all") as above:
        troupe.heard()
        await troupe.tell("b", ValueError("boom"))
        assert troupe.heard() == ["stop b", "start b"]
        assert [child.restarts for child in above.children()] == [0, 0]


async def test_one_that_gives_up_is_restarted_by_the_one_above(troupe: Troupe) -> None:
    below = Supervisor([troupe.child("b"), troupe.child("c")], name="below", intensity=0)
    async with Supervisor([troupe.child("a"), below.child()]) as above:
        troupe.heard()
        await troupe.tell("b", ValueError("boom"))
        assert troupe.heard() == ["stop b", "stop c", "start b", "start c"]
        assert [child.restarts for child in above.children()] == [0, 1]
        assert isinstance(above.children()[1].exit.error, TooManyRestarts)  # type: ignore[union-attr]


async def test_it_goes_up_to_the_top(troupe: Troupe) -> None:
    """Two levels that allow one restart each: the fourth failure ends all."""

    async def fail() -> None:
        below = Supervisor([troupe.child("b")], name="below", intensity=1)
        async with Supervisor([troupe.child("a"), below.child()], name="top", intensity=1):
            for number in range(4):
                await troupe.tell("b", ValueError(f"number {number}"))
            await anyio.sleep_forever()

    with pytest.raises(TooManyRestarts, match="top: 1 restarts in 5 s, and below ended again") as caught:
        await fail()
    causes = [str(caught.value)]
    error: BaseException = caught.value
    while error.__cause__ is not None:
        error = error.__cause__
        causes.append(str(error))
    assert causes[1:] == ["below: 1 restarts in 5 s, and b ended again", "number 3"]
    assert troupe.heard() == ["start a"] + ["start b", "stop b"] * 4 + ["stop a"]


@pytest.mark.parametrize("restart", ["transient", "temporary"])
async def test_one_that_gives_up_has_shut_down(troupe: Troupe, restart: Restart) -> None:
    """As in OTP, where its reason is `shutdown`: only a permanent one is restarted."""
    below = Supervisor([troupe.child("b")], name="below", intensity=0)
    async with Supervisor([troupe.child("a"), below.child(restart=restart)]) as above:
        await troupe.tell("b", ValueError("boom"))
        assert troupe.heard() == ["start a", "start b", "stop b"]
        assert [child.state for child in above.children()] == ["running"] + ["ended"] * (restart == "transient")


async def test_a_start_that_fails_below_names_the_way_down(troupe: Troupe) -> None:
    def fail() -> None:
        raise OSError("port taken")

    below = Supervisor([troupe.child("b"), troupe.playing("c", fail)], name="below")
    with pytest.raises(StartFailed, match="c did not start: OSError: port taken") as caught:
        await Supervisor([troupe.child("a"), below.child()]).run()
    assert caught.value.child == "below"
    assert troupe.heard() == ["start a", "start b", "start c", "stop c", "stop b", "stop a"]


async def test_a_deadline_from_above_ends_what_is_below_at_once(troupe: Troupe) -> None:
    """A supervisor that is itself given a deadline: when it is over, nobody below has any time left."""
    children = [troupe.stubborn(name, shutdown=100) for name in "bc"]
    below = Supervisor(children, name="below")
    from dataclasses import replace

    async with Supervisor([troupe.child("a"), replace(below.child(), shutdown=3)]):
        before = anyio.current_time()
    assert anyio.current_time() - before == pytest.approx(3)
    assert troupe.heard() == ["start a", "start b", "start c", "cut c", "cut b", "stop a"]


async def test_cancelling_from_outside_keeps_the_order_all_the_way_down(troupe: Troupe) -> None:
    below = Supervisor([troupe.stubborn("b", seconds=1), troupe.stubborn("c", seconds=1)], name="below")
    with anyio.move_on_after(10) as scope:
        await Supervisor([troupe.stubborn("a", seconds=1), below.child(), troupe.stubborn("d", seconds=1)]).run()
    assert scope.cancelled_caught
    assert troupe.heard()[4:] == ["stop d", "stop c", "stop b", "stop a"]
