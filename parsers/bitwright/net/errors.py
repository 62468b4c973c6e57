"""What goes wrong between nodes, typed.

Promise: every failure of a connection, a call or a supervisor is one of these, says what is known (what was missing, whether
anything was sent), and derives from the builtin that a caller expects.  What a peer's bytes say is never an error of these: it
is a `ParseError`, or one of the errors of framing here.
"""

from __future__ import annotations


class NetError(Exception):
    """Base of everything that goes wrong between nodes.  No `BitwrightError`: those speak of bytes and hold a `Problem`."""


class FramingError(NetError):
    """A stream cannot be cut into messages any further."""


class TooLarge(FramingError, ValueError):
    """A message is larger than the limit; on sending, nothing of it was written.

    `size` and `limit` are bytes; `size` is what was announced or, where nothing is, what has come.
    """

    def __init__(self, size: int, limit: int, what: str = "a message") -> None:
        super().__init__(f"{what} of {size} bytes; the limit is {limit}")
        self.size, self.limit, self.what = size, limit, what

    def __reduce__(self) -> tuple[type[TooLarge], tuple[int, int, str]]:
        return TooLarge, (self.size, self.limit, self.what)


class Closed(NetError, EOFError):
    """The peer ended the stream, between two messages; or this side closed the connection."""


class Truncated(Closed):
    """The stream ended inside a message: `partial` are the bytes that had come, `missing` how many more it needs at least."""

    def __init__(self, partial: bytes, missing: int) -> None:
        super().__init__(f"the stream ended inside a message: {len(partial)} bytes are there, at least {missing} are missing")
        self.partial, self.missing = partial, missing

    def __reduce__(self) -> tuple[type[Truncated], tuple[bytes, int]]:
        return Truncated, (self.partial, self.missing)


class Busy(NetError, RuntimeError):
    """Somebody else reads from this connection: two readers would each get half of the messages."""


class TimedOut(NetError, TimeoutError):
    """The time given is over.  Of a call: nobody knows whether the peer did what was asked."""


class Disconnected(NetError, ConnectionError):
    """The connection is lost, or there is none.

    `sent`: False if nothing of the message was given to the operating system; True if all or a part of it was, and then
    nobody knows whether the peer got it.  The cause is `__cause__`, where there is one.
    """

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent

    def __reduce__(self) -> tuple[object, tuple[str, bool]]:
        return _disconnected, (str(self), self.sent)


class Overloaded(NetError):
    """A bound is reached (calls in flight, messages that wait for a connection, children): nothing was sent or started."""


class StartFailed(NetError):
    """A child did not come up; `child` is its name, the cause is `__cause__`.  What was started before it is stopped again."""

    def __init__(self, child: str, why: str) -> None:
        super().__init__(f"{child} did not start: {why}")
        self.child, self.why = child, why

    def __reduce__(self) -> tuple[type[StartFailed], tuple[str, str]]:
        return StartFailed, (self.child, self.why)


class TooManyRestarts(NetError):
    """A supervisor restarted its children more often than its intensity allows, and has stopped them all."""


class NotRunning(NetError, RuntimeError):
    """What was asked of a supervisor that does not run, or of a child that does not."""


class WontStop(NetError, RuntimeError):
    """A child was told to stop, and then cancelled, and goes on: Python cannot end it.  `child` is its name."""

    def __init__(self, child: str) -> None:
        super().__init__(f"{child} was cancelled and does not end: it swallows its cancellation, or shields itself from it")
        self.child = child

    def __reduce__(self) -> tuple[type[WontStop], tuple[str]]:
        return WontStop, (self.child,)


def sole(error: BaseException) -> BaseException:
    """What a task group raised, if it is the only exception in it: groups of one say nothing."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _disconnected(message: str, sent: bool) -> Disconnected:  # a keyword cannot be given by pickle
    return Disconnected(message, sent=sent)
