"""A lock for what is made once and kept, whoever asks for it first.

Promise: a child that `os.fork` makes while another thread holds such a lock finds it free, and what it guards as a whole.  Whoever
forks waits for no lock for long while holding another, so it does not matter in which order threads take them.
"""

from __future__ import annotations

import os
import threading
from typing import Final

_PATIENCE: Final = 0.05  # seconds that whoever holds some locks waits for another

_locks: list[threading.RLock] = []
_held: list[threading.RLock] = []  # by the thread that forks


def lock_across_forks() -> threading.RLock:
    """A reentrant lock that whoever forks holds meanwhile, so that no other thread does."""
    made = threading.RLock()
    _locks.append(made)
    return made


LOADING: Final = lock_across_forks()  # held around modules loaded late: a child never finds one that its parent's thread was loading


def _hold_all() -> None:
    """Take every lock; where one is missing for long, let go of all and begin with that one, since its holder may want another."""
    first: list[threading.RLock] = []
    while True:
        held: list[threading.RLock] = []
        missing = next((lock for lock in [*first, *_locks] if not _take(lock, held, wait=lock in first)), None)
        if missing is None:
            _held[:] = held
            return
        for lock in held:
            lock.release()
        first = [missing]


def _take(lock: threading.RLock, held: list[threading.RLock], *, wait: bool) -> bool:
    taken = lock.acquire(timeout=-1 if wait else _PATIENCE)
    if taken:
        held.append(lock)
    return taken


def _release_all() -> None:
    held = _held[:]
    _held.clear()
    for lock in held:
        lock.release()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(before=_hold_all, after_in_parent=_release_all, after_in_child=_release_all)
