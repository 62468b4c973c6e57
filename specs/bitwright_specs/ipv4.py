"""Internet Protocol version 4: header and options.

RFC 791, section 3.1; RFC 2474 and RFC 3168 for the differentiated services byte; RFC 2113 for Router Alert.
Options are an open union: a subclass of `OptionBody` with `tag=` is read wherever options are.
"""

from __future__ import annotations

from typing import Literal

from bitwright import (  # fmt: skip
    IPv4Address,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    check,
    checksum,
    const,
    flag,
    ipv4,
    payload,
    raw,
    reserved,
    rest,
    select,
    u8,
    u16,
    u32,
    variant,
)
from bitwright.checksum import internet
from bitwright_specs.ip_protocol import ECN, IPProtocol


class OptionKind(OpenEnum):
    """Option types (IANA "Internet Protocol Version 4 Parameters"); the high bit means copied into fragments."""

    END_OF_OPTIONS = 0
    NO_OPERATION = 1
    RECORD_ROUTE = 7
    QUICK_START = 25
    TIMESTAMP = 68
    TRACEROUTE = 82
    SECURITY = 130
    LOOSE_SOURCE_ROUTE = 131
    EXTENDED_SECURITY = 133
    COMMERCIAL_SECURITY = 134
    STREAM_ID = 136
    STRICT_SOURCE_ROUTE = 137
    ROUTER_ALERT = 148


class TimestampFlag(OpenEnum):
    """What a Timestamp option collects (RFC 791, page 22)."""

    TIMESTAMPS = 0
    ADDRESSED = 1
    PRESPECIFIED = 3


class OptionBody(Struct):
    """What follows an option's kind; each arm but the two of one byte has the length, which counts kind and length too."""


class EndOfOptions(OptionBody, tag=OptionKind.END_OF_OPTIONS):
    """End of Option List: the rest of the header is padding."""

    padding: bytes = raw(default=b"")


class NoOperation(OptionBody, tag=OptionKind.NO_OPERATION):
    """No Operation: one byte, used to align the next option."""


class UnknownOption(OptionBody):
    """An option of a kind that is not declared."""

    length: int = auto(u8())
    check(length >= 2, "the length counts kind and length")
    data: bytes = raw(size=length - 2, default=b"")


class Route(OptionBody):
    """The common form of the three routes: `pointer` is the octet of the next address, counted from 1 at the kind."""

    length: int = auto(u8())
    check(length >= 3, "the length counts kind, length and pointer")
    pointer: int = u8(default=4)
    route: list[IPv4Address] = array(ipv4(), size=length - 3)


class RecordRoute(Route, tag=OptionKind.RECORD_ROUTE):
    """Record Route (RFC 791, page 20)."""


class LooseSourceRoute(Route, tag=OptionKind.LOOSE_SOURCE_ROUTE):
    """Loose Source and Record Route (RFC 791, page 18)."""


class StrictSourceRoute(Route, tag=OptionKind.STRICT_SOURCE_ROUTE):
    """Strict Source and Record Route (RFC 791, page 19)."""


class RouterAlert(OptionBody, tag=OptionKind.ROUTER_ALERT):
    """Router Alert (RFC 2113)."""

    length: Literal[4] = const(u8(), 4)
    value: int = u16(default=0)


class Stamps(Struct):
    """What a Timestamp option holds; the arm follows from its flag."""


class Timestamps(Stamps, tag=TimestampFlag.TIMESTAMPS):
    """Milliseconds since midnight UT, or, with the high bit set, any other clock."""

    timestamps: list[int] = array(u32())


class AddressedTimestamp(Struct):
    """One router and its timestamp in milliseconds since midnight UT."""

    address: IPv4Address = ipv4()
    timestamp: int = u32(default=0)


class AddressedTimestamps(Stamps, tag=(TimestampFlag.ADDRESSED, TimestampFlag.PRESPECIFIED)):
    """Timestamps, each with its router: those on the way, or those asked for."""

    entries: list[AddressedTimestamp] = array(AddressedTimestamp)


class UnknownStamps(Stamps):
    """The content under a flag that is not declared."""

    data: bytes = raw()


class Timestamp(OptionBody, tag=OptionKind.TIMESTAMP):
    """Internet Timestamp (RFC 791, page 22); `overflow` counts the hosts that found no room."""

    length: int = auto(u8())
    check(length >= 4, "the length counts what is before the timestamps")
    pointer: int = u8(default=5)
    overflow: int = bits(4, default=0)
    flag: TimestampFlag = auto(bits(4, TimestampFlag))
    stamps: Stamps = variant(Stamps, on=flag, unknown=UnknownStamps, size=length - 4)


class Option(Struct):
    """One option: its kind, and what the kind says (RFC 791, section 3.1)."""

    kind: OptionKind = auto(u8(OptionKind))
    body: OptionBody = variant(OptionBody, on=kind, unknown=UnknownOption)


class IPv4(Struct):
    """IPv4 header (RFC 791, section 3.1).

    `fragment_offset` counts 8 bytes.  A `length` of 0 is read as "to the end": segmentation offload leaves it so.
    """

    version: Literal[4] = const(bits(4), 4)
    ihl: int = auto(bits(4))
    header_length = ihl * 4
    check(ihl >= 5, "a header has at least five words")
    dscp: int = bits(6, default=0)
    ecn: ECN = bits(2, ECN, default=ECN.NOT_ECT)
    length: int = auto(u16())
    check((length == 0) | (length >= header_length), "the length counts the header")
    id: int = u16(default=0)
    reserved_flag: int = reserved(1)
    df: bool = flag(default=False)
    mf: bool = flag(default=False)
    fragment_offset: int = bits(13, default=0)
    is_fragment = mf | (fragment_offset > 0)
    ttl: int = u8(default=64)
    protocol: IPProtocol = u8(IPProtocol)
    checksum: int = checksum(u16(), internet, over=header_length)
    src: IPv4Address = ipv4()
    dst: IPv4Address = ipv4()
    options: list[Option] = array(Option, size=header_length - 20, default=[])
    payload: bytes = payload(size=select(length == 0, rest(), length - header_length))

    def pseudo_header(self, protocol: int, length: int) -> bytes:
        """What UDP and TCP sum before their segment of `length` bytes (RFC 768; RFC 9293, section 3.1)."""
        return self.src + self.dst + protocol.to_bytes(2, "big") + length.to_bytes(2, "big")
