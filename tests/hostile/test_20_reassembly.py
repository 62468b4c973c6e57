"""Class 20: segments that overlap, are missing, repeated or out of order, and floods of flows.

Nothing is put together, so what a packet is decoded to depends on that packet alone: its row is the same wherever it stands and
whatever came before, and no number of flows is remembered.  The one place that keeps bytes is a `Stream`, which its user feeds in order:
it keeps one message at most, up to its limit.
"""

from __future__ import annotations

import gc
import io
import os
import random
import sys
from collections.abc import Callable
from typing import Any

import pytest

from bitwright import IPv4Address, ParseError, capture, stack
from bitwright.stream import Stream
from bitwright_specs.dns import Message, Question, TcpMessage, Type
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP
from bitwright_specs.udp import UDP
from tests.capture import files
from tests.hostile.messages import SAMPLES

RAW_IP = 101
CLIENT, SERVER = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.53")
FLOWS = 1_000_000 if "BITWRIGHT_EXAMPLES" in os.environ else 100_000
QUERY = TcpMessage(message=Message(id=7, questions=[Question(qname="www.example.com.", qtype=Type.A)])).build()


def segment(sequence: int, payload: bytes, **flags: Any) -> bytes:
    """A TCP segment to a port of DNS, in IPv4, with right lengths and checksums."""
    inside = TCP(src_port=40_000, dst_port=53, sequence_number=sequence & 0xFFFFFFFF, window=0xFFFF, payload=payload, **flags)
    return _in_ipv4(inside, IPProtocol.TCP)


def fragment(offset: int, payload: bytes, *, more: bool, protocol: IPProtocol = IPProtocol.UDP) -> bytes:
    """A fragment of an IPv4 datagram; `offset` counts eights of bytes."""
    packet = IPv4(src=CLIENT, dst=SERVER, id=99, mf=more, fragment_offset=offset, protocol=protocol, payload=payload)
    return packet.build()


def _in_ipv4(inside: Any, protocol: IPProtocol) -> bytes:
    around = IPv4(src=CLIENT, dst=SERVER, protocol=protocol)
    size = len(inside.build(pseudo_header=bytes(12)))
    payload = inside.build(pseudo_header=around.resolved().pseudo_header(protocol, size))
    return IPv4(src=CLIENT, dst=SERVER, protocol=protocol, payload=payload).build()


def stream() -> list[bytes]:
    """A connection that says all that a peer could lie about: in order, and not."""
    whole = QUERY * 3
    start = 0xFFFFFFFF - 20  # the numbers wrap inside the second message
    pieces = [(0, 10), (10, 40), (40, len(whole)), (5, 30), (5, 30), (0, len(whole)), (90, 90), (200, 260)]
    found = [segment(start, b"", syn=True), segment(start, b"data with the SYN", syn=True)]
    found += [segment(start + 1 + begin, whole[begin:end], ack=True) for begin, end in pieces]
    found += [segment(start + 1 + 10, b"\xff" * 30, ack=True)]  # other bytes in the place of some
    found += [segment(start + (4 << 28), whole, ack=True)]  # far outside of any window
    found += [segment(start + 400, b"", rst=True), segment(start + 1, whole, ack=True), segment(start + 500, b"", fin=True, ack=True)]
    return found


def fragments() -> list[bytes]:
    """Datagrams in pieces: in order, overlapping (RFC 5722; "teardrop"), beyond the largest datagram, and of no bytes."""
    datagram = UDP(src_port=40_000, dst_port=53, payload=QUERY[2:] * 8).build(pseudo_header=bytes(12))
    ends = [(0, 5), (5, 12), (3, 9), (0, 2), (1, 1), (8191, 8192)]
    found = [fragment(begin, datagram[8 * begin : 8 * end] or b"x" * 8 * (end - begin), more=True) for begin, end in ends]
    return [*found, fragment(12, datagram[96:], more=False), fragment(1, b"", more=False), fragment(0, datagram, more=False)]


def packets() -> list[bytes]:
    """All of the above, and what was really sent."""
    with capture.open(SAMPLES / "dns.pcap") as reader:
        real = [packet.data[14:] for packet in reader if packet.link_type == 1 and packet.data[12:14] == b"\x08\x00"]
    return [*stream(), *fragments(), *real[:20]]


def row(walker: stack.Walker, data: bytes) -> str:
    """A packet's row as everything it says."""
    found = walker.decode(capture.Packet(1, 0, 0, RAW_IP, len(data), len(data), data))
    return repr((found.status, found.layers, found.findings, found.error))


