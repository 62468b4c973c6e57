"""The relay as one task, or as a context: listens, and starts what passes datagrams and connections on."""

from __future__ import annotations

import contextlib
from typing import Any

import anyio
import anyio.abc

from bitwright.net.background import beside
from bitwright.net.hooks import Hooks
from bitwright.net.network import Acceptor, Address, Datagrams, Network, network_or_sockets
from bitwright.net.presence import present
from bitwright.net.relay.datagrams import DatagramRelay
from bitwright.net.relay.streams import StreamRelay
from bitwright.net.relay.tap import Tap


class Relay:
    """Passes on what comes at `udp` and `tcp` to the server at `to`.

    `udp` and `tcp` are addresses to listen at (port 0 is chosen by the system; `udp_address` and `tcp_address` say what it is).
    `conversations`: how many connections, and how many clients by datagrams, at most; beyond it connections wait, and the
    client by datagrams that was silent longest is forgotten.  `silence`: seconds after which a client by datagrams is.

        async with Relay(to=("127.0.0.1", 5300), udp=("127.0.0.1", 0), tap=Lossy(Faults(drop=0.1))).running() as relay:
            ... relay.udp_address ...

    Events: `bitwright.relay.conversation.opened`, `.closed`, `bitwright.relay.dropped` (no room, or not to be sent),
    `bitwright.relay.unreachable`.
    """

    def __init__(
        self,
        *,
        to: Address,
        udp: Address | None = None,
        tcp: Address | None = None,
        tap: Tap | None = None,
        network: Network | None = None,
        hooks: Hooks | None = None,
        conversations: int = 256,
        silence: float = 60.0,
        name: str = "relay",
    ) -> None:
        if udp is None and tcp is None:
            raise ValueError("a relay listens at udp=, at tcp=, or at both")
        if conversations < 1 or silence <= 0:
            raise ValueError(f"conversations={conversations!r} has to be at least 1, silence={silence!r} above 0")
        self._to, self._udp, self._tcp = to, udp, tcp
        self._network = network_or_sockets(network)
        self._tap, self.hooks = tap or Tap(), hooks or Hooks()
        self._conversations, self._silence, self.name = conversations, silence, name
        self.udp_address: Address | None = None
        self.tcp_address: Address | None = None

    async def run(self, *, task_status: anyio.abc.TaskStatus[Relay] = anyio.TASK_STATUS_IGNORED) -> None:
        """Pass on until cancelled; started once it listens.  OSError if it cannot."""
        async with contextlib.AsyncExitStack() as stack:
            taking: list[Any] = []
            if self._udp is not None:
                socket = await self._network.datagrams(self._udp)
                stack.push_async_callback(_close, socket)
                self.udp_address = socket.address
                most, silence = self._conversations, self._silence
                taking.append(DatagramRelay(socket, self._network, self._to, self._tap, self.hooks, most, silence))
            if self._tcp is not None:
                acceptor = await self._network.listen(self._tcp)
                stack.push_async_callback(_close, acceptor)
                self.tcp_address = acceptor.address
                taking.append(StreamRelay(acceptor, self._network, self._to, self._tap, self.hooks, self._conversations))
            with present("relay", self.name, self._said):
                task_status.started(self)
                async with anyio.create_task_group() as group:
                    for each in taking:
                        group.start_soon(each.run)

    def _said(self) -> str:
        here = (("udp", self.udp_address), ("tcp", self.tcp_address))
        where = [f"{kind} {address[0]}:{address[1]}" for kind, address in here if address is not None]
        return f"{', '.join(where)} to {self._to[0]}:{self._to[1]}"

    def running(self) -> contextlib.AbstractAsyncContextManager[Relay]:
        """The relay while the block runs; an error of either ends both, and comes out as itself."""
        return beside(self.run)


async def _close(resource: Acceptor | Datagrams) -> None:
    with anyio.CancelScope(shield=True):
        await resource.aclose()
