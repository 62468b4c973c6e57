"""ICMP messages."""

from __future__ import annotations

from bitwright import IPv4Address
from bitwright_specs.icmp import (
    ICMP,
    AddressMaskReply,
    DestinationUnreachable,
    EchoReply,
    EchoRequest,
    MessageType,
    ParameterProblem,
    Redirect,
    RouterAddress,
    RouterAdvertisement,
    RouterSolicitation,
    SourceQuench,
    TimeExceeded,
    Timestamp,
    TimestampReply,
    UnknownBody,
)
from bitwright_specs.ipv4 import IPv4
from tests.specs.wire import Wire

ECHO = "0800543512340001" + "6162636465666768"
QUOTE = "4500001c1c46400040113254c0000201c6336402" + "00010002000813a4"
UNREACHABLE = "0304e44c00000500" + QUOTE


def message(wire: Wire, body: str) -> ICMP:
    """A message from type, code and body, its checksum filled in, read in both directions."""
    octets = bytes.fromhex(body)
    built = ICMP(type=MessageType(octets[0]), code=octets[1], body=UnknownBody(data=octets[2:])).build()
    return wire.read(ICMP, built)


def test_echo_request(wire: Wire) -> None:
    found = wire.read(ICMP, ECHO)
    assert (found.type, found.code, found.checksum) == (MessageType.ECHO_REQUEST, 0, 0x5435)
    assert found.body == EchoRequest(id=0x1234, sequence_number=1, data=b"abcdefgh")
    assert wire.codes(ICMP, ECHO) == []


def test_build_derives_type_and_checksum(wire: Wire) -> None:
    assert wire.build(ICMP(body=EchoRequest(id=0x1234, sequence_number=1, data=b"abcdefgh"))).hex() == ECHO


def test_echo_reply_of_odd_length(wire: Wire) -> None:
    octets = wire.build(ICMP(body=EchoReply(id=1, data=b"abc")))
    assert wire.read(ICMP, octets).body == EchoReply(id=1, data=b"abc")
    assert wire.codes(ICMP, octets) == []


def test_wrong_checksum_is_a_finding(wire: Wire) -> None:
    assert wire.codes(ICMP, ECHO[:-2] + "69") == [("checksum", "checksum")]


def test_unreachable_quotes_the_datagram(wire: Wire) -> None:
    found = wire.read(ICMP, UNREACHABLE)
    assert found.code == 4
    body = found.body
    assert isinstance(body, DestinationUnreachable)
    assert (body.next_hop_mtu, body.length) == (1280, 0)
    assert str(wire.read(IPv4, body.datagram).dst) == "198.51.100.2"


def test_redirect(wire: Wire) -> None:
    found = wire.read(ICMP, "05012451c00002fe" + QUOTE)
    assert found.body == Redirect(gateway=IPv4Address("192.0.2.254"), datagram=bytes.fromhex(QUOTE))


def test_timestamp(wire: Wire) -> None:
    found = wire.read(ICMP, "0d00ef1400010002000003e80000000000000000")
    assert found.body == Timestamp(id=1, sequence_number=2, originate=1000)


def test_other_messages(wire: Wire) -> None:
    assert message(wire, "0b00" + "00020000" + QUOTE).body == TimeExceeded(length=2, datagram=bytes.fromhex(QUOTE))
    assert message(wire, "0c00" + "14000000" + QUOTE).body == ParameterProblem(pointer=0x14, datagram=bytes.fromhex(QUOTE))
    assert message(wire, "0400" + "00000000" + QUOTE).body == SourceQuench(datagram=bytes.fromhex(QUOTE))
    assert message(wire, "0e00" + "00010002" + "00000001" * 3).body == TimestampReply(
        id=1, sequence_number=2, originate=1, receive=1, transmit=1
    )
    assert message(wire, "1200" + "00010002" + "ffffff00").body == AddressMaskReply(
        id=1, sequence_number=2, mask=IPv4Address("255.255.255.0")
    )


def test_router_discovery(wire: Wire) -> None:
    routers = [RouterAddress(address=IPv4Address("192.0.2.1"), preference=5)]
    assert message(wire, "0900" + "01020708" + "c0000201" + "00000005").body == RouterAdvertisement(count=1, routers=routers)
    assert message(wire, "0a00" + "00000000").body == RouterSolicitation()


def test_unused_bits_are_findings(wire: Wire) -> None:
    octets = wire.build(ICMP(body=TimeExceeded(unused=1)))
    assert wire.codes(ICMP, octets) == [("reserved-bits", "body.unused")]


def test_unknown_type_is_kept(wire: Wire) -> None:
    found = message(wire, "fe07" + "01020304")
    assert (found.type, found.code, found.body) == (254, 7, UnknownBody(data=b"\1\2\3\4"))


def test_more_routers_than_bytes_are_refused(wire: Wire) -> None:
    error = wire.refuse(ICMP, "09000000" + "02020708" + "c0000201" + "00000005")
    assert (error.code, error.path) == ("count-too-large", "body.routers")


def test_cut(wire: Wire) -> None:
    wire.cut(ICMP, ECHO, fixed=8)
    wire.cut(ICMP, UNREACHABLE, fixed=8)
    wire.cut(ICMP, "0d00ef1400010002000003e80000000000000000")
