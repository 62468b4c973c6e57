"""IPv6 header."""

from __future__ import annotations

import pytest

from bitwright import IPv6Address
from bitwright_specs.ip_protocol import ECN, IPProtocol
from bitwright_specs.ipv6 import IPv6
from tests.specs.wire import Wire

ADDRESSES = "20010db8000000000000000000000001" + "20010db8000000000000000000000002"
PACKET = "6b8abcde" + "000d113f" + ADDRESSES + "03e807d0000d54d568656c6c6f"
HERE, THERE = IPv6Address("2001:db8::1"), IPv6Address("2001:db8::2")


def test_header(wire: Wire) -> None:
    packet = wire.read(IPv6, PACKET)
    assert (packet.version, packet.dscp, packet.ecn, packet.flow_label) == (6, 46, ECN.NOT_ECT, 0xABCDE)
    assert (packet.payload_length, packet.next_header, packet.hop_limit) == (13, IPProtocol.UDP, 63)
    assert (str(packet.src), str(packet.dst)) == ("2001:db8::1", "2001:db8::2")
    assert packet.payload.hex() == "03e807d0000d54d568656c6c6f"


def test_build(wire: Wire) -> None:
    packet = IPv6(
        src=HERE, dst=THERE, dscp=46, flow_label=0xABCDE, hop_limit=63, next_header=IPProtocol.UDP, payload=bytes.fromhex(PACKET[80:])
    )
    assert wire.build(packet).hex() == PACKET


def test_bytes_behind_the_payload_length_are_left_over(wire: Wire) -> None:
    packet, used = wire.layer(IPv6, PACKET + "00" * 6)
    assert (len(packet.payload), used) == (13, 53)


def test_payload_cut_by_the_capture(wire: Wire) -> None:
    packet, used = wire.layer(IPv6, PACKET[:-10])
    assert (len(packet.payload), used) == (8, 53)


def test_payload_length_0_means_to_the_end(wire: Wire) -> None:
    jumbo = "60000000" + "00000040" + ADDRESSES + "1100c20400011170" + "00" * 70_000
    packet = wire.parse(IPv6, jumbo)
    assert (packet.payload_length, len(packet.payload)) == (0, 70_008)


def test_no_next_header_has_no_payload(wire: Wire) -> None:
    packet, used = wire.layer(IPv6, "60000000" + "00003b40" + ADDRESSES + "00" * 6)
    assert (packet.next_header, packet.payload, used) == (IPProtocol.NO_NEXT_HEADER, b"", 40)


def test_build_without_payload(wire: Wire) -> None:
    packet = IPv6(src=HERE, dst=THERE, next_header=IPProtocol.UDP)
    assert wire.build(packet).hex() == "60000000" + "00001140" + ADDRESSES
    assert packet.resolved().payload_length == 0


def test_payload_beyond_65535_needs_length_0(wire: Wire) -> None:
    packet = IPv6(src=HERE, dst=THERE, next_header=IPProtocol.HOP_BY_HOP, payload=bytes(70_000))
    assert wire.unbuildable(packet).path == "payload_length"
    assert len(wire.build(packet.replace(payload_length=0))) == 70_040


def test_another_version_is_refused(wire: Wire) -> None:
    error = wire.refuse(IPv6, "4" + PACKET[1:])
    assert (error.code, error.path) == ("const", "version")


def test_pseudo_header() -> None:
    packet = IPv6(src=HERE, dst=THERE, next_header=IPProtocol.UDP)
    assert packet.pseudo_header(17, 0x012345).hex() == ADDRESSES + "00012345" + "00000011"


@pytest.mark.parametrize("address", ["::", "::1", "fe80::1", "::ffff:192.0.2.1"])
def test_addresses_are_read_as_written(wire: Wire, address: str) -> None:
    packet = wire.read(IPv6, wire.build(IPv6(src=IPv6Address(address), dst=THERE, next_header=IPProtocol.NO_NEXT_HEADER)))
    assert str(packet.src) == address


def test_cut(wire: Wire) -> None:
    wire.cut(IPv6, PACKET)
