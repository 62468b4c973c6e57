"""Taking connections from a listening socket of our own, so that what `accept` raises is there to be judged.

Promise: a connection that is lost between being taken and being given out is an OSError of that connection, and leaks nothing.
"""

from __future__ import annotations

import errno
import socket

import anyio
from anyio.abc import ByteStream

from bitwright.net.network import Acceptor, Address
from bitwright.net.sockets_stream import SocketStream


class SocketAcceptor(Acceptor):
    """A socket that listens."""

    def __init__(self, made: socket.socket) -> None:
        host, port, *_ = made.getsockname()
        self._socket, self.address = made, (host, port)

    async def wait(self) -> None:
        """Return when a connection waits."""
        if self._socket.fileno() < 0:
            raise anyio.ClosedResourceError
        await anyio.wait_readable(self._socket)

    async def accept(self) -> tuple[ByteStream, Address]:
        """The next connection and its peer."""
        while True:
            if self._socket.fileno() < 0:
                raise anyio.ClosedResourceError
            try:
                accepted, peer = self._socket.accept()
            except BlockingIOError:  # none is there, or it went away, or another process took it
                await self.wait()
            else:
                return _stream(accepted), (peer[0], peer[1])

    async def aclose(self) -> None:
        """Listen no longer."""
        if self._socket.fileno() >= 0:
            anyio.notify_closing(self._socket)
            self._socket.close()


def _stream(accepted: socket.socket) -> ByteStream:
    try:
        accepted.getpeername()
        return SocketStream(accepted)
    except OSError as error:
        accepted.close()
        raise ConnectionAbortedError(errno.ECONNABORTED, "the peer reset the connection before it was accepted") from error
