"""ICMPv6 messages and neighbor discovery options."""

from __future__ import annotations

import pytest

from bitwright import IPv6Address
from bitwright_specs.icmpv6 import (
    EchoRequest,
    ICMPv6,
    MessageType,
    MulticastListenerQuery,
    MulticastListenerReport2,
    MulticastRecord,
    NeighborAdvertisement,
    NeighborSolicitation,
    PacketTooBig,
    ParameterProblem,
    Redirect,
    RouterAdvertisement,
    RouterSolicitation,
    TimeExceeded,
    UnknownBody,
)
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.neighbor_options import (
    MTU,
    Option,
    OptionType,
    PrefixInformation,
    RecursiveDNSServer,
    RedirectedHeader,
    SourceLinkAddress,
    TargetLinkAddress,
    UnknownOption,
)
from tests.specs.wire import Wire

ONE, TWO = "fe800000000000000000000000000001", "fe800000000000000000000000000002"
SOLICITATION = "8700cb9500000000" + TWO + "0101" + "00005e005302"
ADVERTISEMENT = "8800691a60000000" + TWO + "0201" + "00005e005301"
ROUTER = (
    "8600a72c" + "40480708" + "0000000000000000"
    "0304" + "40c0" + "00278d00" + "00093a80" + "00000000" + "20010db8000000000000000000000000"
    "0501" + "0000" + "000005dc"
    "1903" + "0000" + "00000258" + "20010db8000000000000000000000053"
)  # fmt: skip
REPORT = "8f006f0f" + "00000001" + "04000000" + "ff0200000000000000000000000000fb"


