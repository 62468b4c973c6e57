"""Bytes go through the operating system here: the clock is the real one."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The event loop of a test: each of both."""
    name: str = request.param
    return name
