"""The `wire` fixture of the spec tests."""

from __future__ import annotations

import pytest

from tests.specs.wire import Wire


@pytest.fixture
def wire(engine: str) -> Wire:
    """Reading and writing on one engine."""
    return Wire(engine)
