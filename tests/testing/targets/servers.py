"""Small servers of a format of their own: one that answers, and the same with a weakness."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

from bitwright import OpenEnum, ParseError, Struct, auto, bits, nested, raw, u8, u16


class Status(OpenEnum):
    REQUEST = 0
    DONE = 1
    REFUSED = 2


class Ask(Struct):
    """A question, and its answer."""

    number: int = u16()
    status: Status = bits(8, Status, default=Status.REQUEST)
    length: int = auto(u8())
    text: bytes = raw(size=length)


class FramedAsk(Struct):
    """The same in a stream."""

    size: int = auto(u16())
    ask: Ask = nested(Ask, size=size)


Behaviour = Callable[[bytes], bytes | None]  # the answer, or none


class DiesError(Exception):
    """What ends a server."""


def answers(data: bytes) -> bytes | None:
    """Answers what it can read, refuses what it cannot, and says nothing to answers."""
    try:
        asked = Ask.parse(data)
    except ParseError:
        return Ask(number=int.from_bytes(data[:2], "big"), status=Status.REFUSED, text=b"").build()
    if asked.status is not Status.REQUEST:
        return None
    return Ask(number=asked.number, status=Status.DONE, text=asked.text[::-1]).build()


def dies_of(weakness: bytes) -> Behaviour:
    """Ends when it reads these bytes."""

    def behave(data: bytes) -> bytes | None:
        if weakness in data:
            raise DiesError
        return answers(data)

    return behave


def hangs_at(weakness: bytes, seconds: float) -> Behaviour:
    """Answers nothing for a while after these bytes."""

    def behave(data: bytes) -> bytes | None:
        if weakness in data:
            time.sleep(seconds)
        return answers(data)

    return behave


def forgets_after(weakness: bytes) -> Behaviour:
    """Lives on after these bytes, but refuses everything."""
    broken: list[bool] = []

    def behave(data: bytes) -> bytes | None:
        if weakness in data:
            broken.append(True)
        return Ask(number=0, status=Status.REFUSED, text=b"").build() if broken else answers(data)

    return behave


class Heard(list[bytes]):
    """What a server was told, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.where = ""


@contextlib.contextmanager
def udp(behave: Behaviour) -> Iterator[Heard]:
    """A server of datagrams in a thread."""
    heard = Heard()
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(0.05)
    heard.where = f"udp:127.0.0.1:{listening.getsockname()[1]}"
    stop = threading.Event()

    def serve() -> None:
        with listening, contextlib.suppress(DiesError):
            while not stop.is_set():
                try:
                    data, peer = listening.recvfrom(65_536)
                except TimeoutError:
                    continue
                heard.append(data)
                if (answer := behave(data)) is not None:
                    listening.sendto(answer, peer)

    with _running(serve, stop):
        yield heard


@contextlib.contextmanager
def tcp(behave: Behaviour, *, at_most: int = 1_000_000) -> Iterator[Heard]:
    """A server of streams: a thread for each connection, which it closes after so many messages."""
    heard = Heard()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    heard.where = f"tcp:127.0.0.1:{listening.getsockname()[1]}"
    stop = threading.Event()

    def attend(connection: socket.socket) -> None:
        stream = FramedAsk.stream()
        left = at_most
        with connection, contextlib.suppress(OSError, ParseError):
            while left > 0 and not stop.is_set():
                chunk = connection.recv(65_536)
                if not chunk:
                    return
                for message in stream.feed(chunk):
                    left -= 1
                    data = message.ask.build()
                    heard.append(data)
                    try:
                        answer = behave(data)
                    except DiesError:
                        stop.set()
                        listening.close()
                        return
                    if answer is not None:
                        connection.sendall(len(answer).to_bytes(2, "big") + answer)

    def serve() -> None:
        with listening:
            while not stop.is_set():
                try:
                    connection, _ = listening.accept()
                except TimeoutError:
                    continue
                except OSError:
                    return
                connection.settimeout(10)
                threading.Thread(target=attend, args=(connection,), daemon=True).start()

    with _running(serve, stop):
        yield heard


@contextlib.contextmanager
def _running(serve: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
