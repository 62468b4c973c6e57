"""How growth is judged: by counted work, not by time, so that nothing here depends on the machine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.scaling import all_curves, fit, measuring
from benchmarks.scaling.curves import CONSTANT, LINEAR, Curve, doubling

SIZES = doubling(64, 8_192)


def counted(steps: Callable[[int], float]) -> float:
    return fit.exponent({size: 50 + steps(size) for size in SIZES})  # every call costs something, whatever its size


def test_a_linear_cost_is_within_its_bound_and_a_quadratic_one_is_not() -> None:
    assert counted(lambda size: size) <= fit.most_of(LINEAR, "seconds")
    assert counted(lambda size: size * size) > fit.most_of(LINEAR, "bytes")
    assert counted(lambda size: size + size * size / 2_000) > fit.most_of(LINEAR, "seconds")  # what begins to be, where sizes end
    assert counted(lambda size: size**1.5) > fit.most_of(LINEAR, "seconds")


def test_what_stays_the_same_is_constant_and_what_grows_a_little_is_not_linear() -> None:
    assert counted(lambda _: 1) == 0
    assert 0 < counted(lambda size: size / 100) < 1
    assert counted(lambda size: size) > fit.most_of(CONSTANT, "bytes")


def test_too_few_sizes_show_nothing() -> None:
    with pytest.raises(ValueError, match="2 sizes are too few to see how a cost grows; 3 are the least"):
        fit.exponent({1: 1.0, 2: 2.0})


def test_memory_is_what_is_held_at_once() -> None:
    assert 1_000_000 <= measuring.peak_of(lambda: bytes(1_000_000)) < 1_010_000
    assert measuring.peak_of(lambda: sum(len(bytes(1_000)) for _ in range(1_000))) < 10_000


def test_a_planted_quadratic_holds_more_than_linear_memory() -> None:
    curve = Curve("Planted", "squares", "numbers", doubling(16, 256), lambda size: lambda: [bytes(size) for _ in range(size)])
    _, memory = measuring.measure(curve, seconds=0.0)
    assert fit.exponent(memory) > fit.most_of(LINEAR, "bytes")


def test_every_curve_has_sizes_enough_and_a_name_of_its_own() -> None:
    found = list(all_curves(long=True))
    assert len({(curve.subject, curve.name) for curve in found}) == len(found)
    assert all(len(curve.sizes) >= fit.FEWEST and list(curve.sizes) == sorted(set(curve.sizes)) for curve in found)


IN_PROCESS = [curve for curve in all_curves() if not curve.is_process]


@pytest.mark.parametrize("curve", IN_PROCESS, ids=lambda curve: f"{curve.subject}: {curve.name}")
def test_the_least_of_every_curve_works(curve: Curve) -> None:
    curve.make(curve.sizes[0])()
