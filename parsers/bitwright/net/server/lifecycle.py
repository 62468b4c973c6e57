"""The life of a server: it comes up, is suspended and resumed, and ends in order.

Promise: once started it is reached at all of its addresses, or did not start at all.  It ends in this order, after Thousand
Island's: nothing new is taken; connections on which nothing is in work are let go; the others have until the deadline, and are
cancelled then; all of that also when the task is cancelled in which it runs.
"""

from __future__ import annotations

import dataclasses
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Final, Generic, Literal, TypeAlias, TypeVar

import anyio
from anyio.abc import ByteStream, TaskGroup, TaskStatus

from bitwright.net.errors import Busy
from bitwright.net.hooks import Hooks
from bitwright.net.network import Acceptor, Address, Datagrams, Network, network_or_sockets
from bitwright.net.presence import present
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.net.server.bounds import Bounds
from bitwright.net.server.counters import Counters
from bitwright.net.server.endpoints import Endpoints, Where
from bitwright.net.server.handler import Handler, handlers_of
from bitwright.net.server.listener import Listener
from bitwright.net.server.session import Session
from bitwright.net.server.udp import UdpEndpoint
from bitwright.net.supervisor import cleanup
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)
State: TypeAlias = Literal["new", "running", "suspended", "ending", "ended"]
LAST_WORDS: Final = 0.5  # seconds that the last callbacks have after the deadline


@dataclasses.dataclass(frozen=True, slots=True)
class Info:
    """A server at one moment: `connections` that are open, `counters` since it was made."""

    name: str
    state: State
    udp: tuple[Address, ...]
    tcp: tuple[Address, ...]
    tls: tuple[Address, ...]
    connections: int
    counters: Counters


