"""A profile as text: a line a field, what lies in it below it.

Promise: a cost that is no larger than what it may be off by is shown as less than that, never as a figure of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bitwright.bench.report import Cost, Profile
from bitwright.bench.words import Paint, count_text, nanoseconds
from bitwright.escaping import columns, printable

BAR: Final = 20  # columns for the whole time
_REST: Final = "the rest"
_LEGEND: Final = (
    "+-: how far off that may be; times, bytes, ops (of the interpreter): in one message on average",
    "the rest: the call, the object, what fields share, those without a name or a time of their own",
)
_VERBS: Final = {"parse": "parsing", "build": "building"}


def profile_lines(profile: Profile, paint: Paint) -> Iterator[str]:
    """The table, and below it what its figures are."""
    names = [_name(cost) for cost in profile.costs]
    width = max(24, *(columns(name) + 1 for name in names)) if names else 24
    title = f"fields in {_VERBS[profile.operation]}"
    yield paint("strong", f"{title:<{width}}{'ns':>9}{'+-':>7}{'share':>8}{'times':>8}{'bytes':>8}{'ops':>8}")
    for name, cost in zip(names, profile.costs, strict=True):
        yield _line(profile, name + " " * (width - columns(name)), cost, paint)
    yield f"{_REST:<{width}}{nanoseconds(profile.rest):>9}{'':>7}{_share(profile.rest / profile.seconds):>8}".rstrip()
    yield f"{'a message':<{width}}{nanoseconds(profile.seconds):>9}{'':>7}{'100 %':>8}{'':>16}{count_text(profile.ops):>8}"
    for line in (f"by {profile.engine}; {profile.note}", *_LEGEND):
        yield paint("faint", f"  {line}")


def _line(profile: Profile, name: str, cost: Cost, paint: Paint) -> str:
    counts = f"{count_text(cost.count):>8}{count_text(cost.bytes):>8}{count_text(cost.ops):>8}"
    if cost.seconds is None or cost.error is None:
        return f"{paint('name', name)}{'-':>9}{'':>15}{counts}"
    if cost.seconds <= cost.error:
        return f"{paint('name', name)}{'<' + nanoseconds(max(cost.error, 1e-10)):>9}{'':>15}{counts}"
    part = cost.seconds / profile.seconds
    bar = "#" * round(BAR * min(part, 1.0)) if cost.depth == 1 else ""
    figures = f"{nanoseconds(cost.seconds):>9}{nanoseconds(cost.error):>7}{_share(part):>8}"
    return f"{paint('name', name)}{figures}{counts}  {paint('warn', bar)}".rstrip()


def _name(cost: Cost) -> str:
    return "  " * (cost.depth - 1) + printable(cost.path.rpartition(".")[2])


def _share(part: float) -> str:
    return f"{100 * part:.0f} %"
