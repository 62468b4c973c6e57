"""How much a call allocates at most.

Promise: what is counted is Python's own memory, at its peak during the call, beyond what was held before; whoever traces already goes on
doing so.
"""

from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Callable
from typing import Any


def peak_of(call: Callable[[bytes], Any], data: bytes) -> int:
    """The largest number of bytes that a call holds at once; whatever it raises is let go."""
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        with contextlib.suppress(Exception):  # how it ends is another question
            call(data)
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()
