"""Each message cut off at each byte: a ParseError, the same from both engines, at a place that exists.

By default one message of each shape is cut (the types of its records and questions, section by section);
with the environment variable BITWRIGHT_EVERY_CUT set, every message of the captures is.
"""

from __future__ import annotations

import os

from bitwright import ParseError
from bitwright_specs.dns import Message
from tests.specs.dns import corpus
from tests.specs.dns.outcomes import both, typical_messages


def _shape(message: Message) -> tuple[object, ...]:
    sections = (message.answers, message.authorities, message.additionals)
    return (tuple(q.qtype for q in message.questions), *(tuple(dict.fromkeys(int(r.type) for r in s)) for s in sections))


def _chosen() -> list[bytes]:
    parsed = []
    for sample in corpus.samples():
        try:
            parsed.append((sample.data, Message.parse(sample.data)))
        except ParseError:
            continue
    if os.environ.get("BITWRIGHT_EVERY_CUT"):
        return [data for data, _ in parsed]
    shapes: dict[tuple[object, ...], bytes] = {}
    for data, message in sorted(parsed, key=lambda p: len(p[0])):
        shapes.setdefault(_shape(message), data)
    return list(shapes.values())


def _cut_everywhere(data: bytes) -> None:
    for size in range(len(data)):
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
