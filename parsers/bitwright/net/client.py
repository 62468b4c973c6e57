"""A client that keeps a connection: a state machine in a task of its own, which connects again whenever it has to.

Promise: starting succeeds with the peer down, for what `run` guarantees is that the client is there, not that its peer is.  A
call has exactly one outcome, at once where the connection is lost: then every call in flight ends with `Disconnected`, which says
whether anything of it was sent.  Whoever calls may be cancelled at any moment: it is not the caller that writes.  Memory is
bounded by the calls in flight.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup, TaskStatus

from bitwright.net.backoff import Backoff, Waits
from bitwright.net.caller import CALL_TIMEOUT, Caller
from bitwright.net.client_policy import ClientInfo, FailFast, Postponing, State, Step
from bitwright.net.connection import Connection
from bitwright.net.conversation import Conversation, Message
from bitwright.net.errors import Closed, Disconnected, NotRunning, Overloaded, TimedOut, sole
from bitwright.net.hooks import Hooks, attributes_of_peer
from bitwright.net.network import Address, Network, network_or_sockets
from bitwright.net.pending import Pending
from bitwright.net.presence import present
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.net.statem import STATE, Came, Enter, Event, Expired, Machine, Postpone, Timer, Transition, go, keep
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

ATTEMPT_TIMEOUT: Final = 5.0  # seconds, for a connection and for its handshake


class Client(Caller[M], Generic[M]):
    """A client of `address` by TCP, or TLS with the context `tls` (`server_name`: in the certificate, the host if not given).

    `handshake(connection)` is what the protocol has to do first; while it runs, the connection is its own, and whatever it raises
    ends the attempt.  `backoff` says when to try again, `without_connection` what calls do meanwhile.  `silence`: a connection on
    which a question was asked, and nothing came for so many seconds, counts as lost.  `most`: calls in flight.
    """

    def __init__(
        self, spoken: Protocol[M] | type[M], address: Address, *, tls: ssl.SSLContext | None = None, server_name: str | None = None,
        handshake: Callable[[Connection[M]], Awaitable[object]] | None = None, backoff: Backoff | None = None,
        without_connection: FailFast | Postponing | None = None, connect_timeout: float = ATTEMPT_TIMEOUT,
        handshake_timeout: float = ATTEMPT_TIMEOUT, silence: float | None = None, network: Network | None = None,
        hooks: Hooks | None = None, most: int | None = None, name: str = "",
    ) -> None:  # fmt: skip
        self.protocol, self.address, self.name = protocol_of(spoken), address, name or f"{address[0]}:{address[1]}"
        self._tls, self._server_name, self._handshake = tls, server_name, handshake
        self._timeouts, self._silence = (connect_timeout, handshake_timeout), silence
        self._policy = without_connection or FailFast()
        self._network, self._hooks = network_or_sockets(network), hooks or Hooks()
        self._attributes = attributes_of_peer(address, "tcp")
        self._backoff = backoff or Backoff()
        self._waits = Waits(self._backoff)
        self._pending: Pending[M] = Pending(self.protocol, most=most)
        self._conversation = Conversation(self._pending, self.protocol.framing(), self._on_malformed)
        self._machine: Machine[State] | None = None
        self._tasks: TaskGroup | None = None
        self._attempt: anyio.CancelScope | None = None
        self._attempts = self._malformed = 0
        self._last_error: BaseException | None = None
        self._known_due = 0.0  # when the task that keeps time looks again
        self._changed = anyio.Event()  # the state, or the next timer

    # --- what it is for ----------------------------------------------------------------------

    async def call(self, request: M, *, timeout: float | None = CALL_TIMEOUT) -> M:
        """The answer to `request`: see `Caller.call`."""
        self._running()
        call, began, finished = self._pending.open(request), anyio.current_time(), anyio.Event()
        call.wake = finished.set
        message: Message[M] | None = None
        try:
            message = Message(call, self._conversation.wire(call.request))
            message.posted = self._post(message)
            with anyio.move_on_after(timeout):
                await finished.wait()
        except Exception as error:
            self._pending.refuse(call, error)
            raise
        finally:
            over = call.over
            self._pending.abandon(call)
            if not over and message is not None:
                self._forget(message)
        if not over:
            raise TimedOut(f"{self.name}: no answer within {anyio.current_time() - began:.3g} s")
        return call.result()

    async def cast(self, request: M) -> None:
        """Send `request`, and wait for no answer.  Without a connection it waits for none either: `Disconnected`."""
        machine = self._running()
        await anyio.lowlevel.checkpoint()
        if machine.state is not State.CONNECTED:
            raise self._no_connection()
        if len(self._conversation) >= self._pending.most:
            raise Overloaded(f"{self.name}: {len(self._conversation)} messages wait to be written")
        self._conversation.write(Message(None, self._conversation.wire(self._pending.cast(request))))

    async def connected(self, *, timeout: float | None = None) -> None:
        """Return when there is a connection; `TimedOut` after `timeout` seconds without one, NotRunning if this ends."""
        with anyio.move_on_after(timeout):
            while self._running().state is not State.CONNECTED:
                await self._changed.wait()
            return
        raise TimedOut(f"{self.name}: {self._no_connection()}")

    @property
    def state(self) -> State:
        """What it is doing."""
        return State.DISCONNECTED if self._machine is None else self._machine.state

    def info(self) -> ClientInfo:
        """What it is doing, and how it went."""
        return ClientInfo(
            transport="tcp" if self._tls is None else "tls", address=self.address, state=self.state.value, in_flight=len(self._pending),
            calls=self._pending.counters, attempts=self._attempts, failures=self._waits.failures, malformed=self._malformed,
            last_error="" if self._last_error is None else str(self._last_error) or type(self._last_error).__name__,
        )  # fmt: skip

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Keep a connection until cancelled.  Ready at once, whether or not the peer is there."""
        if self._machine is not None:
            raise NotRunning(f"{self.name} runs already")
        self._waits = Waits(self._backoff)
        self._changed = anyio.Event()  # of this event loop
        try:
            with present("client", self.name, lambda: f"{self.state.value}, {len(self._pending)} in flight"):
                async with anyio.create_task_group() as tasks:
                    self._tasks = tasks
                    self._machine = Machine[State](State.CONNECTING, self._on, anyio.current_time())
                    task_status.started()
                    await self._keep_time(self._machine)
        finally:
            self._machine = self._tasks = None
            self._notify()
            self._conversation.lose(Closed("this side closed the client"))

    # --- the machine -------------------------------------------------------------------------

    def _on(self, state: State, event: Event) -> Transition[State] | None:
        """One event, in any state."""
        match event:
            case Enter():
                return self._entered(state)
            case Came(Message()):
                return self._asked(state, event.content)
            case Came(Step() as step) if step.number == self._attempts:
                return self._stepped(state, step)
            case Expired(timer) if timer is STATE:
                return self._overdue(state)
            case Expired(_, Message()):
                message: Message[M] = event.content
                if message.call is not None:
                    self._pending.refuse(message.call, self._no_connection())
                self._forget(message)
        return None  # of an attempt that was given up

    def _entered(self, state: State) -> Transition[State]:
        self._notify()
        connecting, handshaking = self._timeouts
        match state:
            case State.DISCONNECTED:
                return keep(Timer(STATE, self._waits.next()))
            case State.CONNECTING:
                assert self._tasks is not None
                self._attempts += 1
                self._attempt = anyio.CancelScope()
                self._tasks.start_soon(self._live, self._attempts, self._attempt)
                return keep(Timer(STATE, connecting))
            case State.HANDSHAKING:
                return keep(Timer(STATE, handshaking))
            case State.CONNECTED:
                self._hooks.emit("bitwright.client.connected", self._attributes)
                return keep(Timer(STATE, self._waits.policy.healthy))

    def _asked(self, state: State, message: Message[M]) -> Transition[State] | None:
        call = message.call
        assert call is not None  # messages for nobody do not wait
        if call.over:
            return keep(Timer(message, None))
        if state is State.CONNECTED:
            self._conversation.write(message)
            return keep(Timer(message, None))
        if isinstance(self._policy, FailFast):
            if state is not State.DISCONNECTED:
                return keep(Postpone())
            self._pending.refuse(call, self._no_connection())
            return None
        if message.waits:
            return keep(Postpone())
        waiting = self._running().postponed
        if waiting >= self._policy.most:
            self._pending.refuse(call, Overloaded(f"{self.name}: {waiting} calls wait for a connection"))
            return None
        message.waits = True
        return keep(Postpone(), Timer(message, self._policy.deadline, message))

    def _stepped(self, state: State, step: Step) -> Transition[State] | None:
        if state is State.DISCONNECTED:  # the attempt was given up in the moment in which it came further
            return None
        if step.what == "opened":
            return go(State.HANDSHAKING)
        if step.what == "ready":
            return go(State.CONNECTED)
        return self._lost(step.cause or Closed("the peer ended the stream"), connected=state is State.CONNECTED)

    def _overdue(self, state: State) -> Transition[State] | None:
        """What a state has time for: the wait before an attempt, the attempt, its handshake, or to prove itself."""
        match state:
            case State.DISCONNECTED:
                return go(State.CONNECTING)
            case State.CONNECTED:
                self._waits.reset()
                return None
            case _:
                assert self._attempt is not None
                self._attempt.cancel()
                return self._lost(TimedOut(f"{state.value} took too long"), connected=False)

    def _lost(self, cause: BaseException, *, connected: bool) -> Transition[State]:
        self._last_error = cause
        self._hooks.emit("bitwright.client.disconnected", self._attributes | {"error.type": type(cause).__name__})
        if connected:  # what waits for a connection goes on waiting, as long as the policy lets it
            self._conversation.lose(cause)
        return go(State.DISCONNECTED)

    async def _keep_time(self, machine: Machine[State]) -> None:
        """Let the timers of the machine run out."""
        while True:
            changed = self._changed
            self._known_due = machine.due
            with anyio.CancelScope(deadline=self._known_due):
                await changed.wait()
            machine.tick(anyio.current_time())

    def _post(self, content: object) -> Came:
        machine = self._running()
        posted = machine.post(content, anyio.current_time())
        if machine.due < self._known_due:
            self._notify()
        return posted

    def _forget(self, message: Message[M]) -> None:
        """Its call is over; nothing of it is kept."""
        self._conversation.forget(message)
        if self._machine is not None and message.posted is not None:
            self._machine.forget(message.posted)

    def _notify(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    def _running(self) -> Machine[State]:
        if self._machine is None:
            raise NotRunning(f"{self.name} does not run: use `async with`, or start `run`")
        return self._machine

    def _no_connection(self) -> Disconnected:
        why = "" if self._last_error is None else f": {str(self._last_error) or type(self._last_error).__name__}"
        error = Disconnected(f"{self.name}: no connection{why}", sent=False)
        error.__cause__ = self._last_error
        return error

    # --- one connection ----------------------------------------------------------------------

    async def _live(self, number: int, attempt: anyio.CancelScope) -> None:
        """Connect, and speak until the connection is lost, or the attempt given up."""
        with attempt:
            try:
                stream = await self._network.connect(self.address)
            except Exception as error:  # noqa: BLE001  # whatever a network has against it, there is no connection
                self._post(Step(number, "lost", error))
                return
            async with Connection(stream, self.protocol, idle_timeout=self._silence) as connection:
                cause = await self._until_lost(number, connection)
                self._post(Step(number, "lost", cause))  # before it is closed: that may take a while, and calls fail at once

    async def _until_lost(self, number: int, connection: Connection[M]) -> BaseException:
        """Whatever goes wrong, in the handshake too: why there is no connection any more."""
        try:
            self._post(Step(number, "opened"))
            if self._tls is not None:
                await connection.start_tls(self._tls, hostname=self._server_name or self.address[0], timeout=None)
            if self._handshake is not None:
                await self._handshake(connection)
            self._post(Step(number, "ready"))
            return await self._conversation.hold(connection)
        except Exception as error:  # noqa: BLE001  # of TLS, or of a handshake that somebody else wrote
            return sole(error)

    def _on_malformed(self) -> None:
        self._malformed += 1
        self._hooks.emit("bitwright.client.malformed", self._attributes)
