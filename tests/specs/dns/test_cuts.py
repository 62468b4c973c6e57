"""Each message cut off at each byte: a ParseError, the same from both engines, at a place that exists.

By default the shortest message that has each type in each section is cut, long ones not at every byte; with the
environment variable BITWRIGHT_EVERY_CUT set, every message of the captures is, at every byte, which takes minutes.
"""

from __future__ import annotations

import functools
import os

from bitwright import ParseError
from bitwright_specs.dns import Message
from tests.specs.dns import corpus
from tests.specs.dns.outcomes import both
from tests.specs.dns.vectors import typical_messages
from tests.specs.dns.walk import SECTIONS

EVERY_CUT = bool(os.environ.get("BITWRIGHT_EVERY_CUT"))
DENSE, SPARSE = 120, 7  # by default longer messages, mostly keys and signatures, are cut at every seventh byte


def _kinds(message: Message) -> set[tuple[str, int]]:
    """Which types stand in which section."""
    found = {("questions", int(question.qtype)) for question in message.questions}
    return found | {(section, int(record.type)) for section in SECTIONS for record in getattr(message, section)}


@functools.cache
def _chosen() -> list[bytes]:
    parsed = []
    for sample in corpus.samples():
        try:
            parsed.append((sample.data, Message.parse(sample.data)))
        except ParseError:
            continue
    if EVERY_CUT:
        return [data for data, _ in parsed]
    chosen, covered = [], set[tuple[str, int]]()
    for data, message in sorted(parsed, key=lambda p: len(p[0])):
        if not _kinds(message) <= covered:
            chosen.append(data)
            covered |= _kinds(message)
    return chosen


def _cut_everywhere(data: bytes) -> None:
    for size in range(0, len(data), 1 if len(data) <= DENSE or EVERY_CUT else SPARSE):
        found = both(data[:size])
        assert isinstance(found, ParseError), f"{size} of {data.hex()}"
        assert found.code in ("truncated", "count-too-large"), str(found)


def test_captured_messages() -> None:
    for data in _chosen():
        _cut_everywhere(data)


def test_generated_messages() -> None:
    for data in typical_messages():
        _cut_everywhere(data)


def test_a_byte_too_many() -> None:
    for data in _chosen():
        found = both(data + b"\x00")
        assert isinstance(found, ParseError)
        assert (found.code, found.path, found.byte_offset) == ("unconsumed", "", len(data))
