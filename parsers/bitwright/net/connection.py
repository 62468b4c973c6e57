"""One connection: messages of a protocol over a stream of bytes, asked for one by one or as a stream of events.

Promise: a timeout or a cancelled reader loses nothing; one reader at a time; nothing is read that nobody asked for, so a slow
reader holds the peer up, and no more is kept than one message and one piece of what the stream gave.  A message is sent whole,
or the connection is closed.  The guarantees are those of OTP's gen_tcp (passive, `{active, N}`, `send_timeout_close`), but where
that loses bytes at the end of a stream or lets a message through that its framing cannot say.
"""

from __future__ import annotations

import ssl
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast, overload

import anyio
from anyio.abc import ByteStream
from anyio.lowlevel import checkpoint
from anyio.streams.tls import TLSStream

from bitwright.net.errors import Busy, Closed, Disconnected, NetError, Overloaded, TimedOut
from bitwright.net.framing import Framing
from bitwright.net.network import SendsNow
from bitwright.net.protocol import Protocol, protocol_of
from bitwright.net.receiving import LOST, M, Receiving, Traffic, lost
from bitwright.struct_ import Struct

__all__ = ["SEND_TIMEOUT", "Connection", "Traffic"]

N = TypeVar("N", bound=Struct)

SEND_TIMEOUT: Final = 30.0  # seconds; Thousand Island's
_MOST_PUT: Final = 1 << 20  # bytes
_TURN: Final = 16  # writes that find room, before other tasks have their turn


