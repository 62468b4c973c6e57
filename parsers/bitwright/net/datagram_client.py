"""Calls by datagrams: questions that are sent again until an answer comes.

Promise: a call ends by its answer, by the peer's refusal at once, or by its timeout; many are in flight on one socket.  An answer
comes from the peer that was asked (the socket takes datagrams from nobody else), has the id of the question, and is an answer
to it as the protocol says; everything else is counted and dropped, and the call goes on.  What is not answered is sent again, as it
was, with back-off.  An answer that says it is truncated is fetched by a stream, where the client was given an address for that.
"""

from __future__ import annotations

import dataclasses
import errno
from typing import Final, Generic, TypeVar

import anyio
from anyio.abc import TaskStatus

from bitwright.errors import ParseError
from bitwright.net.caller import CALL_TIMEOUT, Caller, CallerInfo
from bitwright.net.errors import Closed, Disconnected, NotRunning, TimedOut, TooLarge
from bitwright.net.hooks import Hooks, attributes_of_peer
from bitwright.net.network import Address, Datagrams, Network, network_or_sockets
from bitwright.net.one_shot import StreamAddress, call_once
from bitwright.net.pending import Call, Pending
from bitwright.net.presence import present
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

_LARGEST: Final = 65507  # bytes of a datagram over IPv4
STREAMS: Final = 16  # connections at once, for answers that were truncated

# What routers and hosts say of earlier datagrams (ICMP), by a socket that works on; of all else it does not recover.
_OF_THE_PEER: Final = frozenset({
    errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETUNREACH, errno.ENETDOWN,
    errno.ENOPROTOOPT, errno.EPROTO, errno.ETIMEDOUT,
})  # fmt: skip


@dataclasses.dataclass(slots=True)
class DatagramCounters:
    """What went through the socket."""

    sent: int = 0
    sent_again: int = 0
    received: int = 0
    malformed: int = 0
    refused: int = 0
    truncated: int = 0


