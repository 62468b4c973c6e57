"""Streams in memory: two ends, a bounded buffer each way, and what a real connection does when an end goes away."""

from __future__ import annotations

import collections
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
from anyio.abc import ByteStream

from bitwright.net.network import Acceptor, Address


class _Way:
    """One direction: bytes that were written and not read."""

    def __init__(self, capacity: int) -> None:
        self.data = bytearray()
        self.capacity = capacity
        self.ended = False  # the writer writes no more
        self.abandoned = False  # the reader is gone
        self.reset = False
        self._changed = anyio.Event()

    def notify(self) -> None:
        """Something is different now."""
        self._changed.set()
        self._changed = anyio.Event()

    async def change(self) -> None:
        """Wait for something to be different."""
        await self._changed.wait()


class MemoryStream(ByteStream):
    """One end of a connection.  Made in pairs, by `stream_pair`."""

    def __init__(self, reading: _Way, writing: _Way, addresses: tuple[Address, Address], piece: int) -> None:
        self._reading, self._writing, self._piece = reading, writing, piece
        self.local_address, self.remote_address = addresses
        self._closed = self._sends = self._receives = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        """What has come, at most `max_bytes`; `anyio.EndOfStream` after the last of it."""
        await anyio.lowlevel.checkpoint()
        if self._receives:
            raise anyio.BusyResourceError("reading from")
        self._receives = True
        way = self._reading
        try:
            while not way.data:
                self._refuse_if_closed()
                if way.reset:
                    raise anyio.BrokenResourceError from ConnectionResetError(104, "the peer reset the connection")
                if way.ended:
                    raise anyio.EndOfStream
                await way.change()
            self._refuse_if_closed()
        finally:
            self._receives = False
        size = min(max_bytes, self._piece)
        given = bytes(way.data[:size])
        del way.data[:size]
        way.notify()
        return given

    async def send(self, item: bytes) -> None:
        """Write all of `item`, waiting for the reader where the buffer is full."""
        await anyio.lowlevel.checkpoint()
        if self._sends:
            raise anyio.BusyResourceError("writing to")
        self._sends = True
        way, left = self._writing, memoryview(item)
        try:
            while True:
                self._refuse_if_closed()
                if way.abandoned or way.reset or way.ended:
                    raise anyio.BrokenResourceError from BrokenPipeError(32, "the peer has closed the connection")
                if not left:
                    return
                room = way.capacity - len(way.data)
                if room > 0:
                    way.data += left[:room]
                    left = left[room:]
                    way.notify()
                else:
                    await way.change()
        finally:
            self._sends = False

    async def send_eof(self) -> None:
        """End this direction; the other goes on."""
        self._refuse_if_closed()
        self._writing.ended = True
        self._writing.notify()

    async def aclose(self) -> None:
        """Close both directions; the peer reads what it was sent, and then the end."""
        self._close()
        await anyio.lowlevel.checkpoint()

    def abort(self) -> None:
        """Reset the connection, as a host does that lost its process: what was not read is gone."""
        self._reading.reset = self._writing.reset = True
        self._writing.data.clear()
        self._close()

    def _close(self) -> None:
        self._closed = True
        self._writing.ended = self._reading.abandoned = True
        self._writing.notify()
        self._reading.notify()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise anyio.ClosedResourceError

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """The addresses, by anyio's names."""
        names = anyio.abc.SocketAttribute
        return {names.local_address: lambda: self.local_address, names.remote_address: lambda: self.remote_address}


def stream_pair(
    first: Address = ("127.0.0.1", 1), second: Address = ("127.0.0.1", 2), *, piece: int = 65536, capacity: int = 65536
) -> tuple[MemoryStream, MemoryStream]:
    """Two ends of one connection, at these addresses."""
    there, back = _Way(capacity), _Way(capacity)
    return MemoryStream(back, there, (first, second), piece), MemoryStream(there, back, (second, first), piece)


class MemoryAcceptor(Acceptor):
    """Connections that wait to be accepted.  `refuse` gives the next `accept` an error, as an operating system may."""

    def __init__(self, address: Address, backlog: int, on_close: Callable[[], object]) -> None:
        self.address, self._backlog, self._on_close = address, backlog, on_close
        self._waiting: collections.deque[tuple[MemoryStream, Address]] = collections.deque()
        self._errors: collections.deque[OSError] = collections.deque()
        self._changed = anyio.Event()
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether as many wait as may."""
        return len(self._waiting) >= self._backlog

    @property
    def waiting(self) -> int:
        """How many wait to be accepted."""
        return len(self._waiting)

    def offer(self, stream: MemoryStream, peer: Address) -> None:
        """A connection has come."""
        self._waiting.append((stream, peer))
        self._notify()

    def refuse(self, error: OSError) -> None:
        """Let the next `accept` fail with `error`; the connection goes on waiting."""
        self._errors.append(error)
        self._notify()

    async def wait(self) -> None:
        """Return when a connection waits."""
        await anyio.lowlevel.checkpoint()
        while not self._waiting and not self._errors:
            self._refuse_if_closed()
            await self._changed.wait()
        self._refuse_if_closed()

    async def accept(self) -> tuple[ByteStream, Address]:
        """The connection that has waited longest."""
        await self.wait()
        if self._errors:
            raise self._errors.popleft()
        return self._waiting.popleft()

    async def aclose(self) -> None:
        """Listen no longer; who was not accepted is reset."""
        if not self._closed:
            self._closed = True
            self._on_close()
            for stream, _ in self._waiting:
                stream.abort()
            self._waiting.clear()
            self._notify()
        await anyio.lowlevel.checkpoint()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise anyio.ClosedResourceError

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()
