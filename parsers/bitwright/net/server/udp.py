"""Datagrams: each is parsed, handed over, and answered at once, or by a task of its own where the handler awaits.

Promise: nothing that comes in a datagram, and nothing that the handler does with it, ends the endpoint.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import anyio
from anyio.abc import TaskGroup

from bitwright.errors import ParseError
from bitwright.net.errors import TooLarge
from bitwright.net.hooks import Hooks, attributes_of_peer
from bitwright.net.network import Address, Datagrams
from bitwright.net.protocol import Protocol
from bitwright.net.server.bounds import Bounds
from bitwright.net.server.counters import Counters
from bitwright.net.server.faults import survive
from bitwright.net.server.handler import Handler, Peer, Reply, discard, wire
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)


class DatagramPeer(Peer):
    """The sender of a datagram."""

    __slots__ = ("_endpoint", "address")
    transport = "udp"

    def __init__(self, endpoint: UdpEndpoint[Any], address: Address) -> None:
        self._endpoint, self.address = endpoint, address

    @property
    def local_address(self) -> Address:
        """Where the datagram came to."""
        return self._endpoint.socket.address

    async def send(self, message: Struct | bytes) -> None:
        """Send a datagram; raises OSError, and `TooLarge` beyond the limit of the protocol."""
        await self._endpoint.send(wire(message), self.address)

    def close(self) -> None:
        """Nothing: there is no connection."""


class UdpEndpoint(Generic[M]):
    """One socket for datagrams, with the handler of all that comes there."""

    def __init__(
        self, socket: Datagrams, make: Callable[[], Handler[M]], protocol: Protocol[M], bounds: Bounds, hooks: Hooks, counters: Counters
    ) -> None:
        self.socket, self._hooks, self._counters = socket, hooks, counters
        self._handler = make()
        self._limit = protocol.limit
        self._parse = protocol.message.parse
        self._room = anyio.Semaphore(bounds.concurrency)
        self._receiving, self._working = anyio.CancelScope(), anyio.CancelScope()

    async def serve(self) -> None:
        """Until `stop`, and until what is in work then is answered."""
        try:
            with self._working:
                async with anyio.create_task_group() as tasks:
                    with self._receiving:
                        await self._receive(tasks)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Close the socket."""
        with anyio.CancelScope(shield=True):
            await self.socket.aclose()

    def stop(self) -> None:
        """Take no more."""
        self._receiving.cancel()

    def kill(self) -> None:
        """Give up what is in work."""
        self._working.cancel()

    async def send(self, data: bytes, address: Address) -> None:
        """Send a datagram, waiting for room."""
        if not self._sent(data, address):
            await self.socket.send(data, address)
            self._counters.answered += 1

    async def _receive(self, tasks: TaskGroup) -> None:
        while True:
            try:
                batch = await self.socket.receive()
            except OSError as error:
                self._hooks.emit("bitwright.server.receive.error", {"error.type": type(error).__name__})
                await survive(error)
                continue
            self._counters.received += len(batch)
            for data, address in batch:
                peer = DatagramPeer(self, address)
                try:
                    reply = self._react(data, peer)
                    if isinstance(reply, Struct):
                        reply = reply.build()
                    if isinstance(reply, bytes):
                        if not self._sent(reply, address):
                            await self.send(reply, address)
                    elif reply is not None:
                        await self._start(tasks, reply, peer)
                except Exception as error:  # noqa: BLE001  # the handler's, or of sending: of this datagram only
                    await self._start(tasks, self._failed(error, peer), peer)

    def _sent(self, data: bytes, address: Address) -> bool:
        """Whether it could be sent without waiting."""
        if len(data) > self._limit:
            raise TooLarge(len(data), self._limit)
        if not self.socket.send_now(data, address):
            return False
        self._counters.answered += 1
        return True

    def _react(self, data: bytes, peer: DatagramPeer) -> Reply | Awaitable[Reply]:
        try:
            message = self._parse(data)
        except ParseError as error:
            self._counters.malformed += 1
            try:
                return self._handler.malformed(error, data, peer)
            except ParseError as raised:
                if raised is error:  # nobody wants it
                    return None
                raise
        return self._handler.message(message, peer)

    async def _start(self, tasks: TaskGroup, what: Awaitable[Reply], peer: DatagramPeer) -> None:
        try:
            await self._room.acquire()
        except BaseException:  # the endpoint ends: nobody will await this
            discard(what)
            raise
        tasks.start_soon(self._later, what, peer)

    async def _later(self, what: Awaitable[Reply], peer: DatagramPeer) -> None:
        try:
            if (reply := await what) is not None:
                await self.send(wire(reply), peer.address)
        except Exception as error:  # noqa: BLE001  # of this datagram only
            await self._failed(error, peer)
        finally:
            self._room.release()

    async def _failed(self, error: Exception, peer: DatagramPeer) -> None:
        self._counters.failures += 1
        self._hooks.emit("bitwright.server.message.failed", attributes_of_peer(peer.address, "udp") | {"error.type": type(error).__name__})
        try:
            told = self._handler.error(error, peer)
            if inspect.isawaitable(told):
                await told
        except Exception as again:  # noqa: BLE001
            self._hooks.emit("bitwright.server.callback.failed", {"error.type": type(again).__name__})
