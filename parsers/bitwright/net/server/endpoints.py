"""Where a server is reached: all of its addresses are taken, or none; given up, and taken again."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

import anyio
from anyio.abc import TaskGroup

from bitwright.net.network import Acceptor, Address, Datagrams, Network
from bitwright.net.server.listener import Listener
from bitwright.net.server.udp import UdpEndpoint

Where: TypeAlias = "Address | Sequence[Address] | None"
Endpoint: TypeAlias = "UdpEndpoint[Any] | Listener"
_ATTEMPTS: Final = 16  # at finding a port that is free for datagrams and for streams


class Endpoints:
    """The sockets of a server.  `make_udp` and `make_listener` say what is done with them."""

    def __init__(
        self, network: Network, udp: Where, tcp: Where, tls: Where, *, backlog: int, make_udp: Callable[[Datagrams], UdpEndpoint[Any]],
        make_listener: Callable[[Acceptor, ssl.SSLContext | None], Listener], context: ssl.SSLContext | None,
    ) -> None:  # fmt: skip
        self.udp: tuple[Address, ...] = _addresses(udp)
        self.tcp: tuple[Address, ...] = _addresses(tcp)
        self.tls: tuple[Address, ...] = _addresses(tls)
        if not (self.udp or self.tcp or self.tls):
            raise ValueError("a server has to be reached: give udp=, tcp= or tls=")
        if bool(self.tls) != (context is not None):
            raise ValueError("tls= takes a context=, and context= is for tls=")
        self._network, self._backlog, self._context = network, backlog, context
        self._make_udp, self._make_listener = make_udp, make_listener
        self._open: list[Endpoint] = []
        self._running = 0
        self._quiet = anyio.Event()

    async def take(self) -> None:
        """Take all addresses; OSError if one cannot be had, and then none is."""
        for attempt in range(_ATTEMPTS):
            try:
                await self._take()
            except _PortTakenError as error:
                if attempt == _ATTEMPTS - 1:
                    raise error.cause from None
            else:
                return

    def start(self, tasks: TaskGroup, failed: Callable[[OSError], object]) -> None:
        """Serve, each in a task; `failed` is told what ends one of them."""
        self._running, self._quiet = len(self._open), anyio.Event()
        for endpoint in self._open:
            tasks.start_soon(self._run, endpoint, failed)

    async def give_up(self) -> None:
        """Close what was taken and is not served."""
        with anyio.CancelScope(shield=True):
            for endpoint in self._open:
                await endpoint.aclose()

    def stop(self) -> None:
        """Take nothing new."""
        for endpoint in self._open:
            endpoint.stop()

    def kill(self) -> None:
        """Give up the datagrams that are in work."""
        for endpoint in self._open:
            endpoint.kill()

    async def ended(self, seconds: float) -> None:
        """Return when all sockets are closed: once nothing is in work, or after so many seconds."""
        with anyio.move_on_after(seconds):
            await self._quiet.wait()
        self.kill()
        await self._quiet.wait()

    async def _run(self, endpoint: Endpoint, failed: Callable[[OSError], object]) -> None:
        try:
            await endpoint.serve()
        except OSError as error:
            failed(error)
        finally:
            self._running -= 1
            if not self._running:
                self._quiet.set()

    async def _take(self) -> None:
        """Streams first: where datagrams share their host and no port is asked for, they share the port that was chosen."""
        acceptors: list[tuple[Acceptor, ssl.SSLContext | None]] = []
        sockets: list[Datagrams] = []
        try:
            for address, context in [*((at, None) for at in self.tcp), *((at, self._context) for at in self.tls)]:
                acceptors.append((await self._network.listen(address, backlog=self._backlog), context))
            chosen = {asked[0]: acceptor.address for asked, (acceptor, _) in zip(self.tcp, acceptors, strict=False) if asked[1] == 0}
            for address in self.udp:
                sockets.append(await self._datagrams(address, chosen))  # noqa: PERF401  # what was opened has to be closed
            made = [self._make_udp(socket) for socket in sockets]
        except BaseException:
            with anyio.CancelScope(shield=True):
                for acceptor, _ in acceptors:
                    await acceptor.aclose()
                for socket in sockets:
                    await socket.aclose()
            raise
        self._open = [*made, *(self._make_listener(acceptor, context) for acceptor, context in acceptors)]
        self.udp = tuple(socket.address for socket in sockets)
        self.tcp = tuple(acceptor.address for acceptor, context in acceptors if context is None)
        self.tls = tuple(acceptor.address for acceptor, context in acceptors if context is not None)

    async def _datagrams(self, address: Address, chosen: dict[str, Address]) -> Datagrams:
        if address[1] or address[0] not in chosen:
            return await self._network.datagrams(address)
        try:
            return await self._network.datagrams((address[0], chosen[address[0]][1]))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise _PortTakenError(error) from error


class _PortTakenError(Exception):
    """The port that streams were given is taken for datagrams."""

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.cause = cause


def _addresses(where: Where) -> tuple[Address, ...]:
    match where:
        case None:
            return ()
        case (str() as host, int() as port):
            return ((host, port),)
        case _:
            several: Any = where  # the checkers disagree about what is left
            return tuple(several)
