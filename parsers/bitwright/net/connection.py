"""One connection: messages of a protocol over a stream of bytes, asked for one by one or as a stream of events.

Promise: a timeout or a cancelled reader loses nothing; one reader at a time; nothing is read that nobody asked for, so a slow
reader holds the peer up, and no more is kept than one message and one piece of what the stream gave.  After an error of the
stream every call says so.  The guarantees are those of OTP's gen_tcp (passive, `{active, N}`, `send_timeout_close`), but where
that loses bytes at the end of a stream or lets a message through that its framing cannot say.
"""

from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

import anyio
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint

from bitwright.errors import ParseError
from bitwright.net.errors import Busy, Closed, Disconnected, FramingError, NetError, Overloaded, TimedOut
from bitwright.net.events import Ended, Event, Malformed, Passive, Received, Silent, Told
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.struct_ import Struct

M = TypeVar("M", bound=Struct)

SEND_TIMEOUT: Final = 30.0  # seconds; Thousand Island's
_PIECE: Final = 65536  # bytes that are read at once
_LOST: Final = (anyio.BrokenResourceError, OSError)  # what a stream raises when the connection is lost


@dataclasses.dataclass(slots=True)
class Traffic:
    """What went through a connection: bytes as the stream has them, messages without those that were malformed."""

    bytes_received: int = 0
    bytes_sent: int = 0
    messages_received: int = 0
    messages_sent: int = 0
    malformed: int = 0


