"""What Erlang contributes to groups, after its results were compared with ours; nothing where it is not installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.erlang.leaves import leaves
from benchmarks.erlang.machine import machine
from benchmarks.groups import ERLANG_BY_HAND, OwnClock
from benchmarks.peers import available
from bitwright import Struct

INET_DNS = "Erlang, inet_dns"
_HEADER = {"Erlang, a tuple": "tuple", "Erlang, a map": "map"}


def of_reference_pattern(packets: Sequence[bytes], ours: Callable[[bytes], Mapping[str, Any] | None]) -> dict[str, OwnClock]:
    """One clause with the pattern itself, whose names become a tuple, or a map as ours become a dict."""
    if not available("erlang"):
        return {}
    expected = [_values((ours(packet) or {}).values()) for packet in packets]
    for name, work in _HEADER.items():
        assert machine().show("bench_header", work, packets) == expected, name
    return {name: machine().clock("bench_header", work, packets) for name, work in _HEADER.items()}


def of_whole_messages(messages: Sequence[bytes], ours: Callable[[bytes], Struct]) -> dict[str, OwnClock]:
    """A decoder written for these messages, which gives every field that ours gives; a name is the list of its labels."""
    if not available("erlang"):
        return {}
    for data, given in zip(messages, machine().show("bench_message", "decode", messages), strict=True):
        assert given == leaves(ours(data)), f"{ERLANG_BY_HAND}: {data.hex()}"
    return {ERLANG_BY_HAND: machine().clock("bench_message", "decode", messages)}


def of_inet_dns(messages: Sequence[bytes]) -> dict[str, tuple[OwnClock, list[str]]]:
    """The decoder that comes with Erlang, which leaves the data of many types as bytes, and what `bench_inet.erl` shows of each message."""
    if not available("erlang"):
        return {}
    return {INET_DNS: (machine().clock("bench_inet", "decode", messages), machine().show("bench_inet", "decode", messages))}


def _values(values: Any) -> str:
    return " ".join(value.hex().upper() if isinstance(value, bytes) else str(value) for value in values)
