"""Less than the whole: `parse(only=...)` beside the whole message, and messages from a stream beside messages that are there."""

from __future__ import annotations

from benchmarks.declared import streams, table
from benchmarks.declared.ours import summary
from benchmarks.declared.table import skipped
from benchmarks.engines import move
from benchmarks.groups import MESSAGES_OF_STREAM, PART_OF_MESSAGE, Contender, Group, over
from benchmarks.messages import described, real_messages
from benchmarks.peers import missing
from bitwright_specs.dns import Message, TcpMessage

SEGMENT = 1460  # bytes of a TCP segment on Ethernet


def part_group() -> Group:
    """The response code of whole messages."""
    messages, _ = real_messages()
    for data in messages:
        whole = Message.parse(data)
        assert Message.parse(data, only=("rcode",)).rcode == whole.rcode
        assert [r.ttl for r in Message.parse(data, only=("answers.ttl",)).answers] == [r.ttl for r in whole.answers]
    move(Message)
    contenders = {
        "bitwright": over(lambda data: Message.parse(data, only=("rcode",)), messages),
        "the TTLs of the answers": over(lambda data: Message.parse(data, only=("answers.ttl",)), messages),
        "the whole message": over(Message.parse, messages),
    }
    return Group(PART_OF_MESSAGE, len(messages), contenders)


def stream_group() -> Group:
    """Messages after their lengths, as segments bring them: from a push parser, and from what users of peers write instead of one."""
    messages, _ = real_messages("dnspython", "dnslib")
    wires = [len(data).to_bytes(2, "big") + data for data in messages]
    wire = b"".join(wires)
    segments = [wire[at : at + SEGMENT] for at in range(0, len(wire), SEGMENT)]

    def from_segments() -> list[TcpMessage]:
        stream = TcpMessage.stream()
        return [message for segment in segments for message in stream.feed(segment)]

    assert from_segments() == [TcpMessage.parse(one) for one in wires]
    move(TcpMessage)
    contenders: dict[str, Contender] = {"bitwright": from_segments, "each on its own": over(TcpMessage.parse, wires)}
    expected = [summary(Message.parse(data)) for data in messages]
    for name, (work, seen) in streams.contenders().items():
        assert [seen(message) for message in work(segments)] == expected, name
        contenders[name] = over(work, [segments])
    return Group(
        MESSAGES_OF_STREAM,
        len(messages),
        contenders,
        inputs=f"{described('dnspython', 'dnslib')}, in segments of {SEGMENT} bytes",
        skipped=(*skipped(table.MESSAGE), *missing("construct")),
        cannot={"construct, dnspython, dnslib, scapy": "have no push parser: measured is what is written around them instead"},
    )
