"""Making an input smaller while it still does the same: first field by field, as its declaration says, then byte by byte.

    smallest = minimise(data, lambda data: target.run(data, SEED).bucket == bucket, Message)

Promise: what is returned is one of the inputs that `is_same` was true for, or `data` itself; it is not longer than `data`.  The same
`is_same` gives the same result, unless `seconds` ends it.  No more than `trials` inputs are tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from bitwright.struct_ import Struct
from bitwright.testing.fieldtree import FieldTree
from bitwright.testing.smaller import removals, simplifications

TRIALS: Final = 2_000


def minimise(
    data: bytes, is_same: Callable[[bytes], bool], message: type[Struct] | None = None, *,
    trials: int = TRIALS, seconds: float | None = None,
) -> bytes:  # fmt: skip
    """The smallest input found of which `is_same` is true; where it is not true of `data`, that."""
    search = _Search(data, is_same, trials, seconds)
    if not search.tries(data):
        return data
    if message is not None:
        while search.takes_any(lambda best: removals(FieldTree(message, best))):
            pass
    search.delete()
    if message is not None:
        search.takes_any(lambda best: simplifications(FieldTree(message, best)))
    search.zero()
    return search.best


class _Search:
    """The smallest input so far, and what may still be spent."""

    def __init__(self, data: bytes, is_same: Callable[[bytes], bool], trials: int, seconds: float | None) -> None:
        self.best = data
        self._is_same = is_same
        self._left = trials
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._tried: set[bytes] = set()

    @property
    def is_over(self) -> bool:
        """Whether nothing more may be tried."""
        return self._left <= 0 or (self._deadline is not None and time.monotonic() >= self._deadline)

    def tries(self, data: bytes) -> bool:
        """Whether this does the same; if so, it is the best so far.  What was tried is not tried again."""
        if data in self._tried or len(data) > len(self.best) or self.is_over:
            return False
        self._left -= 1
        self._tried.add(data)
        if not self._is_same(data):
            return False
        self.best = data
        return True

    def takes_any(self, candidates: Callable[[bytes], Iterator[bytes]]) -> bool:
        """Take one candidate after the other, each of what was taken before, until none is left; whether there was one."""
        found, again = False, True
        while again and not self.is_over:
            again = any(self.tries(data) for data in candidates(self.best))
            found = found or again
        return found

    def delete(self) -> None:
        """Leave out stretches of bytes, long ones first, single ones last."""
        size = len(self.best)
        while size := size // 2:
            at = 0
            while at < len(self.best) and not self.is_over:
                if not self.tries(self.best[:at] + self.best[at + size :]):
                    at += size
        if len(self.best) == 1:
            self.tries(b"")

    def zero(self) -> None:
        """Make stretches of bytes zero, long ones first."""
        size = 2 * len(self.best)
        while size := size // 2:
            for at in range(0, len(self.best), size):
                stretch = self.best[at : at + size]
                if any(stretch):
                    self.tries(self.best[:at] + bytes(len(stretch)) + self.best[at + size :])
