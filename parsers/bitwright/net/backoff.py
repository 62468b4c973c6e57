"""How long a client waits before it tries again: longer each time, up to a bound, and not all clients at the same moment.

Promise: no clock and no event loop: a `Waits` is told what happened and says a number of seconds.  It begins anew only after a
connection that held for a while: a peer that takes connections and drops them at once is not asked ever faster.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Seconds: `first`, then `factor` times as long each time, `most` at most.

    `jitter`: of each wait this share is drawn at random, so that many clients of a server that was restarted come one after the
    other.  `healthy`: how long a connection has to hold before the next failure counts as the first again.
    """

    first: float = 0.1
    most: float = 30.0
    factor: float = 2.0
    jitter: float = 0.5
    healthy: float = 10.0

    def __post_init__(self) -> None:
        if not (0 < self.first <= self.most and self.factor >= 1 and 0 <= self.jitter <= 1 and self.healthy >= 0):
            raise ValueError(f"{self!r}: 0 < first <= most, factor >= 1, 0 <= jitter <= 1, healthy >= 0")


class Waits:
    """The waits of one client.  `draw` gives numbers from 0 to 1."""

    def __init__(self, policy: Backoff, draw: Callable[[], float] = random.random) -> None:
        self.policy, self._draw = policy, draw
        self.failures = 0
        self._next = policy.first

    def next(self) -> float:
        """An attempt or a connection has failed: seconds until the next attempt."""
        wait = self._next
        self.failures += 1
        self._next = min(wait * self.policy.factor, self.policy.most)
        return wait * (1 - self.policy.jitter * self._draw())

    def reset(self) -> None:
        """A connection has held for `healthy` seconds."""
        self.failures = 0
        self._next = self.policy.first
