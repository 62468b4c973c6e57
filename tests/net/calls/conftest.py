"""A network with a server of datagrams."""

from __future__ import annotations

import pytest

from tests.net.calls.scene import Scene


@pytest.fixture
def scene() -> Scene:
    """A network with a server that answers."""
    return Scene()
