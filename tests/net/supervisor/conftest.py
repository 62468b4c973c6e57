"""Children that say what happens to them."""

from __future__ import annotations

import pytest

from tests.net.supervisor.troupe import Troupe


@pytest.fixture
def troupe() -> Troupe:
    """Children that write what happens to them into one list."""
    return Troupe()
