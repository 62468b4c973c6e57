"""Cleaning up that cancellation does not reach, and a supervisor's deadline does.

Promise: a block under `cleanup()` runs to its end, though what is around it is cancelled, until its own timeout, or until the
supervisor says that there is no time left.
"""

from __future__ import annotations

import contextlib
import contextvars
import math
from collections.abc import Iterator

import anyio


class Lease:
    """The cleaning up of one child: what the hard cancellation ends."""

    def __init__(self) -> None:
        self._scopes: set[anyio.CancelScope] = set()
        self._over = False

    def enter(self, scope: anyio.CancelScope) -> None:
        """Cleaning up begins; it is over at once if there is no time left."""
        self._scopes.add(scope)
        if self._over:
            scope.cancel()

    def leave(self, scope: anyio.CancelScope) -> None:
        """Cleaning up has ended."""
        self._scopes.discard(scope)

    def end(self) -> None:
        """No time is left."""
        self._over = True
        for scope in list(self._scopes):
            scope.cancel()


_lease: contextvars.ContextVar[Lease | None] = contextvars.ContextVar("bitwright.net.lease", default=None)


def use_lease(lease: Lease) -> None:
    """What this task and those that it starts clean up is bounded by it."""
    _lease.set(lease)


@contextlib.contextmanager
def cleanup(timeout: float | None = None) -> Iterator[anyio.CancelScope]:
    """A shielded scope for cleaning up, for `timeout` seconds at most.

    A plain `CancelScope(shield=True)` shields from the supervisor's hard cancellation too; this does not.  `cancelled_caught` of
    the scope says whether time was over.  Outside a supervisor only the timeout bounds it.
    """
    deadline = math.inf if timeout is None else anyio.current_time() + timeout
    scope, lease = anyio.CancelScope(shield=True, deadline=deadline), _lease.get()
    if lease is not None:
        lease.enter(scope)
    try:
        with scope:
            yield scope
    finally:
        if lease is not None:
            lease.leave(scope)
