"""Each contender on its own, for pytest-benchmark: histories, comparisons, histograms.

    python -m pytest benchmarks --benchmark-group-by=group

The ratios that count are printed by report.py, which alternates the contenders.
"""

from __future__ import annotations

from functools import cache

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.groups import Group
from benchmarks.headers import build_group as header_build_group
from benchmarks.headers import header_group
from benchmarks.messages import build_group, message_group, simple_message_group
from benchmarks.parts import part_group, stream_group
from benchmarks.patterns import build_group as pattern_build_group
from benchmarks.patterns import clauses_group, ipv4_group, pixels_group, record_group, reference_group
from benchmarks.records import ipv4_and_tcp_group, mqtt_group, tls_group

GROUPS = {
    "header": header_group, "header build": header_build_group,
    "message": message_group, "simple message": simple_message_group, "build": build_group,
    "ipv4 and tcp": ipv4_and_tcp_group, "mqtt": mqtt_group, "tls": tls_group,
    "part": part_group, "stream": stream_group,
    "pattern": reference_group, "record": record_group, "ipv4": ipv4_group, "clauses": clauses_group, "pixels": pixels_group,
    "pattern build": pattern_build_group,
}  # fmt: skip


@cache
def group(name: str) -> Group:
    return GROUPS[name]()


@pytest.mark.parametrize(("name", "contender"), [(name, contender) for name in GROUPS for contender in group(name).contenders])
def test_contender(benchmark: BenchmarkFixture, name: str, contender: str) -> None:
    chosen = group(name)
    benchmark.group = chosen.name
    benchmark.extra_info["items"] = chosen.items
    benchmark(chosen.contenders[contender])
