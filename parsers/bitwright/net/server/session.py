"""One connection of a server: handshake, messages one at a time, and exactly one last callback.

Promise: whatever the peer, the handler or the server does, the stream is closed, and after `connected` was called one and only
one of `closed`, `timeout`, `error` and `shutdown` is.
"""

from __future__ import annotations

import dataclasses
import inspect
import ssl
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSStream

from bitwright.errors import ParseError
from bitwright.net.connection import Connection
from bitwright.net.errors import Closed
from bitwright.net.hooks import Attribute, Hooks, attributes_of_peer
from bitwright.net.network import Address
from bitwright.net.protocol import Protocol
from bitwright.net.server.bounds import Bounds
from bitwright.net.server.counters import Counters
from bitwright.net.server.handler import Handler, Peer, Reply, wire
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)


@dataclasses.dataclass(frozen=True, slots=True)
class Last(Generic[M]):
    """Which callback is the last."""

    name: str
    call: Callable[[Handler[M]], Awaitable[None] | None]
    error: Exception | None = None


class _Quiet(Exception):  # noqa: N818
    """No message has come in time."""


class Session(Peer, Generic[M]):
    """A connection that was accepted, from then on to its end."""

    def __init__(
        self, stream: ByteStream, addresses: tuple[Address, Address], make: Callable[[], Handler[M]], protocol: Protocol[M], *,
        bounds: Bounds, hooks: Hooks, counters: Counters, context: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self.address, self._local = addresses
        self.transport = "tcp" if context is None else "tls"
        self._stream, self._make, self._protocol, self._context = stream, make, protocol, context
        self._bounds, self._hooks, self._counters = bounds, hooks, counters
        self._connection: Connection[M] | None = None
        self._closing = self._draining = False
        self._idle: anyio.CancelScope | None = None  # of waiting for a message, of which nothing has come
        self._scope, self._ending = anyio.CancelScope(), anyio.CancelScope(shield=True)

    # --- what a handler sees --------------------------------------------------------------------

    @property
    def local_address(self) -> Address:
        """Where the connection came to."""
        return self._local

    async def send(self, message: Struct | bytes) -> None:
        """Send a message; raises what `Connection.send` does, `Closed` where the connection is no more."""
        if self._connection is None:
            raise Closed("the connection is closed")
        await self._connection.send_bytes(wire(message))
        self._counters.answered += 1

    def close(self) -> None:
        """Close the connection when the callback has returned."""
        self._closing = True

    # --- what a server does ---------------------------------------------------------------------

    def drain(self) -> None:
        """End at the next moment at which no message is in work."""
        self._draining = True
        if self._idle is not None:
            self._idle.cancel()

    def kill(self, seconds: float) -> None:
        """End now: whatever is awaited is cancelled, and the last callback has so many seconds."""
        self._scope.cancel()
        self._ending.deadline = anyio.current_time() + seconds

    async def run(self) -> None:
        """The whole life of the connection.  Raises nothing but cancellation."""
        began = anyio.current_time()
        attributes = attributes_of_peer(self.address, self.transport)
        self._hooks.emit("bitwright.server.connection.opened", attributes)
        handler: Handler[M] | None = None
        last: Last[M] = Last("shutdown", lambda handler: handler.shutdown(self))  # unless something else comes first
        try:
            with self._scope:
                if (handler := await self._opened()) is not None:
                    last = await self._converse(handler)
        finally:
            with self._ending:
                self._ending.deadline = min(self._ending.deadline, anyio.current_time() + self._bounds.shutdown_timeout)
                if handler is not None:
                    await self._call_last(handler, last)
            await self._close()
            ended: dict[str, Attribute] = {"bitwright.ending": last.name, "bitwright.duration": anyio.current_time() - began}
            self._hooks.emit("bitwright.server.connection.closed", attributes | ended)

    async def _opened(self) -> Handler[M] | None:
        """The handler, once the handshake is done; None where there is no connection, or nobody to handle it."""
        try:
            if self._context is not None:
                with anyio.fail_after(self._bounds.handshake_timeout):
                    self._stream = await TLSStream.wrap(
                        self._stream, server_side=True, ssl_context=self._context, standard_compatible=False
                    )
            handler = self._make()
        except Exception as error:  # noqa: BLE001  # of this connection only, whether the peer's fault or the maker's
            self._counters.refused += 1
            self._hooks.emit(
                "bitwright.server.connection.refused",
                attributes_of_peer(self.address, self.transport) | {"error.type": type(error).__name__},
            )
            return None
        self._connection = Connection(self._stream, self._protocol, send_timeout=self._bounds.send_timeout)
        return handler

    async def _converse(self, handler: Handler[M]) -> Last[M]:
        try:
            await _done(handler.connected(self))
            while not self._closing:
                if (data := await self._next()) is None:
                    return Last("shutdown", lambda handler: handler.shutdown(self))
                if (reply := await self._react(handler, data)) is not None:
                    await self.send(wire(reply))
        except _Quiet:
            return Last("timeout", lambda handler: handler.timeout(self))
        except Exception as error:  # noqa: BLE001  # the peer's, the network's, or a callback's: of this connection only
            if type(error) is not Closed:
                fault = error
                return Last("error", lambda handler: handler.error(fault, self), error)
        return Last("closed", lambda handler: handler.closed(self))

    async def _next(self) -> bytes | None:
        """The next message's bytes, or None if the server ends before there are any."""
        connection = self._connection
        if connection is None or self._is_draining():
            return None
        with anyio.CancelScope(deadline=anyio.current_time() + self._bounds.read_timeout) as scope:
            self._idle = scope
            try:
                return await connection.receive_bytes()
            finally:
                self._idle = None
        if self._is_draining():
            return None
        raise _Quiet

    def _is_draining(self) -> bool:  # a method, for a checker believes that an attribute stays as it is while something is awaited
        return self._draining

    async def _react(self, handler: Handler[M], data: bytes) -> Reply:
        self._counters.received += 1
        try:
            message = self._protocol.message.parse(data)
        except ParseError as error:
            self._counters.malformed += 1
            reply = handler.malformed(error, data, self)
        else:
            reply = handler.message(message, self)
        return await reply if inspect.isawaitable(reply) else reply

    async def _call_last(self, handler: Handler[M], last: Last[M]) -> None:
        attributes = attributes_of_peer(self.address, self.transport)
        if last.error is not None:
            self._counters.failures += 1
            self._hooks.emit("bitwright.server.connection.failed", attributes | {"error.type": type(last.error).__name__})
        try:
            await _done(last.call(handler))
        except Exception as error:  # noqa: BLE001  # there is nobody left to tell but the observer
            self._counters.failures += 1
            self._hooks.emit("bitwright.server.callback.failed", attributes | {"error.type": type(error).__name__})

    async def _close(self) -> None:
        if self._connection is None:
            with anyio.CancelScope(shield=True):
                await anyio.aclose_forcefully(self._stream)
        else:
            await self._connection.aclose()


async def _done(told: Awaitable[None] | None) -> None:
    """What a callback gave, awaited if it is to be."""
    if inspect.isawaitable(told):
        await told
