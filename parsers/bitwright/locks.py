"""A lock for what is made once and kept, whoever asks for it first.

Promise: a child that `os.fork` makes while another thread holds such a lock finds it free, and what it guards as a whole.
"""

from __future__ import annotations

import os
import threading


def lock_across_forks() -> threading.RLock:
    """A reentrant lock that whoever forks holds meanwhile, so that no other thread does."""
    made = threading.RLock()
    if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
        os.register_at_fork(before=made.acquire, after_in_parent=made.release, after_in_child=made.release)
    return made
