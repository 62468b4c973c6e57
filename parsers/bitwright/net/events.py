"""What an active connection gives, in one stream: messages, bad messages, silence, what others in the program say, the end.

Promise: one `match` handles all there is; after `Ended` nothing comes.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Generic, TypeVar

from bitwright.errors import ParseError
from bitwright.net.errors import NetError

M = TypeVar("M")


@dataclasses.dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """A whole message has come."""

    message: M


@dataclasses.dataclass(frozen=True, slots=True)
class Malformed:
    """A whole frame has come that is no message; the framing holds, so the next one can be read.  `data` are its bytes."""

    error: ParseError
    data: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Silent:
    """Nothing came for `seconds`: the timeout of the reader.  Nothing is lost, and the timer begins anew."""

    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """Somebody in this program called `tell(value)`."""

    value: Any


@dataclasses.dataclass(frozen=True, slots=True)
class Passive:
    """The credit is used up: nothing more is read before `demand(n)`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more will come.  `error` is None where the peer ended the stream between two messages."""

    error: NetError | ParseError | OSError | None = None


Event = Received[M] | Malformed | Silent | Told | Passive | Ended
