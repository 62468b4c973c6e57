"""Datagrams between many clients and one server: each client gets a socket of its own towards the server."""

from __future__ import annotations

import anyio
import anyio.abc

from bitwright.net.hooks import Hooks, attributes_of_peer
from bitwright.net.network import Address, Datagrams, Network
from bitwright.net.relay.tap import Conversation, Cut, Tap
from bitwright.net.server.faults import survive

_HELD = 4096  # datagrams that wait for their time; what would be held beyond it is dropped, and counted


class _Client:
    """A client, and the socket that the server sees it by."""

    def __init__(self, conversation: Conversation, socket: Datagrams) -> None:
        self.conversation, self.socket = conversation, socket
        self.scope = anyio.CancelScope()
        self.heard = anyio.current_time()


class DatagramRelay:
    """Runs until it is cancelled."""

    def __init__(
        self, socket: Datagrams, network: Network, to: Address, tap: Tap, hooks: Hooks, most: int, silence: float
    ) -> None:
        self._socket, self._network, self._to = socket, network, to
        self._tap, self._hooks, self._most, self._silence = tap, hooks, most, silence
        self._clients: dict[Address, _Client] = {}  # the one that was silent longest first
        self._opened = self._held = 0

    async def run(self) -> None:
        """Take what clients send."""
        async with anyio.create_task_group() as group:
            while True:
                try:
                    batch = await self._socket.receive()
                except OSError as error:  # what a client's host says of an answer
                    self._hooks.emit("bitwright.relay.unreachable")
                    await survive(error)
                    continue
                for data, address in batch:
                    client = self._clients.get(address) or await self._admit(address, group)
                    if client is not None:
                        self._pass(client, data, group, from_client=True)

    async def _admit(self, address: Address, group: anyio.abc.TaskGroup) -> _Client | None:
        while len(self._clients) >= self._most:
            self._forget(next(iter(self._clients.values())))
        try:
            socket = await self._network.datagrams(remote=self._to)
        except OSError:  # no descriptors: like a network that drops
            self._hooks.emit("bitwright.relay.dropped", attributes_of_peer(address, "udp"))
            return None
        self._opened += 1
        client = self._clients[address] = _Client(Conversation(self._opened, "udp", address, self._to), socket)
        self._hooks.emit("bitwright.relay.conversation.opened", attributes_of_peer(address, "udp"))
        self._tap.opened(client.conversation)
        group.start_soon(self._answers, client, group)
        return client

    async def _answers(self, client: _Client, group: anyio.abc.TaskGroup) -> None:
        try:
            with client.scope:
                while (deadline := client.heard + self._silence) > anyio.current_time():
                    with anyio.CancelScope(deadline=deadline):
                        await self._take(client, group)
        finally:
            self._forget(client)
            with anyio.CancelScope(shield=True):
                await client.socket.aclose()
            self._hooks.emit("bitwright.relay.conversation.closed", attributes_of_peer(client.conversation.client, "udp"))
            self._tap.closed(client.conversation, reset=False)

    async def _take(self, client: _Client, group: anyio.abc.TaskGroup) -> None:
        try:
            batch = await client.socket.receive()
        except OSError as error:  # nobody listens there now; a server that comes back finds the client again
            self._hooks.emit("bitwright.relay.unreachable", attributes_of_peer(self._to, "udp"))
            await survive(error)
            return
        for data, _ in batch:
            self._pass(client, data, group, from_client=False)

    def _forget(self, client: _Client) -> None:
        if self._clients.get(client.conversation.client) is client:
            del self._clients[client.conversation.client]
        client.scope.cancel()

    def _pass(self, client: _Client, data: bytes, group: anyio.abc.TaskGroup, *, from_client: bool) -> None:
        if client.scope.cancel_called:  # cut, by something that came with this
            return
        client.heard = anyio.current_time()
        address = client.conversation.client
        if self._clients.get(address) is client:  # now the last to be forgotten
            self._clients[address] = self._clients.pop(address)
        for part in self._tap.passing(client.conversation, data, from_client=from_client):
            if isinstance(part, Cut):
                self._forget(client)
                return
            if part.after <= 0:
                self._send(client, part.data, from_client)
            elif self._held < _HELD:
                self._held += 1
                group.start_soon(self._send_later, client, part.data, part.after, from_client)
            else:
                self._hooks.emit("bitwright.relay.dropped", attributes_of_peer(address, "udp"))

    async def _send_later(self, client: _Client, data: bytes, after: float, from_client: bool) -> None:
        try:
            await anyio.sleep(after)
        finally:
            self._held -= 1
        self._send(client, data, from_client)

    def _send(self, client: _Client, data: bytes, from_client: bool) -> None:
        try:
            sent = client.socket.send_now(data) if from_client else self._socket.send_now(data, client.conversation.client)
        except (OSError, anyio.ClosedResourceError):  # too large for this way, unreachable, or the client was forgotten meanwhile
            sent = False
        if not sent:
            self._hooks.emit("bitwright.relay.dropped", attributes_of_peer(client.conversation.client, "udp"))
