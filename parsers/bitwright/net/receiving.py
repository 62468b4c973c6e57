"""What comes over a connection: messages asked for one by one, or one stream of events.

Promise: what is awaited here gives its bytes or is cancelled, never both, so neither a timeout nor a cancellation loses any;
nothing is read that nobody asked for; after the end of the stream, or an error of it, every call says so.
"""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic, Self, TypeVar

import anyio
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint

from bitwright.errors import ParseError
from bitwright.net.errors import Busy, Closed, Disconnected, FramingError, NetError, Overloaded, TimedOut, TooLarge
from bitwright.net.events import Ended, Event, Malformed, Passive, Received, Silent, Told
from bitwright.net.framing import Piece
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

LOST: Final = (anyio.BrokenResourceError, OSError)  # what a stream raises when the connection is lost
_PIECE: Final = 65536  # bytes that are read at once


@dataclasses.dataclass(slots=True)
class Traffic:
    """What went through a connection: bytes as the stream has them, messages without those that were malformed."""

    bytes_received: int = 0
    bytes_sent: int = 0
    messages_received: int = 0
    messages_sent: int = 0
    malformed: int = 0


def lost(error: BaseException, *, sent: bool) -> Disconnected:
    """That the connection is lost, and why."""
    cause = error.__cause__ or error
    found = Disconnected(f"the connection is lost: {str(cause) or type(cause).__name__}", sent=sent)
    found.__cause__ = cause
    return found


