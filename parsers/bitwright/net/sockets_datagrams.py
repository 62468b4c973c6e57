"""Datagrams of the operating system: a non-blocking socket that is emptied at each wake-up.

Promise: the contract of `network`.  One wake-up of the event loop takes as many datagrams as have come, up to a bound, and
answers are sent at once: that, and not the loop, is what a server of datagrams spends its time on.  A reader that is cancelled
loses nothing, and what the socket says after a datagram (that nobody listens there) is told after that.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any, Final

import anyio
from anyio.lowlevel import checkpoint

from bitwright.net.network import Address, Datagrams

BATCH: Final = 64  # datagrams of one wake-up
ROOM: Final = 1 << 20  # bytes that may wait for us in the kernel, where it allows that: a burst is not lost
_LARGEST: Final = 65535


class SocketDatagrams(Datagrams):
    """A UDP socket, non-blocking and bound.  Addresses to send to have to be numbers: a name would be looked up while all waits."""

    def __init__(self, made: socket.socket) -> None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        self._socket, self.address = made, _plain(made.getsockname())
        self._take = made.recvfrom
        self._told_later: OSError | None = None
        self._more = False  # the last batch was full, so there may be another
        self._closed = False

    async def receive(self) -> Sequence[tuple[bytes, Address]]:
        """What has come, waiting for the first."""
        while not self._closed:
            if self._more:
                await checkpoint()  # others have their turn
            elif self._told_later is None:
                await anyio.wait_readable(self._socket)
            if found := self._batch():
                return found
        raise anyio.ClosedResourceError

    def _batch(self) -> list[tuple[bytes, Address]]:
        """All that is there, up to the bound: without waiting, so that a cancelled reader has taken nothing."""
        if self._closed:
            raise anyio.ClosedResourceError
        if self._told_later is not None:
            error, self._told_later = self._told_later, None
            raise error
        take, found = self._take, list[tuple[bytes, Address]]()
        self._more = True
        try:
            for _ in range(BATCH):
                data, sender = take(_LARGEST)
                found.append((data, sender if len(sender) == 2 else _plain(sender)))
        except BlockingIOError:
            self._more = False
        except OSError as error:
            if not found:
                raise
            self._told_later = error
        return found

    def send_now(self, data: bytes, address: Address | None = None) -> bool:
        """Send without waiting."""
        if self._closed:
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
        if not self._closed:
            self._closed = True
            anyio.notify_closing(self._socket)
            self._socket.close()
        await checkpoint()


def _plain(name: tuple[Any, ...]) -> Address:
    """Host and port, as of a socket's name; the scope of an IPv6 address that has one is part of the host (RFC 4007, section 11)."""
    if len(name) == 4 and name[3] and "%" not in name[0]:
        return f"{name[0]}%{name[3]}", name[1]
    return name[0], name[1]
