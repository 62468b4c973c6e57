"""How messages get to a server and answers come back: datagrams, or a stream in which the declaration says where a message ends.

Each link has two ways to the server: one for what is under test, and one for the valid message, so that whatever arrives on the second is
the answer to it.  Promise: what a server does to a connection raises nothing but OSError, and that only from `ask`: ConnectionRefusedError
if nobody listens, TimeoutError if there is no answer.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import struct
import time
from typing import TYPE_CHECKING, Final, Protocol

from bitwright.errors import DeclarationError, NeedMore, ParseError
from bitwright.testing.targets.endpoint import Endpoint

if TYPE_CHECKING:
    from bitwright.struct_ import Struct

LARGEST: Final = 65_536  # bytes that are read at once; no datagram is longer
LONGEST_MESSAGE: Final = 1 << 20  # bytes of a message in a stream
TRIES: Final = 4  # a datagram may be lost where a buffer is full
MOST_ANSWERS: Final = 64  # to one message
RESET: Final = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, so that no port of ours waits for a minute


class Link(Protocol):
    """The two ways to a server."""

    @property
    def repeats(self) -> int:
        """How often the valid message had to be sent again, since no answer came soon."""
        ...

    def begin(self) -> list[bytes]:
        """A new conversation; what has come back meanwhile to the one before."""
        ...

    def send(self, data: bytes, *, last: bool) -> str:
        """Send one message of it; "" or why it could not be sent."""
        ...

    def answers(self, seconds: float) -> list[bytes]:
        """What has come back; with `seconds`, wait so long for the first."""
        ...

    def ask(self, data: bytes, seconds: float) -> bytes:
        """The answer to the valid message; TimeoutError or ConnectionRefusedError if there is none."""
        ...

    def close(self) -> None:
        """Let the sockets go."""
        ...


def link_to(where: Endpoint, message: type[Struct], timeout: float) -> Link:
    """The link of the server's transport."""
    return Datagrams(where) if where.transport == "udp" else Streams(where, message, timeout)


class Datagrams:
    """UDP: one socket for what is under test and one for the valid message."""

    def __init__(self, where: Endpoint) -> None:
        self._where = where
        self._under_test, self._probe = where.connect(0.0), where.connect(0.0)
        self.repeats = 0

    def begin(self) -> list[bytes]:
        """What came late."""
        return self.answers(0.0)

    def send(self, data: bytes, *, last: bool) -> str:
        """One datagram."""
        return _sent(self._under_test, data)

    def answers(self, seconds: float) -> list[bytes]:
        """Datagrams that came."""
        found: list[bytes] = []
        if seconds:
            _wait(self._under_test, seconds)
        while len(found) < MOST_ANSWERS:
            try:
                found.append(self._under_test.recv(LARGEST))
            except ConnectionError:  # of a datagram that nobody took; the next question tells
                continue
            except BlockingIOError:
                break
        return found

    def ask(self, data: bytes, seconds: float) -> bytes:
        """Ask up to `TRIES` times."""
        refused = False
        for number in range(TRIES):
            if number:
                self.repeats += 1
                self._probe.close()
                self._probe = self._where.connect(0.0)  # what still comes to the old one is no answer to what is asked from now on
            try:
                self._probe.send(data)
                if _wait(self._probe, seconds / TRIES):
                    return self._probe.recv(LARGEST)
                refused = False
            except ConnectionRefusedError:
                refused = True
                time.sleep(min(0.05, seconds / TRIES))
            except BlockingIOError:  # the buffer is full
                time.sleep(0.001)
        self._probe.close()
        self._probe = self._where.connect(0.0)
        if refused:
            raise ConnectionRefusedError
        raise TimeoutError

    def close(self) -> None:
        """Both."""
        self._under_test.close()
        self._probe.close()


