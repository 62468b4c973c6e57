"""Both event loops, with time that jumps: a test may wait for an hour, and takes no time.

In `sockets/` and `peers/`, where bytes go through the operating system, the clock is the real one.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any

import pytest

trio_testing = pytest.importorskip("trio.testing", reason="trio is not installed: pip install trio")
pytest.importorskip("anyio", reason="anyio is not installed: pip install 'bitwright[net]'")


class JumpingSelector(selectors.DefaultSelector):
    """A selector for which waiting takes no time: where nothing is ready, the clock goes to when something is due."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; else as if `timeout` seconds had gone by."""
        if timeout is None:
            return super().select(None)  # only another thread can go on, as when it looks up a host
        ready = super().select(0)
        if not ready and timeout > 0:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop with virtual time."""

    def __init__(self) -> None:
        self._jumping = JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since the loop was made, had nothing taken time but waiting."""
        return self._jumping.now


def _virtual(name: str) -> tuple[str, dict[str, Any]]:
    if name == "asyncio":
        return name, {"loop_factory": JumpingLoop}
    return name, {"clock": trio_testing.MockClock(autojump_threshold=0)}


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """The event loop of a test: each of both."""
    return _virtual(request.param)
