"""How time and memory grow with what is read: every curve must be linear, or constant.

`measure_all` gives the curves as they are recorded; `python -m benchmarks.scaling` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.record import Curve as Recorded
from benchmarks.scaling import captures, messages, patterns
from benchmarks.scaling.curves import LINEAR, Curve
from benchmarks.scaling.fit import exponent, most_of
from benchmarks.scaling.measuring import CURVE_SECONDS, measure

CHECKED: Final = "TOO FAST"


def all_curves(*, long: bool = False) -> Iterator[Curve]:
    """Every curve there is."""
    yield from messages.curves()
    yield from patterns.curves()
    yield from captures.curves(long=long)


def points_of(curve: Curve, seconds: float = CURVE_SECONDS) -> tuple[Recorded, Recorded]:
    """How the time and the memory of a curve grow, as it is recorded."""
    times, memory = measure(curve, seconds)
    subject = curve.name.partition(":")[0].partition(" ")[0]
    recorded = []
    for unit, points, expected in (("seconds", times, LINEAR), ("bytes", memory, curve.memory)):
        pairs = tuple((float(size), cost) for size, cost in sorted(points.items()))
        recorded.append(Recorded(curve.name, subject, curve.unit, unit, pairs, exponent(points), most_of(expected, unit)))
    return recorded[0], recorded[1]


def measure_all(seconds: float = CURVE_SECONDS) -> list[Recorded]:
    """Every curve that a short run measures."""
    return [one for curve in all_curves() for one in points_of(curve, seconds)]
