"""Internet Control Message Protocol for IPv6: errors, echo, multicast listeners, neighbor discovery.

RFC 4443; RFC 4861 (neighbor discovery; its options are in `neighbor_options`); RFC 2710 and RFC 3810 (multicast listener discovery).
Bodies are an open union: a subclass of `Body` with `tag=` joins it.
"""

from __future__ import annotations

from bitwright import (
    IPv6Address,
    OpenEnum,
    Struct,
    array,
    auto,
    bits,
    checksum,
    flag,
    ipv6,
    param,
    raw,
    reserved,
    u8,
    u16,
    u32,
    variant,
)  # fmt: skip
from bitwright.checksum import internet
from bitwright_specs.neighbor_options import Option


class MessageType(OpenEnum):
    """Message types (IANA "ICMPv6 Parameters"); those from 128 on inform, the others report an error."""

    DESTINATION_UNREACHABLE = 1
    PACKET_TOO_BIG = 2
    TIME_EXCEEDED = 3
    PARAMETER_PROBLEM = 4
    ECHO_REQUEST = 128
    ECHO_REPLY = 129
    MULTICAST_LISTENER_QUERY = 130
    MULTICAST_LISTENER_REPORT = 131
    MULTICAST_LISTENER_DONE = 132
    ROUTER_SOLICITATION = 133
    ROUTER_ADVERTISEMENT = 134
    NEIGHBOR_SOLICITATION = 135
    NEIGHBOR_ADVERTISEMENT = 136
    REDIRECT = 137
    ROUTER_RENUMBERING = 138
    MULTICAST_LISTENER_REPORT_V2 = 143
    MULTICAST_ROUTER_ADVERTISEMENT = 151
    RPL_CONTROL = 155


class Body(Struct):
    """What follows the checksum; the arm follows from the message's type."""


class UnknownBody(Body):
    """The body of a type that is not declared."""

    data: bytes = raw(default=b"")


class DestinationUnreachable(Body, tag=MessageType.DESTINATION_UNREACHABLE):
    """Destination Unreachable (RFC 4443, section 3.1); `length` counts the 8-byte words of the quote (RFC 4884)."""

    length: int = u8(default=0)
    unused: int = reserved(24)
    datagram: bytes = raw(default=b"")


class PacketTooBig(Body, tag=MessageType.PACKET_TOO_BIG):
    """Packet Too Big for the next link's `mtu` (RFC 4443, section 3.2)."""

    mtu: int = u32()
    datagram: bytes = raw(default=b"")


class TimeExceeded(Body, tag=MessageType.TIME_EXCEEDED):
    """Time Exceeded (RFC 4443, section 3.3); `length` as in `DestinationUnreachable`."""

    length: int = u8(default=0)
    unused: int = reserved(24)
    datagram: bytes = raw(default=b"")


class ParameterProblem(Body, tag=MessageType.PARAMETER_PROBLEM):
    """Parameter Problem at the byte `pointer` of the packet (RFC 4443, section 3.4)."""

    pointer: int = u32()
    datagram: bytes = raw(default=b"")


class Echo(Body):
    """The common form of echo request and reply."""

    id: int = u16(default=0)
    sequence_number: int = u16(default=0)
    data: bytes = raw(default=b"")


class EchoRequest(Echo, tag=MessageType.ECHO_REQUEST):
    """Echo Request (RFC 4443, section 4.1)."""


class EchoReply(Echo, tag=MessageType.ECHO_REPLY):
    """Echo Reply (RFC 4443, section 4.2)."""


class MulticastListener(Body):
    """The common form of query, report and done; `maximum_delay` in milliseconds (RFC 2710, section 3)."""

    maximum_delay: int = u16(default=0)
    unused: int = reserved(16)
    group: IPv6Address = ipv6()
    version_2: bytes = raw(default=b"", doc="what version 2 appends to a query (RFC 3810, section 5.1)")