class Receiving(Generic[M]):
    """The half of a connection that receives."""

    def __init__(self, stream: ByteStream, spoken: Protocol[M] | type[M], *, idle_timeout: float | None, inbox: int) -> None:
        self.protocol = protocol_of(spoken)
        self.stream = stream
        self.traffic = Traffic()
        self.idle_timeout = idle_timeout
        self._framing = self.protocol.framing()
        self._framer = self._framing.framer()
        self._parse = self.protocol.message.parse
        self._reading = False
        self._closed = False  # by this side
        self._failure: NetError | ParseError | None = None  # what every reader gets from now on
        self._credit: int | None = None  # messages that may still come; None: as many as are asked for
        self._parked = False  # whether Passive was given for the credit that is used up
        self._told: collections.deque[Any] = collections.deque()
        self._inbox = inbox
        self._waiting: anyio.CancelScope | None = None  # of an active reader, which `tell`, `demand` and `aclose` wake
        self._patience: float | None = None  # seconds left until Silent
        self._over = False  # whether Ended was given

    # --- passive -----------------------------------------------------------------------------

    async def receive(self, *, timeout: float | None = None) -> M:
        """The next message, waiting for it, for `timeout` seconds at most.

        Raises `TimedOut`, after which everything that came is still there; ParseError for a frame that is no message, after
        which the next one can be read; `Closed` where the stream ended between two messages, `Truncated` where it ended inside
        one; `Disconnected` where it broke; `TooLarge`, FramingError or ParseError where it cannot be cut into messages any more,
        and then always; `Busy` if somebody else reads.
        """
        return self._message(await self.receive_bytes(timeout=timeout))

    async def receive_bytes(self, *, timeout: float | None = None) -> bytes:
        """The next message's bytes, as they are; raises what `receive` does, but no ParseError of a message."""
        if (frame := self.receive_now()) is not None:
            return frame
        self._reading = True
        try:
            if timeout is None:
                return await self._frame()
            with anyio.move_on_after(timeout):
                return await self._frame()
            framer = self._framer
            raise TimedOut(f"no message within {timeout:g} s: {framer.buffered} bytes are there, at least {framer.need} are missing")
        finally:
            self._reading = False

    def _begin_reading(self) -> None:
        if self._reading:
            raise Busy("somebody else reads from this connection")
        self._reading = True

    def receive_now(self) -> bytes | None:
        """The next message's bytes if they are here already, else None; nothing is read.  Raises what `receive_bytes` does."""
        if self._reading:
            raise Busy("somebody else reads from this connection")
        return self._pull()

    def _message(self, frame: bytes) -> M:
        if isinstance(frame, Piece):
            self._failure = TooLarge(len(frame), self._framing.limit, "a piece of a message, and more,")
            raise self._failure
        try:
            message = self._parse(frame)
        except ParseError:
            self.traffic.malformed += 1
            raise
        self.traffic.messages_received += 1
        return message

    async def _frame(self) -> bytes:
        while (frame := self._pull()) is None:
            await self._fill()
        return frame

    def _pull(self) -> bytes | None:
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        try:
            return self._framer.pull()
        except (FramingError, ParseError) as error:
            self._failure = error
            raise

    async def _fill(self) -> None:
        """Take what the stream gives, or learn that it has ended."""
        try:
            data = await self.stream.receive(_PIECE)
        except anyio.EndOfStream:
            self._failure = self._end()
        except anyio.ClosedResourceError:
            self._failure = self._failure or Closed("this side closed the connection")
        except LOST as error:
            self._failure = self._failure or lost(error, sent=False)
        else:
            self.traffic.bytes_received += len(data)
            self._framer.push(data)

    def _end(self) -> NetError:
        try:
            self._framer.close()
        except Closed as error:
            return error
        return Closed("the peer ended the stream")

    # --- active ------------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event[M]:
        """The next event; after `Ended` there is none.  Raises `Busy` if somebody else reads."""
        if self._over:
            raise StopAsyncIteration
        self._begin_reading()
        try:
            return await self._event()
        finally:
            self._reading = False

    def demand(self, messages: int) -> None:
        """Let so many more messages come, well-formed or not, and then `Passive`: credits add up, and fewer than none are none.

        Without it each step of the iteration is a demand for one event, and `Passive` is never given.  (OTP: `{active, N}`.)
        """
        self._credit = max((self._credit or 0) + messages, 0)
        self._parked = False
        self._wake()

    def tell(self, value: object) -> None:
        """Give the active reader `Told(value)`, before what the network brings: from another task, a timer, another connection.

        Raises `Overloaded` if as many values wait as may.
        """
        if len(self._told) >= self._inbox:
            raise Overloaded(f"{self._inbox} values wait for the reader of this connection")
        self._told.append(value)
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    async def _event(self) -> Event[M]:
        while not self._told:
            try:
                if self._credit == 0:
                    if not self._parked:
                        self._parked = True
                        return Passive()
                    await self._wait_for(anyio.sleep_forever, math.inf)
                elif (frame := self._pull()) is not None:
                    return self._event_of(frame)
                elif await self._wait_for_bytes():
                    return Silent(self.idle_timeout or 0.0)
            except (NetError, ParseError) as error:
                self._over = True
                return Ended(None if type(error) is Closed and not self._closed else error)
        await checkpoint()
        return Told(self._told.popleft())

    def _event_of(self, frame: bytes) -> Event[M]:
        if self._credit is not None:
            self._credit -= 1
        try:
            return Received(self._message(frame))
        except ParseError as error:
            return Malformed(error, frame)

    async def _wait_for_bytes(self) -> bool:
        """Until bytes came, the stream ended, or somebody wakes the reader; whether it was silent for too long instead.

        Only the time in which this waits counts, and only bytes begin it anew: neither what is told, nor how long messages are
        worked on.
        """
        if self.idle_timeout is None:
            await self._wait_for(self._fill, math.inf)
            return False
        deadline = anyio.current_time() + (self.idle_timeout if self._patience is None else self._patience)
        came = await self._wait_for(self._fill, deadline)
        now = anyio.current_time()
        self._patience = None if came or now >= deadline else deadline - now
        return not came and now >= deadline

    async def _wait_for(self, what: Callable[[], Awaitable[None]], deadline: float) -> bool:
        """Whether it happened before the deadline, and before somebody woke the reader."""
        if self._failure is not None:
            raise self._failure.with_traceback(None)
        with anyio.CancelScope(deadline=deadline) as scope:
            self._waiting = scope
            try:
                await what()
                return True
            finally:
                self._waiting = None
        return False
