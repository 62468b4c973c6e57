"""One question by a connection of its own: connect, ask, take the answer, close.

Promise: the connection is closed however the call ends; an answer is matched as everywhere.
"""

from __future__ import annotations

import dataclasses
import ssl
from typing import TypeVar

from bitwright.errors import ParseError
from bitwright.net.connection import Connection
from bitwright.net.errors import Disconnected, NetError
from bitwright.net.network import Address, Network
from bitwright.net.pending import Pending
from bitwright.net.protocol import Protocol
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StreamAddress:
    """Where a peer is reached by a stream.  `tls`: with this context, and `server_name` in the certificate (the host if not given)."""

    address: Address
    tls: ssl.SSLContext | None = None
    server_name: str | None = None


async def call_once(protocol: Protocol[M], to: StreamAddress, request: M, *, network: Network) -> M:
    """The answer to `request`.

    Raises `Disconnected` where there is no connection, or it ends before the answer, or brings what is no message; and what
    `Connection.send` raises.  It takes as long as the peer does: the caller has the timeout.
    """
    pending: Pending[M] = Pending(protocol, most=1)
    call = pending.open(request)
    where = f"{to.address[0]}:{to.address[1]}"
    try:
        stream = await network.connect(to.address)
    except OSError as error:
        raise Disconnected(f"{where}: no connection: {error}", sent=False) from error
    async with Connection(stream, protocol) as connection:
        if to.tls is not None:
            try:
                await connection.start_tls(to.tls, hostname=to.server_name or to.address[0])
            except NetError as error:
                raise Disconnected(f"{where}: {error}", sent=False) from error
        pending.sending(call)
        await connection.send(call.request)
        while not call.over:
            try:
                pending.settle(await connection.receive())
            except (NetError, ParseError) as error:
                raise Disconnected(f"{where}: no answer by stream: {error}", sent=True) from error
    return call.result()
