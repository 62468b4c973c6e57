"""One question by a connection of its own: connect, ask, take the answer, close.

Promise: the connection is closed however the call ends; an answer is matched as everywhere.
"""

from __future__ import annotations

import dataclasses
import ssl
from typing import TypeVar

import anyio
from anyio.streams.tls import TLSStream

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

    Raises `Disconnected` where there is no connection, or it ends before the answer; what `Connection` raises for what is no
    message.  It takes as long as the peer does: the caller has the timeout.
    """
    pending: Pending[M] = Pending(protocol, most=1)
    async with await _connected(protocol, to, network) as connection:
        call = pending.open(request)
        pending.sending(call)
        await connection.send(call.request, timeout=None)
        while not call.over:
            try:
                pending.settle(await connection.receive())
            except (NetError, ParseError) as error:
                raise Disconnected(f"{to.address[0]}:{to.address[1]}: no answer by stream: {error}", sent=True) from error
    return call.result()


async def _connected(protocol: Protocol[M], to: StreamAddress, network: Network) -> Connection[M]:
    where = f"{to.address[0]}:{to.address[1]}"
    try:
        stream = await network.connect(to.address)
    except OSError as error:
        raise Disconnected(f"{where}: no connection: {error}", sent=False) from error
    if to.tls is None:
        return Connection(stream, protocol)
    try:
        secured = await TLSStream.wrap(stream, server_side=False, hostname=to.server_name or to.address[0], ssl_context=to.tls)
    except BaseException as error:
        with anyio.CancelScope(shield=True):
            await anyio.aclose_forcefully(stream)
        if isinstance(error, OSError | anyio.BrokenResourceError | anyio.EndOfStream):
            raise Disconnected(f"{where}: no TLS: {error}", sent=False) from error
        raise
    return Connection(secured, protocol)
