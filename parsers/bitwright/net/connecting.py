"""The client that fits the addresses.

Promise: which transport serves which question follows from what is given, as said here, and from nothing else.
"""

from __future__ import annotations

import ssl
from typing import TypeVar

from bitwright.net.caller import Caller
from bitwright.net.client import Client
from bitwright.net.datagram_client import DatagramClient
from bitwright.net.hooks import Hooks
from bitwright.net.network import Address, Network
from bitwright.net.one_shot import StreamAddress
from bitwright.net.protocol import Protocol
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)


def connect(
    spoken: Protocol[M] | type[M], *, udp: Address | None = None, tcp: Address | None = None, tls: Address | None = None,
    context: ssl.SSLContext | None = None, server_name: str | None = None, network: Network | None = None, hooks: Hooks | None = None,
    most: int | None = None, name: str = "",
) -> Caller[M]:  # fmt: skip
    """A client: `async with connect(DNS, udp=("192.0.2.1", 53), tcp=("192.0.2.1", 53)) as client: ...`.

    With `udp`, calls go by datagrams, and what the protocol calls truncated is asked for again at `tcp` or `tls`, by a connection for
    that question (`DatagramClient`).  Without it, they go by one connection that is kept (`Client`).  `context` (the system's
    authorities, if not given) and `server_name` (the host) are for `tls`; `most` is of calls in flight.
    """
    stream = _stream(tcp, tls, context, server_name)
    if udp is not None:
        return DatagramClient(spoken, udp, stream=stream, network=network, hooks=hooks, most=most, name=name)
    if stream is None:
        raise TypeError("give udp=, tcp= or tls=: where the peer is")
    return Client(
        spoken, stream.address, tls=stream.tls, server_name=stream.server_name, network=network, hooks=hooks, most=most, name=name
    )


def _stream(tcp: Address | None, tls: Address | None, context: ssl.SSLContext | None, server_name: str | None) -> StreamAddress | None:
    if tcp is not None and tls is not None:
        raise TypeError("give tcp= or tls=, not both: a question goes to one of them")
    if tls is None:
        if context is not None or server_name is not None:
            raise TypeError("context= and server_name= are for tls=")
        return None if tcp is None else StreamAddress(address=tcp)
    return StreamAddress(address=tls, tls=context or ssl.create_default_context(), server_name=server_name)
