"""A format, a handler that writes down what it is told, and how both are reached in memory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from bitwright import ParseError, Struct, auto, nested, raw, u8, u16
from bitwright.net import Bounds, Connection, Handler, Hooks, Peer, Protocol, Server, serve
from bitwright.net.memory import Memory, MemoryAcceptor

HERE = ("127.0.0.1", 0)
LAST = {"closed", "timeout", "error", "shutdown"}


class Note(Struct):
    """Text after its size."""

    size: int = auto(u8())
    text: bytes = raw(size=size)


class Framed(Struct):
    """A note on a stream."""

    length: int = auto(u16())
    note: Note = nested(Note, size=length)


SPOKEN = Protocol(Note, stream=Framed.note, limit=1000)
GARBAGE = b"\xff?"  # announces more than there is


class Witness(Handler[Note]):
    """Answers in capitals, and writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.errors: list[Exception] = []

    @property
    def last(self) -> list[str]:
        return [name for name in self.told if name in LAST]

    def connected(self, peer: Peer) -> Any:
        self.told.append("connected")

    def message(self, message: Note, peer: Peer) -> Any:
        self.told.append(f"message {message.text.decode()}")
        return Note(text=message.text.upper())

    def closed(self, peer: Peer) -> Any:
        self.told.append("closed")

    def timeout(self, peer: Peer) -> Any:
        self.told.append("timeout")

    def error(self, error: Exception, peer: Peer) -> Any:
        self.told.append("error")
        self.errors.append(error)

    def shutdown(self, peer: Peer) -> Any:
        self.told.append("shutdown")


class Lenient(Witness):
    """One that answers also what is no message."""

    def malformed(self, error: ParseError, data: bytes, peer: Peer) -> Any:
        self.told.append("malformed")
        return Note(text=b"what?")


class House:
    """A server in memory."""

    def __init__(self, network: Memory, server: Server[Note]) -> None:
        self.network, self.server = network, server

    async def connect(self) -> Connection[Note]:
        return Connection(await self.network.connect(self.server.tcp), SPOKEN)

    @property
    def acceptor(self) -> MemoryAcceptor:
        found = self.network.acceptor_at(self.server.tcp)
        assert found is not None
        return found

    async def ask(self, text: bytes) -> bytes:
        """By datagram; the text of the answer."""
        socket = await self.network.datagrams(remote=self.server.udp)
        await socket.send(Note(text=text).build())
        [(data, _)] = await socket.receive()
        await socket.aclose()
        return Note.parse(data).text


@contextlib.asynccontextmanager
async def house(handler: Any, *, network: Memory | None = None, hooks: Hooks | None = None, **bounds: Any) -> AsyncIterator[House]:
    network = network or Memory()
    async with serve(handler, SPOKEN, udp=HERE, tcp=HERE, network=network, hooks=hooks, bounds=Bounds(**bounds)) as server:
        yield House(network, server)