class Connection(Receiving[M]):
    """Messages over `stream`, which belongs to this connection from now on and is closed with it: use `async with`.

    Read it either passively, by `receive`, or actively, by `async for event in connection`: one event at a time, or `demand(n)`
    messages and then `Passive`.  `idle_timeout`: after so many seconds of waiting without a byte an active reader gets `Silent`.
    `send_timeout`: seconds that `send` may take where it is not told.  `inbox`: how many values `tell` keeps.
    """

    def __init__(
        self, stream: ByteStream, spoken: Protocol[M] | type[M], *, idle_timeout: float | None = None,
        send_timeout: float | None = SEND_TIMEOUT, inbox: int = 1024,
    ) -> None:  # fmt: skip
        super().__init__(stream, spoken, idle_timeout=idle_timeout, inbox=inbox)
        self.send_timeout = send_timeout
        self._torn: NetError | None = None  # why nothing can be sent any more
        self._turn = anyio.Lock(fast_acquire=True)
        self._outbox: list[bytes] = []  # what was put and not flushed
        self._put = 0  # bytes of it
        self._send_now = stream.send_now if isinstance(stream, SendsNow) else None
        self._unbroken = 0  # writes without letting others have their turn

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

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
        await self._write(self._framing.frame(payload), 1, timeout)

    def put(self, payload: bytes) -> None:
        """Let bytes go as one message with the next `flush` or `send`, in order: many messages in one piece, without waiting.

        Who puts can be cancelled whenever it may be, for only who flushes writes.  Raises `TooLarge`; `Overloaded` where a mebibyte
        waits already; and where nothing can be sent any more what `send` does.  `aclose` does not flush.
        """
        if self._torn is not None:
            raise self._torn.with_traceback(None)
        data = self._framing.frame(payload)
        if self._put + len(data) > _MOST_PUT:
            raise Overloaded(f"{self._put} bytes wait to be flushed; {_MOST_PUT} are the most")
        self._outbox.append(data)
        self._put += len(data)

    async def flush(self, *, timeout: float | None = None) -> None:
        """Send what was put; raises what `send` does."""
        if self._outbox:
            await self._write(b"", 0, timeout)

    @property
    def unsent(self) -> int:
        """How many bytes were put and not flushed."""
        return self._put

    async def _write(self, data: bytes, messages: int, timeout: float | None) -> None:
        """What was put, and so many messages more: at once where there is room, as nearly always, else waiting for it."""
        begun = False
        if self._send_now is not None and self._unbroken < _TURN and self._torn is None and not self._turn.locked():
            self._unbroken += 1
            data, messages = self._with_what_was_put(data, messages)
            try:
                sent = self._send_now(data)
            except (anyio.ClosedResourceError, *LOST) as error:
                raise self._broken(error) from error.__cause__
            self.traffic.bytes_sent += sent
            if sent == len(data):
                self.traffic.messages_sent += messages
                return
            data, begun = data[sent:], True
        self._unbroken = 0
        seconds = self.send_timeout if timeout is None else timeout
        with anyio.move_on_after(seconds) as scope:
            await self._write_in_turn(data, messages, begun)
        if scope.cancelled_caught:
            raise TimedOut(f"what was to be sent, {len(data)} bytes, could not be sent within {seconds:g} s")

    async def _write_in_turn(self, data: bytes, messages: int, begun: bool) -> None:
        if begun:  # the turn is free, for nothing was awaited since that was seen; and to be cancelled here would leave half a message
            self._turn.acquire_nowait()
        else:  # who is cancelled gives up here, as long as nothing is written or taken from what was put
            await self._turn.acquire()
        try:
            if self._torn is not None:
                raise self._torn.with_traceback(None)
            if not begun:
                data, messages = self._with_what_was_put(data, messages)
                if not messages:  # somebody else has sent what was put
                    return
            await self._give(data, messages)
        finally:
            self._turn.release()

    async def _give(self, data: bytes, messages: int) -> None:
        try:
            await self.stream.send(data)
        except (anyio.ClosedResourceError, *LOST) as error:
            raise self._broken(error) from error.__cause__
        except BaseException:  # cancelled: nobody knows how much was written
            await self._abandon("a message was sent in part, and given up")
            raise
        self.traffic.bytes_sent += len(data)
        self.traffic.messages_sent += messages

    def _with_what_was_put(self, data: bytes, messages: int) -> tuple[bytes, int]:
        if self._outbox:
            messages += len(self._outbox)
            data = b"".join((*self._outbox, data))
            self._outbox.clear()
            self._put = 0
        return data, messages

    def _broken(self, error: Exception) -> NetError:
        """What a failed write is to who wrote, and to all who would write after it."""
        if isinstance(error, anyio.ClosedResourceError):
            return self._tear(Closed("this side closed the connection")).with_traceback(None)
        self._tear(lost(error, sent=False))
        return lost(error, sent=True)

    def _tear(self, why: NetError) -> NetError:
        """Nothing can be sent from now on; the first reason stays."""
        self._torn = self._torn or why
        return self._torn

    async def send_eof(self) -> None:
        """Send no more; what the peer still sends can be received.  NetError for a stream that cannot do that, as TLS."""
        async with self._turn:
            if self._torn is None:
                try:
                    await self.stream.send_eof()
                except NotImplementedError as error:
                    raise NetError(f"this stream cannot end one direction: {error}") from None
                except (anyio.ClosedResourceError, *LOST) as error:
                    self._tear(lost(error, sent=False))
                else:
                    self._tear(Closed("this side has ended what it sends"))

    # --- going on otherwise ------------------------------------------------------------------

    @overload
    def switch(self, to: Framing) -> Connection[M]: ...
    @overload
    def switch(self, to: Protocol[N] | type[N]) -> Connection[N]: ...
    def switch(self, to: Framing | Protocol[Any] | type[Struct]) -> Connection[Any]:
        """From the next message on cut both directions otherwise, or speak another protocol; what came and was not received stays.

        Returns this connection, as one of the other protocol.  Raises `Busy` while somebody reads, and what `Protocol.framing` does
        for what no stream can be cut into; nothing is different then.
        """
        if self._reading:
            raise Busy("somebody reads from this connection: a switch would come in the middle of a message")
        if isinstance(to, Framing):
            spoken, framing = cast("Protocol[Any]", self.protocol), to
        else:
            spoken = protocol_of(to)
            framing = spoken.framing()
        framer = framing.framer()  # what cannot be cut is refused here, before anything is different
        framer.push(self._framer.detach())
        self._framing, self._framer = framing, framer
        self.protocol, self._parse = spoken, spoken.message.parse
        return self

    async def start_tls(
        self, context: ssl.SSLContext, *, server_side: bool = False, hostname: str | None = None, timeout: float | None = 5.0
    ) -> None:
        """Go on protected by TLS, as `context` says; a client names the host that it expects.

        An end without TLS's farewell is no end, for somebody on the way may have cut it: `context` is set to tell them apart, which
        some Pythons leave out (`ssl.OP_IGNORE_UNEXPECTED_EOF`).

        Everything the peer sent before must have been received: FramingError otherwise, since those bytes were not protected, and
        whoever put them there must not have them read as if they were.  Raises `Busy` while somebody reads; `TimedOut` after
        `timeout` seconds; `Disconnected` with its cause where the handshake fails.  After any of these but Busy it is closed.
        """
        self._begin_reading()
        try:
            async with self._turn:
                if self._failure is not None or self._torn is not None:
                    raise (self._torn or self._failure or Closed("closed")).with_traceback(None)
                await self._handshake(context, server_side, hostname, timeout)
        finally:
            self._reading = False

    async def _handshake(self, context: ssl.SSLContext, server_side: bool, hostname: str | None, timeout: float | None) -> None:
        wrap = TLSStream.wrap
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        try:
            self._framer.detach(empty=True)
            with anyio.move_on_after(timeout) as scope:
                self._send_now = None
                self.stream = await wrap(self.stream, server_side=server_side, hostname=hostname, ssl_context=context)
        except (anyio.EndOfStream, anyio.ClosedResourceError, *LOST) as error:
            await self._abandon("TLS failed")
            why = str(error.__cause__ or error) or "the peer ended the stream"
            raise Disconnected(f"TLS failed: {why}", sent=True) from error
        except BaseException:
            await self._abandon("TLS failed")
            raise
        if scope.cancelled_caught:
            await self._abandon("TLS failed")
            raise TimedOut(f"no TLS within {timeout:g} s")

    # --- the end -----------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether this side has closed it, by `aclose` or because a send was given up."""
        return self._closed

    async def aclose(self, *, timeout: float = 5.0, linger: float = 0.0) -> None:
        """Close, also when cancelled; whoever waits gets `Closed`.  Never fails.  The farewell of TLS may take `timeout` seconds.

        `linger`: first end what is sent, and for so many seconds drop what comes, until the peer closes too.  Without it, what
        the peer has sent and nobody received makes the operating system reset the connection, and what was sent last may be lost.
        """
        if not self._closed:
            with anyio.CancelScope(shield=True):
                self._mark_closed("this side closed the connection")
                if linger > 0:
                    await self._drop_what_comes(linger)
                with anyio.move_on_after(timeout) as scope:
                    try:
                        await self.stream.aclose()
                    except (anyio.BusyResourceError, anyio.EndOfStream, anyio.ClosedResourceError, *LOST):
                        scope.cancel()
                if scope.cancel_called:
                    await anyio.aclose_forcefully(self.stream)
        await checkpoint()

    async def _drop_what_comes(self, seconds: float) -> None:
        with anyio.move_on_after(seconds):
            try:
                await self.stream.send_eof()
                while True:
                    await self.stream.receive()
            except (anyio.BusyResourceError, anyio.EndOfStream, anyio.ClosedResourceError, NotImplementedError, *LOST):
                return

    async def _abandon(self, why: str) -> None:
        """Close at once, and without a farewell."""
        self._mark_closed(why)
        with anyio.CancelScope(shield=True):
            await anyio.aclose_forcefully(self.stream)

    def _mark_closed(self, why: str) -> None:
        self._closed = True
        self._failure = self._failure or Closed(why)
        self._tear(Closed(why))
        self._wake()