def pseudo(src: str, dst: str, octets: str) -> bytes:
    """The pseudo-header between two addresses."""
    return IPv6(src=IPv6Address(src), dst=IPv6Address(dst), next_header=IPProtocol.ICMPV6).pseudo_header(58, len(octets) // 2)


def message(wire: Wire, octets: str) -> ICMPv6:
    """A message from type, code and body, checksum 0."""
    return wire.parse(ICMPv6, octets[:4] + "0000" + octets[4:])


def test_neighbor_solicitation(wire: Wire) -> None:
    found = wire.read(ICMPv6, SOLICITATION, pseudo_header=pseudo("fe80::1", "ff02::1:ff00:2", SOLICITATION))
    assert found.type is MessageType.NEIGHBOR_SOLICITATION
    body = found.body
    assert isinstance(body, NeighborSolicitation)
    assert str(body.target) == "fe80::2"
    link = SourceLinkAddress(address=bytes.fromhex("00005e005302"))
    assert body.options == [Option(type=OptionType.SOURCE_LINK_ADDRESS, length=1, body=link)]


def test_neighbor_advertisement(wire: Wire) -> None:
    found = wire.read(ICMPv6, ADVERTISEMENT, pseudo_header=pseudo("fe80::2", "fe80::1", ADVERTISEMENT))
    body = found.body
    assert isinstance(body, NeighborAdvertisement)
    assert (body.router, body.solicited, body.override) == (False, True, True)
    assert isinstance(body.options[0].body, TargetLinkAddress)


def test_checksum(wire: Wire) -> None:
    right = pseudo("fe80::2", "fe80::1", ADVERTISEMENT)
    assert wire.codes(ICMPv6, ADVERTISEMENT, pseudo_header=right) == []
    assert wire.codes(ICMPv6, ADVERTISEMENT[:-2] + "02", pseudo_header=right) == [("checksum", "checksum")]
    assert wire.codes(ICMPv6, ADVERTISEMENT[:-2] + "02") == []


def test_router_advertisement(wire: Wire) -> None:
    found = wire.read(ICMPv6, ROUTER, pseudo_header=pseudo("fe80::1", "ff02::1", ROUTER))
    body = found.body
    assert isinstance(body, RouterAdvertisement)
    assert (body.hop_limit, body.managed, body.other, body.preference, body.lifetime) == (64, False, True, 1, 1800)
    prefix, mtu, servers = (option.body for option in body.options)
    assert prefix == PrefixInformation(
        prefix_length=64, on_link=True, autonomous=True, valid_lifetime=2_592_000, preferred_lifetime=604_800,
        prefix=IPv6Address("2001:db8::"),
    )  # fmt: skip
    assert mtu == MTU(mtu=1500)
    assert servers == RecursiveDNSServer(lifetime=600, servers=[IPv6Address("2001:db8::53")])


def test_build_derives_types_lengths_and_checksum(wire: Wire) -> None:
    link = SourceLinkAddress(address=bytes.fromhex("00005e005302"))
    built = ICMPv6(body=NeighborSolicitation(target=IPv6Address("fe80::2"), options=[Option(body=link)]))
    assert wire.build(built, pseudo_header=pseudo("fe80::1", "ff02::1:ff00:2", SOLICITATION)).hex() == SOLICITATION


def test_low_router_preference_is_negative(wire: Wire) -> None:
    body = message(wire, "8600" + "40580000" + "00" * 8).body
    assert isinstance(body, RouterAdvertisement)
    assert body.preference == -1


def test_multicast_listener_report(wire: Wire) -> None:
    found = wire.read(ICMPv6, REPORT, pseudo_header=pseudo("fe80::1", "ff02::16", REPORT))
    record = MulticastRecord(type=4, auxiliary_length=0, count=0, group=IPv6Address("ff02::fb"))
    assert found.body == MulticastListenerReport2(count=1, records=[record])


def test_multicast_listener_query_of_version_2(wire: Wire) -> None:
    body = message(wire, "8200" + "27100000" + "00" * 16 + "027d0000").body
    assert body == MulticastListenerQuery(maximum_delay=10_000, group=IPv6Address("::"), version_2=bytes.fromhex("027d0000"))


def test_echo(wire: Wire) -> None:
    assert message(wire, "8000" + "00010002" + "6162").body == EchoRequest(id=1, sequence_number=2, data=b"ab")


def test_errors_quote_the_packet(wire: Wire) -> None:
    assert message(wire, "0200" + "00000500" + "6000").body == PacketTooBig(mtu=1280, datagram=b"\x60\x00")
    assert message(wire, "0300" + "00000000" + "6000").body == TimeExceeded(datagram=b"\x60\x00")
    assert message(wire, "0401" + "00000028" + "6000").body == ParameterProblem(pointer=40, datagram=b"\x60\x00")


def test_redirect(wire: Wire) -> None:
    body = message(wire, "8900" + "00000000" + ONE + TWO + "0402" + "000000000000" + "6000000000003b40").body
    assert isinstance(body, Redirect)
    assert body.options[0].body == RedirectedHeader(datagram=bytes.fromhex("6000000000003b40"))


def test_unknown_type_and_option_are_kept(wire: Wire) -> None:
    assert message(wire, "c800" + "0102").body == UnknownBody(data=b"\1\2")
    body = message(wire, "8500" + "00000000" + "fd01" + "010203040506").body
    assert isinstance(body, RouterSolicitation)
    assert body.options == [Option(type=OptionType(0xFD), length=1, body=UnknownOption(data=bytes(range(1, 7))))]


def test_option_length_0_is_refused(wire: Wire) -> None:
    error = wire.refuse(ICMPv6, "85000000" + "00000000" + "0100" + "000000000000")
    assert (error.code, error.path) == ("check", "body.options[0].length")


@pytest.mark.parametrize("size", [1, 2, 7])
def test_link_address_that_does_not_fill_its_option_is_refused_when_building(wire: Wire, size: int) -> None:
    option = Option(body=SourceLinkAddress(address=bytes(size)))
    error = wire.unbuildable(ICMPv6(body=RouterSolicitation(options=[option])))
    assert (error.code, error.path) == ("unsolved", "body.options[0].length")


def test_cut(wire: Wire) -> None:
    wire.cut(ICMPv6, SOLICITATION, fixed=24)
    wire.cut(ICMPv6, ROUTER, fixed=16)
    for boundary, end in ((24, 32), (16, 48), (48, 56)):
        octets = SOLICITATION if boundary == 24 else ROUTER
        for size in range(boundary + 1, end):
            assert wire.refuse(ICMPv6, octets[: 2 * size]).path.startswith("body.options[")
    wire.cut(ICMPv6, REPORT)
