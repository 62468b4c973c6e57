"""What Erlang contributes to groups, after its results were compared with ours; nothing where it is not installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.erlang.machine import machine
from benchmarks.groups import OwnClock
from benchmarks.peers import available

_HEADER = {"Erlang, a tuple": "tuple", "Erlang, a map": "map"}


def of_reference_pattern(packets: Sequence[bytes], ours: Callable[[bytes], Mapping[str, Any] | None]) -> dict[str, OwnClock]:
    """One clause with the pattern itself, whose names become a tuple, or a map as ours become a dict."""
    if not available("erlang"):
        return {}
    expected = [_values((ours(packet) or {}).values()) for packet in packets]
    for name, work in _HEADER.items():
        assert machine().show("bench_header", work, packets) == expected, name
    return {name: machine().clock("bench_header", work, packets) for name, work in _HEADER.items()}


def _values(values: Any) -> str:
    return " ".join(value.hex().upper() if isinstance(value, bytes) else str(value) for value in values)
