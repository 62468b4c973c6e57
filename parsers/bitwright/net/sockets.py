"""The network of the operating system: streams by anyio, datagrams by non-blocking sockets that are emptied at each wake-up.

Promise: the contract of `network`.  One wake-up of the event loop takes as many datagrams as have come, up to a bound, and
answers are sent at once: that, and not the loop, is what a server of datagrams spends its time on.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Final

import anyio
from anyio.abc import ByteStream

from bitwright.net.network import Acceptor, Address, Datagrams, Network
from bitwright.net.sockets_accept import SocketAcceptor

BATCH: Final = 64  # datagrams of one wake-up
_LARGEST: Final = 65535


class Sockets(Network):
    """The operating system's network."""

    async def connect(self, address: Address) -> ByteStream:
        """A TCP connection; OSError if there is none."""
        return await anyio.connect_tcp(*address)

    async def listen(self, address: Address, *, backlog: int = 1024) -> Acceptor:
        """Listen on TCP; OSError if that cannot be."""
        made = await _bound(address, socket.SOCK_STREAM)
        made.listen(backlog)
        return SocketAcceptor(made)

    async def datagrams(self, local: Address | None = None, *, remote: Address | None = None) -> Datagrams:
        """A UDP socket; OSError if that cannot be."""
        if local is None:
            family, where = await _resolved(remote, socket.SOCK_DGRAM) if remote is not None else (socket.AF_INET, None)
            made = socket.socket(family, socket.SOCK_DGRAM)
            made.setblocking(False)
        else:
            made = await _bound(local, socket.SOCK_DGRAM)
            where = (await _resolved(remote, socket.SOCK_DGRAM))[1] if remote is not None else None
        if where is not None:
            made.connect(where)
        return SocketDatagrams(made)


async def _resolved(address: Address, kind: socket.SocketKind) -> tuple[socket.AddressFamily, Address]:
    found = await anyio.getaddrinfo(*address, type=kind)
    family, _, _, _, where = found[0]
    return socket.AddressFamily(family), (where[0], where[1])


async def _bound(address: Address, kind: socket.SocketKind) -> socket.socket:
    family, where = await _resolved(address, kind)
    made = socket.socket(family, kind)
    try:
        made.setblocking(False)
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(where)
    except OSError:
        made.close()
        raise
    return made


def _address(made: socket.socket) -> Address:
    host, port, *_ = made.getsockname()
    return host, port


class SocketDatagrams(Datagrams):
    """A UDP socket."""

    def __init__(self, made: socket.socket) -> None:
        self._socket, self.address = made, _address(made)

    async def receive(self) -> Sequence[tuple[bytes, Address]]:
        """What has come, waiting for the first."""
        while True:
            if self._socket.fileno() < 0:
                raise anyio.ClosedResourceError
            await anyio.wait_readable(self._socket)
            found: list[tuple[bytes, Address]] = []
            try:
                while len(found) < BATCH:
                    data, sender = self._socket.recvfrom(_LARGEST)
                    found.append((data, (sender[0], sender[1])))
            except BlockingIOError:
                pass
            except OSError:
                if not found:
                    raise
            if found:
                return found

    def send_now(self, data: bytes, address: Address | None = None) -> bool:
        """Send without waiting."""
        if self._socket.fileno() < 0:
            raise anyio.ClosedResourceError
        try:
            if address is None:
                self._socket.send(data)
            else:
                self._socket.sendto(data, address)
        except BlockingIOError:
            return False
        return True

    async def send(self, data: bytes, address: Address | None = None) -> None:
        """Send, waiting for room."""
        while not self.send_now(data, address):
            await anyio.wait_writable(self._socket)

    async def aclose(self) -> None:
        """Close."""
        if self._socket.fileno() >= 0:
            anyio.notify_closing(self._socket)
            self._socket.close()
