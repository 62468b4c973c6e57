"""Each record type from its wire form and back, beside dnspython's text form and the examples of the RFCs."""

from __future__ import annotations

import base64
import hashlib

import dns.rdata
import dns.rdatatype
import pytest

from bitwright import IPv4Address, IPv6Address, Struct, i32
from bitwright_specs import dns as ours
from tests.specs.dns import oracle, walk, wire
from tests.specs.dns.reference import names_in
from tests.specs.dns.strategies import OPTIONS, PARAMS, RDATA
from tests.specs.dns.unions import arms, shipped, tag_of
from tests.specs.dns.vectors import HEX, TEXTS


@pytest.mark.parametrize(("kind", "text"), TEXTS, ids=lambda value: str(value)[:24])
def test_type_beside_dnspython(engine: str, kind: str, text: str) -> None:
    theirs = dns.rdata.from_text("IN", kind, text)
    wire = theirs.to_wire() or b""
    arm = arms(ours.RData)[dns.rdatatype.from_text(kind)]
    value = arm.codec(engine).parse(wire)
    assert oracle.our_rdata(value) == oracle.their_rdata(theirs)
    assert arm.codec(engine).build(value) == wire
    record = ours.Record(name="x.test.", ttl=5, rdata=value)
    built = ours.Record.codec(engine).build(record)
    assert built.endswith(wire)
    assert ours.Record.codec(engine).parse(built) == record.resolved()
    assert record.resolved().type.name == kind.replace("-", "_")


@pytest.mark.parametrize(("value", "text"), HEX, ids=lambda value: type(value).__name__)
def test_type_from_its_rfc(engine: str, value: ours.RData, text: str) -> None:
    codec = type(value).codec(engine)
    assert codec.build(value).hex() == text
    assert codec.parse(bytes.fromhex(text)) == value


def test_every_type_is_covered() -> None:
    there = shipped(ours.RData)
    shown = {arms(ours.RData)[dns.rdatatype.from_text(kind)] for kind, _ in TEXTS} | {type(v) for v, _ in HEX}
    assert there - shown == {ours.OPT}  # which has a module of its own
    assert there == set(RDATA)
    assert shipped(ours.SvcParamValue) == set(PARAMS)
    assert shipped(ours.OptionValue) == set(OPTIONS)


# --- service bindings: RFC 9460, appendix D ------------------------------------------------------

FOO_COM = "03666f6f076578616d706c6503636f6d00"
FOO_ORG = "03666f6f076578616d706c65036f726700"
BINDINGS = [
    ("0000" + FOO_COM, ours.HTTPS(priority=0, target="foo.example.com.")),
    ("000100", ours.SVCB(priority=1, target=".")),
    (
        "0010" + FOO_COM + "000300020035",
        ours.SVCB(priority=16, target="foo.example.com.", params=[ours.SvcParam(value=ours.Port(port=53))]),
    ),
    (
        "0001" + FOO_COM + "029b000568656c6c6f",
        ours.SVCB(
            priority=1, target="foo.example.com.", params=[ours.SvcParam(key=ours.SvcParamKey(667), value=ours.UnknownParam(data=b"hello"))]
        ),
    ),
    (
        "0001" + FOO_COM + "0006002020010db800000000000000000000000120010db8000000000000000000530001",
        ours.SVCB(
            priority=1, target="foo.example.com.",
            params=[ours.SvcParam(value=ours.IPv6Hint(addresses=[IPv6Address("2001:db8::1"), IPv6Address("2001:db8::53:1")]))],
        ),
    ),
    (
        "0010" + FOO_ORG + "00000004000100040001000902683205" + "68332d3139" + "00040004c0000201",
        ours.SVCB(
            priority=16, target="foo.example.org.",
            params=[
                ours.SvcParam(value=ours.Mandatory(keys=[ours.SvcParamKey.ALPN, ours.SvcParamKey.IPV4HINT])),
                ours.SvcParam(value=ours.Alpn(protocols=[b"h2", b"h3-19"])),
                ours.SvcParam(value=ours.IPv4Hint(addresses=[IPv4Address("192.0.2.1")])),
            ],
        ),
    ),
    (
        "0010" + FOO_ORG + "0001000c08665c6f6f2c626172026832",
        ours.SVCB(priority=16, target="foo.example.org.", params=[ours.SvcParam(value=ours.Alpn(protocols=[b"f\\oo,bar", b"h2"]))]),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), BINDINGS)
def test_service_binding(engine: str, text: str, value: ours.ServiceBinding) -> None:
    codec = type(value).codec(engine)
    assert codec.build(value).hex() == text
    assert codec.parse(bytes.fromhex(text)) == value.resolved()


# --- DNSSEC: the examples of RFC 4034 -----------------------------------------------------------

