"""What every client can do, however it reaches its peer.

Promise: a `call` has exactly one outcome: its answer, a typed failure, or `TimedOut`; leaving `async with` ends what runs, and
with it every call in flight.
"""

from __future__ import annotations

import abc
import contextlib
import dataclasses
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

import anyio
from anyio.abc import TaskStatus

from bitwright.net.background import beside
from bitwright.net.network import Address
from bitwright.net.pending import CallCounters
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

CALL_TIMEOUT: Final = 5.0  # seconds; OTP's


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CallerInfo:
    """A client at one moment.  `transport` is "udp", "tcp" or "tls"; `state` one word; `calls` goes on counting."""

    transport: str
    address: Address
    state: str
    in_flight: int
    calls: CallCounters


class Caller(abc.ABC, Generic[M]):
    """A client: use it by `async with`, or give `run` to a supervisor or a task group."""

    _beside: contextlib.AbstractAsyncContextManager[object] | None = None

    @abc.abstractmethod
    async def call(self, request: M, *, timeout: float | None = CALL_TIMEOUT) -> M:
        """The answer to `request`, waiting for it, for `timeout` seconds at most.

        Raises `TimedOut` (nobody knows whether the peer did what was asked), `Disconnected` (which says whether anything was
        sent), `Overloaded`, `TooLarge` and BuildError (nothing was sent), and `NotRunning`.
        """

    @abc.abstractmethod
    async def cast(self, request: M) -> None:
        """Send `request` and wait for no answer; one that comes is counted as late.  Raises what `call` does."""

    @abc.abstractmethod
    def info(self) -> CallerInfo:
        """What it is doing."""

    @abc.abstractmethod
    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Be there for calls until cancelled; ready when calls are taken."""

    async def __aenter__(self) -> Self:
        running = beside(self.run)
        await running.__aenter__()
        self._beside = running
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        running, self._beside = self._beside, None
        assert running is not None
        return await running.__aexit__(kind, error, trace)
