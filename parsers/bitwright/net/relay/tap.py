"""What a relay asks about everything that passes: taps, and what they may answer.  Without I/O."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from bitwright.net.network import Address

if TYPE_CHECKING:
    from bitwright.net.memory import Faults


@dataclasses.dataclass(frozen=True, slots=True)
class Conversation:
    """A connection, or all datagrams between one client's address and the server; `number` counts from 1."""

    number: int
    transport: Literal["udp", "tcp"]
    client: Address
    server: Address


@dataclasses.dataclass(frozen=True, slots=True)
class Forward:
    """Pass `data` on, after so many seconds.  In a stream what comes behind it waits too; datagrams overtake each other."""

    data: bytes
    after: float = 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Cut:
    """End the conversation: a connection is reset on both sides; answers to what a client sent by datagrams get lost."""


Verdict: TypeAlias = "Sequence[Forward | Cut]"


class Tap:
    """Sees all that passes; this one passes everything on.  Its methods are plain functions and should be quick."""

    def opened(self, conversation: Conversation) -> None:
        """A client has connected and the server has taken it, or the first datagram of a client has come."""

    def passing(self, conversation: Conversation, data: bytes, *, from_client: bool) -> Verdict:
        """A datagram, or a piece of a stream; cut wherever the network has cut it.  What is passed on, in this order."""
        return (Forward(data),)

    def ended(self, conversation: Conversation, *, from_client: bool) -> None:
        """One direction of a stream has ended; the other may go on."""

    def closed(self, conversation: Conversation, *, reset: bool) -> None:
        """Nothing more passes: both directions have ended, or the connection was `reset` by anybody; of datagrams, after silence."""


class Lossy(Tap):
    """A bad network: `faults` as `bitwright.net.memory` has them, the same for the same seed and the same traffic.

    Datagrams get all of them.  A stream is kept whole by TCP, so there `drop`, `double` and `reorder` are nothing; `delay`
    holds up a piece, and `cut` passes half of it on and resets the connection.
    """

    def __init__(self, faults: Faults, *, seed: int = 1) -> None:
        self.faults = faults
        self._random = random.Random(seed)  # noqa: S311  # faults need a seed, not secrecy

    def passing(self, conversation: Conversation, data: bytes, *, from_client: bool) -> Verdict:
        """What is left of it."""
        if conversation.transport == "udp":
            return [Forward(left, after) for left, after in self.faults.draw(data, self._random.random)]
        least, most = self.faults.delay
        after = least + (most - least) * self._random.random()
        if self._random.random() < self.faults.cut:
            return [Forward(data[: len(data) // 2], after), Cut()]
        return [Forward(data, after)]
