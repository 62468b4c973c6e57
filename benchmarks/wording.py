"""How figures are written, in the terminal and on the page: three digits, the unit that fits, never a zero that was not measured."""

from __future__ import annotations

import math
from collections.abc import Mapping

from benchmarks.measure import Timing
from benchmarks.record import GroupRun

OURS = "bitwright"


def seconds(value: float) -> str:
    """`98.1 ns`, `1.48 µs`, `2.20 s`."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= 0.9995 * size:
            return f"{digits(value / size)} {unit}"
    return f"{digits(value * 1e9)} ns"


def digits(value: float) -> str:
    """Three digits: `0.62`, `9.66`, `33.9`, `1,230`."""
    if value <= 0 or value >= 99.95:
        return f"{float(f'{value:.3g}'):,.0f}"
    if value < 1:
        return f"{value:.2f}" if value >= 0.095 else f"{value:.2g}"
    return f"{value:.{2 - math.floor(math.log10(value) + 1e-9)}f}"


def size_of(count: float) -> str:
    """`512 bytes`, `1.31 MiB`."""
    for unit, size in (("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{digits(count / size)} {unit}"
    return f"{count:.0f} bytes"


def rate(timing: Timing) -> str:
    """Items in a second: `10.2 M`, `45.1 k`."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if timing.rate >= 0.9995 * size:
            return f"{digits(timing.rate / size)} {unit}"
    return digits(timing.rate)


def times(ratio: float) -> str:
    """`3.76 x`."""
    return f"{digits(ratio)} x"


def asked(most: float, peer: str) -> str:
    """A bound on a ratio of times, in the words that suit its size."""
    return f"{1 / most:.0f} x as fast as {peer}" if most <= 0.5 else f"at most {most:.2f} of the time of {peer}"


def got(ratio: float, most: float) -> str:
    """A ratio in the words of its bound."""
    return f"{digits(1 / ratio)} x as fast" if most <= 0.5 else f"{ratio:.2f} of the time"


def an(item: str) -> str:
    """With its article: `a header`, `an object`."""
    return f"an {item}" if item[0] in "aeio" else f"a {item}"


def reference(contenders: Mapping[str, object]) -> str:
    """The contender that the others are compared with: what users call, or else the first of ours."""
    return OURS if OURS in contenders else next((name for name in contenders if is_ours(name)), next(iter(contenders)))


def is_ours(contender: str) -> bool:
    """Whether a contender is bitwright, by whatever engine."""
    return contender == OURS or contender.startswith((f"{OURS},", f"{OURS} "))


def by_time(group: GroupRun) -> list[tuple[str, Timing]]:
    """The contenders, quickest first."""
    return sorted(group.contenders.items(), key=lambda item: item[1].best)
