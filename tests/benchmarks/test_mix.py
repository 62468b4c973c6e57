"""The traffic that benchmarks measure with is the same everywhere, and is what it says."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import messages, packets
from benchmarks.mix import transactions, write_capture
from benchmarks.mix.frames import frames
from bitwright import ParseError, capture, stack
from bitwright_specs.dns import Message, Type
from bitwright_specs.stack import register


def test_the_first_packets_are_these() -> None:
    digest = hashlib.sha256(b"".join(islice(frames(), 2000))).hexdigest()
    assert digest == "7d2334e4baaf9afa75f709d79d8a60279f12899e6dd3fa38537773245cacfaae"


def test_messages_are_as_large_and_as_many_sided_as_recorded_ones() -> None:
    taken = [message for one in islice(transactions(), 4000) for message in (one.query, one.response)]
    assert 70 < sum(map(len, taken)) / len(taken) < 92
    parsed = [Message.parse(data) for data in taken]
    records = [record for one in parsed for section in (one.answers, one.authorities, one.additionals) for record in section]
    assert 1.8 < len(records) / len(parsed) < 2.3
    kinds = {record.type for record in records}
    assert kinds >= {Type.A, Type.AAAA, Type.CNAME, Type.OPT, Type.RRSIG, Type.SOA, Type.HTTPS, Type.DNSKEY, Type.TXT, Type.PTR}
    assert all(one.relaxed().build() for one in parsed[:500])


def test_questions_and_answers_belong_together() -> None:
    for one in islice(transactions(), 500):
        query, response = Message.parse(one.query), Message.parse(one.response)
        assert (query.id, query.questions) == (response.id, response.questions)
        assert (query.qr, response.qr) == (False, True)


def test_a_capture_has_the_packets_asked_for_and_its_checksums_are_right(tmp_path: Path) -> None:
    path = tmp_path / "made.pcap"
    write_capture(path, 3000)
    assert packets.read_pcap(path) == list(islice(frames(), 3000))
    assert [one.name for one in tmp_path.iterdir()] == ["made.pcap"]
    registry = stack.Registry()
    register(registry)
    walker = stack.Walker(registry)
    with capture.open(path) as packets_of:
        rows = [walker.decode(packet) for packet in packets_of]
    seen = Counter(layer.name for row in rows for layer in row.layers)
    assert seen["ethernet"] == 3000
    assert seen["dns"] > 2900
    assert seen["ipv6"] > 400
    assert seen["tcp"] >= 8
    assert {"arp", "icmp"} <= seen.keys()
    wrong = [row for row in rows if row.status != "ok" or row.findings]
    assert 1 <= len(wrong) <= 8, wrong[:3]
    assert {(row.status, row.layers[-1].name) for row in wrong} == {("malformed", "dns")}  # those that were cut off


def test_a_capture_of_ones_own_is_measured_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.pcap"
    write_capture(path, 40)
    monkeypatch.setattr(packets, "_instead", [])
    packets.use(path)
    assert packets.mixed_messages() == packets.dns_messages(path)


def test_messages_that_a_contender_refuses_are_counted() -> None:
    taken, left_out = messages.real_messages("dpkt")
    assert len(taken) + left_out == messages.MESSAGES
    for data in taken:
        Message.parse(data)
    with pytest.raises(ParseError):
        Message.parse(taken[0][:-1])