@pytest.mark.parametrize("check", [False, True], ids=["", "check"])
def test_a_row_depends_on_its_packet_alone(check: bool, engine: str) -> None:
    """Each alone, by a walker that has seen nothing; then all together by one walker, in many orders, each several times."""
    inputs = packets()
    registry = stack.load_standard()
    alone = {data: row(stack.Walker(registry, check=check, backend=engine), data) for data in inputs}
    walker, chance = stack.Walker(registry, check=check, backend=engine), random.Random(20)
    for _ in range(8):
        shuffled = inputs * 2
        chance.shuffle(shuffled)
        for data in shuffled:
            assert row(walker, data) == alone[data], data.hex()
    statuses = {said.split("'")[1] for said in alone.values()}
    assert {"ok", "malformed"} <= statuses


def test_what_overlaps_is_shown_as_each_packet_has_it() -> None:
    """No packet's bytes take the place of another's: two segments with the same numbers keep their own payloads."""
    walker = stack.Walker(stack.load_standard())
    first, second = segment(100, QUERY, ack=True), segment(100, QUERY.replace(b"www", b"ftp"), ack=True)
    names = [_name(walker, data) for data in (first, second, first, second, second)]
    assert names == ["www.example.com.", "ftp.example.com.", "www.example.com.", "ftp.example.com.", "ftp.example.com."]


def _name(walker: stack.Walker, data: bytes) -> str:
    found = walker.decode(capture.Packet(1, 0, 0, RAW_IP, len(data), len(data), data))
    value: Any = found.layers[-1].value
    name: str = value.message.questions[0].qname
    return name


def test_the_order_of_a_capture_changes_nothing_but_numbers() -> None:
    """The same through the reader of a file."""
    inputs = packets()
    shuffled = random.Random(3).sample(inputs, len(inputs))
    walker = stack.Walker(stack.load_standard(), check=True)
    rows = []
    for order in (inputs, shuffled):
        body = b"".join(files.record(data) for data in order)
        path = files.pcap_header(link=RAW_IP) + body
        rows.append(sorted(_rows(walker, path)))
    assert rows[0] == rows[1]


def _rows(walker: stack.Walker, data: bytes) -> list[str]:
    with capture.open(io.BytesIO(data)) as reader:
        found = [walker.decode(packet) for packet in reader]
    return [repr((row.status, row.layers, row.findings, row.error)) for row in found]


def left(walker: stack.Walker, packet: Callable[[int], bytes], count: int) -> int:
    """How many more objects live after `count` packets than after a twentieth of them."""
    early = late = 0
    for number in range(count):
        data = packet(number)
        found = walker.decode(capture.Packet(number, 0, 0, RAW_IP, len(data), len(data), data))
        assert found.layers
        if number in (count // 20, count - 1):
            del found
            gc.collect()
            early, late = late, sys.getallocatedblocks()
    return late - early


@pytest.mark.parametrize(("check", "flows"), [(False, FLOWS), (True, FLOWS // 50)], ids=["", "check"])
def test_a_flood_of_flows_is_forgotten(check: bool, flows: int) -> None:
    """A SYN of another address and port each time."""
    template = segment(1, b"", syn=True)

    def syn(number: int) -> bytes:
        address, port = (0x0A000000 | number).to_bytes(4, "big"), (number & 0xFFFF).to_bytes(2, "big")
        return b"".join((template[:12], address, template[16:20], port, template[22:]))

    assert left(stack.Walker(stack.load_standard(), check=check), syn, flows) < 500


def test_a_flood_of_first_fragments_is_forgotten() -> None:
    """Datagrams of which the rest never comes."""
    template = fragment(0, bytes(64), more=True)

    def first(number: int) -> bytes:
        return template[:4] + (number & 0xFFFF).to_bytes(2, "big") + template[6:12] + number.to_bytes(4, "big") + template[16:]

    assert left(stack.Walker(stack.load_standard()), first, FLOWS // 5) < 500


def test_a_stream_keeps_one_message_at_most(engine: str) -> None:
    """What a connection may hold is bounded by the limit that it was given, whatever is announced and however slowly it comes."""
    greedy: Stream[Any] = Stream(TcpMessage.codec(engine), 1000)
    with pytest.raises(ParseError) as caught:
        greedy.feed(b"\xff\xff")
    assert caught.value.code == "too-large"
    slow: Stream[Any] = Stream(TcpMessage.codec(engine), 1000)
    for _ in range(50):
        for at in range(0, len(QUERY), 3):
            slow.feed(QUERY[at : at + 3])
            assert slow.buffered < len(QUERY)
    assert slow.position == 50 * len(QUERY)
