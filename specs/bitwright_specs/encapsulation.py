"""What an application said, put back into the packets that carry it: IP with UDP, or with TCP.

A recorder that stands between programs sees datagrams and streams, no packets; `IP` makes those that a capture would have
had, so that any tool reads them.  It is the entry point `ip` of the group `bitwright.encapsulations`; docs/cli.md says what
is made up.  LINKTYPE_RAW (101): a packet begins with its IP header.
"""

from __future__ import annotations

import ipaddress
from typing import Final, TypeAlias

from bitwright import IPv4Address, IPv6Address
from bitwright_specs.ip_protocol import IPProtocol
from bitwright_specs.ipv4 import IPv4
from bitwright_specs.ipv6 import IPv6
from bitwright_specs.tcp import TCP, NoOperation, Option, WindowScale
from bitwright_specs.udp import UDP

Address: TypeAlias = "tuple[str, int]"

RAW: Final = 101  # LINKTYPE_RAW
_SEGMENT: Final = 65535 - 20 - 20  # bytes of a segment that an IPv4 packet has room for
_SHIFT: Final = 14  # the largest window scale (RFC 7323, section 2.3), so that nothing said would have had to wait


class IP:
    """IPv4 or IPv6; where one end has the one and one the other, the IPv4 address is mapped (RFC 4291, section 2.5.5.2)."""

    link_type: Final = RAW

    def datagram(self, source: Address, target: Address, data: bytes) -> bytes:
        """A UDP datagram in a packet."""
        network = _network(source[0], target[0], IPProtocol.UDP)
        pseudo_header = network.pseudo_header(IPProtocol.UDP, len(data) + 8)
        network.payload = UDP(src_port=source[1], dst_port=target[1], payload=data).build(pseudo_header=pseudo_header)
        return network.build()

    def stream(self, client: Address, server: Address) -> Connection:
        """The packets of a TCP connection."""
        return Connection(client, server)


class Connection:
    """A TCP connection: what its segments would have been, had each piece been sent by itself and none been lost.

    Sequence numbers begin at 0 and count as RFC 9293 says; a segment acknowledges all that went the other way before it.
    """

    def __init__(self, client: Address, server: Address) -> None:
        self._ends = {True: (client, server), False: (server, client)}
        self._next = {True: 0, False: 0}  # the sequence number of what each sends next

    def opened(self) -> list[bytes]:
        """The handshake (RFC 9293, section 3.5)."""
        scale = [Option(body=WindowScale(shift=_SHIFT)), Option(body=NoOperation())]
        return [
            self._segment(True, TCP(src_port=0, dst_port=0, syn=True, options=scale)),
            self._segment(False, TCP(src_port=0, dst_port=0, syn=True, ack=True, options=scale)),
            self._segment(True, TCP(src_port=0, dst_port=0, ack=True)),
        ]

    def sent(self, data: bytes, *, from_client: bool) -> list[bytes]:
        """What carries `data`: as many segments as it needs, the last of them pushed."""
        found = []
        for start in range(0, len(data), _SEGMENT):
            part = data[start : start + _SEGMENT]
            pushed = start + _SEGMENT >= len(data)
            found.append(self._segment(from_client, TCP(src_port=0, dst_port=0, ack=True, psh=pushed, payload=part)))
        return found

    def ended(self, *, from_client: bool) -> list[bytes]:
        """The end of one direction, and its acknowledgment (RFC 9293, section 3.6)."""
        return [
            self._segment(from_client, TCP(src_port=0, dst_port=0, ack=True, fin=True)),
            self._segment(not from_client, TCP(src_port=0, dst_port=0, ack=True)),
        ]

    def reset(self) -> list[bytes]:
        """The end of both at once, as if both had reset it (RFC 9293, section 3.5.3)."""
        return [self._segment(from_client, TCP(src_port=0, dst_port=0, ack=True, rst=True)) for from_client in (False, True)]

    def _segment(self, from_client: bool, segment: TCP) -> bytes:
        source, target = self._ends[from_client]
        segment.src_port, segment.dst_port = source[1], target[1]
        segment.sequence_number = self._next[from_client]
        if segment.ack:
            segment.acknowledgment_number = self._next[not from_client]
        self._next[from_client] = (self._next[from_client] + len(segment.payload) + segment.syn + segment.fin) % (1 << 32)
        network = _network(source[0], target[0], IPProtocol.TCP)
        size = 20 + 4 * segment.syn + len(segment.payload)
        network.payload = segment.build(pseudo_header=network.pseudo_header(IPProtocol.TCP, size))
        return network.build()


def _network(source: str, target: str, protocol: IPProtocol) -> IPv4 | IPv6:
    ends = [ipaddress.ip_address(host.partition("%")[0]) for host in (source, target)]
    if all(isinstance(end, ipaddress.IPv4Address) for end in ends):
        return IPv4(protocol=protocol, src=IPv4Address(ends[0].packed), dst=IPv4Address(ends[1].packed), df=True, payload=b"")
    wide = [end.packed if isinstance(end, ipaddress.IPv6Address) else bytes(10) + b"\xff\xff" + end.packed for end in ends]
    return IPv6(next_header=protocol, src=IPv6Address(wide[0]), dst=IPv6Address(wide[1]), payload=b"")
