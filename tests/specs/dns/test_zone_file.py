"""Zone files: what can be written, and that whatever is wrong is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bitwright_specs.dns import MX, TXT, Type
from bitwright_specs.dns.nodes import ZoneError
from bitwright_specs.dns.zone_file import read_zone, zone_of
from tests.specs.dns.zones import HEAD, line, zone


def only(records: str, name: str, kind: Type) -> list[str]:
    return [*map(line, zone(records).lookup(name, kind).answers)]


def test_a_record_is_a_text_or_a_table_of_its_fields() -> None:
    found = zone('[records.a]\nMX = ["10 mail", { preference = 20, exchange = "mail.net." }]').lookup("a.test.", Type.MX).answers
    assert [record.rdata for record in found] == [MX(preference=10, exchange="mail.test."), MX(preference=20, exchange="mail.net.")]


def test_a_text_is_one_text_as_it_stands_unless_it_is_quoted() -> None:
    found = zone("""[records.a]\nTXT = ["v=spf1 -all", '"one" "two words"', "ü"]\n[records.b]\nTXT = "%s" """ % ("x" * 300))
    assert [r.rdata for r in found.lookup("a.test.", Type.TXT).answers] == [
        TXT(strings=[b"v=spf1 -all"]), TXT(strings=[b"one", b"two words"]), TXT(strings=["ü".encode()]),
    ]  # fmt: skip
    assert [r.rdata for r in found.lookup("b.test.", Type.TXT).answers] == [TXT(strings=[b"x" * 255, b"x" * 45])]


def test_any_type_can_be_written_as_bytes_or_by_its_fields() -> None:
    records = """
    [records.a]
    TYPE65280 = '\\# 4 0A000001'
    A = '\\# 4 c000 0201'
    SVCB = { priority = 1, target = "svc.test.", params = [{ key = "PORT", value = { port = 8443 } }] }
    """
    assert only(records, "a.test.", Type(65280)) == ["a.test. 300 65280 \\# 4 0A000001"]
    assert only(records, "a.test.", Type.A) == ["a.test. 300 A 192.0.2.1"]
    assert only(records, "a.test.", Type.SVCB) == ["a.test. 300 SVCB \\# 18 0001037376630474657374000003000220FB"]


def test_times_to_live_are_the_zones_the_names_or_the_types() -> None:
    records = '[records.a]\nttl = { A = 5 }\nA = "192.0.2.1"\nTXT = "t"\n[records.b]\nttl = 7\nA = "192.0.2.1"'
    made = zone(records)
    times = [made.lookup(name, kind).answers[0].ttl for name, kind in (("a.test.", Type.A), ("a.test.", Type.TXT), ("b.test.", Type.A))]
    assert times == [5, 300, 7]


MISTAKES = {
    "[records.a]\nA = 'x'": """records."a".A: Expected 4 octets in 'x'""",
    "[records.a]\nA = ['192.0.2.1', 5]": 'records."a".A[1]: 5 is no record: that is a text or a table of its fields',
    "[records.a]\nMX = '10'": 'records."a".MX: exchange is missing; MX has preference, exchange',
    "[records.a]\nMX = '10 a b'": "records.\"a\".MX: 'b' is too much; MX has preference, exchange",
    "[records.a]\nMX = 'ten a'": "records.\"a\".MX: 'ten' is no number",
    "[records.a]\nMX = '70000 a'": 'records."a".MX: ',
    "[records.a]\nMX = { preference = 1 }": "MX: Missing required argument 'exchange'; MX has the fields preference, exchange",
    "[records.a]\nTXT = '\"open'": "records.\"a\".TXT: '\"open': a quote or an escape is not ended",
    "[records.a]\nWAT = 'x'": "records.\"a\".WAT: 'WAT' is no record type; one without a name is written as TYPE65280",
    "[records.a.b]\nA = '192.0.2.1'": '; a name with dots is quoted: [records."a.b"]',
    "[records.'a..b']\nA = '192.0.2.1'": "records.\"a..b\": 'a..b' is no domain name: ",
    "[records.'other.']\nA = '192.0.2.1'": "other. A: the name is not in the zone test.",
    "[records.a]\nttl = -1\nA = '192.0.2.1'": 'records."a".ttl: -1 is no time to live',
    "[records.a]\nA = '\\# 3 000000'": 'records."a".A: A: ',
    "[records.a]\nA = '\\# 3 00000000'": 'records."a".A: 3 bytes are announced, and 4 are there (RFC 3597, section 5)',
    "[records.a]\nCNAME = 'b'\nA = '192.0.2.1'": "a.test. CNAME: an alias has no other data, here A (RFC 1034, section 3.6.2)",
    "[records.a]\nCNAME = ['b', 'c']": "a.test. CNAME: more than one record (RFC 2181, section 10.1)",
    "[records.a]\nA = ['192.0.2.1', '192.0.2.1']": "a.test. A: the same data twice",
    "[records.a]\nAXFR = '\\# 0'": "a.test. AXFR: asked for or sent along, never stored (RFC 6895, section 3.1)",
    "[records.'*']\nNS = 'a'": "*.test.: NS, DNAME and SOA have no meaning at a wildcard (RFC 4592, section 4)",
    "[records.a]\nDNAME = 'b'\n[records.'x.y.a']\nA = '192.0.2.1'": "nothing is below a name with DNAME, here a.test. (RFC 6672, ",
    "[records.a]\nNS = 'b'\n[records.'x.a']\nTXT = 't'": "x.a.test. TXT: belongs to the zone a.test., which is delegated",
    "[records.a]\nNS = 'b'\nMX = '1 b'": "a.test. MX: belongs to the zone a.test., which is delegated",
    "[records.a]\nSOA = 'a b 1 2 3 4 5'": "a.test. SOA: only the zone's own name has one (RFC 1035, section 5.2)",
}


@pytest.mark.parametrize("records", MISTAKES, ids=lambda text: text.replace("\n", " "))
def test_a_mistake_is_named_with_its_place(records: str) -> None:
    with pytest.raises(ZoneError) as raised:
        zone(records)
    assert MISTAKES[records] in str(raised.value)


def test_times_to_live_of_one_set_agree() -> None:
    with pytest.raises(ZoneError, match=r"a\.test\. A: times to live of 300 and of 5"):
        zone('[records.a]\nA = "192.0.2.1"\n[records."A.test."]\nttl = 5\nA = "192.0.2.2"')


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "z.toml"
    path.write_text("origin = 'a.'\n[soa\n")
    with pytest.raises(ZoneError, match=r"z\.toml: is no TOML: .*line 2"):
        read_zone(path)
    path.write_bytes(b"\xff")
    with pytest.raises(ZoneError, match=r"z\.toml: is no UTF-8"):
        read_zone(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "origin: is missing"), ("origin = 5", "origin: has to be a text"), ("origin = 'a'", "origin: 'a' has no final dot"),
        ("origin = 'a.'", "soa: is missing"), (HEAD, "records: is missing"), ("origin = 'a.'\nx = 1", "x: means nothing here"),
        (HEAD + "[records.a]\nA = '192.0.2.1'", "test.: a zone has a record NS at its name (RFC 1034, section 4.2.1)"),
        (HEAD.replace("serial = 1,", ""), "soa: Missing required argument 'serial'; SOA has the fields mname, rname, serial"),
    ],
)  # fmt: skip
def test_what_a_zone_needs_is_named(text: str, said: str) -> None:
    with pytest.raises(ZoneError) as raised:
        zone_of(text)
    assert said in str(raised.value)
