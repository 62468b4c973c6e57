"""OPT records and what they say (RFC 6891), option by option."""

from __future__ import annotations

import dns.edns
import dns.flags
import dns.message
import pytest

from bitwright_specs import dns as ours
from tests.specs.dns import oracle
from tests.specs.dns.unions import shipped


def _generic(code: int, data: bytes) -> dns.edns.GenericOption:
    return dns.edns.GenericOption(dns.edns.OptionType.make(code), data)


OPTIONS = [
    (dns.edns.NSIDOption(b"ns1"), ours.Nsid(identifier=b"ns1")),
    (
        dns.edns.ECSOption("192.0.2.0", 24, 0),
        ours.ClientSubnet(family=ours.AddressFamily.IPV4, source_prefix_length=24, address=b"\xc0\x00\x02"),
    ),
    (
        dns.edns.ECSOption("2001:db8::", 32, 48),
        ours.ClientSubnet(
            family=ours.AddressFamily.IPV6, source_prefix_length=32, scope_prefix_length=48, address=b"\x20\x01\x0d\xb8"
        ),
    ),
    (dns.edns.CookieOption(b"12345678", b""), ours.Cookie(client=b"12345678")),
    (dns.edns.CookieOption(b"12345678", b"abcdefgh"), ours.Cookie(client=b"12345678", server=b"abcdefgh")),
    (
        dns.edns.EDEOption(dns.edns.EDECode.PROHIBITED, "no"),
        ours.ExtendedError(info_code=ours.ExtendedErrorCode.PROHIBITED, extra_text=b"no"),
    ),
    (_generic(5, b"\x08\x0d"), ours.Dau(algorithms=[ours.Algorithm.RSASHA256, ours.Algorithm.ECDSAP256SHA256])),
    (_generic(6, b"\x02"), ours.Dhu(digests=[ours.DigestType.SHA256])),
    (_generic(7, b"\x01"), ours.N3u(hashes=[ours.Nsec3Hash.SHA1])),
    (_generic(11, b"\x00\x64"), ours.TcpKeepalive(timeout=100)),
    (_generic(11, b""), ours.UnknownOption()),
    (_generic(12, bytes(5)), ours.Padding(padding=bytes(5))),
    (_generic(13, b"\x03com\x00"), ours.Chain(closest_trust_point="com.")),
    (_generic(14, b"\x4f\x66\x4a\x5c"), ours.KeyTag(key_tags=[20326, 19036])),
    (_generic(18, b"\x02er\x04test\x00"), ours.ReportChannel(agent_domain="er.test.")),
    (_generic(2, b"\x00\x00\x0e\x10"), ours.UpdateLease(lease=3600)),
    (
        _generic(1, bytes.fromhex("0001 0001 0000 1234567890abcdef 00001c20")),
        ours.LongLivedQuery(llq_opcode=ours.LlqOpcode.SETUP, llq_id=0x1234567890ABCDEF, lease_life=7200),
    ),
    (_generic(9, b"\x00\x09\x3a\x80"), ours.Expire(expire=604800)),
    (_generic(9, b""), ours.UnknownOption()),
    (
        _generic(19, b"\x02\x00\x78\x95\xa4\xe9"),
        ours.ZoneVersion(label_count=2, version_type=ours.ZoneVersionType.SOA_SERIAL, version=b"\x78\x95\xa4\xe9"),
    ),
    (_generic(19, b""), ours.UnknownOption()),
    (_generic(16, b"\x12\x34"), ours.ClientTag(tag=0x1234)),
    (_generic(17, b"\x12\x34"), ours.ServerTag(tag=0x1234)),
    (dns.edns.EDEExtraTextLanguageOption("de"), ours.ExtraTextLanguage(language=b"de")),
    (dns.edns.FilteringContactOption("mailto:a@b"), ours.FilteringContact(contact=b"mailto:a@b")),
    (dns.edns.FilteringOrganizationOption("Österreich"), ours.FilteringOrganization(organization="Österreich".encode())),
    (dns.edns.FilteringDBOption("list"), ours.FilteringDb(db=b"list")),
    (_generic(65001, b"abc"), ours.UnknownOption(data=b"abc")),
]


@pytest.mark.parametrize(("theirs", "value"), OPTIONS, ids=lambda value: type(value).__name__)
def test_option(engine: str, theirs: dns.edns.Option, value: ours.OptionValue) -> None:
    query = dns.message.make_query("example.com.", "A", use_edns=0, ednsflags=dns.flags.DO, payload=1400, options=[theirs])
    message = ours.Message.codec(engine).parse(query.to_wire())
    assert message.edns is not None
    assert message.edns.options[0].value == value
    assert message.edns.options[0].code == theirs.otype
    option = ours.Option(code=message.edns.options[0].code, value=value)
    again = message.relaxed().replace(additionals=[ours.Edns(udp_payload_size=1400, flags=0x8000, options=(option,)).record()])
    assert ours.Message.codec(engine).build(again) == query.to_wire()
    assert oracle.read(again.build()).options[0].to_wire() == theirs.to_wire()


def test_every_option_is_shown() -> None:
    assert {type(value) for _, value in OPTIONS} - {ours.UnknownOption} == shipped(ours.OptionValue)


def test_text_of_a_subnet() -> None:
    subnet = ours.ClientSubnet(family=ours.AddressFamily.IPV4, source_prefix_length=20, address=b"\xc0\x00\x20")
    assert subnet.text == "192.0.32.0/20"
    assert subnet.replace(family=ours.AddressFamily.IPV6, source_prefix_length=24).text == "c000:2000::/24"
    assert subnet.replace(family=ours.AddressFamily(9)).text == "c00020/20"
    assert subnet.replace(address=b"").text == "0.0.0.0/20"
    assert subnet.replace(address=bytes(5)).text == "0000000000/20"


def test_what_the_record_says() -> None:
    edns = ours.Edns(udp_payload_size=4096, extended_rcode=1, version=0, flags=0x8000)
    message = ours.Message(id=1, qr=True, rcode=ours.Rcode(7), additionals=[edns.record()])
    theirs = oracle.read(message.build())
    assert (theirs.payload, theirs.edns, theirs.ednsflags & 0xFFFF, theirs.rcode()) == (4096, 0, 0x8000, 23)
    read = ours.Message.parse(message.build())
    assert read.edns == edns
    assert edns.dnssec_ok
    assert not ours.Edns().dnssec_ok
    assert read.full_rcode == ours.Rcode.BADCOOKIE
    record = read.additionals[0]
    assert (record.name, record.type, record.rclass) == (".", ours.Type.OPT, 4096)


def test_without_the_record() -> None:
    message = ours.Message(id=1, rcode=ours.Rcode.REFUSED)
    assert message.edns is None
    assert message.full_rcode == ours.Rcode.REFUSED
