"""What a curve is: one kind of work at growing sizes, and how its cost may grow.

Promise: a curve's inputs are made outside of what is measured, and what the work gives is checked once for each size.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Work: TypeAlias = Callable[[], Any]

LINEAR, CONSTANT = 1.0, 0.0  # exponents


@dataclasses.dataclass(frozen=True)
class Curve:
    """Work on inputs of growing size.

    Those of a `subject` share a chart.  `make` gives the work for a size, counted in `unit`; of a process, what gives its command.
    `memory` is the exponent by which the most memory that is held at once may grow: linear where the result grows with the input,
    constant for what passes by.
    """

    subject: str
    name: str
    unit: str
    sizes: Sequence[int]
    make: Callable[[int], Work]
    memory: float = LINEAR
    is_process: bool = False


def doubling(first: int, last: int) -> tuple[int, ...]:
    """Sizes that double, from the first up to the last at most."""
    sizes = [first]
    while sizes[-1] * 2 <= last:
        sizes.append(sizes[-1] * 2)
    return tuple(sizes)