KEY = ours.DNSKEY(
    flags=256, algorithm=ours.Algorithm.RSASHA1,
    public_key=base64.b64decode(
        "AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/M5+X7Orz"
        "KBaMbCVdFLUUh6DhweJBjEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw=="
    ),
)  # fmt: skip


def test_key_tag() -> None:
    assert KEY.key_tag == 60485  # RFC 4034, section 5.4
    owner = ours.Question(qname="dskey.example.com.", qtype=ours.Type.A).build()[:-4]
    assert hashlib.sha1(owner + KEY.build()).hexdigest().upper() == "2BB183AF5F22588179A53B0A98631FAD1A292118"
    assert (KEY.zone_key, KEY.secure_entry_point, KEY.revoked) == (True, False, False)
    assert KEY.replace(flags=0x0181).secure_entry_point
    assert KEY.replace(flags=0x0181).revoked
    old = KEY.replace(algorithm=ours.Algorithm.RSAMD5, public_key=b"\x01\x02\x03\xaa\xbb\xcc")
    assert old.key_tag == 0xAABB


def test_type_bitmap() -> None:
    text = "04686f7374076578616d706c6503636f6d00" + "0006400100000003" + "041b" + "00" * 26 + "20"  # RFC 4034, section 4.3
    nsec = ours.NSEC.parse(bytes.fromhex(text))
    types = [ours.Type.A, ours.Type.MX, ours.Type.RRSIG, ours.Type.NSEC, ours.Type(1234)]
    assert nsec.types == types
    assert ours.NSEC(next_domain_name="host.example.com.", type_bitmaps=ours.windows_of(reversed(types))).build().hex() == text
    assert ours.windows_of([]) == []
    assert ours.types_of(ours.windows_of(range(65536))) == list(range(65536))


# --- unknown types, and types that others add ---------------------------------------------------


class Coordinates(ours.RData, tag=65282):
    """A type of the private range, declared outside the package."""

    latitude: int = i32()
    longitude: int = i32()


def test_third_party_type(engine: str) -> None:
    record = ours.Record(name="here.test.", ttl=1, rdata=Coordinates(latitude=-5, longitude=7))
    built = ours.Record.codec(engine).build(record)
    assert built.hex() == "0468657265047465737400ff020001000000010008fffffffb00000007"
    assert ours.Record.codec(engine).parse(built) == record.resolved()


def test_unknown_type_is_bytes(engine: str) -> None:
    wire = bytes.fromhex("00ff420001000000000003010203")
    record = ours.Record.codec(engine).parse(wire)
    assert record.rdata == ours.Opaque(data=b"\1\2\3")
    assert (record.type, record.type.name) == (0xFF42, None)
    assert ours.Record.codec(engine).build(record) == wire
    assert ours.Record.codec(engine).build(record.relaxed()) == wire


def test_empty_data_of_an_update_is_opaque(engine: str) -> None:
    wire = bytes.fromhex("00000100ff000000000000")
    record = ours.Record.codec(engine).parse(wire)
    assert (record.type, record.rclass, record.rdata) == (ours.Type.A, ours.Class.ANY, ours.Opaque(data=b""))
    assert ours.Record.codec(engine).build(record.relaxed()) == wire


@pytest.mark.parametrize("arm", sorted(RDATA, key=repr))
def test_names_are_compressed_only_where_allowed(arm: type[ours.RData]) -> None:
    """RFC 3597, section 4: only the types of RFC 1035 may be written with compressed names."""
    number = tag_of(ours.RData, arm)
    assert all(wire.compress == (number in walk.COMPRESSIBLE) for _, wire in names_in(arm))
    known = walk.COMPRESSIBLE.get(number) or walk.UNCOMPRESSED.get(number)
    if known is not None:  # otherwise they lie at no fixed place
        assert len(list(names_in(arm))) == known[1]


@pytest.mark.parametrize("union", [ours.OptionValue, ours.SvcParamValue, ours.DsoValue])
def test_names_elsewhere_are_never_compressed(union: type[Struct]) -> None:
    assert not [name for arm in shipped(union) for name, wire in names_in(arm) if wire.compress]


def test_compressed_names_are_read_everywhere(engine: str) -> None:
    """RFC 3597, section 4 asks for it in some types; multicast DNS (RFC 6762, section 18.14) writes them in others."""
    read = 0
    for number, arm in arms(ours.RData).items():
        found = list(names_in(arm)) if number in walk.UNCOMPRESSED else []
        if not found:
            continue
        lead, count = walk.UNCOMPRESSED[number]
        rest = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" if arm in (ours.TSIG, ours.TKEY) else b""
        data = wire.header(0, 1) + wire.record(number, bytes(lead) + b"\xc0\x0c" * count + rest, owner=b"\4name\4test\0")
        message = ours.Message.codec(engine).parse(data)
        assert {getattr(message.answers[0].rdata, name) for name, _ in found} == {"name.test."}, arm
        read += 1
    assert read == len(walk.UNCOMPRESSED)
