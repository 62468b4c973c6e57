"""One record or more of each type, as the text that dnspython reads, and messages made of them."""

from __future__ import annotations

import base64
import functools

import dns.rdata
import dns.rdatatype

from bitwright_specs import dns as ours
from tests.specs.dns.unions import arms

TEXTS = [
    ("A", "192.0.2.1"),
    ("AAAA", "2001:db8::1"),
    ("NS", "ns1.example.com."),
    ("CNAME", "www.example.com."),
    ("PTR", r"a\.b\032c\000\255\\.example."),
    ("DNAME", "example.net."),
    ("SOA", "ns.example. hostmaster.invalid. 2024010101 7200 3600 1209600 300"),
    ("MX", "10 mail.example.com."),
    ("RP", "someone.example. more.invalid."),
    ("AFSDB", "1 cell.example."),
    ("KX", "5 kx.example."),
    ("TXT", r'"v=spf1 -all" "" "\000\255"'),
    ("SPF", '"v=spf1 -all"'),
    ("HINFO", '"RFC8482" ""'),
    ("SRV", "0 5 5060 sip.example.com."),
    ("NAPTR", '100 10 "S" "SIP+D2U" "!^.*$!sip:x@example.com!" _sip._udp.example.com.'),
    ("URI", '10 1 "https://example.com/"'),
    ("CAA", '128 issue "ca.example.net; policy=ev"'),
    ("CAA", '1 iodef "mailto:a@example.com"'),
    ("DS", "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"),
    ("CDS", "0 0 0 00"),
    ("DLV", "60485 5 2 " + "ab" * 32),
    ("DNSKEY", "257 3 13 " + base64.b64encode(bytes(range(64))).decode()),
    ("CDNSKEY", "0 3 0 AA=="),
    ("RRSIG", "A 8 2 3600 20300101000000 20200101000000 12345 example. " + base64.b64encode(bytes(256)).decode()),
    ("NSEC", "host.example.com. A MX RRSIG NSEC TYPE1234"),
    ("NSEC3", "1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG"),
    ("NSEC3", "1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s"),
    ("NSEC3PARAM", "1 0 12 aabbccdd"),
    ("CSYNC", "66 3 A NS AAAA"),
    ("SVCB", r"1 svc.example. mandatory=alpn,port alpn=h2,h3 no-default-alpn port=8443 key65333=\001"),
    ("HTTPS", "1 . alpn=h2,h3 ipv4hint=192.0.2.1,192.0.2.2 ipv6hint=2001:db8::1"),
    ("HTTPS", "0 alias.example."),
    ("TLSA", "3 1 1 " + "0f" * 32),
    ("SMIMEA", "3 0 2 " + "0f" * 64),
    ("SSHFP", "4 2 " + "ab" * 32),
    ("CERT", "1 12345 8 " + base64.b64encode(b"certificate").decode()),
    ("OPENPGPKEY", base64.b64encode(b"key").decode()),
    ("LOC", "42 21 54.000 N 71 6 18.000 W -24.00m 30.00m 10000.00m 10.00m"),
    ("TSIG", "hmac-sha256. 1700000000 300 4 AQIDBA== 4660 BADTIME 6 AAAAAAAA"),
    ("TKEY", "gss-tsig. 1700000000 1700086400 3 0 AQIDBA=="),
]
# Types that dnspython keeps as bytes: the wire form from the RFC.
HEX = [
    (ours.MD(madname="d.example."), "0164076578616d706c6500"),
    (ours.MF(madname="."), "00"),
    (ours.MB(madname="host.example."), "04686f7374076578616d706c6500"),
    (ours.MG(mgmname="a.example."), "0161076578616d706c6500"),
    (ours.MR(newname="b."), "016200"),
    (ours.MINFO(rmailbx="owner.", emailbx="."), "056f776e65720000"),
]


@functools.cache
def typical_messages() -> list[bytes]:
    """Small responses that together hold every type, three records each."""
    wires = [(int(dns.rdatatype.from_text(kind)), dns.rdata.from_text("IN", kind, text).to_wire() or b"") for kind, text in TEXTS]
    rdata = [arms(ours.RData)[kind].parse(wire) for kind, wire in wires] + [value for value, _ in HEX]
    cookie = ours.Option(value=ours.Cookie(client=bytes(8), server=bytes(8)))
    found = []
    for i in range(0, len(rdata), 3):
        records = [ours.Record(name=f"{j}.www.example.com.", ttl=300, rdata=value) for j, value in enumerate(rdata[i : i + 3])]
        message = ours.Message(
            id=i, qr=True, questions=[ours.Question(qname="www.example.com.", qtype=ours.Type.ANY)], answers=records,
            additionals=[ours.Edns(flags=0x8000, options=(cookie,)).record()],
        )  # fmt: skip
        found.append(message.build())
    return found