class Server(Generic[M]):
    """A server of `spoken`.  Use `async with`, or `run` in a task of your own; see `serve`."""

    def __init__(
        self, handler: Handler[M] | Callable[[], Handler[M]], spoken: Protocol[M] | type[M], *, udp: Where = None, tcp: Where = None,
        tls: Where = None, context: ssl.SSLContext | None = None, bounds: Bounds | None = None, network: Network | None = None,
        hooks: Hooks | None = None, name: str = "server",
    ) -> None:  # fmt: skip
        self.name, self.hooks, self.bounds = name, hooks or Hooks(), bounds or Bounds()
        self._make, self._protocol = handlers_of(handler), protocol_of(spoken)
        if tcp or tls:  # derived here and not by each connection; and what no stream can be cut into is refused now
            framing = self._protocol.framing()
            framing.framer()
            self._protocol = dataclasses.replace(self._protocol, stream=framing)
        self._counters = Counters()
        self._state: State = "new"
        self._starting = False  # its addresses are being taken
        self._room = anyio.Semaphore(self.bounds.connections, fast_acquire=True)
        self._sessions: set[Session[M]] = set()
        self._tasks: TaskGroup | None = None  # of connections, which outlive being suspended
        self._endpoints = Endpoints(
            network_or_sockets(network), udp, tcp, tls, backlog=self.bounds.backlog, context=context, make_udp=self._datagrams,
            make_listener=self._listener,
        )  # fmt: skip
        self._end, self._ended = anyio.Event(), anyio.Event()
        self._deadline: anyio.CancelScope  # of what is in work when it ends; made by `run`, since there is an event loop then
        self._failure: OSError | None = None
        self._host: TaskGroup | None = None

    # --- what it is ---------------------------------------------------------------------------

    @property
    def udp(self) -> Address:
        """Where datagrams are taken: the first of the addresses, with the port that was chosen."""
        return self._first("udp")

    @property
    def tcp(self) -> Address:
        """Where connections are taken."""
        return self._first("tcp")

    @property
    def tls(self) -> Address:
        """Where connections with TLS are taken."""
        return self._first("tls")

    def _first(self, kind: Literal["udp", "tcp", "tls"]) -> Address:
        addresses: tuple[Address, ...] = getattr(self._endpoints, kind)
        if not addresses:
            raise LookupError(f"{self.name} was made without {kind}=")
        return addresses[0]

    def info(self) -> Info:
        """What it is and does at this moment."""
        at = self._endpoints
        counters = dataclasses.replace(self._counters)
        return Info(self.name, self._state, at.udp, at.tcp, at.tls, len(self._sessions), counters)

    # --- how it lives -------------------------------------------------------------------------

    async def run(self, *, task_status: TaskStatus[Server[M]] = anyio.TASK_STATUS_IGNORED) -> None:
        """Serve until `shutdown`, or until cancelled; started when all addresses are taken.

        Raises OSError where an address cannot be had, and where a socket fails for good; Busy if it runs.  Once it has ended it
        can be run again, at the same addresses: so a supervisor restarts it.
        """
        if self._starting or self._state not in ("new", "ended"):
            raise Busy(f"{self.name} is {'starting' if self._starting else self._state}: it runs once at a time")
        self._end, self._ended, self._failure, self._deadline = anyio.Event(), anyio.Event(), None, anyio.CancelScope()
        try:
            await self._take()
        except BaseException:
            self._ended.set()  # for who has asked for the end meanwhile
            raise
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._serve)
                self._state = "running"
                self.hooks.emit("bitwright.server.started", {"bitwright.name": self.name})
                task_status.started(self)
                try:
                    await self._end.wait()
                finally:
                    self._end.set()  # also when cancelled, which does not reach what is shielded
        finally:
            self._state = "ended"
            self._ended.set()
            self.hooks.emit("bitwright.server.stopped", {"bitwright.name": self.name})
        if self._failure is not None:
            raise self._failure

    async def suspend(self) -> None:
        """Give up the addresses; connections stay.  Returns when what came in datagrams is answered; RuntimeError if not running."""
        self._expect("running")
        self._state = "suspended"
        self.hooks.emit("bitwright.server.suspended", {"bitwright.name": self.name})
        self._endpoints.stop()
        await self._endpoints.ended(self.bounds.shutdown_timeout)

    async def resume(self) -> None:
        """Take the same addresses again; OSError if one cannot be had, after which this may be tried again."""
        self._expect("suspended")
        if self._starting:
            raise RuntimeError(f"{self.name} is resuming already")
        await self._take()
        if not self._is("suspended"):  # it ended meanwhile
            await self._endpoints.give_up()
        self._expect("suspended")
        self._state = "running"
        if self._tasks is not None:
            self._endpoints.start(self._tasks, self._failed)
        self.hooks.emit("bitwright.server.resumed", {"bitwright.name": self.name})

    async def shutdown(self, *, timeout: float | None = None) -> None:
        """End in order, within `timeout` seconds (without it, the `shutdown_timeout`); returns when it has ended.

        Asked again with another timeout, it ends when that is over, if this is sooner.
        """
        if self._state in ("new", "ended") and not self._starting:
            return
        if timeout is not None:
            self._deadline.deadline = min(self._deadline.deadline, anyio.current_time() + timeout)
        self._end.set()
        await self._ended.wait()

    async def __aenter__(self) -> Server[M]:
        self._host = anyio.create_task_group()
        await self._host.__aenter__()
        try:
            await self._host.start(self.run)
        except BaseException as error:
            await self._leave(error)
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self._end.set()
        return await self._leave(error)

    async def _leave(self, error: BaseException | None) -> bool:
        """Wait for the task; what went wrong there, or in the body, is raised as it is: a group only where there are two."""
        if self._host is None:
            return False
        try:
            return bool(await self._host.__aexit__(type(error) if error else None, error, error.__traceback__ if error else None))
        except BaseExceptionGroup as group:
            only, *others = group.exceptions
            if others:
                raise
            if only is error:
                return False
            raise only from None

    # --- what it does -------------------------------------------------------------------------

    async def _serve(self) -> None:
        with present("server", self.name, self._said), cleanup():
            async with anyio.create_task_group() as watch:
                async with anyio.create_task_group() as self._tasks:
                    self._endpoints.start(self._tasks, self._failed)
                    await self._end.wait()
                    self._state = "ending"
                    self.hooks.emit("bitwright.server.draining", {"bitwright.name": self.name})
                    self._endpoints.stop()
                    for session in self._sessions:
                        session.drain()
                    watch.start_soon(self._enforce)
                watch.cancel_scope.cancel()

    async def _enforce(self) -> None:
        self._deadline.deadline = min(self._deadline.deadline, anyio.current_time() + self.bounds.shutdown_timeout)
        with self._deadline:
            await anyio.sleep_forever()
        self._endpoints.kill()
        for session in self._sessions:
            session.kill(LAST_WORDS)

    def _said(self) -> str:
        where = [f"{kind} {host}:{port}" for kind in ("udp", "tcp", "tls") for host, port in getattr(self._endpoints, kind)]
        return f"{self._state}, {', '.join(where)}, {len(self._sessions)} connections"

    async def _take(self) -> None:
        self._starting = True
        try:
            await self._endpoints.take()
        finally:
            self._starting = False

    def _failed(self, error: OSError) -> None:
        """A socket can be used no more: the server ends, in order, and raises that."""
        self._failure = self._failure or error
        self._end.set()

    def _is(self, state: State) -> bool:  # a method, for a checker believes that an attribute stays as it is while something is awaited
        return self._state == state

    def _expect(self, state: State) -> None:
        if self._state != state:
            raise RuntimeError(f"{self.name} is {self._state}, not {state}")

    def _datagrams(self, socket: Datagrams) -> UdpEndpoint[M]:
        return UdpEndpoint(socket, self._make, self._protocol, self.bounds, self.hooks, self._counters)

    def _listener(self, acceptor: Acceptor, context: ssl.SSLContext | None) -> Listener:
        return Listener(acceptor, self._room, self._begin, self.hooks, context)

    def _begin(self, stream: ByteStream, addresses: tuple[Address, Address], context: ssl.SSLContext | None) -> None:
        session = Session(
            stream, addresses, self._make, self._protocol, bounds=self.bounds, hooks=self.hooks, counters=self._counters, context=context
        )
        self._counters.connections += 1
        self._sessions.add(session)
        if self._tasks is not None:
            self._tasks.start_soon(self._attend, session)

    async def _attend(self, session: Session[M]) -> None:
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
            self._room.release()


def serve(
    handler: Handler[M] | Callable[[], Handler[M]], spoken: Protocol[M] | type[M], *, udp: Where = None, tcp: Where = None,
    tls: Where = None, context: ssl.SSLContext | None = None, bounds: Bounds | None = None, network: Network | None = None,
    hooks: Hooks | None = None, name: str = "server",
) -> Server[M]:  # fmt: skip
    """A server of `spoken`: `async with serve(handler, Message, udp=("127.0.0.1", 5300)) as server: ...`.

    `handler`: an instance that serves everybody, or what makes one for each connection and for each socket of datagrams.
    `udp`, `tcp`, `tls`: an address, or several; port 0 is chosen by the system, and is the same for datagrams and streams of one
    host.  `context` is what `tls` needs: an `ssl.SSLContext` with a certificate.
    """
    return Server(
        handler, spoken, udp=udp, tcp=tcp, tls=tls, context=context, bounds=bounds, network=network, hooks=hooks, name=name
    )  # fmt: skip
