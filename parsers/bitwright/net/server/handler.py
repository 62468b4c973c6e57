"""What a user writes: the callbacks of a server, and the peer they are told of."""

from __future__ import annotations

import abc
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeAlias, TypeVar

from bitwright.errors import ParseError
from bitwright.net.connection import Connection
from bitwright.net.network import Address
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)
Reply: TypeAlias = "Struct | bytes | None"  # bytes are a message that is built already


class Peer(abc.ABC):
    """Who sent a message: over a connection, or in a datagram.

    `address` is the peer's, `transport` "udp", "tcp" or "tls".
    """

    __slots__ = ()

    address: Address
    transport: str

    @property
    @abc.abstractmethod
    def local_address(self) -> Address:
        """Where the message came to."""

    @property
    def connection(self) -> Connection[Any] | None:
        """What a handler needs that changes the framing, or begins with TLS; None for datagrams."""
        return None

    @abc.abstractmethod
    async def send(self, message: Struct | bytes) -> None:
        """Send besides, or instead of, what a callback returns; raises what `Connection.send` does, of a datagram OSError."""

    @abc.abstractmethod
    def close(self) -> None:
        """Close the connection when this callback has returned; nothing for datagrams."""


class Handler(Generic[M]):
    """What a server does with messages.  Every callback may be a plain function, which is called at once, or be `async`.

    Over a connection they come one at a time, in this order: `connected`; `message` or `malformed` for what comes; and at the
    end exactly one of `closed`, `timeout`, `error` and `shutdown`, in which the peer can still be sent to where it listens.  For
    datagrams there are no connections: `message`, `malformed` and `error` come, and where they await, several at a time.
    """

    def connected(self, peer: Peer) -> Awaitable[None] | None:
        """A connection is there, and its handshake done."""
        return None

    def message(self, message: M, peer: Peer) -> Reply | Awaitable[Reply]:
        """A message has come; what is returned is sent, None is not."""
        raise NotImplementedError(f"{type(self).__name__} has no `message`")

    def malformed(self, error: ParseError, data: bytes, peer: Peer) -> Reply | Awaitable[Reply]:
        """Bytes have come that are no message.  As it stands, raises `error`: it ends a connection, and drops a datagram."""
        raise error

    def closed(self, peer: Peer) -> Awaitable[None] | None:
        """The peer ended the connection between two messages, or `peer.close()` did."""
        return None

    def timeout(self, peer: Peer) -> Awaitable[None] | None:
        """No message has come within the `read_timeout`."""
        return None

    def error(self, error: Exception, peer: Peer) -> Awaitable[None] | None:
        """The connection broke, cannot be cut into messages, or a callback raised; of a datagram, a callback raised."""
        return None

    def shutdown(self, peer: Peer) -> Awaitable[None] | None:
        """The server ends."""
        return None


class Answering(Handler[M]):
    """The handler that is one function: `serve(Answering(lambda message, peer: ...), Message, ...)`."""

    def __init__(self, function: Callable[[M, Peer], Reply | Awaitable[Reply]]) -> None:
        self._function = function

    def message(self, message: M, peer: Peer) -> Reply | Awaitable[Reply]:
        """What the function gives."""
        return self._function(message, peer)


def handlers_of(handler: Handler[M] | Callable[[], Handler[M]]) -> Callable[[], Handler[M]]:
    """What gives the handler of a connection: an instance serves them all, a class or a function makes one for each."""
    if isinstance(handler, Handler):
        return lambda: handler
    if not callable(handler):
        raise TypeError(f"{handler!r} is neither a Handler nor makes one")
    return handler


def discard(what: object) -> None:
    """Say of what a callback gave that it will not be awaited."""
    if inspect.iscoroutine(what):
        what.close()


def wire(reply: Struct | bytes) -> bytes:
    """The bytes of a reply; TypeError for what is none."""
    if isinstance(reply, Struct):
        return reply.build()
    if isinstance(reply, bytes):
        return reply
    raise TypeError(f"a handler replies with a message, its bytes, or None, not with {type(reply).__name__}")
