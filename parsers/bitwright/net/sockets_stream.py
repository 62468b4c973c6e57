"""Streams of TCP: non-blocking sockets, read when they are asked for bytes and written at once where there is room.

Promise: nothing is read that nobody asked for, from the first byte on, so what a peer sends waits in the operating system and
holds the peer up (asyncio's transports read from the moment they are made); a cancelled `receive` has taken nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.lowlevel import cancel_shielded_checkpoint, checkpoint, checkpoint_if_cancelled

from bitwright.net.network import Address

_STAGGER: Final = 0.25  # seconds before the next address is tried beside the one in work (RFC 8305, section 5)


class SocketStream(ByteStream):
    """A TCP connection over a connected socket, which belongs to it from now on."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # messages are written whole
        self._socket = connected
        self._receives = self._sends = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """What has come, at most `max_bytes`; `anyio.EndOfStream` after the last of it."""
        if self._receives:
            raise anyio.BusyResourceError("reading from")
        self._receives = True
        try:
            await checkpoint_if_cancelled()
            waited = False
            while True:
                try:
                    data = self._open().recv(max_bytes)
                except BlockingIOError:
                    await anyio.wait_readable(self._socket)
                    waited = True
                    continue
                except OSError as error:
                    raise anyio.BrokenResourceError from error
                if not data:
                    raise anyio.EndOfStream
                if not waited:
                    await cancel_shielded_checkpoint()
                return data
        finally:
            self._receives = False

    async def send(self, item: bytes) -> None:
        """Write all of `item`, waiting where the operating system has no room."""
        if self._sends:
            raise anyio.BusyResourceError("writing to")
        self._sends = True
        try:
            await checkpoint_if_cancelled()
            left = memoryview(item)[self.send_now(item) :]
            if not left:
                await cancel_shielded_checkpoint()
            while left:
                await anyio.wait_writable(self._socket)
                left = left[self.send_now(left) :]
        finally:
            self._sends = False

    def send_now(self, data: bytes | memoryview) -> int:
        """Write what there is room for, and say how many bytes that were."""
        try:
            return self._open().send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise anyio.BrokenResourceError from error

    def _open(self) -> socket.socket:
        if self._socket.fileno() < 0:
            raise anyio.ClosedResourceError
        return self._socket

    async def send_eof(self) -> None:
        """End this direction; the other goes on."""
        try:
            self._open().shutdown(socket.SHUT_WR)
        except OSError as error:
            raise anyio.BrokenResourceError from error

    async def aclose(self) -> None:
        """Close both directions; whoever waits gets `anyio.ClosedResourceError`."""
        if self._socket.fileno() >= 0:
            anyio.notify_closing(self._socket)
            self._socket.close()
        await checkpoint()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """The addresses and the socket, by anyio's names."""
        here = self._socket
        return {
            SocketAttribute.family: lambda: here.family,
            SocketAttribute.raw_socket: lambda: here,
            SocketAttribute.local_address: lambda: here.getsockname()[:2],
            SocketAttribute.local_port: lambda: here.getsockname()[1],
            SocketAttribute.remote_address: lambda: here.getpeername()[:2],
            SocketAttribute.remote_port: lambda: here.getpeername()[1],
        }


async def connected(address: Address) -> SocketStream:
    """A connection to the first address of the host that answers, each tried a moment after the one before; OSError if none does."""
    found = await anyio.getaddrinfo(*address, type=socket.SOCK_STREAM)
    made: list[socket.socket] = []
    errors: list[OSError] = []

    async def attempt(of: tuple[int, int, int, Any], failed: anyio.Event) -> None:
        try:
            made.append(await _connected(*of))
        except OSError as error:
            errors.append(error)
            failed.set()
        else:
            group.cancel_scope.cancel()

    try:
        async with anyio.create_task_group() as group:
            for family, kind, protocol, _, where in found:
                failed = anyio.Event()
                group.start_soon(attempt, (family, kind, protocol, where), failed)
                with anyio.move_on_after(_STAGGER):
                    await failed.wait()
        if not made:
            raise errors[0]
        return SocketStream(made.pop(0))
    finally:
        for unused in made:
            unused.close()


async def _connected(family: int, kind: int, protocol: int, where: Any) -> socket.socket:
    made = socket.socket(family, kind, protocol)
    try:
        made.setblocking(False)
        try:
            made.connect(where)
        except BlockingIOError:
            await anyio.wait_writable(made)
            _raise_what_went_wrong(made, where)
    except BaseException:
        made.close()
        raise
    return made


def _raise_what_went_wrong(made: socket.socket, where: Any) -> None:
    if (number := made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) != 0:
        raise OSError(number, f"{where[0]}:{where[1]}: {os.strerror(number)}")
