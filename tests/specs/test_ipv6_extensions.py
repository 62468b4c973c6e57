"""IPv6 extension headers."""

from __future__ import annotations

import pytest

from bitwright import IPv6Address
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv6_extensions import (
    AuthenticationHeader,
    DestinationOptions,
    Fragment,
    HomeAddress,
    HopByHop,
    JumboPayload,
    MobileRoute,
    Option,
    OptionKind,
    Pad1,
    PadN,
    RouterAlert,
    Routing,
    RoutingType,
    SegmentRoute,
    SourceRoute,
    UnknownOption,
    UnknownRoute,
)
from tests.specs.wire import Wire

FIRST, SECOND = "20010db8000000000000000000000003", "20010db8000000000000000000000004"
HOPS = [IPv6Address("2001:db8::3"), IPv6Address("2001:db8::4")]
HOME = "3b02" + "01020000" + "c910" + "20010db8000000000000000000000099"
AH = "11040000" + "00001000" + "00000001" + "000102030405060708090a0b" + "78"


def test_hop_by_hop(wire: Wire) -> None:
    header = wire.read(HopByHop, "1100" + "05020000" + "0100" + "ff")
    assert (header.next_header, header.length) == (IPProtocol.UDP, 0)
    assert [option.body for option in header.options] == [RouterAlert(value=0), PadN(length=0)]
    assert header.payload == b"\xff"


def test_hop_by_hop_without_options_is_padding(wire: Wire) -> None:
    assert wire.build(HopByHop(next_header=IPProtocol.UDP)).hex() == "1100010400000000"


def test_jumbo_payload(wire: Wire) -> None:
    header = wire.read(HopByHop, "1100" + "c20400011170")
    assert header.options == [Option(kind=OptionKind.JUMBO_PAYLOAD, body=JumboPayload(payload_length=70_000))]


def test_pad1_is_one_byte(wire: Wire) -> None:
    header = wire.read(HopByHop, "1100" + "000000000000")
    assert [option.body for option in header.options] == [Pad1()] * 6


def test_unknown_option_is_kept(wire: Wire) -> None:
    header = wire.read(HopByHop, "1100" + "3e04aabbccdd")
    assert header.options == [Option(kind=OptionKind(0x3E), body=UnknownOption(length=4, data=bytes.fromhex("aabbccdd")))]


def test_option_beyond_the_header_is_refused(wire: Wire) -> None:
    error = wire.refuse(HopByHop, "1100" + "3e05aabbccdd" + "ee")
    assert (error.code, error.path) == ("truncated", "options[0].body.data")


def test_jumbo_payload_of_wrong_length_is_refused(wire: Wire) -> None:
    error = wire.refuse(HopByHop, "1100" + "c20300011100")
    assert (error.code, error.path) == ("const", "options[0].body.length")


def test_options_that_do_not_fill_eight_bytes_are_refused_when_building(wire: Wire) -> None:
    error = wire.unbuildable(HopByHop(next_header=IPProtocol.UDP, options=[Option(body=RouterAlert())]))
    assert (error.code, error.path) == ("unsolved", "length")


def test_destination_options(wire: Wire) -> None:
    header = wire.read(DestinationOptions, HOME)
    assert [option.body for option in header.options] == [PadN(length=2, data=b"\0\0"), HomeAddress(address=IPv6Address("2001:db8::99"))]


def test_routing_type_0(wire: Wire) -> None:
    header = wire.read(Routing, "3b040002" + "00000000" + FIRST + SECOND)
    assert (header.routing_type, header.segments_left) == (RoutingType.SOURCE_ROUTE, 2)
    assert header.route == SourceRoute(addresses=HOPS)


def test_routing_type_2(wire: Wire) -> None:
    header = wire.read(Routing, "3b020201" + "00000000" + FIRST)
    assert header.route == MobileRoute(home_address=HOPS[0])


def test_segment_routing(wire: Wire) -> None:
    header = wire.read(Routing, "3b040401" + "01000000" + FIRST + SECOND)
    assert header.route == SegmentRoute(last_entry=1, segments=HOPS)


def test_segment_routing_with_tlvs(wire: Wire) -> None:
    header = wire.read(Routing, "3b030400" + "00000007" + FIRST + "0406000000000000")
    assert header.route == SegmentRoute(last_entry=0, tag=7, segments=HOPS[:1], tlvs=bytes.fromhex("0406000000000000"))


def test_segment_list_beyond_the_header_is_refused(wire: Wire) -> None:
    error = wire.refuse(Routing, "3b020400" + "01000000" + FIRST + SECOND)
    assert (error.code, error.path) == ("count-too-large", "route.segments")


def test_unknown_routing_type_is_kept(wire: Wire) -> None:
    header = wire.read(Routing, "3b00fd05" + "01020304")
    assert (header.routing_type, header.route) == (253, UnknownRoute(data=b"\1\2\3\4"))


def test_build_routing(wire: Wire) -> None:
    header = Routing(next_header=IPProtocol.NO_NEXT_HEADER, segments_left=1, route=SegmentRoute(segments=HOPS))
    assert wire.build(header).hex() == "3b040401" + "01000000" + FIRST + SECOND


def test_fragment(wire: Wire) -> None:
    header = wire.read(Fragment, "110005c9deadbeef" + "6162")
    assert (header.next_header, header.fragment_offset, header.mf, header.id) == (IPProtocol.UDP, 185, True, 0xDEADBEEF)
    assert header.is_fragment
    assert header.payload == b"ab"


def test_atomic_fragment_is_whole(wire: Wire) -> None:
    assert not wire.read(Fragment, "1100000000000001").is_fragment


@pytest.mark.parametrize(("octets", "path"), [("1101000000000001", "reserved_byte"), ("1100000600000001", "reserved_bits")])
def test_reserved_bits_of_a_fragment_are_findings(wire: Wire, octets: str, path: str) -> None:
    assert wire.codes(Fragment, octets) == [("reserved-bits", path)]


def test_authentication_header(wire: Wire) -> None:
    header = wire.read(AuthenticationHeader, AH)
    assert (header.length, header.spi, header.sequence_number) == (4, 0x1000, 1)
    assert (header.icv, header.payload) == (bytes(range(12)), b"x")


def test_authentication_header_too_short_for_itself_is_refused(wire: Wire) -> None:
    error = wire.refuse(AuthenticationHeader, "1100" + AH[4:])
    assert (error.code, error.path) == ("check", "length")


def test_cut(wire: Wire) -> None:
    wire.cut(HopByHop, "1100050200000100ff", fixed=8)
    wire.cut(DestinationOptions, HOME)
    wire.cut(Routing, "3b040401" + "01000000" + FIRST + SECOND)
    wire.cut(Fragment, "110005c9deadbeef6162", fixed=8)
    wire.cut(AuthenticationHeader, AH, fixed=24)
