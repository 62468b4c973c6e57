"""A run in the terminal: the same figures as on the page, in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks import peers
from benchmarks.compare import ratios
from benchmarks.record import Curve, GroupRun, Run, TimeRun
from benchmarks.targets import Verdict
from benchmarks.wording import an, by_time, is_ours, rate, seconds, size_of, times


def of_group(group: GroupRun) -> Iterator[str]:
    """The contenders, quickest first, then who is missing."""
    wide = max(34, *(len(name) + 2 for name in group.contenders))
    yield f"\n{group.name}" + (f"  ({group.inputs})" if group.inputs else "")
    yield f"  {'':{wide}}{an(group.item):>12}{'beside ours':>13}{'a second':>11}  middle half"
    compared = ratios(group)
    for name, timing in by_time(group):
        mark = "*" if is_ours(name) else " "
        spread = f"{seconds(timing.low)} to {seconds(timing.high)}"
        yield f"{mark} {name:{wide}}{seconds(timing.best):>12}{times(compared[name]):>13}{rate(timing):>11}  {spread}"
    yield from (f"  {peer}: {why}" for peer, why in group.cannot.items())
    yield from (f"  {key} is not installed: {peers.PEERS[key].install}" for key in group.skipped)


def of_times(found: Sequence[TimeRun]) -> Iterator[str]:
    """Medians, with the middle half."""
    for one in found:
        yield f"  {one.name:58}{seconds(one.seconds.median):>10}  {seconds(one.seconds.low)} to {seconds(one.seconds.high)}"


def of_curve(curve: Curve) -> str:
    """A line: the sizes, the cost of the largest, and how it grows."""
    cost = curve.points[-1][1]
    sizes = f"{curve.points[0][0]:,.0f} to {curve.points[-1][0]:,.0f} {curve.across}"
    held = "" if curve.exponent <= curve.most else f", BEYOND {curve.most:.2f}"
    told = seconds(cost) if curve.unit == "seconds" else size_of(cost)
    return f"  {curve.name:<58} {sizes:>26} {told:>10}  to the power of {curve.exponent:.2f}{held}"


def of_verdicts(found: Sequence[Verdict]) -> Iterator[str]:
    """The targets, those that were missed with what was said of them."""
    yield "\nTargets"
    for one in found:
        word = {True: "reached", False: "MISSED", None: ""}[one.reached]
        yield f"  {word:8}{one.what}: {one.wanted}; {one.found}"
        if one.said and one.reached is False:
            yield f"          {one.said}"


def of_machine(run: Run) -> str:
    """Where and with what."""
    machine = run.machine
    return f"{machine.cpu}, {machine.cores} cores, {machine.system} {machine.architecture}; {run.python}; bitwright {run.bitwright}"
