"""Back-off: longer each time, capped, spread, and begun anew only after a healthy time."""

from __future__ import annotations

import random

import pytest

from bitwright.net.backoff import Backoff, Waits


def test_without_jitter_each_wait_is_twice_as_long_up_to_the_bound() -> None:
    waits = Waits(Backoff(first=1, most=5, jitter=0))
    assert [waits.next() for _ in range(5)] == [1, 2, 4, 5, 5]
    waits.reset()
    assert waits.next() == 1


def test_jitter_takes_its_share_and_no_more() -> None:
    waits = Waits(Backoff(first=8, most=8, jitter=0.25), random.Random(3).random)
    drawn = [waits.next() for _ in range(200)]
    assert len(set(drawn)) == 200
    assert 6 <= min(drawn) < 6.2
    assert 7.8 < max(drawn) <= 8


@pytest.mark.parametrize("wrong", [{"first": 0}, {"first": 2, "most": 1}, {"factor": 0.5}, {"jitter": 1.5}, {"healthy": -1}])
def test_what_is_no_policy_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="first <= most"):
        Backoff(**wrong)
