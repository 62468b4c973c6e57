"""How time and memory grow with what is read: every curve must be linear, or constant.

`curves` gives them as they are recorded; `python -m benchmarks.scaling` prints them.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.record import Curve as Recorded
from benchmarks.scaling import captures, messages, patterns
from benchmarks.scaling.curves import LINEAR, Curve
from benchmarks.scaling.fit import exponent, most_of
from benchmarks.scaling.measuring import CURVE_SECONDS, QUICK_SECONDS, measure


def all_curves(*, long: bool = False) -> Iterator[Curve]:
    """Every curve there is."""
    yield from messages.curves()
    yield from patterns.curves()
    yield from captures.curves(long=long)


def points_of(curve: Curve, seconds: float = CURVE_SECONDS) -> tuple[Recorded, Recorded]:
    """How the time and the memory of a curve grow, as it is recorded."""
    times, memory = measure(curve, seconds)
    recorded = []
    for unit, points, expected in (("seconds", times, LINEAR), ("bytes", memory, curve.memory)):
        pairs = tuple((float(size), cost) for size, cost in sorted(points.items()))
        recorded.append(Recorded(curve.name, curve.subject, curve.unit, unit, pairs, exponent(points), most_of(expected, unit)))
    return recorded[0], recorded[1]


def curves(quick: bool) -> Iterator[Recorded]:
    """Every curve that a short run measures."""
    for curve in all_curves():
        yield from points_of(curve, QUICK_SECONDS if quick else CURVE_SECONDS)
