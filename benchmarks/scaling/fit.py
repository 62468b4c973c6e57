"""From points to an exponent: cost is taken as size to some power, by which a straight line through the logarithms rises.

Only the larger half of the sizes is looked at, for what every call costs hides how the small ones grow.  A power of 1 is linear.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping

TIME_ABOVE = 0.25  # what an exponent may be beyond what is expected: time, for caches do not hold all of what is large,
MEMORY_ABOVE = 0.5  # and memory, for lists and tables grow in steps
CONSTANT_GROWTH = 1.25  # what grows by less in all, over the sizes looked at, is constant
FEWEST = 3  # sizes


def exponent(points: Mapping[int, float]) -> float:
    """The power by which cost grows with size, over the larger half of the sizes.

    ValueError for fewer than three sizes, which show nothing.
    """
    if len(points) < FEWEST:
        raise ValueError(f"{len(points)} sizes are too few to see how a cost grows; {FEWEST} are the least")
    larger = sorted(points)[min(len(points) // 2, len(points) - FEWEST) :]
    costs = [max(points[size], 1e-12) for size in larger]
    if max(costs) < CONSTANT_GROWTH * min(costs):
        return 0.0
    return statistics.linear_regression([math.log(size) for size in larger], [math.log(cost) for cost in costs]).slope


def most_of(expected: float, unit: str) -> float:
    """What an exponent may be where this one is expected: of a quadratic cost it is about 2."""
    return expected + (TIME_ABOVE if unit == "seconds" else MEMORY_ABOVE)
