"""DNS messages out of real captures, read by code that shares nothing with the toolkit.

A small reader of pcap and pcapng, of the layers below DNS, and of TCP streams: enough to find every whole
message on the ports of DNS, multicast DNS and LLMNR.  Packets cut by the snap length and IP fragments are left
out, because what they carry is no whole message.
"""

from __future__ import annotations

import dataclasses
import functools
import gzip
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

CAPTURES = Path(__file__).resolve().parents[4] / "shared" / "captures"
PORTS = frozenset({53, 5353, 5355})
HOSTILE = "hostile"
SUFFIXES = (".pcap", ".pcapng", ".cap", ".gz", ".ntar", ".dmp")

ETHERNET, NULL, RAW, LOOP, SLL, SLL2, IPV4, IPV6 = 1, 0, 101, 108, 113, 276, 228, 229


@dataclasses.dataclass(frozen=True)
class Sample:
    """A message and where it was found."""

    capture: str
    packet: int
    transport: str
    data: bytes

    @property
    def label(self) -> str:
        return f"{self.capture}#{self.packet}/{self.transport}"


@dataclasses.dataclass(frozen=True)
class Segment:
    """The payload of one UDP datagram or TCP segment."""

    flow: tuple[bytes, bytes, int, int]
    payload: bytes
    sequence: int | None  # None for UDP


def samples(*, hostile: bool = False) -> list[Sample]:
    """Every distinct message of the captures; the test skips, and says so, where they are absent."""
    if not CAPTURES.is_dir():
        pytest.skip(f"this test needs real captures in ../{CAPTURES.parent.name}/{CAPTURES.name}, which is absent")
    found = _hostile() if hostile else _well_formed()
    assert found, "captures without a single DNS message"
    return found


@functools.cache
def _well_formed() -> list[Sample]:
    return _distinct([p for p in _files() if HOSTILE not in p.parts])


@functools.cache
def _hostile() -> list[Sample]:
    return _distinct([p for p in _files() if HOSTILE in p.parts])


def _files() -> list[Path]:
    return sorted(p for p in CAPTURES.rglob("*") if p.is_file() and p.suffix in SUFFIXES)


def _distinct(files: list[Path]) -> list[Sample]:
    found: dict[bytes, Sample] = {}
    for path in files:
        for sample in messages_of(path):
            found.setdefault(sample.data, sample)
    return list(found.values())


def messages_of(path: Path) -> Iterator[Sample]:
    """The messages of one capture, datagrams first."""
    name = str(path.relative_to(CAPTURES))
    streams: dict[tuple[bytes, bytes, int, int], list[tuple[int, Segment]]] = {}
    for number, (link_type, data, original) in enumerate(packets(path.read_bytes()), 1):
        if len(data) < original:
            continue
        segment = _segment(link_type, data)
        if segment is None or not PORTS & set(segment.flow[2:]) or not segment.payload:
            continue
        if segment.sequence is None:
            yield Sample(name, number, "udp", segment.payload)
        else:
            streams.setdefault(segment.flow, []).append((number, segment))
    for flow in streams.values():
        for number, message in _stream_messages(flow):
            yield Sample(name, number, "tcp", message)


def _stream_messages(segments: list[tuple[int, Segment]]) -> Iterator[tuple[int, bytes]]:
    """Messages of a stream, each after its length; what does not join on is left out."""
    buffer, expected, first = b"", None, 0
    for number, segment in sorted(segments, key=lambda s: s[1].sequence or 0):
        sequence = segment.sequence or 0
        if expected is not None and sequence < expected:
            continue  # sent again
        if expected is not None and sequence > expected:
            buffer = b""  # a gap: hope that a message begins here
        if not buffer:
            first = number
        buffer += segment.payload
        expected = sequence + len(segment.payload)
        while len(buffer) >= 2:
            size = int.from_bytes(buffer[:2], "big")
            if len(buffer) < 2 + size or size < 12:
                break
            yield first, buffer[2 : 2 + size]
            buffer, first = buffer[2 + size :], number


# --- containers ---------------------------------------------------------------------------------


