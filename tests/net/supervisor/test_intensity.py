"""Supervisors: too many restarts in a sliding window, of all children together, stop them all; nothing backs off."""

from __future__ import annotations

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitwright.net import Supervisor, TooManyRestarts
from bitwright.net.supervisor.intensity import Intensity
from tests.net.supervisor.troupe import Troupe


@pytest.mark.anyio
async def test_one_more_than_allowed_stops_all(troupe: Troupe) -> None:
    async def fail_four_times() -> None:
        async with Supervisor([troupe.child("a"), troupe.child("b")], intensity=3, name="all"):
            for name in "abab":
                await troupe.tell(name, ValueError(f"of {name}"))
            await anyio.sleep_forever()

    with pytest.raises(TooManyRestarts, match="all: 3 restarts in 5 s, and b ended again") as caught:
        await fail_four_times()
    assert str(caught.value.__cause__) == "of b"
    assert troupe.heard()[-2:] == ["stop b", "stop a"]
    assert troupe.said == []


@pytest.mark.anyio
async def test_the_window_slides(troupe: Troupe) -> None:
    async with Supervisor([troupe.child("a")], intensity=3, period=5) as supervisor:
        for _ in range(20):
            await troupe.tell("a", ValueError("boom"))
            await anyio.sleep(1.7)  # never four in five seconds
        assert supervisor.children()[0].restarts == 20


@pytest.mark.anyio
async def test_a_start_that_fails_in_a_restart_is_tried_again_at_once_until_the_budget_is_burnt(troupe: Troupe) -> None:
    """With intensity 4: four attempts, and the supervisor is dead in no time."""
    starts = 0

    def begin() -> None:
        nonlocal starts
        starts += 1
        if starts > 1:
            raise OSError("port taken")

    async def fail() -> None:
        async with Supervisor([troupe.playing("a", begin)], intensity=4):
            await troupe.tell("a", ValueError("boom"))
            await anyio.sleep_forever()

    before = anyio.current_time()
    with pytest.raises(TooManyRestarts):
        await fail()
    assert starts == 5
    assert anyio.current_time() == before


@pytest.mark.anyio
async def test_normal_ends_of_permanent_children_count(troupe: Troupe) -> None:
    async def end_twice() -> None:
        async with Supervisor([troupe.child("a")], intensity=1):
            await troupe.tell("a")
            await troupe.tell("a")
            await anyio.sleep_forever()

    with pytest.raises(TooManyRestarts):
        await end_twice()


@pytest.mark.anyio
async def test_children_that_are_not_restarted_do_not_count(troupe: Troupe) -> None:
    async with Supervisor([troupe.child(name, restart="temporary") for name in "abc"], intensity=0) as supervisor:
        for name in "abc":
            await troupe.tell(name, ValueError("boom"))
        assert supervisor.children() == []


@pytest.mark.anyio
async def test_a_supervisor_that_is_run_again_begins_anew(troupe: Troupe) -> None:
    supervisor = Supervisor([troupe.child("a")], intensity=1)
    for _ in range(3):
        async with supervisor:
            await troupe.tell("a", ValueError("boom"))
            await supervisor.start_child(troupe.child("extra"))
            assert [child.name for child in supervisor.children()] == ["a", "extra"]
    assert troupe.heard() == ["start a", "stop a", "start a", "start extra", "stop extra", "stop a"] * 3


@given(st.integers(0, 5), st.lists(st.floats(0, 4), max_size=40))
def test_the_window_allows_what_its_definition_says(most: int, gaps: list[float]) -> None:
    window, times = Intensity(most, 5.0), [0.0]
    for gap in gaps:
        times.append(times[-1] + gap)
        within = sum(time >= times[-1] - 5.0 for time in times[1:])
        assert window.allows(times[-1]) == (within <= most or times[-1] - times[-1 - most] > 5.0)
        assert len(window._times) <= most + 1
