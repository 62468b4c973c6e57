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
from typing import TYPE_CHECKING, Any, Final, Protocol

from bitwright.errors import DeclarationError, ParseError
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

    def begin(self) -> None:
        """Forget what was said: a new conversation."""
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
        self._under_test, self._probe = where.connect(1.0), where.connect(1.0)
        self._under_test.setblocking(False)
        self._probe.setblocking(False)
        self._was_repeated = False

    def begin(self) -> None:
        """What still comes is an answer to what was said before."""
        self.answers(0.0)

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
        if self._was_repeated:  # the other answers may have come meanwhile
            with contextlib.suppress(BlockingIOError, ConnectionError):
                while True:
                    self._probe.recv(LARGEST)
        refused = False
        for number in range(TRIES):
            self._was_repeated = number > 0
            begin = time.perf_counter()
            try:
                self._probe.send(data)
                if _wait(self._probe, seconds / TRIES):
                    return self._probe.recv(LARGEST)
                refused = False
            except ConnectionRefusedError:  # perhaps it is about the datagram before
                refused = True
                time.sleep(max(0.0, min(0.05, seconds / TRIES) - (time.perf_counter() - begin)))
            except BlockingIOError:
                pass
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
        self._framing = Framing(message)

    def begin(self) -> None:
        """A new connection, as soon as there is something to send."""
        _end(self._under_test)
        self._under_test = None

    def send(self, data: bytes, *, last: bool) -> str:
        """Bytes on the connection; after the last message, every other one is told that no more comes."""
        if self._under_test is None:
            try:
                self._under_test = self._where.connect(self._timeout)
            except OSError as error:
                return _reason(error)
            self._framing = Framing(self._message)
        self._under_test.settimeout(self._timeout)
        try:
            self._under_test.sendall(data)
            if last and sum(data) & 1:  # by the bytes alone, so that the same input always does the same
                self._under_test.shutdown(socket.SHUT_WR)
        except OSError as error:
            return _reason(error)
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
        framing, end = Framing(self._message), time.perf_counter() + seconds
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
        """Both."""
        _end(self._under_test)
        self._under_test = None


class Framing:
    """Where messages end in what arrives: as the declaration says; if it does not, each piece that arrives is one."""

    def __init__(self, message: type[Struct]) -> None:
        self._rest = b""
        self._is_broken = False
        self._stream: Any = None
        with contextlib.suppress(DeclarationError):
            self._stream = message.stream(LONGEST_MESSAGE)

    def take(self, chunk: bytes) -> list[bytes]:
        """Messages that are whole now; after bytes that cannot be one, whatever comes."""
        if self._stream is None or self._is_broken:
            return [chunk]
        self._rest += chunk
        found: list[bytes] = []
        with contextlib.suppress(ParseError):
            for value in self._stream.feed(chunk):
                size = self._size(value)
                found.append(self._rest[:size])
                self._rest = self._rest[size:]
        self._is_broken = self._stream.error is not None
        if self._is_broken:
            found.append(self._rest)
        return found

    def _size(self, value: Struct) -> int:
        """How many bytes a message had; read again, since one piece may have held several."""
        _, used = type(value).parse_prefix(self._rest)
        return used


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