class DatagramClient(Caller[M], Generic[M]):
    """A client of `address` by UDP.

    `stream`: where to ask again for what does not fit a datagram; without it a truncated answer is given as it is.  `most`: calls
    in flight.  What the operating system says of the way to the peer (nobody listens there, no route) fails what was sent.  The
    protocol needs `correlate` or `answers` (TypeError).
    """

    def __init__(
        self, spoken: Protocol[M] | type[M], address: Address, *, stream: StreamAddress | None = None, network: Network | None = None,
        hooks: Hooks | None = None, most: int | None = None, name: str = "",
    ) -> None:  # fmt: skip
        self.protocol, self.address, self.name = protocol_of(spoken), address, name or f"{address[0]}:{address[1]}"
        self.counters = DatagramCounters()
        self._stream, self._network, self._hooks = stream, network_or_sockets(network), hooks or Hooks()
        self._pending: Pending[M] = Pending(self.protocol, most=most, in_order=False)
        self._socket: Datagrams | None = None
        self._runs = False
        self._streams = anyio.Semaphore(STREAMS)
        self._attributes = attributes_of_peer(address, "udp")

    # --- what it is for ----------------------------------------------------------------------

    async def call(self, request: M, *, timeout: float | None = CALL_TIMEOUT) -> M:
        """The answer to `request`: see `Caller.call`.  `TimedOut` also once the last sending has had its time (`Retransmission`)."""
        deadline = anyio.current_time() + (float("inf") if timeout is None else timeout)
        reply = await self._ask(request, deadline)
        truncated = self.protocol.truncated
        if self._stream is None or truncated is None or not truncated(reply):
            return reply
        with anyio.CancelScope(deadline=deadline):
            return await self._fetch(self._stream, request)
        raise TimedOut(f"{self.name}: the answer was truncated, and did not come by stream in time")

    async def cast(self, request: M) -> None:
        """Send `request` once, and wait for no answer."""
        socket = self._running()
        await self._transmit(socket, self._wire(self._pending.cast(request)))

    def info(self) -> CallerInfo:
        """What it is doing."""
        state = "closed" if self._socket is None else "open"
        return CallerInfo(
            transport="udp", address=self.address, state=state, in_flight=len(self._pending), calls=self._pending.counters
        )

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Take answers until cancelled.  Ready as soon as there is a socket, whether or not the peer is there; OSError if there is none."""
        if self._runs:
            raise NotRunning(f"{self.name} runs already")
        self._runs = True
        try:
            socket = self._socket = await self._network.datagrams(remote=self.address)
            await self._serve_calls(socket, task_status)
        finally:
            self._runs = False

    async def _serve_calls(self, socket: Datagrams, task_status: TaskStatus[None]) -> None:
        cause: BaseException = Closed("this side closed the client")
        try:
            with present("client", self.name, self._state):
                task_status.started()
                await self._take_answers(socket)
        except OSError as error:
            cause = error
            raise
        finally:
            self._socket = None
            self._pending.fail(cause)
            with anyio.CancelScope(shield=True):
                await socket.aclose()

    def _state(self) -> str:
        return f"udp, {len(self._pending)} in flight"

    # --- asking ------------------------------------------------------------------------------

    async def _ask(self, request: M, deadline: float) -> M:
        socket = self._running()
        call, began = self._pending.open(request), anyio.current_time()
        try:
            data = self._wire(call.request)
            with anyio.CancelScope(deadline=deadline):
                await self._send_until_over(socket, call, data)
        except Exception as error:
            self._pending.refuse(call, error)
            raise
        finally:
            over = call.over
            self._pending.abandon(call)
        if not over:
            raise TimedOut(f"{self.name}: no answer within {anyio.current_time() - began:.3g} s")
        return call.result()

    async def _send_until_over(self, socket: Datagrams, call: Call[M], data: bytes) -> None:
        """Send, and send again, until the call is over or was sent often enough."""
        finished = anyio.Event()
        call.wake = finished.set
        policy = self.protocol.retransmission
        wait = policy.first
        for again in range(policy.tries):
            if again:
                self.counters.sent_again += 1
                self._hooks.emit("bitwright.client.sent_again", self._attributes)
            await self._transmit(socket, data, call)
            with anyio.move_on_after(wait):
                await finished.wait()
            if call.over:
                return
            wait *= policy.factor

    async def _transmit(self, socket: Datagrams, data: bytes, call: Call[M] | None = None) -> None:
        """Give a datagram to the socket.  What that says first may be of an earlier datagram, and this one is not sent then."""
        for last in (False, True):
            try:
                if not socket.send_now(data):
                    await socket.send(data)
            except anyio.ClosedResourceError as error:
                raise Disconnected(f"{self.name}: this side closed the client", sent=call is not None and call.sent) from error
            except OSError as error:
                if error.errno == errno.EMSGSIZE:
                    raise TooLarge(len(data), _LARGEST, "a datagram") from error
                if error.errno in _OF_THE_PEER:
                    self._refused(error)
                if call is not None and call.over:
                    return
                if last or error.errno not in _OF_THE_PEER:
                    raise Disconnected(f"{self.name}: {error}", sent=call is not None and call.sent) from error
            else:
                self.counters.sent += 1
                if call is not None:
                    self._pending.sending(call)
                return

    def _wire(self, request: M) -> bytes:
        data = request.build()
        if len(data) > self.protocol.limit:
            raise TooLarge(len(data), self.protocol.limit)
        return data

    def _running(self) -> Datagrams:
        if self._socket is None:
            raise NotRunning(f"{self.name} does not run: use `async with`, or start `run`")
        return self._socket

    async def _fetch(self, stream: StreamAddress, request: M) -> M:
        self.counters.truncated += 1
        self._hooks.emit("bitwright.client.truncated", self._attributes)
        async with self._streams:
            try:
                return await call_once(self.protocol, stream, request, network=self._network)
            except Disconnected as error:  # whatever became of it on the stream, by datagram it was sent
                raise Disconnected(f"the answer was truncated: {error}", sent=True) from error

    # --- answers -----------------------------------------------------------------------------

    async def _take_answers(self, socket: Datagrams) -> None:
        parse, settle, counters = self.protocol.message.parse, self._pending.settle, self.counters
        while True:
            try:
                batch = await socket.receive()
            except OSError as error:
                if error.errno not in _OF_THE_PEER:
                    raise
                self._refused(error)
                continue
            counters.received += len(batch)
            for data, _ in batch:
                try:
                    reply = parse(data)
                except ParseError:
                    counters.malformed += 1
                    self._hooks.emit("bitwright.client.malformed", self._attributes)
                else:
                    settle(reply)

    def _refused(self, error: OSError) -> None:
        """What was sent did not arrive, or what answers it will not: the peer's failure, told at once."""
        self.counters.refused += 1
        self._hooks.emit("bitwright.client.refused", self._attributes | {"error.type": type(error).__name__})
        self._pending.fail(error, sent_only=True)
