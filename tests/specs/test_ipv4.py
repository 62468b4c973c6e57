"""IPv4 header and options."""

from __future__ import annotations

from typing import Any

import pytest

from bitwright import IPv4Address, ParseError
from bitwright_specs.ip_protocol import ECN, IPProtocol
from bitwright_specs.ipv4 import (
    AddressedTimestamp,
    AddressedTimestamps,
    EndOfOptions,
    IPv4,
    LooseSourceRoute,
    NoOperation,
    Option,
    OptionKind,
    RecordRoute,
    RouterAlert,
    Timestamp,
    TimestampFlag,
    Timestamps,
    UnknownOption,
    UnknownStamps,
)
from tests.specs.wire import Wire

HEADER = "4500001d1c46400040113253c0000201c6336402"
DATAGRAM = HEADER + "000100020009" + "9ba178"
ROUTE = "4800002000070000400176d1c0000201c6336402" + "070b04c000020900000000" + "01"
HERE, THERE = IPv4Address("192.0.2.1"), IPv4Address("198.51.100.2")


def with_options(options: str) -> bytes:
    """A header with options, its lengths and checksum right."""
    octets = bytes.fromhex(options)
    bare = IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP, options=[]).build()
    head = bytearray(bare + octets)
    head[0] = 0x40 | len(head) // 4
    head[2:4] = len(head).to_bytes(2, "big")
    head[10:12] = b"\0\0"
    total = sum(int.from_bytes(head[i : i + 2], "big") for i in range(0, len(head), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    head[10:12] = (0xFFFF - total).to_bytes(2, "big")
    return bytes(head)


def body(wire: Wire, options: str) -> Any:
    """The body of the first option."""
    return wire.read(IPv4, with_options(options)).options[0].body


def test_header(wire: Wire) -> None:
    packet = wire.read(IPv4, DATAGRAM)
    assert (packet.version, packet.ihl, packet.header_length, packet.length) == (4, 5, 20, 29)
    assert (packet.dscp, packet.ecn, packet.id, packet.ttl) == (0, ECN.NOT_ECT, 0x1C46, 64)
    assert (packet.df, packet.mf, packet.fragment_offset, packet.reserved_flag) == (True, False, 0, 0)
    assert packet.protocol is IPProtocol.UDP
    assert packet.checksum == 0x3253
    assert (str(packet.src), str(packet.dst)) == ("192.0.2.1", "198.51.100.2")
    assert packet.payload.hex() == "0001000200099ba178"
    assert wire.codes(IPv4, DATAGRAM) == []


def test_build_derives_lengths_and_checksum(wire: Wire) -> None:
    packet = IPv4(src=HERE, dst=THERE, id=0x1C46, df=True, protocol=IPProtocol.UDP, payload=bytes.fromhex(DATAGRAM[40:]))
    assert wire.build(packet).hex() == DATAGRAM


def test_traffic_class(wire: Wire) -> None:
    packet = wire.parse(IPv4, "45bb" + DATAGRAM[4:])
    assert (packet.dscp, packet.ecn) == (46, ECN.CE)


def test_wrong_checksum_is_a_finding(wire: Wire) -> None:
    broken = DATAGRAM.replace("3253", "3254")
    assert wire.codes(IPv4, broken) == [("checksum", "checksum")]
    assert wire.parse(IPv4, broken).checksum == 0x3254


@pytest.mark.parametrize("bit", range(160))
def test_every_flipped_bit_of_the_header_is_noticed(wire: Wire, bit: int) -> None:
    octets = bytearray.fromhex(DATAGRAM)
    octets[bit // 8] ^= 0x80 >> bit % 8
    try:
        found = wire.codes(IPv4, bytes(octets))
    except ParseError:
        assert bit < 32  # version, header length and total length may make it unreadable; the rest must not
    else:
        assert ("checksum", "checksum") in found


def test_padding_behind_the_total_length_is_left_over(wire: Wire) -> None:
    packet, used = wire.layer(IPv4, DATAGRAM + "00" * 17)
    assert (len(packet.payload), used) == (9, 29)
    assert wire.refuse(IPv4, DATAGRAM + "00").code == "unconsumed"


def test_payload_cut_by_the_capture(wire: Wire) -> None:
    packet, used = wire.layer(IPv4, DATAGRAM[:-4])
    assert (len(packet.payload), used) == (7, 29)
    error = wire.refuse(IPv4, DATAGRAM[:-4])
    assert (error.code, error.path, error.needed, error.available) == ("truncated", "payload", 9, 7)


def test_total_length_0_means_to_the_end(wire: Wire) -> None:
    offloaded = DATAGRAM[:4] + "0000" + DATAGRAM[8:]
    packet = wire.parse(IPv4, offloaded)
    assert (packet.length, packet.payload.hex()) == (0, DATAGRAM[40:])
    assert wire.layer(IPv4, offloaded)[1] == 29


def test_total_length_below_the_header_is_refused(wire: Wire) -> None:
    error = wire.refuse(IPv4, DATAGRAM[:4] + "0013" + DATAGRAM[8:])
    assert (error.code, error.path) == ("check", "length")


@pytest.mark.parametrize("ihl", range(5))
def test_header_length_below_20_is_refused(wire: Wire, ihl: int) -> None:
    error = wire.refuse(IPv4, f"4{ihl}" + DATAGRAM[2:])
    assert (error.code, error.path) == ("check", "ihl")


def test_another_version_is_refused(wire: Wire) -> None:
    error = wire.refuse(IPv4, "6" + DATAGRAM[1:])
    assert (error.code, error.path, error.byte_offset) == ("const", "version", 0)


def test_reserved_flag_is_a_finding(wire: Wire) -> None:
    evil = wire.build(IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP, reserved_flag=1))
    assert wire.codes(IPv4, evil) == [("reserved-bits", "reserved_flag")]


@pytest.mark.parametrize(("mf", "offset", "fragment"), [(False, 0, False), (True, 0, True), (False, 185, True), (True, 185, True)])
def test_fragments(wire: Wire, mf: bool, offset: int, fragment: bool) -> None:
    packet = wire.read(IPv4, wire.build(IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP, mf=mf, fragment_offset=offset)))
    assert bool(packet.is_fragment) is fragment


def test_unknown_protocol_is_kept(wire: Wire) -> None:
    assert wire.read(IPv4, wire.build(IPv4(src=HERE, dst=THERE, protocol=IPProtocol(200)))).protocol == 200


def test_pseudo_header() -> None:
    packet = IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP)
    assert packet.pseudo_header(17, 9).hex() == "c0000201c633640200110009"


