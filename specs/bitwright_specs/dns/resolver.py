"""A stub resolver: one question to one server, and its answer.

    found = await resolve("www.example.", Type.AAAA, ("192.0.2.53", 53))
    found.reply.answers

Promise: what `bitwright.net` promises of calls: an answer comes from the server that was asked, with the id and the question of the
query (RFC 5452), or there is a typed error.  A truncated answer is fetched by TCP (RFC 7766); a server that knows no EDNS is asked
again without it (RFC 6891, section 6.2.2).
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import AsyncIterator
from typing import Final

import anyio

from bitwright import ParseError
from bitwright.net import Connection, DatagramClient, Disconnected, NetError, Retransmission, StreamAddress, TimedOut, call_once
from bitwright.net.network import Address, Network, network_or_sockets
from bitwright_specs.dns.domains import absolute
from bitwright_specs.dns.edns import Edns
from bitwright_specs.dns.enums import Class, Rcode, Type
from bitwright_specs.dns.message import Message
from bitwright_specs.dns.protocol import DNS
from bitwright_specs.dns.question import Question
from bitwright_specs.dns.record import Record

WITHOUT_EDNS: Final = frozenset({Rcode.FORMERR, Rcode.NOTIMP})  # what servers say that do not know it
_PLAIN: Final = Edns()


@dataclasses.dataclass(frozen=True, slots=True)
class Resolution:
    """An answer: by which transport it came, and after how many seconds."""

    reply: Message
    server: Address
    transport: str
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How to ask.

    `timeout`: seconds that an answer may take after each of `tries` sendings; by TCP, and for what was truncated, once more.
    `edns` None asks without.  `tcp`: do not try UDP.
    """

    timeout: float = 3.0
    tries: int = 3
    tcp: bool = False
    recursion: bool = True
    edns: Edns | None = _PLAIN
    checking_disabled: bool = False


async def resolve(
    name: str, kind: Type = Type.A, server: Address = ("127.0.0.1", 53), *, rclass: Class = Class.IN, asking: Asking | None = None,
    network: Network | None = None,
) -> Resolution:  # fmt: skip
    """Ask `server` for the records of `name`, which is absolute.

    Raises ValueError for what is no name, `TimedOut` where no answer comes, `Disconnected` where nobody listens or the connection is
    lost, OSError where there is no way to the server.
    """
    how = asking or Asking()
    request = question(name, kind, rclass, how)
    began = anyio.current_time()
    reply, transport = await _asked(request, server, how, network_or_sockets(network))
    if how.edns is not None and reply.edns is None and reply.rcode in WITHOUT_EDNS:
        plain = dataclasses.replace(how, edns=None)
        reply, transport = await _asked(question(name, kind, rclass, plain), server, plain, network_or_sockets(network))
    return Resolution(reply, server, transport, anyio.current_time() - began)


async def transfer(
    name: str, server: Address = ("127.0.0.1", 53), *, timeout: float = 10.0, network: Network | None = None
) -> AsyncIterator[Record]:
    """The records of a whole zone, its SOA first and last (AXFR, RFC 5936).

    Raises `TimedOut` after so many seconds without a message, `Disconnected` where there is no connection or it ends too early, and
    `TransferRefusedError` with what the server said.
    """
    request = question(name, Type.AXFR, Class.IN, Asking(recursion=False, edns=None)).replace(id=1)  # one question a connection
    try:
        stream = await network_or_sockets(network).connect(server)
    except OSError as error:
        raise Disconnected(f"{server[0]}:{server[1]}: no connection: {error}", sent=False) from error
    async with Connection(stream, DNS) as connection:
        await connection.send(request, timeout=timeout)
        seen = 0
        while seen < 2:
            try:
                reply = await connection.receive(timeout=timeout)
            except ParseError as error:
                raise Disconnected(f"{server[0]}:{server[1]}: what came is no message: {error}", sent=True) from error
            if reply.rcode != Rcode.NOERROR or reply.id != request.id or not reply.answers:
                raise TransferRefusedError(reply)
            for record in reply.answers:
                seen += record.type == Type.SOA
                yield record


class TransferRefusedError(NetError):
    """The server does not give the zone; `reply` is what it said."""

    def __init__(self, reply: Message) -> None:
        super().__init__(f"the server does not transfer the zone: {reply.rcode}")
        self.reply = reply

    def __reduce__(self) -> tuple[type[TransferRefusedError], tuple[Message]]:
        return TransferRefusedError, (self.reply,)


def question(name: str, kind: Type, rclass: Class, how: Asking) -> Message:
    """The query; the id is chosen when it is sent.  ValueError for what is no name."""
    return Message(
        id=0, rd=how.recursion, cd=how.checking_disabled, questions=[Question(qname=absolute(name), qtype=kind, qclass=rclass)],
        additionals=[] if how.edns is None else [how.edns.record()],
    )  # fmt: skip


def reverse_name(address: str) -> str:
    """The name under which an address is looked up (RFC 1035, section 3.5; RFC 3596, section 2.5); ValueError for what is none."""
    return ipaddress.ip_address(address).reverse_pointer + "."


async def _asked(request: Message, server: Address, how: Asking, network: Network) -> tuple[Message, str]:
    by_stream = StreamAddress(address=server)
    if how.tcp or request.questions[0].qtype == Type.AXFR:
        with anyio.move_on_after(how.timeout * how.tries):
            return await call_once(DNS, by_stream, request, network=network), "tcp"
        raise TimedOut(f"{server[0]}:{server[1]}: no answer by TCP within {how.timeout * how.tries:.3g} s")
    spoken = dataclasses.replace(DNS, retransmission=Retransmission(first=how.timeout, factor=1.0, tries=how.tries))
    async with DatagramClient(spoken, server, stream=by_stream, network=network) as client:
        reply = await client.call(request, timeout=how.timeout * (how.tries + 1))
        return reply, "tcp" if client.counters.truncated else "udp"