class MulticastListenerQuery(MulticastListener, tag=MessageType.MULTICAST_LISTENER_QUERY):
    """Multicast Listener Query (RFC 2710, section 3; RFC 3810, section 5.1)."""


class MulticastListenerReport(MulticastListener, tag=MessageType.MULTICAST_LISTENER_REPORT):
    """Multicast Listener Report (RFC 2710, section 3)."""


class MulticastListenerDone(MulticastListener, tag=MessageType.MULTICAST_LISTENER_DONE):
    """Multicast Listener Done (RFC 2710, section 3)."""


class MulticastRecord(Struct):
    """What a host listens to in one group; `auxiliary_length` counts 4 bytes (RFC 3810, section 5.2)."""

    type: int = u8()
    auxiliary_length: int = auto(u8())
    count: int = auto(u16())
    group: IPv6Address = ipv6()
    sources: list[IPv6Address] = array(ipv6(), count=count, default=[])
    auxiliary: bytes = raw(size=auxiliary_length * 4, default=b"")


class MulticastListenerReport2(Body, tag=MessageType.MULTICAST_LISTENER_REPORT_V2):
    """Multicast Listener Report, version 2 (RFC 3810, section 5.2)."""

    unused: int = reserved(16)
    count: int = auto(u16())
    records: list[MulticastRecord] = array(MulticastRecord, count=count)
    extra: bytes = raw(default=b"")


class RouterSolicitation(Body, tag=MessageType.ROUTER_SOLICITATION):
    """Router Solicitation (RFC 4861, section 4.1)."""

    unused: int = reserved(32)
    options: list[Option] = array(Option, default=[])


class RouterAdvertisement(Body, tag=MessageType.ROUTER_ADVERTISEMENT):
    """Router Advertisement (RFC 4861, section 4.2): `lifetime` in seconds, the two timers in milliseconds."""

    hop_limit: int = u8(default=0)
    managed: bool = flag(default=False)
    other: bool = flag(default=False)
    home_agent: bool = flag(default=False)
    preference: int = bits(2, signed=True, default=0, doc="1 high, 0 medium, -1 low (RFC 4191, section 2.2)")
    reserved_flags: int = bits(3, default=0)
    lifetime: int = u16(default=0)
    reachable_time: int = u32(default=0)
    retransmit_time: int = u32(default=0)
    options: list[Option] = array(Option, default=[])


class NeighborSolicitation(Body, tag=MessageType.NEIGHBOR_SOLICITATION):
    """Neighbor Solicitation (RFC 4861, section 4.3)."""

    unused: int = reserved(32)
    target: IPv6Address = ipv6()
    options: list[Option] = array(Option, default=[])


class NeighborAdvertisement(Body, tag=MessageType.NEIGHBOR_ADVERTISEMENT):
    """Neighbor Advertisement (RFC 4861, section 4.4)."""

    router: bool = flag(default=False)
    solicited: bool = flag(default=False)
    override: bool = flag(default=False)
    unused: int = reserved(29)
    target: IPv6Address = ipv6()
    options: list[Option] = array(Option, default=[])


class Redirect(Body, tag=MessageType.REDIRECT):
    """Redirect to a better first hop (RFC 4861, section 4.5)."""

    unused: int = reserved(32)
    target: IPv6Address = ipv6()
    destination: IPv6Address = ipv6()
    options: list[Option] = array(Option, default=[])


class ICMPv6(Struct):
    """ICMPv6 message (RFC 4443, section 2.1).

    The checksum needs the layer below: `ICMPv6.check(data, pseudo_header=ip.pseudo_header(58, len(data)))`, and the
    same argument to `build`, which needs it unless `checksum` is given; without it nothing is verified.
    """

    pseudo_header = param(bytes, default=b"")
    type: MessageType = auto(u8(MessageType))
    code: int = u8(default=0)
    checksum: int = checksum(u16(), internet, prefix=pseudo_header)
    body: Body = variant(Body, on=type, unknown=UnknownBody)
