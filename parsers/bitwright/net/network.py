"""The network as everything here sees it: streams, listeners and datagrams, of sockets or in memory.

Promise: `sockets` and `memory` keep the same contract, so that what is tested in memory, with virtual time and with faults on
purpose, is what runs.
"""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

from anyio.abc import ByteStream

Address: TypeAlias = "tuple[str, int]"  # host and port; an IPv6 host without brackets


@runtime_checkable
class SendsNow(Protocol):
    """A stream that need not be waited for where there is room."""

    def send_now(self, data: bytes) -> int:
        """Write what there is room for, and say how many bytes that were; raises what `send` does."""
        ...


class Acceptor(abc.ABC):
    """A socket that listens."""

    address: Address  # with the port that was chosen, where 0 was asked for

    @abc.abstractmethod
    async def wait(self) -> None:
        """Return when a connection waits to be accepted; `anyio.ClosedResourceError` once this is closed."""

    @abc.abstractmethod
    async def accept(self) -> tuple[ByteStream, Address]:
        """The next connection and its peer, waiting for it; OSError where the operating system has none to give."""

    @abc.abstractmethod
    async def aclose(self) -> None:
        """Listen no longer; whoever waits gets `anyio.ClosedResourceError`."""


class Datagrams(abc.ABC):
    """A socket for datagrams: bound to an address, or to one peer, whose datagrams are then the only ones that come."""

    address: Address

    @abc.abstractmethod
    async def receive(self) -> Sequence[tuple[bytes, Address]]:
        """What has come: at least one datagram with its sender, and as many as a moment holds.

        Raises `anyio.ClosedResourceError` once this is closed, and OSError for what the peer's host says (refused: nobody
        listens there), after which receiving goes on.
        """

    @abc.abstractmethod
    def send_now(self, data: bytes, address: Address | None = None) -> bool:
        """Send without waiting; False if the socket has no room.  To the one peer where no address is given.

        Raises OSError (a datagram too large, an address that cannot be reached) and `anyio.ClosedResourceError`.
        """

    @abc.abstractmethod
    async def send(self, data: bytes, address: Address | None = None) -> None:
        """Send, waiting for room."""

    @abc.abstractmethod
    async def aclose(self) -> None:
        """Close; whoever waits gets `anyio.ClosedResourceError`."""


class Network(abc.ABC):
    """Where streams and datagrams come from.  Hosts are addresses or names; port 0 is chosen by the system."""

    @abc.abstractmethod
    async def connect(self, address: Address) -> ByteStream:
        """A stream to `address`; OSError if there is none."""

    @abc.abstractmethod
    async def listen(self, address: Address, *, backlog: int = 1024) -> Acceptor:
        """Take connections at `address`; OSError if that cannot be."""

    @abc.abstractmethod
    async def datagrams(self, local: Address | None = None, *, remote: Address | None = None) -> Datagrams:
        """Send and take datagrams at `local` (chosen by the system without it), with `remote` only if given; OSError."""


def network_or_sockets(network: Network | None) -> Network:
    """The network that was given, or the operating system's sockets."""
    if network is not None:
        return network
    from bitwright.net.sockets import Sockets

    return Sockets()
