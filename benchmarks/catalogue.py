"""Every group there is, by subject: what `report.py` measures and `test_speed.py` offers to pytest-benchmark.

A group is made by a function without arguments, for making one prepares inputs and compares results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from benchmarks import headers, messages, parts, patterns, records
from benchmarks.groups import Group

Maker: TypeAlias = Callable[[], Group]

ALL_GROUPS: dict[str, tuple[Maker, ...]] = {
    "Headers": (headers.header_group, headers.build_group),
    "Whole messages": (messages.message_group, messages.simple_message_group, messages.build_group),
    "Other formats": records.RECORD_GROUPS,
    "Parts and streams": (parts.part_group, parts.stream_group),
    "Bit patterns": patterns.PATTERN_GROUPS,
}


def chosen(only: str | None = None) -> Iterator[tuple[str, Maker]]:
    """Subjects and makers; with `only`, those that have this text in their subject or in the name of their module or function."""
    for subject, makers in ALL_GROUPS.items():
        for make in makers:
            if only is None or only.lower() in f"{subject} {title(make)}".lower():
                yield subject, make


def title(make: Maker) -> str:
    """A maker by module and function, without making its group: `headers.build_group`."""
    return f"{make.__module__.removeprefix('benchmarks.')}.{make.__name__}"
