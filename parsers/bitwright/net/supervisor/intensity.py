"""How often a supervisor restarts before it gives up.

Promise: memory is bounded by the intensity.  Needs no event loop: the caller says what time it is.
"""

from __future__ import annotations

import collections


class Intensity:
    """At most `most` restarts in any `period` seconds, of all children together: a sliding window."""

    def __init__(self, most: int, period: float) -> None:
        if most < 0 or period <= 0:
            raise ValueError(f"intensity={most!r}, period={period!r}: at least 0 restarts in more than 0 seconds")
        self.most, self.period = most, period
        self._times: collections.deque[float] = collections.deque(maxlen=most + 1)

    def allows(self, now: float) -> bool:
        """Count a restart; False if there are too many now."""
        self._times.append(now)
        return len(self._times) <= self.most or now - self._times[0] > self.period
