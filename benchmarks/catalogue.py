"""Everything that is measured, by subject: groups, times of whole processes, curves of growth.

A group is made by a function without arguments, for making one prepares inputs and compares results; `report.py` measures all of them,
`test_speed.py` offers them to pytest-benchmark.  Times and curves measure themselves; they are told whether to be quick about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from benchmarks import decoding, headers, limits, messages, parts, pattern_steps, patterns, processes, records, scaling, starting, walks
from benchmarks.groups import Group
from benchmarks.record import Curve

Maker: TypeAlias = Callable[[], Group]
Times: TypeAlias = Callable[[bool], Mapping[str, Sequence[float]]]  # the seconds of every turn, by name
Curves: TypeAlias = Callable[[bool], Iterable[Curve]]

ALL_GROUPS: dict[str, tuple[Maker, ...]] = {
    "Headers": (headers.header_group, headers.build_group),
    "Whole messages": (messages.message_group, messages.simple_message_group, messages.answers_group, messages.build_group),
    "Other formats": records.RECORD_GROUPS,
    "Parts and streams": (parts.part_group, parts.stream_group),
    "Captures": (walks.packets_group, walks.questions_group, decoding.json_group, decoding.text_group),
    "Bit patterns": patterns.PATTERN_GROUPS,
    "Limits": (limits.object_group,),
}

ALL_TIMES: dict[str, tuple[Times, ...]] = {
    "Starting": (processes.times, starting.times, pattern_steps.compile_times),
    "Limits": (limits.memory_times,),
}
ALL_CURVES: dict[str, tuple[Curves, ...]] = {"How costs grow": (scaling.curves,)}


def chosen(only: str | None = None) -> Iterator[tuple[str, Maker]]:
    """Subjects and makers; with `only`, those that have this text in their subject or in the name of their module or function."""
    yield from ((subject, make) for subject, makers in ALL_GROUPS.items() for make in makers if _has(only, subject, make))


def chosen_times(only: str | None = None) -> Iterator[tuple[str, Times]]:
    """The same of times."""
    yield from ((subject, take) for subject, all_of in ALL_TIMES.items() for take in all_of if _has(only, subject, take))


def chosen_curves(only: str | None = None) -> Iterator[tuple[str, Curves]]:
    """The same of curves."""
    yield from ((subject, take) for subject, all_of in ALL_CURVES.items() for take in all_of if _has(only, subject, take))


def _has(only: str | None, subject: str, make: Callable[..., object]) -> bool:
    return only is None or only.lower() in f"{subject} {title(make)}".lower()


def title(make: Callable[..., object]) -> str:
    """What makes a group, by module and function, without making the group: `headers.build_group`."""
    return f"{make.__module__.removeprefix('benchmarks.')}.{make.__name__}"
