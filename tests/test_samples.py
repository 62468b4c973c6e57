"""The sample capture holds what samples/README.md says, and nothing from any network."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bitwright import capture, stack
from bitwright.stack import Row
from bitwright_specs.dns import Class, Message, Rcode, TcpMessage, Type
from bitwright_specs.stack import register

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PACKETS = 120


@cache
def rows(name: str) -> list[Row]:
    registry = stack.Registry()
    register(registry)
    walker = stack.Walker(registry)
    with capture.open(SAMPLES / name) as packets:
        return [walker.decode(packet) for packet in packets]


def values(row: Row, *layers: str) -> list[Any]:
    return [layer.value for layer in row.layers if layer.name in layers]


def messages() -> list[tuple[int, Message]]:
    """Packet number and message, of both transports."""
    found = [(row.number, value) for row in rows("dns.pcap") for value in values(row, "dns", "dns_tcp")]
    return [(number, value.message if isinstance(value, TcpMessage) else value) for number, value in found]


def test_both_containers_hold_the_same_packets() -> None:
    assert len(rows("dns.pcap")) == PACKETS
    for one, other in zip(rows("dns.pcap"), rows("dns.pcapng"), strict=True):
        assert (one.number, one.time_ns, one.captured, one.original) == (other.number, other.time_ns, other.captured, other.original)
        assert [layer.value for layer in one.layers] == [layer.value for layer in other.layers]


def test_every_packet_is_whole() -> None:
    assert Counter(row.status for row in rows("dns.pcap")) == {"ok": PACKETS}
    assert all(row.captured == row.original for row in rows("dns.pcap"))


def test_every_address_is_loopback() -> None:
    seen = {str(address) for row in rows("dns.pcap") for ip in values(row, "ipv4", "ipv6") for address in (ip.src, ip.dst)}
    assert seen == {"127.0.0.1", "::1"}


def test_every_name_is_under_test() -> None:
    names = {record.name for _, m in messages() for record in (*m.answers, *m.authorities, *m.additionals)}
    names |= {question.qname for _, m in messages() for question in m.questions}
    assert {name for name in names if not name.endswith("test.")} == {"."}  # the root is the owner of EDNS options


def test_the_kinds_that_the_note_promises() -> None:
    all_messages = [m for _, m in messages()]
    answered = {r.type for m in all_messages for r in (*m.answers, *m.authorities)}
    wanted = "A AAAA MX TXT HTTPS SVCB SRV CAA PTR CNAME SOA NS DNSKEY DS RRSIG NSEC"
    assert {Type[name] for name in wanted.split()} <= answered
    assert Type(65280) in answered
    assert {m.rcode for m in all_messages} == {Rcode.NOERROR, Rcode.NXDOMAIN, Rcode.REFUSED}
    assert any(m.ad and m.qr for m in all_messages)
    assert any(m.cd for m in all_messages)
    assert {q.qclass for m in all_messages for q in m.questions} == {Class.IN}
    assert any(m.edns is None for m in all_messages)
    assert any(m.edns is not None and m.edns.dnssec_ok for m in all_messages)


def test_the_truncated_answer_is_asked_again_over_tcp() -> None:
    [(number, cut)] = [(n, m) for n, m in messages() if m.tc]
    again = [(n, m) for n, m in messages() if m.questions == cut.questions and n > number and m.qr]
    assert number == 98
    assert len(again) == 1
    assert len(again[0][1].answers) == 24
    assert values(rows("dns.pcap")[again[0][0] - 1], "tcp")


def test_the_last_packet_is_a_port_unreachable() -> None:
    [icmp] = values(rows("dns.pcap")[-1], "icmp")
    assert (int(icmp.type), int(icmp.code)) == (3, 3)


def test_messages_come_back_from_what_they_build(engine: str) -> None:
    codec = Message.codec(engine)
    for number, message in messages():
        assert codec.parse(codec.build(message.relaxed())).relaxed() == message.relaxed(), number


def test_checksums_fit(engine: str) -> None:
    """Loopback leaves them unfinished; samples/finish_checksums.py finished them."""
    for row in rows("dns.pcap"):
        for ip in values(row, "ipv4"):
            assert type(ip).codec(engine).check(ip.build())[1] == []
            rebuilt = ip.replace(checksum=None).resolved()
            assert rebuilt.checksum == ip.checksum


@pytest.mark.parametrize("name", ["dns.pcap", "dns.pcapng"])
def test_samples_stay_small(name: str) -> None:
    assert (SAMPLES / name).stat().st_size < 30_000
