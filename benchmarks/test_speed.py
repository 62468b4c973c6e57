"""Each contender on its own, for pytest-benchmark: histories, comparisons, histograms.

    python -m pytest benchmarks --benchmark-group-by=group

The ratios that count are those of report.py, where the contenders take turns.  Contenders that measure themselves, in other
processes, are not among these.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.catalogue import chosen, title
from benchmarks.groups import Group, OwnClock

_MAKERS = {title(make): make for _, make in chosen()}


@cache
def group(name: str) -> Group:
    return _MAKERS[name]()


def _cases() -> Iterator[tuple[str, str]]:
    for name in _MAKERS:
        for contender, work in group(name).contenders.items():
            if not isinstance(work, OwnClock):
                yield name, contender


@pytest.mark.parametrize(("name", "contender"), list(_cases()))
def test_contender(benchmark: BenchmarkFixture, name: str, contender: str) -> None:
    chosen_group = group(name)
    work = chosen_group.contenders[contender]
    assert not isinstance(work, OwnClock)
    benchmark.group = chosen_group.name
    benchmark.extra_info["items"] = chosen_group.items
    benchmark(work)
