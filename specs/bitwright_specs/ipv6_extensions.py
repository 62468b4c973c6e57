"""IPv6 extension headers, each a layer: Hop-by-Hop Options, Routing, Fragment, Destination Options, Authentication.

RFC 8200, section 4; RFC 4302 (AH, in IPv4 too); RFC 2675, 2711, 5095, 6275, 8754 for what they carry.
Options and routing types are open unions: subclasses of `OptionBody` and `Route` with `tag=` join them.
"""

from __future__ import annotations

from typing import Literal

from bitwright import (
    IPv6Address,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    check,
    const,
    flag,
    ipv6,
    payload,
    raw,
    reserved,
    u8,
    u16,
    u32,
    variant,
)
from bitwright_specs.ip_protocol import IPProtocol


class OptionKind(OpenEnum):
    """Option types; the two high bits say what to do where it is unknown, the third that it may change (RFC 8200, 4.2)."""

    PAD1 = 0x00
    PADN = 0x01
    TUNNEL_LIMIT = 0x04
    ROUTER_ALERT = 0x05
    CALIPSO = 0x07
    QUICK_START = 0x26
    RPL = 0x23
    ENDPOINT_ID = 0x8A
    JUMBO_PAYLOAD = 0xC2
    HOME_ADDRESS = 0xC9


class RoutingType(OpenEnum):
    """Routing types (IANA "Internet Protocol Version 6 Parameters")."""

    SOURCE_ROUTE = 0
    NIMROD = 1
    MOBILE = 2
    RPL = 3
    SEGMENT_ROUTING = 4


class OptionBody(Struct):
    """What follows an option's kind; each arm but Pad1 has the length of its data."""


class Pad1(OptionBody, tag=OptionKind.PAD1):
    """One byte of padding: the kind alone."""


class PadN(OptionBody, tag=OptionKind.PADN):
    """Two or more bytes of padding."""

    length: int = auto(u8())
    data: bytes = raw(size=length, default=b"")


class RouterAlert(OptionBody, tag=OptionKind.ROUTER_ALERT):
    """Router Alert (RFC 2711)."""

    length: Literal[2] = const(u8(), 2)
    value: int = u16(default=0)


class JumboPayload(OptionBody, tag=OptionKind.JUMBO_PAYLOAD):
    """Jumbo Payload: the length of the packet behind the IPv6 header, in bytes (RFC 2675)."""

    length: Literal[4] = const(u8(), 4)
    payload_length: int = u32()


class HomeAddress(OptionBody, tag=OptionKind.HOME_ADDRESS):
    """Home Address of a mobile node (RFC 6275, section 6.3)."""

    length: Literal[16] = const(u8(), 16)
    address: IPv6Address = ipv6()


class UnknownOption(OptionBody):
    """An option of a kind that is not declared."""

    length: int = auto(u8())
    data: bytes = raw(size=length, default=b"")


class Option(Struct):
    """One option (RFC 8200, section 4.2)."""

    kind: OptionKind = auto(u8(OptionKind))
    body: OptionBody = variant(OptionBody, on=kind, unknown=UnknownOption)


class HopByHop(Struct):
    """Hop-by-Hop Options header (RFC 8200, section 4.3).

    `length` counts 8 bytes beyond the first 8, so the options fill 6 bytes, or 14, or 22, and so on.
    """

    next_header: IPProtocol = u8(IPProtocol)
    length: int = auto(u8())
    options: list[Option] = array(Option, size=length * 8 + 6, default=[Option(body=PadN(data=bytes(4)))])
    payload: bytes = payload()


class DestinationOptions(Struct):
    """Destination Options header (RFC 8200, section 4.6); its length counts as in Hop-by-Hop Options."""

    next_header: IPProtocol = u8(IPProtocol)
    length: int = auto(u8())
    options: list[Option] = array(Option, size=length * 8 + 6, default=[Option(body=PadN(data=bytes(4)))])
    payload: bytes = payload()


class Route(Struct):
    """The part of a Routing header that depends on its type."""


class SourceRoute(Route, tag=RoutingType.SOURCE_ROUTE):
    """Type 0: a source route, deprecated and still seen (RFC 2460, section 4.4; RFC 5095)."""

    unused: int = reserved(32)
    addresses: list[IPv6Address] = array(ipv6())


class MobileRoute(Route, tag=RoutingType.MOBILE):
    """Type 2: the home address of a mobile node (RFC 6275, section 6.4)."""

    unused: int = reserved(32)
    home_address: IPv6Address = ipv6()


class SegmentRoute(Route, tag=RoutingType.SEGMENT_ROUTING):
    """Type 4: the segment list, last segment first, then TLVs (RFC 8754, section 2)."""

    last_entry: int = auto(u8())
    flags: int = u8(default=0)
    tag: int = u16(default=0)
    segments: list[IPv6Address] = array(ipv6(), count=last_entry + 1)
    tlvs: bytes = raw(default=b"")


class UnknownRoute(Route):
    """The data of a type that is not declared."""

    data: bytes = raw()


class Routing(Struct):
    """Routing header (RFC 8200, section 4.4)."""

    next_header: IPProtocol = u8(IPProtocol)
    length: int = auto(u8())
    routing_type: RoutingType = auto(u8(RoutingType))
    segments_left: int = u8(default=0)
    route: Route = variant(Route, on=routing_type, unknown=UnknownRoute, size=length * 8 + 4)
    payload: bytes = payload()


class Fragment(Struct):
    """Fragment header (RFC 8200, section 4.5).

    `fragment_offset` counts 8 bytes.  An atomic fragment, offset 0 and no more to come, is a whole packet (RFC 6946).
    """

    next_header: IPProtocol = u8(IPProtocol)
    reserved_byte: int = reserved(8)
    fragment_offset: int = bits(13, default=0)
    reserved_bits: int = reserved(2)
    mf: bool = flag(default=False)
    is_fragment = mf | (fragment_offset > 0)
    id: int = u32()
    payload: bytes = payload()


class AuthenticationHeader(Struct):
    """Authentication Header (RFC 4302, section 2); `length` counts 4 bytes, less 2."""

    next_header: IPProtocol = u8(IPProtocol)
    length: int = auto(u8())
    check(length >= 1, "the length counts the fixed fields")
    reserved_bits: int = reserved(16)
    spi: int = u32()
    sequence_number: int = u32()
    icv: bytes = raw(size=length * 4 - 4, default=b"")
    payload: bytes = payload()