class Streams:
    """TCP: a connection for each conversation, and one for each valid message.

    One that is there already would not show that the server still takes new ones.
    """

    def __init__(self, where: Endpoint, message: type[Struct], timeout: float) -> None:
        self._where, self._message, self._timeout = where, message, timeout
        self._under_test: socket.socket | None = None
        self._is_framed = is_framed(message)
        self._framing = self._new_framing()
        self.repeats = 0  # a stream repeats by itself

    def begin(self) -> list[bytes]:
        """A new connection, as soon as there is something to send; the one before is ended with what still comes on it."""
        _end(self._under_test)
        self._under_test = None
        return []

    def send(self, data: bytes, *, last: bool) -> str:
        """Bytes on the connection; after the last message, every other one is told that no more comes."""
        if self._under_test is None:
            try:
                self._under_test = self._where.connect(self._timeout)
            except OSError as error:
                return _reason(error)
            self._framing = self._new_framing()
        self._under_test.settimeout(self._timeout)
        try:
            self._under_test.sendall(data)
        except OSError as error:
            return _reason(error)
        if last and sum(data) & 1:  # by the bytes alone, so that the same input always does the same
            with contextlib.suppress(OSError):  # the server was quicker to close
                self._under_test.shutdown(socket.SHUT_WR)
        return ""

    def answers(self, seconds: float) -> list[bytes]:
        """Messages that came whole, or bytes that are none."""
        found: list[bytes] = []
        if self._under_test is None:
            return found
        end = time.perf_counter() + seconds
        self._under_test.setblocking(False)
        while len(found) < MOST_ANSWERS:
            if not found and seconds:
                _wait(self._under_test, max(0.0, end - time.perf_counter()))
            try:
                chunk = self._under_test.recv(LARGEST)
            except OSError:  # nothing there, or reset
                break
            if not chunk:
                break
            found += self._framing.take(chunk)
        return found

    def ask(self, data: bytes, seconds: float) -> bytes:
        """On a new connection, the first whole message."""
        framing, end = self._new_framing(), time.perf_counter() + seconds
        connection = self._where.connect(seconds)
        try:
            connection.sendall(data)
            while (left := end - time.perf_counter()) > 0:
                connection.settimeout(left)
                chunk = connection.recv(LARGEST)
                if not chunk:
                    raise ConnectionResetError(errno.ECONNRESET, "the connection was closed without an answer")
                if found := framing.take(chunk):
                    return found[0]
        finally:
            _end(connection)
        raise TimeoutError

    def close(self) -> None:
        """The one that is open."""
        _end(self._under_test)
        self._under_test = None

    def _new_framing(self) -> Framing:
        return Framing(self._message, is_framed=self._is_framed)


class Framing:
    """Where messages end in what arrives: as the declaration says; if it does not (`is_framed`), each piece that arrives is one."""

    def __init__(self, message: type[Struct], *, is_framed: bool) -> None:
        self._message, self._is_framed = message, is_framed
        self._rest = b""

    def take(self, chunk: bytes) -> list[bytes]:
        """Messages that are whole now; after bytes that cannot be one, whatever comes."""
        if not self._is_framed:
            return [chunk]
        self._rest += chunk
        found: list[bytes] = []
        while self._rest:
            try:
                _, used = self._message.parse_prefix(self._rest, partial=True)
            except NeedMore:
                break
            except ParseError:
                self._is_framed, used = False, len(self._rest)
            found.append(self._rest[:used])
            self._rest = self._rest[used:]
        return found


def is_framed(message: type[Struct]) -> bool:
    """Whether a message says where it ends."""
    try:
        message.stream(LONGEST_MESSAGE)
    except DeclarationError:
        return False
    return True


def _sent(way: socket.socket, data: bytes) -> str:
    """Send a datagram; "" or why not."""
    for _ in range(TRIES):
        try:
            way.send(data)
        except ConnectionError:  # about the datagram before
            continue
        except BlockingIOError:
            time.sleep(0.001)  # the buffer is full
            continue
        except OSError as error:
            return "longer than a datagram can be" if error.errno == errno.EMSGSIZE else _reason(error)
        return ""
    return "not sent"


def _wait(way: socket.socket, seconds: float) -> bool:
    """Whether something came within that time."""
    poll = select.poll()
    poll.register(way, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _end(connection: socket.socket | None) -> None:
    """Close it at once."""
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.close()


def _reason(error: OSError) -> str:
    """What the system says."""
    return error.strerror or type(error).__name__
