"""What a client that keeps a connection is doing, and what its calls do while there is none.

Promise: whatever the policy, how many calls wait for a connection is bounded, and for how long.
"""

from __future__ import annotations

import dataclasses
import enum
import math

from bitwright.net.caller import CallerInfo


class State(enum.Enum):
    """What a client is doing."""

    DISCONNECTED = "disconnected"  # waiting before the next attempt
    CONNECTING = "connecting"
    HANDSHAKING = "handshaking"  # TLS, and what the protocol has to say first
    CONNECTED = "connected"


@dataclasses.dataclass(frozen=True, slots=True)
class FailFast:
    """Without a connection a call fails at once; while an attempt is made it waits for what becomes of that."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Postponing:
    """Without a connection calls wait for one: `most` of them, each for `deadline` seconds; then they fail unsent."""

    most: int = 100
    deadline: float = 5.0

    def __post_init__(self) -> None:
        if self.most < 1 or not 0 < self.deadline < math.inf:
            raise ValueError(f"{self!r}: most is at least 1, deadline a number of seconds above 0")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ClientInfo(CallerInfo):
    """A client that keeps a connection.  `failures` in a row; `last_error` is what ended the last attempt or connection."""

    attempts: int
    failures: int
    malformed: int
    last_error: str


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """How far the attempt of this number has come: "opened", "ready", or "lost" with its cause."""

    number: int
    what: str
    cause: BaseException | None = None
