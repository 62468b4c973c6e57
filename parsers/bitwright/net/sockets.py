"""The network of the operating system, by non-blocking sockets of our own.

Promise: the contract of `network`.
"""

from __future__ import annotations

import socket

import anyio
from anyio.abc import ByteStream

from bitwright.net.network import Acceptor, Address, Datagrams, Network
from bitwright.net.sockets_accept import SocketAcceptor
from bitwright.net.sockets_datagrams import SocketDatagrams
from bitwright.net.sockets_stream import connected


class Sockets(Network):
    """The operating system's network."""

    async def connect(self, address: Address) -> ByteStream:
        """A TCP connection; OSError if there is none."""
        return await connected(address)

    async def listen(self, address: Address, *, backlog: int = 1024) -> Acceptor:
        """Listen on TCP; OSError if that cannot be."""
        made = await _bound(address, socket.SOCK_STREAM)
        made.listen(backlog)
        return SocketAcceptor(made)

    async def datagrams(self, local: Address | None = None, *, remote: Address | None = None) -> Datagrams:
        """A UDP socket; OSError if that cannot be."""
        to = None if remote is None else await _resolved(remote, socket.SOCK_DGRAM)
        if local is None:
            local = ("::" if to is not None and to[0] == socket.AF_INET6 else "0.0.0.0", 0)  # noqa: S104  # the system chooses
        made = await _bound(local, socket.SOCK_DGRAM)
        try:
            if to is not None:
                made.connect(to[1])
            return SocketDatagrams(made)
        except OSError:
            made.close()
            raise


async def _resolved(address: Address, kind: socket.SocketKind) -> tuple[socket.AddressFamily, tuple[str | int, ...]]:
    """The family and what the system calls the address, of an IPv6 address with its scope."""
    found = await anyio.getaddrinfo(*address, type=kind)
    family, _, _, _, where = found[0]
    return socket.AddressFamily(family), where


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
