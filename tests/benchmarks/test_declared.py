"""What peers declare: all agree with ours on any input, not only on the one that is timed; nothing is asked of a peer that is not here."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import headers, messages, patterns
from benchmarks.declared import table
from benchmarks.declared.declaration import Declarations, Declared
from benchmarks.declared.dns_header import NAMES, of_attributes
from benchmarks.declared.dns_message import Summary
from benchmarks.declared.ours import datagram, summary
from benchmarks.packets import SAMPLE, dns_messages
from benchmarks.peers import available
from benchmarks.records import DATAGRAM
from bitwright_specs.dns import Header, Message, Question, Type
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.tcp import TCP

pytestmark = pytest.mark.filterwarnings("ignore")  # what peers warn of while they are imported


def _declared(form: str) -> Declarations:
    found = table.declarations(form)
    if not found:
        pytest.skip("no peer is installed")
    return found


def test_the_fields_of_a_header_are_those_that_ours_has() -> None:
    assert tuple(field.name for field in Header.__bitwright__.visible) == NAMES


def test_every_declaration_of_a_header_agrees_with_ours() -> None:
    declared = _declared(table.HEADER)
    source = random.Random(8)
    for data in (bytes(12), b"\xff" * 12, *(source.randbytes(12) for _ in range(50))):
        values = of_attributes(Header.parse(data))
        for name, one in declared.items():
            assert one.seen(one.parse(data)) == values, name
            assert one.build is None or one.build(one.given(values)) == data, name


@pytest.mark.parametrize("form", [table.MESSAGE, table.SIMPLE_MESSAGE])
def test_every_declaration_of_a_message_finds_what_ours_does(form: str) -> None:
    expected = {data: summary(Message.parse(data)) for data in dns_messages(SAMPLE)}
    assert {record.type for one in expected.values() for record in one.records} >= {1, 5, 15, 16}
    for name, one in _declared(form).items():
        taken = {data: found for data, found in expected.items() if name != "dpkt" or _dpkt_takes(found)}
        assert len(taken) > 50
        for data, found in taken.items():
            assert one.seen(one.parse(data)) == found, (name, data.hex())


def _dpkt_takes(message: Summary) -> bool:
    """It refuses a message with a record of a rarer type."""
    return {record.type for record in message.records} <= {1, 2, 5, 6, 12, 13, 15, 16, 28, 33}


def test_every_declaration_of_a_datagram_agrees_with_ours() -> None:
    declared = _declared(table.DATAGRAM)
    source = random.Random(4)
    free = (1, 4, 5, 8, *range(10, 20), *range(24, 36), 37, *range(38, 44))  # what may be any byte in a datagram with a whole segment
    for _ in range(30):
        data = bytearray(DATAGRAM)
        for at in free:
            data[at] = source.randrange(256)
        ip = IPv4.parse(bytes(data))
        expected = datagram(ip, TCP.parse(ip.payload))
        for name, one in declared.items():
            assert one.seen(one.parse(bytes(data))) == expected, (name, data.hex())


@pytest.mark.parametrize(
    ("form", "size", "by_hand"),
    [
        (table.PATTERN_DNS, 40, patterns.reference_by_hand), (table.PATTERN_RECORD, 40, patterns.record_by_hand),
        (table.PATTERN_IPV4, 70, patterns.ipv4_by_hand), (table.PATTERN_PIXELS, 30, patterns.pixels_by_hand),
    ],
)  # fmt: skip
def test_every_declaration_of_a_pattern_agrees_on_what_matches(form: str, size: int, by_hand: Callable[[bytes], Any]) -> None:
    source, matched = random.Random(3), 0
    declared = _declared(form)
    for _ in range(200):
        data = bytearray(source.randbytes(size))
        if form == table.PATTERN_IPV4:
            data[0] = 0x40 | data[0] & 15
        elif form == table.PATTERN_RECORD:
            data[1:3] = (0, data[2] % 64)
        expected = by_hand(bytes(data))
        if expected is None:
            continue
        matched += 1
        for name, one in declared.items():
            assert one.seen(one.parse(bytes(data))) == expected, (name, data.hex())
            if one.build is not None:
                assert one.build(one.given(expected)) == patterns.build_by_hand(**expected), (name, data.hex())
    assert matched > 50


def test_every_declaration_of_clauses_agrees_on_each() -> None:
    source = random.Random(6)
    declared = _declared(table.PATTERN_CLAUSES)
    for start, size in (("01", 6), ("0205", 5), ("03", 9), ("04", 8), ("05", 4), ("06", 0)) * 10:
        data = bytes.fromhex(start) + source.randbytes(size)
        expected = patterns.clauses_by_hand(data)
        assert expected is not None
        for name, one in declared.items():
            assert one.seen(one.parse(data)) == expected, (name, data.hex())


def test_another_result_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _declared(table.HEADER)
    monkeypatch.setattr(headers, "_values", lambda header: (1, *of_attributes(header)[1:]))
    with pytest.raises(AssertionError):
        headers.header_group()


@pytest.mark.parametrize("form", table.ROWS)
def test_peers_that_are_not_installed_are_named(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "available", lambda key: False)
    monkeypatch.setattr(table, "missing", lambda *keys: keys)
    assert table.declarations(form) == {}
    assert set(table.skipped(form)) == {key for row in table.ROWS[form] for key in row.needs}
    assert len(table.skipped(form)) == len(set(table.skipped(form)))


def test_what_kaitai_cannot_compile_is_an_error_that_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = ("kaitaistruct", "kaitai-struct-compiler", "js-yaml")
    if not all(map(available, needs)):
        pytest.skip(", ".join(needs))
    from benchmarks.declared import kaitai_

    (tmp_path / "compile.js").write_bytes((kaitai_.FOLDER / "compile.js").read_bytes())
    (tmp_path / "bad.ksy").write_text("meta: {id: bad}\nseq:\n  - id: one\n    type: no_such_type\n", encoding="utf-8")
    monkeypatch.setattr(kaitai_, "FOLDER", tmp_path)
    with pytest.raises(RuntimeError, match=r"(?s)kaitai-struct-compiler: .*no_such_type"):
        kaitai_.compiled.__wrapped__()


def test_a_peer_that_builds_something_else_or_fails_is_found_out() -> None:
    data = Message(id=7, questions=[Question(qname="example.com.", qtype=Type.A)]).build()
    builds = messages._builds
    assert builds(Declared(Message.parse, build=lambda message: bytes(message.build())), data)
    assert not builds(Declared(Message.parse, build=lambda message: Message(id=7).build()), data)
    assert not builds(Declared(Message.parse, build=lambda message: b"\x00"), data)
    assert not builds(Declared(Message.parse, build=lambda message: b"%d" % message), data)
