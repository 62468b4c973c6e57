"""Connections between clients and one server: two pumps each, which keep order, ends of one direction, and resets."""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import Final

import anyio
import anyio.abc
from anyio.abc import ByteStream

from bitwright.net.hooks import Hooks, attributes_of_peer
from bitwright.net.network import Acceptor, Address, Network
from bitwright.net.relay.tap import Conversation, Cut, Tap
from bitwright.net.server.faults import survive

_PIECE: Final = 65536  # bytes that one read takes at most
_FAREWELL: Final = 5.0  # seconds that closing may take


class _Reset(Exception):  # noqa: N818  # no error: it ends both pumps
    """The conversation ends here, and not as its ends wished."""


class StreamRelay:
    """Runs until it is cancelled."""

    def __init__(self, acceptor: Acceptor, network: Network, to: Address, tap: Tap, hooks: Hooks, most: int) -> None:
        self._acceptor, self._network, self._to = acceptor, network, to
        self._tap, self._hooks = tap, hooks
        self._room = anyio.Semaphore(most)
        self._opened = 0

    async def run(self) -> None:
        """Take connections, while there is room for one more."""
        async with anyio.create_task_group() as group:
            while True:
                await self._room.acquire()
                try:
                    stream, peer = await self._accepted()
                except BaseException:
                    self._room.release()
                    raise
                group.start_soon(self._serve, stream, peer)

    async def _accepted(self) -> tuple[ByteStream, Address]:
        while True:
            try:
                return await self._acceptor.accept()
            except OSError as error:
                self._hooks.emit("bitwright.relay.accept.failed", {"error.type": type(error).__name__})
                await survive(error)

    async def _serve(self, client: ByteStream, peer: Address) -> None:
        try:
            try:
                server = await self._network.connect(self._to)
            except OSError:
                self._hooks.emit("bitwright.relay.unreachable", attributes_of_peer(self._to, "tcp"))
                await reset(client)
                return
            await self._converse(client, server, peer)
        finally:
            self._room.release()
            await _close(client)

    async def _converse(self, client: ByteStream, server: ByteStream, peer: Address) -> None:
        self._opened += 1
        conversation = Conversation(self._opened, "tcp", peer, self._to)
        self._hooks.emit("bitwright.relay.conversation.opened", attributes_of_peer(peer, "tcp"))
        broken = True  # also where the relay is cancelled in the middle of it
        try:
            self._tap.opened(conversation)
            with contextlib.suppress(_Reset):
                await self._both_ways(conversation, client, server)
                broken = False
        finally:
            if broken:
                await reset(client)
                await reset(server)
            await _close(server)
            self._hooks.emit("bitwright.relay.conversation.closed", attributes_of_peer(peer, "tcp"))
            self._tap.closed(conversation, reset=broken)

    async def _both_ways(self, conversation: Conversation, client: ByteStream, server: ByteStream) -> None:
        was_reset = False

        async def pump(source: ByteStream, target: ByteStream, from_client: bool) -> None:
            nonlocal was_reset
            try:
                await self._pump(conversation, source, target, from_client)
            except _Reset:
                was_reset = True
                group.cancel_scope.cancel()

        async with anyio.create_task_group() as group:
            group.start_soon(pump, client, server, True)
            group.start_soon(pump, server, client, False)
        if was_reset:
            raise _Reset

    async def _pump(self, conversation: Conversation, source: ByteStream, target: ByteStream, from_client: bool) -> None:
        try:
            while True:
                try:
                    data = await source.receive(_PIECE)
                except anyio.EndOfStream:
                    self._tap.ended(conversation, from_client=from_client)
                    await target.send_eof()
                    return
                for part in self._tap.passing(conversation, data, from_client=from_client):
                    if isinstance(part, Cut):
                        raise _Reset
                    if part.after > 0:
                        await anyio.sleep(part.after)
                    await target.send(part.data)
        except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            raise _Reset from None


async def reset(stream: ByteStream) -> None:
    """Close a stream so that its peer gets a reset, as from a host that lost the process; of a socket or in memory."""
    abort = getattr(stream, "abort", None)
    if abort is not None:
        abort()
        return
    made = stream.extra(anyio.abc.SocketAttribute.raw_socket, None)  # noqa: S610  # of anyio, not of Django
    if made is not None:
        with contextlib.suppress(OSError):  # it is closed already
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with anyio.CancelScope(shield=True):
        await anyio.aclose_forcefully(stream)


async def _close(stream: ByteStream) -> None:
    with anyio.move_on_after(_FAREWELL, shield=True), contextlib.suppress(OSError, anyio.BrokenResourceError):
        await stream.aclose()
