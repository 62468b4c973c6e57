"""Conversations out of a capture."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitwright import IPv4Address, Struct
from bitwright.capture import CaptureError, pcap_format
from bitwright.testing.conversation_seeds import conversations_of
from bitwright_specs.dns import Class, Message, Question, TcpMessage, Type
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.udp import UDP

SAMPLES = Path(__file__).parents[3] / "samples"
CLIENT, OTHER, SERVER = IPv4Address("192.0.2.1"), IPv4Address("192.0.2.2"), IPv4Address("192.0.2.53")


def _asked(number: int, *, answer: bool = False) -> bytes:
    return Message(id=number, qr=answer, questions=[Question(qname="a.test.", qtype=Type.A, qclass=Class.IN)]).build()


def _packet(src: IPv4Address, dst: IPv4Address, src_port: int, dst_port: int, message: bytes) -> bytes:
    datagram = UDP(src_port=src_port, dst_port=dst_port, checksum=0, payload=message).build()
    return IPv4(src=src, dst=dst, protocol=IPProtocol.UDP, payload=datagram).build()


def _capture(path: Path, packets: list[bytes]) -> Path:
    records = [pcap_format.Record(captured=len(data), original=len(data), seconds=1, data=data) for data in packets]
    codec = pcap_format.Record.codec()
    header = pcap_format.LittleFileHeader(link=101)  # raw IP
    path.write_bytes(header.build() + b"".join(codec.build(record, endian="little") for record in records))
    return path


def test_each_conversation_is_what_its_first_speaker_says(tmp_path: Path) -> None:
    packets = [
        _packet(CLIENT, SERVER, 4000, 53, _asked(1)),
        _packet(OTHER, SERVER, 4000, 53, _asked(7)),
        _packet(SERVER, CLIENT, 53, 4000, _asked(1, answer=True)),
        _packet(CLIENT, SERVER, 4000, 53, _asked(2)),
        _packet(CLIENT, SERVER, 4001, 53, _asked(9)),
        _packet(SERVER, CLIENT, 53, 4000, _asked(2, answer=True)),
        _packet(CLIENT, SERVER, 4000, 53, _asked(3)),
    ]
    found = conversations_of(Message, _capture(tmp_path / "c.pcap", packets))
    assert found == [[_asked(1), _asked(2), _asked(3)], [_asked(7)], [_asked(9)]]


def test_what_comes_before_a_damage_is_taken(tmp_path: Path) -> None:
    path = _capture(tmp_path / "c.pcap", [_packet(CLIENT, SERVER, 4000, 53, _asked(number)) for number in range(3)])
    path.write_bytes(path.read_bytes()[:-1])
    assert conversations_of(Message, path) == [[_asked(0), _asked(1)]]


@pytest.mark.parametrize(("message", "least"), [(Message, 40), (TcpMessage, 4)])
def test_the_sample_has_conversations_of_both_transports(message: type[Struct], least: int) -> None:
    found = conversations_of(message, SAMPLES / "dns.pcap")
    assert len(found) >= least
    for said in found:
        asked = message.parse(said[0])
        assert not (asked.message if isinstance(asked, TcpMessage) else asked).qr  # type: ignore[attr-defined]


def test_what_is_no_capture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.pcap").write_bytes(b"no capture at all")
    with pytest.raises(CaptureError):
        conversations_of(Message, tmp_path / "c.pcap")