def packets(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Link type, captured bytes and original length of each packet."""
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        yield from _pcapng(data)
    elif data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
        yield from _pcap(data, "<")
    elif data[:4] in (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
        yield from _pcap(data, ">")


def _pcap(data: bytes, order: str) -> Iterator[tuple[int, bytes, int]]:
    if len(data) < 24:
        return
    link_type = struct.unpack_from(order + "I", data, 20)[0] & 0x0FFFFFFF
    position = 24
    while position + 16 <= len(data):
        captured, original = struct.unpack_from(order + "II", data, position + 8)
        packet = data[position + 16 : position + 16 + captured]
        if len(packet) < captured:
            return
        yield link_type, packet, original
        position += 16 + captured


def _pcapng(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    order, position = "<", 0
    interfaces: list[int] = []
    while position + 12 <= len(data):
        kind = struct.unpack_from(order + "I", data, position)[0]
        if kind == 0x0A0D0D0A:
            order = "<" if data[position + 8 : position + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            interfaces = []
        length = struct.unpack_from(order + "I", data, position + 4)[0]
        body = data[position + 8 : position + length - 4]
        if length < 12 or len(body) < length - 12:
            return
        position += length + -length % 4
        if kind == 1 and len(body) >= 2:
            interfaces.append(struct.unpack_from(order + "H", body)[0])
        elif kind == 6 and len(body) >= 20:
            interface, _, _, captured, original = struct.unpack_from(order + "5I", body)
            if interface < len(interfaces):
                yield interfaces[interface], body[20 : 20 + captured], original
        elif kind == 3 and interfaces and len(body) >= 4:
            original = struct.unpack_from(order + "I", body)[0]
            yield interfaces[0], body[4 : 4 + original], original


# --- layers -------------------------------------------------------------------------------------


def _segment(link_type: int, data: bytes) -> Segment | None:
    try:
        found = _network(link_type, data)
        return None if found is None else _transport(*found)
    except (struct.error, IndexError):
        return None  # shorter than its headers


def _network(link_type: int, data: bytes) -> tuple[bytes, bytes, int, bytes] | None:
    """Source, destination, protocol and payload."""
    if link_type in (ETHERNET, SLL, SLL2):
        at = {ETHERNET: 12, SLL: 14, SLL2: 0}[link_type]
        ethertype = struct.unpack_from(">H", data, at)[0]
        data = data[{ETHERNET: 14, SLL: 16, SLL2: 20}[link_type] :]
        while ethertype in (0x8100, 0x88A8, 0x9100):
            ethertype = struct.unpack_from(">H", data, 2)[0]
            data = data[4:]
        if ethertype not in (0x0800, 0x86DD):
            return None
    elif link_type in (NULL, LOOP):
        data = data[4:]
    elif link_type not in (RAW, 12, 14, IPV4, IPV6):
        return None
    return {4: _ipv4, 6: _ipv6}.get(data[0] >> 4, lambda _: None)(data)


def _ipv4(data: bytes) -> tuple[bytes, bytes, int, bytes] | None:
    length, fragment = struct.unpack_from(">H2xH", data, 2)
    if fragment & 0x3FFF or len(data) < length:
        return None
    return data[12:16], data[16:20], data[9], data[(data[0] & 15) * 4 : length]


def _ipv6(data: bytes) -> tuple[bytes, bytes, int, bytes] | None:
    length, protocol = struct.unpack_from(">HB", data, 4)
    payload = data[40 : 40 + length]
    if len(payload) < length:
        return None
    while protocol in (0, 43, 60):
        protocol, payload = payload[0], payload[(payload[1] + 1) * 8 :]
    return data[8:24], data[24:40], protocol, payload


def _transport(source: bytes, destination: bytes, protocol: int, data: bytes) -> Segment | None:
    if protocol == 17:
        ports, length = struct.unpack_from(">HH", data), struct.unpack_from(">H", data, 4)[0]
        payload = data[8:length]
        return Segment((source, destination, *ports), payload, None) if len(data) >= length >= 8 else None
    if protocol == 6:
        ports, sequence = struct.unpack_from(">HH", data), struct.unpack_from(">I", data, 4)[0]
        return Segment((source, destination, *ports), data[(data[12] >> 4) * 4 :], sequence)
    return None