def test_record_route(wire: Wire) -> None:
    packet = wire.read(IPv4, ROUTE)
    assert packet.header_length == 32
    assert [option.kind for option in packet.options] == [OptionKind.RECORD_ROUTE, OptionKind.NO_OPERATION]
    assert packet.options[0].body == RecordRoute(length=11, pointer=4, route=[IPv4Address("192.0.2.9"), IPv4Address("0.0.0.0")])


def test_build_with_options(wire: Wire) -> None:
    route = RecordRoute(route=[IPv4Address("192.0.2.9"), IPv4Address("0.0.0.0")])
    packet = IPv4(src=HERE, dst=THERE, id=7, protocol=IPProtocol.ICMP, options=[Option(body=route), Option(body=NoOperation())])
    assert wire.build(packet).hex() == ROUTE


def test_source_routes(wire: Wire) -> None:
    loose, strict = "830704c0000209", "890708c0000209"
    assert isinstance(body(wire, loose + "00"), LooseSourceRoute)
    assert body(wire, strict + "00").pointer == 8


def test_route_of_three_byte_addresses_is_refused(wire: Wire) -> None:
    error = wire.refuse(IPv4, with_options("070604c00002" + "0000"))
    assert (error.code, error.path) == ("truncated", "options[0].body.route[0]")


def test_end_of_options_keeps_what_follows(wire: Wire) -> None:
    packet = wire.read(IPv4, with_options("01" + "00" + "ff01"))
    assert [option.body for option in packet.options] == [NoOperation(), EndOfOptions(padding=b"\xff\x01")]


def test_router_alert(wire: Wire) -> None:
    assert body(wire, "94040000") == RouterAlert(value=0)


def test_timestamps(wire: Wire) -> None:
    assert body(wire, "440c0500" + "00000001" + "80000002") == Timestamp(
        length=12, flag=TimestampFlag.TIMESTAMPS, stamps=Timestamps(timestamps=[1, 0x80000002])
    )


def test_addressed_timestamps(wire: Wire) -> None:
    stamps = AddressedTimestamps(entries=[AddressedTimestamp(address=HERE, timestamp=9)])
    found = body(wire, "440c0d21" + "c0000201" + "00000009")
    assert found == Timestamp(length=12, pointer=13, overflow=2, flag=TimestampFlag.ADDRESSED, stamps=stamps)


def test_unknown_timestamp_flag(wire: Wire) -> None:
    assert body(wire, "44080507" + "01020304").stamps == UnknownStamps(data=b"\1\2\3\4")


def test_unknown_option_is_kept(wire: Wire) -> None:
    packet = wire.read(IPv4, with_options("5e04aabb" + "5e020101"))
    assert packet.options[0] == Option(kind=OptionKind(0x5E), body=UnknownOption(length=4, data=b"\xaa\xbb"))
    assert packet.options[1].body == UnknownOption(length=2, data=b"")


@pytest.mark.parametrize("length", [0, 1])
def test_option_length_below_two_is_refused(wire: Wire, length: int) -> None:
    error = wire.refuse(IPv4, with_options(f"5e{length:02x}0000"))
    assert (error.code, error.path) == ("check", "options[0].body.length")


def test_option_beyond_the_header_is_refused(wire: Wire) -> None:
    error = wire.refuse(IPv4, with_options("5e050000") + bytes(20))
    assert (error.code, error.path) == ("truncated", "options[0].body.data")


def test_options_of_three_bytes_are_refused_when_building(wire: Wire) -> None:
    options = [Option(body=NoOperation()) for _ in range(3)]
    error = wire.unbuildable(IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP, options=options))
    assert (error.code, error.path) == ("unsolved", "ihl")


def test_wrong_length_on_purpose_is_written(wire: Wire) -> None:
    packet = IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP, length=9999, payload=b"x")
    assert IPv4.codec(wire.engine).build(packet)[2:4] == (9999).to_bytes(2, "big")


def test_payload_beyond_65535_is_refused(wire: Wire) -> None:
    error = wire.unbuildable(IPv4(src=HERE, dst=THERE, protocol=IPProtocol.UDP, payload=bytes(65536)))
    assert (error.code, error.path) == ("range", "length")


def test_cut(wire: Wire) -> None:
    wire.cut(IPv4, DATAGRAM)
    wire.cut(IPv4, ROUTE)
