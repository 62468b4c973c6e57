"""A question, an answer, and a ledger of what became of each call."""

from __future__ import annotations

import collections
import functools
import gc
import itertools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

import anyio

from bitwright import Struct, auto, nested, raw, u8, u16
from bitwright.net import (
    Backoff,
    Client,
    DatagramClient,
    Disconnected,
    FailFast,
    Handler,
    Peer,
    Postponing,
    Protocol,
    Retransmission,
    TimedOut,
    tree,
)  # fmt: skip
from bitwright.net.caller import Caller
from bitwright.net.network import Address, Network

SERVER: Address = ("10.0.0.1", 5300)
RELAY: Address = ("10.0.0.2", 5300)

P = ParamSpec("P")


class Ask(Struct):
    """A question or an answer; its size is in it, so that one that was cut is none."""

    id: int = u16(default=0)
    size: int = auto(u8())
    text: bytes = raw(size=size, default=b"")


class Framed(Struct):
    """One on a stream."""

    length: int = auto(u16())
    ask: Ask = nested(Ask, size=length)


ASK = Protocol(
    Ask, stream=Framed.ask, correlate=Ask.id, answers=lambda request, reply: reply.text == request.text.upper(), limit=1000,
    retransmission=Retransmission(first=0.2, factor=2, tries=4),
)  # fmt: skip


class Shouting(Handler[Ask]):
    """Answers in capitals."""

    def message(self, message: Ask, peer: Peer) -> Ask:
        return message.replace(text=message.text.upper())


def client_of(kind: str, address: Address, network: Network) -> Caller[Ask]:
    """One of the three ways to ask: by datagrams, or by a connection that is kept; calls without one fail at once, or wait."""
    if kind == "udp":
        return DatagramClient(ASK, address, network=network)
    policy = Postponing(most=100, deadline=1.5) if kind == "tcp, postponing" else FailFast()
    backoff = Backoff(first=0.02, most=0.2, healthy=0.3)
    return Client(ASK, address, backoff=backoff, without_connection=policy, network=network)


KINDS = ["udp", "tcp", "tcp, postponing"]


class Ledger:
    """Every call that was begun, and how it ended."""

    def __init__(self) -> None:
        self.begun = 0
        self.ends: collections.Counter[str] = collections.Counter()
        self._numbers = itertools.count()

    @property
    def answered(self) -> int:
        return self.ends["answered"]

    async def ask(self, call: Callable[[Ask], Awaitable[Ask]]) -> str:
        """One call; its end."""
        text = f"question {next(self._numbers)}".encode()
        self.begun += 1
        end = "cancelled"
        try:
            reply = await call(Ask(text=text))
        except TimedOut:
            end = "timed out"
        except Disconnected as error:
            end = f"lost, {'sent' if error.sent else 'not sent'}"
        else:
            assert reply.text == text.upper(), "the answer to another question"
            end = "answered"
        finally:
            self.ends[end] += 1
        return end

    def check(self) -> None:
        """Each call has ended, once."""
        assert sum(self.ends.values()) == self.begun


def alive() -> collections.Counter[str]:
    """How many objects of the network layer there are, by class."""
    gc.collect()
    kinds = (type(each) for each in gc.get_objects())
    ours = (kind for kind in kinds if str(kind.__module__).startswith("bitwright.net"))
    return collections.Counter(f"{kind.__module__}.{kind.__qualname__}" for kind in ours)


def leaves_nothing(test: Callable[P, Awaitable[None]]) -> Callable[P, Awaitable[None]]:
    """The test leaves no task, nothing in the tree, and no connection, session, call or socket in memory."""

    @functools.wraps(test)
    async def watched(*arguments: P.args, **named: P.kwargs) -> None:
        objects, tasks = alive(), len(anyio.get_running_tasks())
        await test(*arguments, **named)
        await anyio.wait_all_tasks_blocked()
        assert len(anyio.get_running_tasks()) == tasks
        assert tree() == ""
        assert dict(alive() - objects) == {}

    return watched


async def again_until(done: anyio.Event, act: Callable[[], Awaitable[Any]], pause: float) -> None:
    """Do something again and again, with a pause, until it is done."""
    while not done.is_set():
        await act()
        await anyio.sleep(pause)
