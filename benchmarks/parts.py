"""Less than the whole: `parse(only=...)` beside the whole message, and messages from a stream beside messages that are there."""

from __future__ import annotations

from benchmarks.groups import MESSAGES_OF_STREAM, PART_OF_MESSAGE, Group, over
from benchmarks.messages import real_messages
from bitwright_specs.dns import Message, TcpMessage

SEGMENT = 1460  # bytes of a TCP segment on Ethernet


def part_group() -> Group:
    """The response code of whole messages."""
    messages, _ = real_messages()
    for data in messages:
        whole = Message.parse(data)
        assert Message.parse(data, only=("rcode",)).rcode == whole.rcode
        assert [r.ttl for r in Message.parse(data, only=("answers.ttl",)).answers] == [r.ttl for r in whole.answers]
    contenders = {
        "bitwright": over(lambda data: Message.parse(data, only=("rcode",)), messages),
        "the TTLs of the answers": over(lambda data: Message.parse(data, only=("answers.ttl",)), messages),
        "the whole message": over(Message.parse, messages),
    }
    return Group(PART_OF_MESSAGE, len(messages), contenders)


def stream_group() -> Group:
    """Messages after their lengths, as segments bring them."""
    messages, _ = real_messages()
    wires = [len(data).to_bytes(2, "big") + data for data in messages]
    wire = b"".join(wires)
    segments = [wire[at : at + SEGMENT] for at in range(0, len(wire), SEGMENT)]

    def from_segments() -> list[TcpMessage]:
        stream = TcpMessage.stream()
        return [message for segment in segments for message in stream.feed(segment)]

    assert from_segments() == [TcpMessage.parse(one) for one in wires]
    return Group(MESSAGES_OF_STREAM, len(messages), {"bitwright": from_segments, "each on its own": over(TcpMessage.parse, wires)})
