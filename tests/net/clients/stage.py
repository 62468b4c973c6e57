"""A network on which a test plays the server itself, and the protocol that all of them speak."""

from __future__ import annotations

from typing import Any

import anyio
from anyio.abc import ByteStream

from bitwright import Struct, auto, raw, u16
from bitwright.net import Backoff, Client, Connection, Protocol
from bitwright.net.memory import Memory, MemoryStream
from bitwright.net.network import Acceptor, Address

AT: Address = ("127.0.0.1", 7000)
STEADY = Backoff(first=1, most=60, factor=2, jitter=0, healthy=10)


class Text(Struct):
    """A question or an answer."""

    id: int = u16(default=0)
    size: int = auto(u16())
    body: bytes = raw(size=size, default=b"")


SPOKEN = Protocol(Text, correlate=Text.id, limit=1 << 20)
IN_ORDER = Protocol(Text)


class Stage(Memory):
    """Writes down when it was asked for a connection; `blackhole`: nobody answers, neither well nor ill."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.attempts: list[float] = []
        self.blackhole = False
        self.streams: list[ByteStream] = []

    async def connect(self, address: Address) -> ByteStream:
        self.attempts.append(anyio.current_time())
        if self.blackhole:
            await anyio.sleep_forever()
        self.streams.append(await super().connect(address))
        return self.streams[-1]

    async def server(self) -> Acceptor:
        """From now on connections wait at `AT`; the test accepts them."""
        return await self.listen(AT)


def client(stage: Stage, **how: Any) -> Client[Text]:
    """A client whose waits are 1, 2, 4, ... seconds."""
    return Client(how.pop("spoken", SPOKEN), AT, network=stage, backoff=how.pop("backoff", STEADY), **how)


async def accepted(acceptor: Acceptor, spoken: Protocol[Text] = SPOKEN) -> Connection[Text]:
    """The next connection, as the server has it."""
    stream, _ = await acceptor.accept()
    return Connection(stream, spoken)


def reset(connection: Connection[Text]) -> None:
    """As if its process had been killed with bytes unread."""
    assert isinstance(connection.stream, MemoryStream)
    connection.stream.abort()
