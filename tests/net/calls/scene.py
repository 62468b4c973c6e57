"""A server of datagrams in memory that does what a test says, and the protocol that all of them speak."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable

import anyio
from anyio.abc import TaskStatus

from bitwright import Struct, auto, nested, raw, u8, u16
from bitwright.net import Protocol, Retransmission
from bitwright.net.background import beside
from bitwright.net.memory import Memory
from bitwright.net.network import Address, Datagrams

SERVER: Address = ("10.0.0.1", 53)


class Ask(Struct):
    """A question or an answer."""

    id: int = u16(default=0)
    flags: int = u8(default=0)
    text: bytes = raw(default=b"")


class Framed(Struct):
    """A message in a stream."""

    size: int = auto(u16())
    ask: Ask = nested(Ask, size=size)


ANSWER, CUT = 1, 2


def answers(request: Ask, reply: Ask) -> bool:
    """Whether it is an answer to that question."""
    return bool(reply.flags & ANSWER) and reply.text[:4] == request.text[:4]


ASK = Protocol(
    Ask, stream=Framed.ask, correlate=Ask.id, answers=answers, truncated=lambda reply: bool(reply.flags & CUT), limit=1000,
    retransmission=Retransmission(first=1, factor=2, tries=3),
)  # fmt: skip

Answer = Callable[[Ask], Iterable[Ask | bytes]]


def echo(request: Ask) -> Iterable[Ask | bytes]:
    """The answer that is expected."""
    return [request.replace(flags=ANSWER)]


class Scene:
    """A network with a server whose behaviour can be changed; `questions` are those it got."""

    def __init__(self) -> None:
        self.network = Memory()
        self.answer: Answer = echo
        self.questions: list[tuple[float, Ask, Address]] = []
        self.socket: Datagrams | None = None

    @contextlib.asynccontextmanager
    async def server(self) -> AsyncIterator[Datagrams]:
        """The server is there while the block runs."""
        socket = self.socket = await self.network.datagrams(SERVER)

        async def serve(*, task_status: TaskStatus[None]) -> None:
            task_status.started()
            while True:
                for data, sender in await socket.receive():
                    request = Ask.parse(data)
                    self.questions.append((anyio.current_time(), request, sender))
                    for reply in self.answer(request):
                        socket.send_now(reply if isinstance(reply, bytes) else reply.build(), sender)

        try:
            async with beside(serve):
                yield socket
        finally:
            await socket.aclose()
