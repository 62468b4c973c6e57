"""The pieces of work whose instructions are counted: every hot path, by the names that users call.

Promise: a case takes its input from this repository alone and does the same each time; the first two use nothing of bitwright, and show
whether the interpreter and msgspec are the ones that counts were written down for.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import struct
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

import bitwright
from benchmarks.packets import ROOT, SAMPLE, dns_messages
from bitwright_specs.dns import Header, Message, TcpMessage
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP

Work = Callable[[], object]

CPYTHON: Final = "CPython by itself"
MSGSPEC: Final = "msgspec by itself"
REFERENCES: Final = (CPYTHON, MSGSPEC)

_HEADER: Final = bytes.fromhex("1a2b8583000100020003000a")
_SEGMENT: Final = bytes.fromhex("c35000501a2b3c4d00000000a002faf000000000020405b40402080a001122330000000001030307")
_DATAGRAM: Final = bytes.fromhex("460000401c46400040060000c0a80001c0a800c794040000") + _SEGMENT
_PATTERN: Final = (
    "<<message_id::binary-size(2), qr::1, opcode::4, flag_aa::1, flag_tc::1, flag_rd::1, flag_ra::1, _reserved::3, rcode::4, "
    "qd_count::16, an_count::16, ns_count::16, ar_count::16, answer::binary>>"
)
_FEED: Final = 1460  # bytes of a TCP segment on Ethernet
_REPEATED: Final = 5  # times that the sample's packets come in the capture that is walked


@dataclasses.dataclass(frozen=True)
class Case:
    """A piece of work: what `prepare` returns handles `items` items a call, after what `fixed` returns is taken off."""

    name: str
    items: int
    prepare: Callable[[], Work]
    fixed: Callable[[], Work] | None = None


def over(work: Callable[[Any], object], inputs: Iterable[Any]) -> Work:
    """`work` on every input in turn."""
    prepared = list(inputs)

    def run() -> None:
        for one in prepared:
            work(one)

    return run


def hot(struct: type[bitwright.Struct], name: str, inputs: Iterable[Any]) -> Work:
    """A method of a class on every input, as a program has it that takes it from the class when the first messages are through."""
    given = list(inputs)
    for one in given:
        getattr(struct, name)(one)
    return over(getattr(struct, name), given)


def _cpython() -> Work:
    """Bytecode, calls, numbers, bytes, dicts: what parsers in Python consist of."""
    unpack = struct.Struct(">HHI").unpack_from
    data = bytes(range(256))

    def read(position: int) -> dict[str, Any]:
        first, second, third = unpack(data, position)
        return {"first": first & 0xFFF, "second": second >> 4, "rest": data[position : position + 5], "large": third << 8}

    def run() -> int:
        return sum(read(position)["second"] for _ in range(20) for position in range(200))

    return run


class _Point(msgspec.Struct):
    x: int
    y: int
    name: str = ""


def _msgspec() -> Work:
    """Objects made, compared, read and written by msgspec."""
    encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(_Point).decode

    def run() -> None:
        for number in range(500):
            point = _Point(number, 2, name="name")
            assert decode(encode(point)) == point

    return run


@cache
def _messages() -> list[bytes]:
    """The DNS messages of the sample."""
    return dns_messages(SAMPLE)


def _both_headers() -> Work:
    hot(IPv4, "parse", [_DATAGRAM])
    hot(TCP, "parse", [_SEGMENT])
    parse, parse_above = IPv4.parse, TCP.parse
    return over(lambda data: parse_above(parse(data).payload), [_DATAGRAM] * 200)


def _pushed() -> Work:
    wire = b"".join(len(data).to_bytes(2, "big") + data for data in _messages())
    segments = [wire[at : at + _FEED] for at in range(0, len(wire), _FEED)]

    def run() -> int:
        stream = TcpMessage.stream()
        return sum(1 for segment in segments for _ in stream.feed(segment))

    assert run() == len(_messages())
    return run


def _tls_record() -> Work:
    spec = importlib.util.spec_from_file_location("gallery_tls_client_hello", ROOT / "docs" / "gallery" / "tls_client_hello.py")
    assert spec is not None
    assert spec.loader is not None
    g = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(g)
    extensions = [
        g.Extension(body=g.ServerName(names=[g.HostName(name="www.example.com")])),
        g.Extension(body=g.ApplicationProtocols(protocols=[b"h2", b"http/1.1"])),
        g.Extension(type=51, body=g.OpaqueExtension(data=bytes.fromhex("0024001d0020") + bytes(range(32)))),
    ]
    hello = g.ClientHello(random=bytes(range(32)), session_id=bytes(32), cipher_suites=[0x1301, 0x1302, 0xC02B], extensions=extensions)
    return hot(g.Record, "parse", [g.Record(handshake=g.Handshake(hello=hello)).build()] * 100)


def _pattern_match() -> Work:
    pattern = bitwright.pattern(_PATTERN)
    pattern.match(_HEADER)
    return over(pattern.match, [_HEADER + bytes(20)] * 500)


def _pattern_build() -> Work:
    pattern = bitwright.pattern(_PATTERN)
    values: Any = pattern.match(_HEADER + bytes(20))
    return over(lambda given: pattern.build(**given), [values] * 500)


def _pattern_compiled() -> Work:
    """A pattern that was not seen before, from its text to its first match; the numbers have the same count of digits."""
    numbers = iter(range(10_000, 100_000))

    def run() -> None:
        for _ in range(5):
            pattern = bitwright.pattern(f"<<kind, length::16, value::binary-size(length), {next(numbers)}::32, rest::binary>>")
            assert pattern.match(b"") is None

    return run


@cache
def _capture(times: int = _REPEATED) -> str:
    """A capture that repeats the packets of the sample, in a folder that is removed at the end of the process."""
    content = SAMPLE.read_bytes()
    path = Path(_folder().name) / f"capture{times}.pcap"
    path.write_bytes(content[:24] + content[24:] * times)
    return str(path)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _packets() -> Work:
    path = _capture()

    def run() -> int:
        with bitwright.capture.open(path) as packets:
            return sum(len(packet.data) for packet in packets)

    return run


def _rows() -> Work:
    from bitwright.stack import Registry, Walker
    from bitwright_specs.stack import register

    path, registry = _capture(), Registry()
    register(registry)
    walker = Walker(registry)

    def run() -> int:
        with bitwright.capture.open(path) as packets:
            return sum(len(walker.decode(packet).layers) for packet in packets)

    return run


def _json_lines(times: int = _REPEATED) -> Work:
    from bitwright.cli import main

    command = ["decode", _capture(times), "--format", "jsonl", "--workers", "1", "--quiet", "-o", str(Path(_folder().name) / "rows.jsonl")]

    def run() -> None:
        assert main(command) == 0, "decode needs bitwright to be installed, since it looks for what is: pip install -e ."

    return run


_PACKETS: Final = 120 * _REPEATED

CASES: Final = (
    Case(CPYTHON, 4_000, _cpython),
    Case(MSGSPEC, 500, _msgspec),
    Case("DNS header, parse", 500, lambda: hot(Header, "parse", [_HEADER] * 500)),
    Case("DNS header, build", 500, lambda: hot(Header, "build", [Header.parse(_HEADER)] * 500)),
    Case("DNS message, parse", 79, lambda: hot(Message, "parse", _messages())),
    Case("DNS message, build", 79, lambda: hot(Message, "build", map(Message.parse, _messages()))),
    Case("DNS message, one field", 79, lambda: over(lambda data: Message.parse(data, only=("rcode",)), _messages())),
    Case("DNS messages, pushed", 79, _pushed),
    Case("IPv4 and TCP headers, parse", 200, _both_headers),
    Case("IPv4 header, build", 200, lambda: hot(IPv4, "build", [IPv4.parse(_DATAGRAM)] * 200)),
    Case("TLS record, parse", 100, _tls_record),
    Case("bit pattern, match", 500, _pattern_match),
    Case("bit pattern, build", 500, _pattern_build),
    Case("bit pattern, compile", 5, _pattern_compiled),
    Case("capture, packets", _PACKETS, _packets),
    Case("capture, layers", _PACKETS, _rows),
    # Beginning (registering layers, which looks at everything that is installed) is taken off with the first 120 packets.
    Case("capture, JSON lines", _PACKETS - 120, _json_lines, lambda: _json_lines(1)),
)
