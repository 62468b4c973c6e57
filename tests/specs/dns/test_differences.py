"""One message for each listed difference from dnspython, showing both sides of it, and damaged messages, which show no other."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dns.edns
import dns.exception
import dns.message
import dns.rdata
import pytest
from dns.rdataclass import IN
from dns.rdatatype import RdataType

from bitwright import ParseError
from bitwright_specs.dns import Message, Opaque, RData
from tests.specs.dns import oracle, walk
from tests.specs.dns.differences import CAPTURED, CONSTRUCTED
from tests.specs.dns.outcomes import both, outcome
from tests.specs.dns.unions import arms
from tests.specs.dns.vectors import typical_messages
from tests.specs.dns.wire import answer, header, record

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "dns-differences.md"
NAME = b"\x04name\x04test\x00"


def _first(message: dns.message.Message) -> Any:
    return message.answer[0][0]


def _chain(hops: int) -> bytes:
    records, at = [record(1, bytes(4), owner=b"\x01a\x00")], 12
    for _ in range(hops):
        place = 12 + sum(map(len, records))
        records.append(record(1, bytes(4), owner=(0xC000 | at).to_bytes(2, "big")))
        at = place
    return header(0, len(records)) + b"".join(records)


def _rdata(kind: int, data: bytes) -> bytes:
    return answer(kind, len(data), data)


def _option(code: int, data: bytes) -> bytes:
    return header(0, 0, 0, 1) + record(41, code.to_bytes(2, "big") + len(data).to_bytes(2, "big") + data)


def _binding(params: str) -> bytes:
    return _rdata(64, b"\x00\x01\x00" + bytes.fromhex(params))


# key, message, the plain value that bitwright reads there (None: it refuses), what dnspython makes of it (an exception, or a check)
Theirs = type[Exception] | Callable[[dns.message.Message], bool]
EXAMPLES: list[tuple[str, bytes, Callable[[Message], bool] | None, Theirs]] = [
    (
        "mdns-class", header(0, 1) + record(1, b"\xc0\x00\x02\x01", rclass=0x8001),
        lambda m: m.answers[0].rdata.to_dict() == {"address": "192.0.2.1"},
        lambda m: _first(m).to_wire() == b"\xc0\x00\x02\x01" and not hasattr(_first(m), "address"),
    ),
    (
        "compressed-name", header(0, 1) + record(47, b"\xc0\x0c\x00\x01\x40", owner=NAME),
        lambda m: m.answers[0].rdata.to_dict()["next_domain_name"] == "name.test.", dns.exception.FormError,
    ),
    (
        "ttl-top-bit", header(0, 1) + record(1, bytes(4), ttl=1 << 31),
        lambda m: m.answers[0].ttl == 1 << 31, lambda m: m.answer[0].ttl == 0,
    ),
    (
        "chaosnet-address", header(0, 1) + record(1, NAME + b"\x00\x01", rclass=3),
        None, lambda m: _first(m).to_text() == "name.test. 1",
    ),
    ("empty-data", _rdata(1, b""), lambda m: m.answers[0].rdata == Opaque(data=b""), dns.exception.FormError),
    ("meaningless-content", _rdata(29, bytes(16)), lambda m: m.answers[0].rdata.to_dict()["latitude"] == 0, dns.exception.FormError),
    (
        "meaningless-content", _rdata(43, b"\x00\x01\x05\x02abc"),
        lambda m: m.answers[0].rdata.to_dict()["digest"] == "616263", dns.exception.FormError,
    ),
    ("meaningless-content", _rdata(257, b"\x00\x01-"), lambda m: m.answers[0].rdata.to_dict()["tag"] == "2d", dns.exception.FormError),
    ("meaningless-content", _rdata(16, b""), lambda m: m.answers[0].rdata.to_dict() == {"strings": []}, dns.exception.FormError),
    (
        "parameter-order", _binding("0003 0002 0035 0001 0003 02 6832"),
        lambda m: [p["key"] for p in m.answers[0].rdata.to_dict()["params"]] == ["PORT", "ALPN"], dns.exception.FormError,
    ),
    (
        "parameter-order", _binding("0003 0002 0035 0003 0002 0036"),
        lambda m: len(m.answers[0].rdata.to_dict()["params"]) == 2, dns.exception.FormError,
    ),
    (
        "bitmap-form", _rdata(47, b"\x00\x01\x01\x80\x00\x01\x40"),
        lambda m: [w["window"] for w in m.answers[0].rdata.to_dict()["type_bitmaps"]] == [1, 0], dns.exception.FormError,
    ),
    (
        "bitmap-form", _rdata(47, b"\x00\x00\x00"),
        lambda m: m.answers[0].rdata.to_dict()["type_bitmaps"] == [{"window": 0, "bitmap": ""}], dns.exception.FormError,
    ),
    (
        "option-content", _option(8, b"\x00\x01\x18\x00\xff\xff\xff\xff"),
        lambda m: m.additionals[0].rdata.to_dict()["options"][0]["value"]["address"] == "ffffffff", dns.exception.FormError,
    ),
    (
        "option-content", _option(10, bytes(9)),
        lambda m: m.additionals[0].rdata.to_dict()["options"][0]["value"]["server"] == "00", dns.exception.FormError,
    ),
    (
        "error-text", _option(15, b"\x00\x00no\x00"),
        lambda m: m.additionals[0].rdata.to_dict()["options"][0]["value"]["extra_text"] == "6e6f00",
        lambda m: m.options[0].to_wire() == b"\x00\x00no",
    ),
    (
        "error-text", _option(15, b"\x00\x00\xff"),
        lambda m: m.additionals[0].rdata.to_dict()["options"][0]["value"]["extra_text"] == "ff", dns.exception.FormError,
    ),
    ("pseudo-records", _rdata(41, b""), lambda m: m.edns is None and len(m.answers) == 1, dns.message.BadEDNS),
    ("pseudo-records", header(0, 0, 0, 2) + record(41, b"") * 2, lambda m: len(m.additionals) == 2, dns.message.BadEDNS),
    (
        "pseudo-records", header(0, 0, 0, 2) + record(250, b"\x00" + bytes(16), rclass=255) + record(16, b"\x00"),
        lambda m: m.additionals[0].to_dict()["type"] == "TSIG", dns.message.BadTSIG,
    ),
    (
        "update-form", header(1, flags=5 << 11) + NAME + b"\x00\x01\x00\x01",
        lambda m: m.questions[0].qname == "name.test.", dns.exception.FormError,
    ),
    ("pointer-hops", _chain(17), lambda m: m.answers[17].name == "a.", dns.exception.FormError),
    (
        "malformed-options", _option(10, bytes(4)),
        lambda m: m.additionals[0].rdata.to_dict()["options"][0]["value"] == {"data": "00000000"}, dns.exception.FormError,
    ),
    (
        "malformed-options", _option(11, bytes(3)),
        lambda m: [f.code for f in Message.check(m.build())[1]] == ["malformed"], lambda m: m.options[0].to_wire() == bytes(3),
    ),
    (
        "other-types", _rdata(38, b"\x80\x01a\x00"),
        lambda m: m.answers[0].rdata.to_dict() == {"prefix_length": 128, "suffix": "", "prefix_name": "a."},
        lambda m: _first(m).to_wire() == b"\x80\x01a\x00",
    ),
    ("other-types", _rdata(14, b"\x00"), None, lambda m: _first(m).to_wire() == b"\x00"),
    (
        "gpos-order", _rdata(27, b"\x028.\x0247\x0319."),
        lambda m: m.answers[0].rdata.to_dict() == {"longitude": "382e", "latitude": "3437", "altitude": "31392e"},
        lambda m: (_first(m).latitude, _first(m).longitude) == (b"8.", b"47"),
    ),
    (
        "meaningless-content", _rdata(42, b"\x00\x01\x10\x02\x0a\x00"),
        lambda m: m.answers[0].rdata.to_dict()["prefixes"][0]["address"] == "0a00", dns.exception.FormError,
    ),
    (
        "meaningless-content", _rdata(63, bytes(6) + bytes(4)),
        lambda m: m.answers[0].rdata.to_dict()["digest"] == "00000000", dns.exception.FormError,
    ),
    (
        "empty-parameter", _binding("0007 0000"),
        lambda m: m.answers[0].rdata.params[0].value.template == b"",  # type: ignore[attr-defined]  # the arm is known here
        lambda m: _first(m).params[7] is None,
    ),
    (
        "empty-subaddress", _rdata(20, b"\x011\x00"),
        lambda m: m.answers[0].rdata.to_dict() == {"address": "31", "subaddress": ""}, lambda m: _first(m).to_wire() == b"\x011",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("key", "data", "ours", "theirs"), EXAMPLES, ids=[f"{e[0]}-{i}" for i, e in enumerate(EXAMPLES)])
def test_example(key: str, data: bytes, ours: Callable[[Message], bool] | None, theirs: Theirs) -> None:
    found = both(data)
    if ours is None:
        assert isinstance(found, ParseError)
    else:
        assert isinstance(found, Message)
        assert ours(found)
    if isinstance(theirs, type):
        with pytest.raises(theirs):
            oracle.read(data)
    else:
        assert theirs(oracle.read(data))


def test_every_difference_has_an_example_and_a_paragraph() -> None:
    listed = {**CAPTURED, **CONSTRUCTED}
    assert {key for key, *_ in EXAMPLES} == set(listed)
    assert set(re.findall(r"^### `([a-z-]+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)) == set(listed)


# --- mutants ------------------------------------------------------------------------------------

# types that dnspython knows in class IN alone; it has its own A for class CH
ONLY_IN = frozenset({1, 11, 22, 23, 26, 28, 33, 35, 36, 42, 45, 49, 64, 65})
class_there: Any = dns.rdata.get_rdata_class
ONLY_HERE = frozenset(tag for tag in arms(RData) if class_there(IN, RdataType(tag)) is dns.rdata.GenericRdata)  # bytes to dnspython
ISDN = 20


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _explained(path: str, data: bytes, message: dns.message.Message | None = None) -> bool:
    """Whether a listed difference accounts for what differs in the record at `path`."""
    found = re.match(r"(answers|authorities|additionals)\[(\d+)\]\.(\w+)", path)
    if found is None:
        return False
    place = [p for p in walk.records(data)[1] if p.section == found[1]][int(found[2])]
    if found[3] == "ttl":
        return place.ttl >= 1 << 31
    if place.type == 41:
        return ".options[" in path if message is None else any(isinstance(option, dns.edns.EDEOption) for option in message.options)
    return place.type in ONLY_HERE | {ISDN} or (place.type in ONLY_IN and place.rclass != 1)


def test_damaged_messages_beside_dnspython() -> None:
    """Where both read a message with one wrong byte, they read the same, but for what is listed."""
    chance = random.Random(4033)
    seeds, equal = typical_messages(), 0
    for _ in range(3_000):
        data = _damaged(chance.choice(seeds), chance)
        try:
            theirs = oracle.read(data)
        except (dns.exception.DNSException, ValueError):
            continue
        ours = outcome(Message.codec(), data)
        if isinstance(ours, ParseError):
            assert _explained(ours.path, data), f"{ours}: {data.hex()}"
            continue
        a, b = oracle.our_view(ours), oracle.their_view(data, theirs)
        for path in a.keys() | b.keys():
            assert a.get(path) == b.get(path) or _explained(path, data, theirs), f"{path}: {data.hex()}"
        equal += a == b
    assert equal > 1_000
