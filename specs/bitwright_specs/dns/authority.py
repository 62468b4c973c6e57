"""An authoritative name server: zones behind a handler.

    async with serve(Authority([read_zone("example.zone.toml")]), DNS, udp=address, tcp=address):
        ...

Promise: what `responder` promises of messages, of datagrams and streams; what cannot be read is answered with FORMERR, also over a
stream, which goes on (RFC 7766, section 6.2.1).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from typing import TypeAlias

from bitwright import ParseError
from bitwright.net import Handler, Peer
from bitwright_specs.dns.message import Message
from bitwright_specs.dns.responder import Responder, malformed_reply
from bitwright_specs.dns.zone import Zone

IPNetwork: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"


class Authority(Handler[Message]):
    """Answers from zones.

    `payload`: bytes of a datagram at most.  `transfers`: the networks whose hosts may have whole zones (AXFR, RFC 5936), by TCP;
    without them nobody may.  `ZoneError` if two zones have one name.
    """

    def __init__(self, zones: Iterable[Zone], *, payload: int = 1232, transfers: Sequence[IPNetwork] = ()) -> None:
        self.responder = Responder(zones, payload=payload)
        self._transfers = tuple(transfers)

    def message(self, message: Message, peer: Peer) -> Message | Awaitable[Message | None] | None:
        """The answer."""
        stream = peer.transport != "udp"
        if stream and self._transfers:
            sent = self.responder.transfer(message)
            if sent is not None and self._may_transfer(peer):
                return _send_all(sent, peer)
        return self.responder.respond(message, stream=stream)

    def malformed(self, error: ParseError, data: bytes, peer: Peer) -> Message | None:
        """FORMERR, where the query has at least an id."""
        return malformed_reply(data)

    def _may_transfer(self, peer: Peer) -> bool:
        host = ipaddress.ip_address(peer.address[0].partition("%")[0])
        return any(host in network for network in self._transfers)


async def _send_all(messages: Iterator[Message], peer: Peer) -> None:
    """Each waits until there is room for it, so that a zone is never in memory twice."""
    for message in messages:
        await peer.send(message)
