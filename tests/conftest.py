"""Fixtures that every test may use."""

from __future__ import annotations

import os

import pytest

os.environ["BITWRIGHT_CACHE"] = "off"  # no test leaves anything in the user's own directory, or finds anything there
os.environ.setdefault("BITWRIGHT_COMPILE_AFTER", "never")  # which engine serves a test does not depend on how often others parsed


@pytest.fixture(params=["interp", "python", "llvm"])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of a backend; a test that asks for it runs once on each."""
    name: str = request.param
    return name
