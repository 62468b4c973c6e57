"""Taking connections from a listening socket of our own, so that what `accept` raises is there to be judged.

Promise: a connection that is lost between being taken and being given out is an OSError of that connection, and leaks nothing.
"""

from __future__ import annotations

import errno
import socket

import anyio
import anyio.abc
from anyio.abc import ByteStream

from bitwright.net.network import Acceptor, Address


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
                return await _stream(accepted), (peer[0], peer[1])

    async def aclose(self) -> None:
        """Listen no longer."""
        if self._socket.fileno() >= 0:
            anyio.notify_closing(self._socket)
            self._socket.close()


async def _stream(accepted: socket.socket) -> ByteStream:
    try:
        accepted.setblocking(False)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a message is written as a whole: nothing is to be waited for
        return await anyio.abc.SocketStream.from_socket(accepted)
    except ValueError as error:  # what anyio makes of a peer that has reset the connection meanwhile
        accepted.close()
        raise ConnectionAbortedError(errno.ECONNABORTED, "the peer reset the connection before it was accepted") from error
    except BaseException:
        accepted.close()
        raise
