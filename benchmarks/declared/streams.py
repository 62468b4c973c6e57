"""Messages from a TCP stream by peers, none of which has a push parser: what their users write around them.

Those that only read whole messages have the stream cut by hand at the length before each; construct, which can declare that length,
begins anew with what is there whenever more has come.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.declared import table
from benchmarks.declared.dns_message import Summary
from benchmarks.peers import available

FromSegments = Callable[[Iterable[bytes]], list[Any]]


def contenders() -> dict[str, tuple[FromSegments, Callable[[Any], Summary]]]:
    """How messages come of segments, and what is seen of each, by the names of the contenders."""
    found: dict[str, tuple[FromSegments, Callable[[Any], Summary]]] = {}
    for name, declared in table.declarations(table.MESSAGE).items():
        found[f"cut by hand, then {name}"] = cut_by_hand(declared.parse), declared.seen
    if available("construct"):
        from benchmarks.declared.construct_ import MESSAGE, both, c, seen_message

        framed = c.Prefixed(c.Int16ub, c.GreedyBytes).parse_stream  # interpreted: compiled, it takes fewer bytes than the length says
        for name, layout in both(MESSAGE).items():  # a layout of its own: pointers would count from the stream's beginning
            found[f"{name}, begun anew"] = begun_anew(_chained(framed, layout.parse), c.StreamError), seen_message
    return found


def _chained(first: Callable[[Any], Any], second: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: second(first(value))


def cut_by_hand(parse: Callable[[bytes], Any]) -> FromSegments:
    """Each message when its two bytes of length and what they count are there."""

    def from_segments(segments: Iterable[bytes]) -> list[Any]:
        there, found = bytearray(), []
        for segment in segments:
            there += segment
            at = 0
            while len(there) >= at + 2 and len(there) >= (stop := at + 2 + int.from_bytes(there[at : at + 2], "big")):
                found.append(parse(bytes(there[at + 2 : stop])))
                at = stop
            del there[:at]
        return found

    return from_segments


def begun_anew(parse_stream: Callable[[io.BytesIO], Any], is_short: type[Exception]) -> FromSegments:
    """Every message that is whole by now, with each segment; the one that is not is tried again from its first byte."""

    def from_segments(segments: Iterable[bytes]) -> list[Any]:
        rest, found = b"", []
        for segment in segments:
            rest += segment
            stream, at = io.BytesIO(rest), 0
            try:
                while at < len(rest):
                    found.append(parse_stream(stream))
                    at = stream.tell()
            except is_short:
                pass
            rest = rest[at:]
        return found

    return from_segments
