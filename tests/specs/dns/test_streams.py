"""DNS over TCP (RFC 1035, 4.2.2) as it comes from real connections, in pieces of every size."""

from __future__ import annotations

import random

import pytest

from bitwright import ParseError
from bitwright.stream import Stream
from bitwright_specs.dns import Message, TcpMessage
from tests.engines.agreement import outcome
from tests.specs.dns.corpus import samples


def framed() -> list[bytes]:
    """Messages seen in TCP connections, each after its length; those that a stream can hold and that parse."""
    found = []
    for sample in samples():
        if sample.transport == "tcp":
            try:
                Message.parse(sample.data)
            except ParseError:
                continue
            found.append(len(sample.data).to_bytes(2, "big") + sample.data)
    assert len(found) >= 20
    return found


@pytest.mark.parametrize("most", [1, 7, 1460, 1 << 20])
def test_messages_of_connections_in_pieces(most: int, engine: str) -> None:
    wires = framed()[:200] if engine == "python" or most >= 1460 else framed()[:10]
    wire = b"".join(wires)
    stream: Stream[TcpMessage] = Stream(TcpMessage.codec(engine), 1 << 17)
    random.seed(most)
    found, at = [], 0
    while at < len(wire):
        size = random.randint(1, most)
        assert stream.need >= 1
        found += stream.feed(wire[at : at + size])
        at += size
    stream.close()
    assert found == [TcpMessage.parse(each) for each in wires]


def test_messages_without_a_length_delimit_themselves(engine: str) -> None:
    """A message says itself where it ends, by its counts and lengths, so a stream needs no frame around it."""
    for wire in framed()[:20]:
        message = Message.parse(wire[2:])
        stream: Stream[Message] = Stream(Message.codec(engine), 1 << 16)
        assert stream.need == 12
        middle = len(wire) // 2
        assert stream.feed(wire[2:middle]) == []
        assert len(wire) - middle >= stream.need
        assert stream.feed(wire[middle:]) == [message]


def test_every_prefix_of_a_message_waits_and_asks_for_no_more_than_there_is(engine: str) -> None:
    wire = max(framed()[:30], key=len)[2:] if engine == "python" else min(framed(), key=len)[2:]
    stream: Stream[Message] = Stream(Message.codec(engine), 1 << 16)
    for at in range(len(wire) - 1):
        assert stream.feed(wire[at : at + 1]) == []
        assert 1 <= stream.need <= len(wire) - at - 1
    assert stream.feed(wire[-1:]) == [Message.parse(wire)]


def test_hostile_messages_in_a_stream_end_as_they_do_alone() -> None:
    """Those that parse, parse; what does not is refused with the same error, and nothing else happens."""
    for sample in samples(hostile=True):
        wire = len(sample.data).to_bytes(2, "big") + sample.data
        whole, pieces = outcome(lambda wire=wire: [TcpMessage.parse(wire)]), outcome(lambda wire=wire: in_pieces(wire))  # type: ignore[misc]
        assert whole.same(pieces), sample.label


def in_pieces(wire: bytes) -> list[TcpMessage]:
    stream = TcpMessage.stream(limit=1 << 17)
    return [message for at in range(0, len(wire), 50) for message in stream.feed(wire[at : at + 50])]
