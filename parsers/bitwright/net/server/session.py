"""One connection of a server: handshake, messages one at a time, and exactly one last callback.

Promise: whatever the peer, the handler or the server does, the stream is closed, and after `connected` was called one and only
one of `closed`, `timeout`, `error` and `shutdown` is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import ssl
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import anyio
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint

from bitwright.errors import ParseError
from bitwright.net.connection import Connection
from bitwright.net.errors import Closed, NetError, TooLarge
from bitwright.net.framing import Piece
from bitwright.net.hooks import Hooks, attributes_of_peer
from bitwright.net.network import Address
from bitwright.net.protocol import Protocol
from bitwright.net.server.bounds import Bounds
from bitwright.net.server.counters import Counters
from bitwright.net.server.handler import Handler, Peer, discard, wire
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

TURN: Final = 64  # messages that are worked on before the other tasks have their turn
PIECE: Final = 65536  # bytes of answers that go out at once
LINGER: Final = 0.5  # seconds in which the peer may close, too, before what it still sends resets the connection
FAREWELL: Final = 1.0  # seconds for the end of TLS


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
        self._connection: Connection[M] = Connection(stream, protocol, send_timeout=bounds.send_timeout)
        self._make, self._protocol, self._context = make, protocol, context
        self._bounds, self._hooks, self._counters = bounds, hooks, counters
        self._attributes = attributes_of_peer(self.address, "tcp") | {"bitwright.tls": context is not None}
        self._unbroken = 0  # messages since the other tasks had their turn
        self._closing = self._draining = False
        self._idle: anyio.CancelScope | None = None  # of waiting for a message, of which nothing has come
        self._scope, self._ending = anyio.CancelScope(), anyio.CancelScope(shield=True)

    # --- what a handler sees --------------------------------------------------------------------

    @property
    def local_address(self) -> Address:
        """Where the connection came to."""
        return self._local

    @property
    def connection(self) -> Connection[M]:
        """The connection itself."""
        return self._connection

    async def send(self, message: Struct | bytes) -> None:
        """Send a message, after what was returned before; raises what `Connection.send` does."""
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
        self._hooks.emit("bitwright.server.connection.opened", self._attributes)
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
            patient = handler is not None and not self._scope.cancel_called
            await self._connection.aclose(timeout=FAREWELL, linger=LINGER if patient else 0.0)
            traffic, seconds = self._connection.traffic, anyio.current_time() - began
            self._hooks.emit("bitwright.server.connection.closed", self._attributes | {
                "bitwright.ending": last.name if handler is not None else "refused", "bitwright.duration": seconds,
                "bitwright.bytes.received": traffic.bytes_received, "bitwright.bytes.sent": traffic.bytes_sent,
            })  # fmt: skip

    async def _opened(self) -> Handler[M] | None:
        """The handler, once the handshake is done; None where there is no connection, or nobody to handle it."""
        try:
            if self._context is not None:
                await self._connection.start_tls(self._context, server_side=True, timeout=self._bounds.handshake_timeout)
            return self._make()
        except Exception as error:  # noqa: BLE001  # of this connection only, whether the peer's fault or the maker's
            self._counters.refused += 1
            self._emit("refused", error)
            return None

    async def _converse(self, handler: Handler[M]) -> Last[M]:
        try:
            await _done(handler.connected(self))
            while not self._closing:
                if (data := self._connection.receive_now()) is None:
                    await self._connection.flush()
                    if (data := await self._next()) is None:
                        return Last("shutdown", lambda handler: handler.shutdown(self))
                await self._answer(handler, data)
            await self._connection.flush()
        except _Quiet:
            return Last("timeout", lambda handler: handler.timeout(self))
        except Exception as error:  # noqa: BLE001  # the peer's, the network's, or a callback's: of this connection only
            with contextlib.suppress(NetError):  # what was answered before
                await self._connection.flush()
            if type(error) is not Closed:
                fault = error
                return Last("error", lambda handler: handler.error(fault, self), error)
        return Last("closed", lambda handler: handler.closed(self))

    async def _next(self) -> bytes | None:
        """The next message's bytes, or None if the server ends before there are any."""
        if self._is_draining():
            return None
        with anyio.CancelScope(deadline=anyio.current_time() + self._bounds.read_timeout) as scope:
            self._idle = scope
            try:
                return await self._connection.receive_bytes()
            finally:
                self._idle = None
        if self._is_draining():
            return None
        raise _Quiet

    def _is_draining(self) -> bool:  # a method, for a checker believes that an attribute stays as it is while something is awaited
        return self._draining

    async def _answer(self, handler: Handler[M], data: bytes) -> None:
        """Answers that need not be waited for go out in one piece, when there is no other message or there are enough of them."""
        self._counters.received += 1
        if isinstance(data, Piece):
            raise TooLarge(len(data), self._protocol.limit, "a piece of a message, and more,")
        try:
            message = self._connection.protocol.message.parse(data)
        except ParseError as error:
            self._counters.malformed += 1
            reply = handler.malformed(error, data, self)
        else:
            reply = handler.message(message, self)
        if inspect.isawaitable(reply):
            try:
                await self._connection.flush()  # nobody waits for what is answered already
            except BaseException:
                discard(reply)
                raise
            reply = await reply
        if reply is not None:
            payload = wire(reply)
            if len(payload) < PIECE:
                self._connection.put(payload)
            else:
                await self._connection.send_bytes(payload)
            self._counters.answered += 1
        self._unbroken += 1
        if self._unbroken >= TURN or self._connection.unsent >= PIECE:
            self._unbroken = 0
            await checkpoint()
            await self._connection.flush()

    async def _call_last(self, handler: Handler[M], last: Last[M]) -> None:
        if last.error is not None:
            self._counters.failures += 1
            self._emit("failed", last.error)
        try:
            await _done(last.call(handler))
        except Exception as error:  # noqa: BLE001  # there is nobody left to tell but the observer
            self._counters.failures += 1
            self._hooks.emit("bitwright.server.callback.failed", self._attributes | {"error.type": type(error).__name__})

    def _emit(self, what: str, error: Exception) -> None:
        self._hooks.emit(f"bitwright.server.connection.{what}", self._attributes | {"error.type": type(error).__name__})


async def _done(told: Awaitable[None] | None) -> None:
    """What a callback gave, awaited if it is to be."""
    if inspect.isawaitable(told):
        await told
