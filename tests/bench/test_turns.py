"""Turns, and what times come to, by a clock that only the contenders move."""

from __future__ import annotations

import pytest

from bitwright.bench.looking import difference
from bitwright.bench.turns import ROUNDS, take_turns, timing_of


class Clock:
    """Seconds that pass when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []

    def __call__(self) -> float:
        return self.now

    def work(self, name: str, seconds: float) -> None:
        self.order.append(name)
        self.now += seconds


def test_each_contender_has_its_own_time_and_as_many_turns() -> None:
    clock = Clock()
    contenders = {"quick": lambda: clock.work("quick", 0.001), "slow": lambda: clock.work("slow", 0.004)}
    turns = take_turns(contenders, 10, 0.0, turn=0.002, clock=clock)
    assert turns == {"quick": pytest.approx([0.0001] * ROUNDS), "slow": pytest.approx([0.0004] * ROUNDS)}


def test_a_quick_contender_repeats_its_pass_within_a_turn_and_each_begins_as_often() -> None:
    clock = Clock()
    contenders = {"quick": lambda: clock.work("quick", 0.001), "slow": lambda: clock.work("slow", 0.004)}
    take_turns(contenders, 1, 0.0, turn=0.004, clock=clock)
    rounds = clock.order[4:]  # each was tried twice before
    assert rounds == (["quick"] * 4 + ["slow"] + ["slow"] + ["quick"] * 4) * (ROUNDS // 2)


def test_the_first_decile_counts_and_the_quartiles_say_how_far_turns_differ() -> None:
    timing = timing_of([float(number) for number in range(11)])
    assert (timing.seconds, timing.lower, timing.median, timing.upper, timing.rounds) == (1.0, 2.5, 5.0, 7.5, 11)
    assert timing.spread == 1.0


def test_a_difference_is_that_of_turns_that_nothing_disturbed() -> None:
    more, less = [10.0] * 24, [7.0] * 24
    for at in range(0, 24, 3):
        more[at] += 100.0  # a turn that was interrupted
        less[at + 1] += 50.0
    assert difference([more], [less]) == (3.0, 0.0)


def test_a_difference_that_hangs_on_where_code_lies_is_not_sure() -> None:
    """Of three copies of the same program the fastest counts; how much the next one is slower says how sure that is."""
    seconds, error = difference([[10.0] * 12, [14.0] * 12, [11.5] * 12], [[9.0] * 12, [9.25] * 12, [20.0] * 12])
    assert (seconds, error) == (1.0, 1.5)


def test_a_difference_says_how_far_it_may_be_off() -> None:
    less = [7.0] * 24
    more = [7.0 + (at // 6) for at in range(24)]  # drifts away
    seconds, error = difference([more], [less])
    assert seconds == 1.5
    assert error == pytest.approx(1.57 * 1.5 / 2)