class Connection(Generic[M]):
    """Messages over `stream`, which belongs to this connection from now on and is closed with it: use `async with`.

    Read it either passively, by `receive`, or actively, by `async for event in connection`: one event at a time, or `demand(n)`
    messages and then `Passive`.  `idle_timeout`: after so many seconds of waiting without a byte an active reader gets `Silent`.
    `send_timeout`: seconds that `send` may take where it is not told.  `inbox`: how many values `tell` keeps.
    """

    def __init__(
        self, stream: ByteStream, spoken: Protocol[M] | type[M], *, idle_timeout: float | None = None,
        send_timeout: float | None = SEND_TIMEOUT, inbox: int = 1024,
    ) -> None:  # fmt: skip
        self.protocol = protocol_of(spoken)
        self.stream = stream
        self.traffic = Traffic()
        self.idle_timeout, self.send_timeout = idle_timeout, send_timeout
        self._framing = self.protocol.framing()
        self._framer = self._framing.framer()
        self._parse = self.protocol.message.parse
        self._reading = self._closed = False
        self._failure: NetError | ParseError | None = None  # what every reader gets from now on
        self._torn: NetError | None = None  # why nothing can be sent any more
        self._turn = anyio.Lock(fast_acquire=True)
        self._credit: int | None = None  # messages that may still come; None: as many as are asked for
        self._parked = False  # whether Passive was given for the credit that is used up
        self._told: collections.deque[Any] = collections.deque()
        self._inbox = inbox
        self._waiting: anyio.CancelScope | None = None  # of an active reader, which `tell`, `demand` and `aclose` wake
        self._patience: float | None = None  # seconds left until Silent
        self._over = False  # whether Ended was given

    async def __aenter__(self) -> Connection[M]:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    # --- passive -----------------------------------------------------------------------------

    async def receive(self, *, timeout: float | None = None) -> M:
        """The next message, waiting for it, for `timeout` seconds at most.

        Raises `TimedOut`, after which everything that came is still there; ParseError for a frame that is no message, after
        which the next one can be read; `Closed` where the stream ended between two messages, `Truncated` where it ended inside
        one; `Disconnected` where it broke; `TooLarge` or ParseError where it cannot be cut into messages any more, and then
        always; `Busy` if somebody else reads.
        """
        frame = await self.receive_bytes(timeout=timeout)
        try:
            message = self._parse(frame)
        except ParseError:
            self.traffic.malformed += 1
            raise
        self.traffic.messages_received += 1
        return message

    async def receive_bytes(self, *, timeout: float | None = None) -> bytes:
        """The next message's bytes, as they are; raises what `receive` does, but no ParseError of a message."""
        self._begin_reading()
        try:
            if timeout is None:
                return await self._frame()
            with anyio.move_on_after(timeout):
                return await self._frame()
            raise TimedOut(f"no message within {timeout:g} s: {self._framer.buffered} bytes are there, {self._framer.need} are missing")
        finally:
            self._reading = False

    def _begin_reading(self) -> None:
        if self._reading:
            raise Busy("somebody else reads from this connection")
        self._reading = True

    async def _frame(self) -> bytes:
        """The next frame.  What is awaited here gives its bytes or is cancelled, and never both."""
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
        except _LOST as error:
            self._failure = self._lost(error, sent=False)
        else:
            self.traffic.bytes_received += len(data)
            self._framer.push(data)

    def _end(self) -> NetError:
        try:
            self._framer.close()
        except Closed as error:
            return error
        return Closed("the peer ended the stream")

    def _lost(self, error: BaseException, *, sent: bool) -> Disconnected:
        cause = error.__cause__ or error
        lost = Disconnected(f"the connection is lost: {str(cause) or type(cause).__name__}", sent=sent)
        lost.__cause__ = cause
        return lost

    # --- active ------------------------------------------------------------------------------

    def __aiter__(self) -> Connection[M]:
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

        Without it each step of the iteration is a demand for one event, and `Passive` is never given.
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
            message = self._parse(frame)
        except ParseError as error:
            self.traffic.malformed += 1
            return Malformed(error, frame)
        self.traffic.messages_received += 1
        return Received(message)

    async def _wait_for_bytes(self) -> bool:
        """Until bytes came, the stream ended, or somebody wakes the reader; whether it was silent for too long instead.

        Only the time in which this waits counts, and only bytes begin it anew: neither what is told, nor how long messages are
        worked on.
        """
        if self.idle_timeout is None:
            await self._wait_for(self._fill, math.inf)
            return False
        left = self.idle_timeout if self._patience is None else self._patience
        began = anyio.current_time()
        came = await self._wait_for(self._fill, began + left)
        self._patience = None if came else left - (anyio.current_time() - began)
        if self._patience is None or self._patience > 0:
            return False
        self._patience = None
        return True

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

    # --- sending -----------------------------------------------------------------------------

    async def send(self, message: M, *, timeout: float | None = None) -> None:
        """Give the message to the operating system, waiting where the peer does not read: returning says no more than that.

        Nothing is written if the message cannot be built, or is too large (`TooLarge`).  Several tasks may send; messages never
        mix.  Raises `TimedOut` after `timeout` seconds (without it, `send_timeout`); `Disconnected` where the connection is lost;
        `Closed` after `aclose` or `send_eof`.  A send that is given up when a part of it may have been written, by timeout or by
        cancellation, closes the connection: the peer could not tell where the next message begins.
        """
        await self.send_bytes(message.build(), timeout=timeout)

    async def send_bytes(self, payload: bytes, *, timeout: float | None = None) -> None:
        """Send bytes as one message; raises what `send` does."""
        data = self._framing.frame(payload)
        seconds = self.send_timeout if timeout is None else timeout
        if seconds is None:
            await self._write(data)
        else:
            with anyio.move_on_after(seconds) as scope:
                await self._write(data)
            if scope.cancelled_caught:
                raise TimedOut(f"a message of {len(payload)} bytes could not be sent within {seconds:g} s")
        self.traffic.messages_sent += 1

    async def _write(self, data: bytes) -> None:
        async with self._turn:
            if self._torn is not None:
                raise self._torn.with_traceback(None)
            try:
                await self.stream.send(data)
            except anyio.ClosedResourceError:
                self._torn = Closed("this side closed the connection")
                raise self._torn from None
            except _LOST as error:
                self._torn = self._lost(error, sent=False)
                raise self._lost(error, sent=True) from self._torn.__cause__
            except BaseException:  # cancelled: nobody knows how much was written
                await self._abandon(Closed("a message was sent in part, and given up"))
                raise
            self.traffic.bytes_sent += len(data)

    async def send_eof(self) -> None:
        """Send no more; what the peer still sends can be received.  NetError for a stream that cannot do that, as TLS."""
        async with self._turn:
            if self._torn is None:
                try:
                    await self.stream.send_eof()
                except NotImplementedError as error:
                    raise NetError(f"this stream cannot end one direction: {error}") from None
                except (anyio.ClosedResourceError, *_LOST) as error:
                    self._torn = self._lost(error, sent=False)
                else:
                    self._torn = Closed("this side has ended what it sends")

    # --- the end -----------------------------------------------------------------------------

    async def aclose(self, *, timeout: float = 5.0) -> None:
        """Close, also when cancelled; whoever waits gets `Closed`.  A farewell (of TLS) may take `timeout` seconds.  Never fails."""
        if not self._closed:
            with anyio.CancelScope(shield=True):
                self._mark_closed(Closed("this side closed the connection"))
                with anyio.move_on_after(timeout) as scope:
                    try:
                        await self.stream.aclose()
                    except (anyio.BusyResourceError, anyio.EndOfStream, anyio.ClosedResourceError, *_LOST):
                        scope.cancel()
                if scope.cancel_called:
                    await anyio.aclose_forcefully(self.stream)
        await checkpoint()

    async def _abandon(self, why: Closed) -> None:
        """Close at once, and without a farewell."""
        self._mark_closed(why)
        with anyio.CancelScope(shield=True):
            await anyio.aclose_forcefully(self.stream)

    def _mark_closed(self, why: Closed) -> None:
        self._closed = True
        self._failure, self._torn = self._failure or why, self._torn or why
        self._wake()
