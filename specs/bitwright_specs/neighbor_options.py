"""The options of IPv6 neighbor discovery messages, which `icmpv6` declares.

RFC 4861, section 4.6; RFC 8106 for recursive DNS servers.  They are an open union: a subclass of `OptionBody`
with `tag=` joins it.
"""

from __future__ import annotations

from bitwright import IPv6Address, OpenEnum, Struct, array, auto, bits, check, flag, ipv6, raw, reserved, u8, u32, variant


class OptionType(OpenEnum):
    """Neighbor discovery options (IANA "IPv6 Neighbor Discovery Option Formats")."""

    SOURCE_LINK_ADDRESS = 1
    TARGET_LINK_ADDRESS = 2
    PREFIX_INFORMATION = 3
    REDIRECTED_HEADER = 4
    MTU = 5
    NONCE = 14
    ROUTE_INFORMATION = 24
    RECURSIVE_DNS_SERVER = 25
    FLAGS_EXTENSION = 26
    DNS_SEARCH_LIST = 31
    CAPTIVE_PORTAL = 37
    PREF64 = 38


class OptionBody(Struct):
    """What follows an option's type and length."""


class UnknownOption(OptionBody):
    """An option of a type that is not declared."""

    data: bytes = raw(default=b"")


class LinkAddress(OptionBody):
    """The common form of both link-layer address options: 6 bytes on Ethernet, with padding elsewhere."""

    address: bytes = raw()


class SourceLinkAddress(LinkAddress, tag=OptionType.SOURCE_LINK_ADDRESS):
    """Source Link-layer Address (RFC 4861, section 4.6.1)."""


class TargetLinkAddress(LinkAddress, tag=OptionType.TARGET_LINK_ADDRESS):
    """Target Link-layer Address (RFC 4861, section 4.6.1)."""


class PrefixInformation(OptionBody, tag=OptionType.PREFIX_INFORMATION):
    """Prefix Information; lifetimes in seconds (RFC 4861, section 4.6.2)."""

    prefix_length: int = u8()
    on_link: bool = flag(default=False)
    autonomous: bool = flag(default=False)
    router_address: bool = flag(default=False)
    reserved_flags: int = bits(5, default=0)
    valid_lifetime: int = u32()
    preferred_lifetime: int = u32()
    unused: int = reserved(32)
    prefix: IPv6Address = ipv6()


class RedirectedHeader(OptionBody, tag=OptionType.REDIRECTED_HEADER):
    """Redirected Header: as much of the packet as fits (RFC 4861, section 4.6.3)."""

    unused: int = reserved(48)
    datagram: bytes = raw()


class MTU(OptionBody, tag=OptionType.MTU):
    """MTU of the link in bytes (RFC 4861, section 4.6.4)."""

    unused: int = reserved(16)
    mtu: int = u32()


class RecursiveDNSServer(OptionBody, tag=OptionType.RECURSIVE_DNS_SERVER):
    """Recursive DNS servers; `lifetime` in seconds (RFC 8106, section 5.1)."""

    unused: int = reserved(16)
    lifetime: int = u32()
    servers: list[IPv6Address] = array(ipv6())


class Option(Struct):
    """One neighbor discovery option (RFC 4861, section 4.6); `length` counts 8 bytes and is never 0."""

    type: OptionType = auto(u8(OptionType))
    length: int = auto(u8())
    check(length >= 1, "the length counts the option itself")
    body: OptionBody = variant(OptionBody, on=type, unknown=UnknownOption, size=length * 8 - 2)
