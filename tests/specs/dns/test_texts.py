"""Presentation text, where a class offers it, beside dnspython's; and what the rare types compute from their fields."""

from __future__ import annotations

from typing import Any

import dns.rdata
import dns.rdatatype
import pytest

from bitwright import IPv4Address
from bitwright_specs import dns as ours
from tests.specs.dns.unions import arms

LOCATIONS = [
    "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m",
    "42 21 43.952 N 71 5 6.344 W -24.00m 1.00m 200.00m 10.00m",
    "52 14 5.000 N 0 8 50.000 E 10.00m 0.00m 0.00m 0.00m",
    "32 7 19.000 S 116 2 25.000 E 10.00m 1.00m 10000.00m 10.00m",
    "90 0 0.000 N 180 0 0.000 W 42849672.95m 90000000.00m 0.05m 9.00m",
    "0 0 0.000 N 0 0 0.000 E 0.00m 1.00m 10000.00m 10.00m",
    "0 0 0.001 S 0 0 0.001 W -0.50m 1.00m 10000.00m 10.00m",
]


def _ours(kind: str, theirs: Any) -> Any:
    return arms(ours.RData)[dns.rdatatype.from_text(kind)].parse(theirs.to_wire() or b"")


@pytest.mark.parametrize("text", LOCATIONS)
def test_location(text: str) -> None:
    theirs: Any = dns.rdata.from_text("IN", "LOC", text)
    found = _ours("LOC", theirs)
    assert found.text == text
    assert dns.rdata.from_text("IN", "LOC", found.text) == theirs
    assert found.latitude_degrees == pytest.approx(theirs.float_latitude)
    assert found.longitude_degrees == pytest.approx(theirs.float_longitude)
    assert found.altitude_metres == theirs.altitude / 100


@pytest.mark.parametrize("text", ["1:192.168.32.0/21 !1:192.168.38.0/28", "2:ff00::/8", "1:0.0.0.0/0", "!2:2001:db8::/33"])
def test_address_prefixes(text: str) -> None:
    theirs = dns.rdata.from_text("IN", "APL", text)
    assert " ".join(prefix.text for prefix in _ours("APL", theirs).prefixes) == text == theirs.to_text()


@pytest.mark.parametrize(
    ("kind", "text", "field"),
    [
        ("EUI48", "00-00-5e-00-53-2a", "text"),
        ("EUI64", "00-00-5e-ef-10-00-00-2a", "text"),
        ("NID", "10 0014:4fff:ff20:ee64", "node_id_text"),
        ("L64", "10 2001:0db8:1140:1000", "locator64_text"),
    ],
)
def test_hardware_addresses_and_locators(kind: str, text: str, field: str) -> None:
    theirs = dns.rdata.from_text("IN", kind, text)
    assert getattr(_ours(kind, theirs), field) == text.rsplit(maxsplit=1)[-1] == theirs.to_text().split()[-1]


def test_sets_of_bits() -> None:
    assert ours.WKS(address=IPv4Address("192.0.2.1"), protocol=6, bitmap=bytes(2) + b"\x04\x40" + bytes(6) + b"\x80").ports == [21, 25, 80]
    assert ours.NXT(next_domain_name=".", bitmap=b"\x62").types == [ours.Type.A, ours.Type.NS, ours.Type.SOA]


def test_times(engine: str) -> None:
    """Signatures and their keys say when: a number on the wire, a time to people."""
    text = "A 8 2 3600 20300101000000 20200131123456 12345 example. AAAA"
    found = ours.RRSIG.codec(engine).parse(dns.rdata.from_text("IN", "RRSIG", text).to_wire() or b"")
    assert (str(found.expiration), str(found.inception)) == ("2030-01-01T00:00:00Z", "2020-01-31T12:34:56Z")
    assert (found.expiration, found.inception) == (1893456000, 1580474096)
    assert found.to_dict()["expiration"] == "2030-01-01T00:00:00Z"
    assert ours.RRSIG.from_dict(found.to_dict()) == found
