"""UDP header and checksum."""

from __future__ import annotations

import pytest

from bitwright import IPv4Address, IPv6Address
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.udp import UDP
from tests.specs.wire import Wire

OVER_IPV6 = "03e807d0000d54d5" + "68656c6c6f"
OVER_IPV4 = "0001000200099ba1" + "78"
PSEUDO_IPV6 = IPv6(src=IPv6Address("2001:db8::1"), dst=IPv6Address("2001:db8::2"), next_header=IPProtocol.UDP).pseudo_header(17, 13)
PSEUDO_IPV4 = IPv4(src=IPv4Address("192.0.2.1"), dst=IPv4Address("198.51.100.2"), protocol=IPProtocol.UDP).pseudo_header(17, 9)


def test_datagram(wire: Wire) -> None:
    datagram = wire.read(UDP, OVER_IPV6, pseudo_header=PSEUDO_IPV6)
    assert (datagram.src_port, datagram.dst_port, datagram.length, datagram.checksum) == (1000, 2000, 13, 0x54D5)
    assert datagram.payload == b"hello"


@pytest.mark.parametrize(("octets", "pseudo"), [(OVER_IPV6, PSEUDO_IPV6), (OVER_IPV4, PSEUDO_IPV4)])
def test_checksum_is_verified_with_the_pseudo_header(wire: Wire, octets: str, pseudo: bytes) -> None:
    assert wire.codes(UDP, octets, pseudo_header=pseudo) == []
    broken = octets[:-1] + "0"
    assert wire.codes(UDP, broken, pseudo_header=pseudo) == [("checksum", "checksum")]
    assert wire.codes(UDP, octets, pseudo_header=pseudo[:-1] + b"\xff") == [("checksum", "checksum")]


def test_checksum_is_not_verified_without_the_pseudo_header(wire: Wire) -> None:
    assert wire.codes(UDP, OVER_IPV6) == []


def test_checksum_0_was_not_computed(wire: Wire) -> None:
    absent = OVER_IPV4[:12] + "0000" + "78"
    assert wire.codes(UDP, absent, pseudo_header=PSEUDO_IPV4) == []
    assert wire.parse(UDP, absent).checksum == 0


def test_build(wire: Wire) -> None:
    assert UDP(src_port=1, dst_port=2, payload=b"x").build().hex() == "0001000200090000" + "78"
    assert wire.build(UDP(src_port=1, dst_port=2, payload=b"x"), pseudo_header=PSEUDO_IPV4).hex() == OVER_IPV4


def test_computed_0_is_sent_as_all_ones(wire: Wire) -> None:
    pseudo = bytes.fromhex("2345" + "000000000000" + "0011" + "0008")
    datagram = UDP(src_port=0xFFFF - (0x2345 + 17 + 8 + 8), dst_port=0)
    assert wire.build(datagram, pseudo_header=pseudo)[6:8] == b"\xff\xff"
    assert wire.codes(UDP, wire.build(datagram, pseudo_header=pseudo), pseudo_header=pseudo) == []


def test_length_0_means_to_the_end(wire: Wire) -> None:
    datagram = wire.parse(UDP, OVER_IPV4[:8] + "0000" + "0000" + "7878")
    assert (datagram.length, datagram.payload) == (0, b"xx")


@pytest.mark.parametrize("length", range(1, 8))
def test_length_below_the_header_is_refused(wire: Wire, length: int) -> None:
    error = wire.refuse(UDP, OVER_IPV4[:8] + f"{length:04x}" + OVER_IPV4[12:])
    assert (error.code, error.path) == ("check", "length")


def test_length_below_what_is_there_leaves_bytes_over(wire: Wire) -> None:
    datagram, used = wire.layer(UDP, OVER_IPV4 + "0000")
    assert (datagram.payload, used) == (b"x", 9)
    assert wire.refuse(UDP, OVER_IPV4 + "0000").code == "unconsumed"


def test_length_beyond_what_is_there(wire: Wire) -> None:
    datagram, used = wire.layer(UDP, OVER_IPV6[:-4])
    assert (datagram.payload, used) == (b"hel", 13)
    error = wire.refuse(UDP, OVER_IPV6[:-4])
    assert (error.code, error.path, error.needed, error.available) == ("truncated", "payload", 5, 3)


def test_cut(wire: Wire) -> None:
    wire.cut(UDP, OVER_IPV6)
