"""What goes over a client's connection: questions out, answers in, until it is lost.

Promise: who asks does not write, so whoever asks may be cancelled at any moment, and messages are written whole, in the order in
which they were asked.  Of a question whose caller has given up before it was written nothing is written or kept.  A call counts as
sent from the moment in which a part of it may have been written, and not before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

import anyio

from bitwright.net.connection import Connection
from bitwright.net.errors import Closed, Disconnected, FramingError, NetError, TimedOut
from bitwright.net.events import Ended, Malformed, Received, Silent
from bitwright.net.framing import Framing
from bitwright.net.pending import Call, Pending
from bitwright.net.statem import Came
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

_PIECE: Final = 1 << 18  # bytes that are put together before they are written


class Message(Generic[M]):
    """Something to be sent: for a call, or for nobody.

    `posted` is how the client's machine knows it; `waits`: for a connection, with a deadline.
    """

    __slots__ = ("call", "data", "posted", "waits")

    def __init__(self, call: Call[M] | None, data: bytes) -> None:
        self.call, self.data = call, data
        self.posted: Came | None = None
        self.waits = False


class Conversation(Generic[M]):
    """The questions that wait to be written, and the calls in flight.  `on_malformed` is called for what is no message."""

    def __init__(self, pending: Pending[M], framing: Framing, on_malformed: Callable[[], object]) -> None:
        self._pending, self._framing, self._on_malformed = pending, framing, on_malformed
        self._outgoing: dict[Message[M], None] = {}  # in order; who gives up leaves from the middle
        self._to_write = anyio.Event()
        self._asked: float | None = None  # since when an answer has been waited for without a sign of life

    def __len__(self) -> int:
        """How many messages wait to be written."""
        return len(self._outgoing)

    def wire(self, request: M) -> bytes:
        """The bytes of a message; FramingError (`TooLarge`) before anything is sent."""
        data = request.build()
        self._framing.frame(data)
        return data

    def write(self, message: Message[M]) -> None:
        """Let it be written after what waits already."""
        self._outgoing[message] = None
        self._to_write.set()

    def forget(self, message: Message[M]) -> None:
        """Its caller waits no longer; what was not written will not be."""
        self._outgoing.pop(message, None)

    def lose(self, cause: BaseException) -> None:
        """The connection is lost: nothing of what is in flight has an answer any more."""
        self._outgoing.clear()
        self._pending.fail(cause)

    async def hold(self, connection: Connection[M]) -> BaseException:
        """Write what is asked and take what comes; what the connection was lost by."""
        causes: list[BaseException] = []
        self._asked = None
        async with anyio.create_task_group() as tasks:

            async def write() -> None:
                try:
                    await self._write_out(connection)
                except NetError as error:
                    causes.append(error)
                    tasks.cancel_scope.cancel()

            tasks.start_soon(write)
            causes.append(await self._take_answers(connection))
            tasks.cancel_scope.cancel()
        return causes[0]

    async def _take_answers(self, connection: Connection[M]) -> BaseException:
        async for event in connection:
            match event:
                case Received(reply):
                    self._asked = None
                    self._pending.settle(reply)
                case Malformed(error):
                    self._asked = None
                    self._pending.spoilt(error)
                    self._on_malformed()
                case Silent(seconds) if self._asked is not None and anyio.current_time() - self._asked >= seconds:
                    return TimedOut(f"the peer was asked, and nothing has come for {seconds:g} s")
                case Ended(cause) if cause is not None:
                    return cause
        return Closed("the peer ended the stream")

    async def _write_out(self, connection: Connection[M]) -> None:
        """What waits to be written, in as few pieces as may be."""
        while True:
            self._to_write = anyio.Event()
            while self._outgoing:
                message = next(iter(self._outgoing))
                del self._outgoing[message]
                try:
                    await self._hand_over(message, connection)
                except FramingError as error:  # for the framing to which the handshake has switched
                    if message.call is not None:
                        self._pending.refuse(message.call, error)
            await connection.flush()
            if not self._outgoing:
                await self._to_write.wait()

    async def _hand_over(self, message: Message[M], connection: Connection[M]) -> None:
        call = message.call
        if call is not None:
            if call.over:
                return
            if self._asked is None:
                self._asked = anyio.current_time()
        if connection.unsent + len(message.data) > _PIECE:
            await connection.flush()
        if call is not None:
            if call.over:  # its caller has given up during the flush
                return
            self._pending.sending(call)
        try:
            if len(message.data) > _PIECE:
                await connection.send_bytes(message.data)
            else:
                connection.put(message.data)
        except NetError as error:
            if call is not None and _certainly_unsent(error):
                self._pending.unsent(call)
            raise


def _certainly_unsent(error: NetError) -> bool:
    return isinstance(error, FramingError | Closed) or (isinstance(error, Disconnected) and not error.sent)
