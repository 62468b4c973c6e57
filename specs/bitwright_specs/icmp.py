"""Internet Control Message Protocol for IPv4: every message with its body; errors keep the datagram they quote as bytes.

RFC 792; RFC 950 (address mask), RFC 1191 (next-hop MTU), RFC 1256 (router discovery), RFC 4884 (length of the quote).
Bodies are an open union: a subclass of `Body` with `tag=` joins it.
"""

from __future__ import annotations

from bitwright import IPv4Address, OpenEnum, Struct, array, auto, checksum, ipv4, raw, reserved, u8, u16, u32, variant
from bitwright.checksum import internet


class MessageType(OpenEnum):
    """Message types (IANA "ICMP Parameters")."""

    ECHO_REPLY = 0
    DESTINATION_UNREACHABLE = 3
    SOURCE_QUENCH = 4
    REDIRECT = 5
    ECHO_REQUEST = 8
    ROUTER_ADVERTISEMENT = 9
    ROUTER_SOLICITATION = 10
    TIME_EXCEEDED = 11
    PARAMETER_PROBLEM = 12
    TIMESTAMP = 13
    TIMESTAMP_REPLY = 14
    INFORMATION_REQUEST = 15
    INFORMATION_REPLY = 16
    ADDRESS_MASK_REQUEST = 17
    ADDRESS_MASK_REPLY = 18
    TRACEROUTE = 30
    PHOTURIS = 40
    EXTENDED_ECHO_REQUEST = 42
    EXTENDED_ECHO_REPLY = 43


class Body(Struct):
    """What follows the checksum; the arm follows from the message's type."""


class UnknownBody(Body):
    """The body of a type that is not declared."""

    data: bytes = raw(default=b"")


class Echo(Body):
    """The common form of echo request and reply (RFC 792, page 14)."""

    id: int = u16(default=0)
    sequence_number: int = u16(default=0)
    data: bytes = raw(default=b"")


class EchoRequest(Echo, tag=MessageType.ECHO_REQUEST):
    """Echo request (RFC 792, page 14)."""


class EchoReply(Echo, tag=MessageType.ECHO_REPLY):
    """Echo reply (RFC 792, page 14)."""


class DestinationUnreachable(Body, tag=MessageType.DESTINATION_UNREACHABLE):
    """Destination unreachable (RFC 792, page 4).

    `length` counts the 4-byte words of the quoted datagram where extensions follow it, else 0 (RFC 4884);
    `next_hop_mtu` is set with code 4, fragmentation needed (RFC 1191).
    """

    unused: int = reserved(8)
    length: int = u8(default=0)
    next_hop_mtu: int = u16(default=0)
    datagram: bytes = raw(default=b"")


class SourceQuench(Body, tag=MessageType.SOURCE_QUENCH):
    """Source quench (RFC 792, page 10), deprecated by RFC 6633."""

    unused: int = reserved(32)
    datagram: bytes = raw(default=b"")


class Redirect(Body, tag=MessageType.REDIRECT):
    """Redirect (RFC 792, page 12)."""

    gateway: IPv4Address = ipv4()
    datagram: bytes = raw(default=b"")


class RouterAddress(Struct):
    """A router and its preference, higher preferred."""

    address: IPv4Address = ipv4()
    preference: int = u32(default=0)


class RouterAdvertisement(Body, tag=MessageType.ROUTER_ADVERTISEMENT):
    """Router advertisement (RFC 1256, section 3); `entry_size` counts 4-byte words, `lifetime` seconds."""

    count: int = auto(u8())
    entry_size: int = u8(default=2)
    lifetime: int = u16(default=1800)
    routers: list[RouterAddress] = array(RouterAddress, count=count)
    extra: bytes = raw(default=b"")


class RouterSolicitation(Body, tag=MessageType.ROUTER_SOLICITATION):
    """Router solicitation (RFC 1256, section 3)."""

    unused: int = reserved(32)
    extra: bytes = raw(default=b"")


class TimeExceeded(Body, tag=MessageType.TIME_EXCEEDED):
    """Time exceeded (RFC 792, page 6); `length` as in `DestinationUnreachable`."""

    unused: int = reserved(8)
    length: int = u8(default=0)
    unused_2: int = reserved(16)
    datagram: bytes = raw(default=b"")


class ParameterProblem(Body, tag=MessageType.PARAMETER_PROBLEM):
    """Parameter problem at the byte `pointer` of the datagram (RFC 792, page 8)."""

    pointer: int = u8()
    length: int = u8(default=0)
    unused: int = reserved(16)
    datagram: bytes = raw(default=b"")


class TimestampBody(Body):
    """The common form of timestamp and its reply, in milliseconds since midnight UT (RFC 792, page 16)."""

    id: int = u16(default=0)
    sequence_number: int = u16(default=0)
    originate: int = u32(default=0)
    receive: int = u32(default=0)
    transmit: int = u32(default=0)
    extra: bytes = raw(default=b"")


class Timestamp(TimestampBody, tag=MessageType.TIMESTAMP):
    """Timestamp request (RFC 792, page 16)."""


class TimestampReply(TimestampBody, tag=MessageType.TIMESTAMP_REPLY):
    """Timestamp reply (RFC 792, page 16)."""


class AddressMaskBody(Body):
    """The common form of address mask request and reply (RFC 950, appendix I)."""

    id: int = u16(default=0)
    sequence_number: int = u16(default=0)
    mask: IPv4Address = ipv4()
    extra: bytes = raw(default=b"")


class AddressMaskRequest(AddressMaskBody, tag=MessageType.ADDRESS_MASK_REQUEST):
    """Address mask request (RFC 950, appendix I)."""


class AddressMaskReply(AddressMaskBody, tag=MessageType.ADDRESS_MASK_REPLY):
    """Address mask reply (RFC 950, appendix I)."""


class ICMP(Struct):
    """ICMP message (RFC 792)."""

    type: MessageType = auto(u8(MessageType))
    code: int = u8(default=0)
    checksum: int = checksum(u16(), internet)
    body: Body = variant(Body, on=type, unknown=UnknownBody)
