"""One record or more of each type, as the text that dnspython reads, and messages made of them."""

from __future__ import annotations

import base64
import functools

import dns.rdata
import dns.rdatatype

from bitwright_specs import dns as ours
from tests.specs.dns.unions import arms

HIP_KEY = "2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87"
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
    ("WKS", "192.0.2.1 6 21 25 80"),
    ("X25", "311061700956"),
    ("ISDN", '"150862028003217" "004"'),
    ("ISDN", '"150862028003217"'),
    ("RT", "10 relay.example.com."),
    ("NSAP", "0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00"),
    ("NSAP-PTR", "foo.example."),
    ("PX", "10 mail.example. pramd-mail.x400.example."),
    ("GPOS", "-22.6882 116.8652 250.0"),
    ("SIG", "TYPE0 8 0 0 20300101000000 20200101000000 12345 key.example. " + base64.b64encode(bytes(64)).decode()),
    ("KEY", "512 3 8 " + base64.b64encode(bytes(range(64))).decode()),
    ("APL", "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8 1:0.0.0.0/0"),
    ("IPSECKEY", "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    ("IPSECKEY", "10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ=="),
    ("IPSECKEY", "10 2 0 2001:db8::200:5 AQ=="),
    ("IPSECKEY", "10 3 2 mygateway.example.com. AQ=="),
    ("AMTRELAY", "10 0 0 ."),
    ("AMTRELAY", "10 1 1 203.0.113.15"),
    ("AMTRELAY", "10 0 2 2001:db8::15"),
    ("AMTRELAY", "128 1 3 amtrelays.example.com."),
    ("HIP", HIP_KEY + " a.test. b.test."),
    ("HIP", HIP_KEY),
    ("NINFO", '"zone=up"'),
    ("AVC", '"app-name:x|app-class:y"'),
    ("RESINFO", '"qnamemin" "exterr=15-17"'),
    ("WALLET", '"BTC" "bc1example"'),
    ("DHCID", "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA="),
    ("ZONEMD", "2018031500 1 1 " + "fe" * 48),
    ("DSYNC", "CDS NOTIFY 5300 rr-endpoint.example."),
    ("NID", "10 0014:4fff:ff20:ee64"),
    ("L32", "10 10.1.2.0"),
    ("L64", "10 2001:0db8:1140:1000"),
    ("LP", "10 l64-subnet1.example.com."),
    ("EUI48", "00-00-5e-00-53-2a"),
    ("EUI64", "00-00-5e-ef-10-00-00-2a"),
    ("HHIT", "gwppSGhpZXJhcmNoeQ=="),
    ("BRID", "owAAAYIB"),
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
    (ours.NULL(data=b"any"), "616e79"),
    (ours.NXNAME(), ""),
    (ours.EID(identifier=b"\1\2"), "0102"),
    (ours.NIMLOC(locator=b"\1\2"), "0102"),
    (ours.ATMA(format=ours.AtmFormat.E164, address=b"3581"), "0133353831"),
    (ours.RKEY(flags=0, protocol=1, algorithm=ours.Algorithm.RSASHA256, public_key=b"\xab"), "00000108ab"),
    (ours.TALINK(previous="a.", next="."), "01610000"),
    (ours.TA(key_tag=1, algorithm=ours.Algorithm.ED25519, digest_type=ours.DigestType.SHA256, digest=b"\1\2"), "00010f020102"),
    (ours.NXT(next_domain_name="b.", bitmap=b"\x62\x00"), "0162006200"),
    (ours.CLA(strings=[b"TCP-v4"]), "065443502d7634"),
    (ours.IPN(node=977000), "00000000000ee868"),
    (ours.DOA(enterprise=1, doa_type=2, location=3, media_type=b"text/plain", data=b"x"), "0000000100000002030a746578742f706c61696e78"),
    (ours.A6(prefix_length=0, suffix=bytes(15) + b"\1"), "00" + "00" * 15 + "01"),
    (ours.A6(prefix_length=64, suffix=bytes(7) + b"\1", prefix_name="net."), "400000000000000001036e657400"),
    (ours.A6(prefix_length=128, suffix=b"", prefix_name="net."), "80036e657400"),
    (ours.A6(prefix_length=61, suffix=bytes(9), prefix_name="."), "3d" + "00" * 9 + "00"),
    (ours.IPSECKEY(precedence=1, gateway_type=ours.GatewayType(9), algorithm=2, gateway=ours.UnknownGateway(data=b"ab")), "0109026162"),
    (ours.AMTRELAY(precedence=1, relay_type=ours.GatewayType(127), relay=ours.UnknownGateway(data=b"ab")), "017f6162"),
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
