"""Fixtures that every test may use."""

from __future__ import annotations

import gc
import importlib
import os

import pytest

from bitwright.backends.llvm import is_available

os.environ["BITWRIGHT_CACHE"] = "off"  # no test leaves anything in the user's own directory, or finds anything there
os.environ.setdefault("BITWRIGHT_COMPILE_AFTER", "never")  # which engine serves a test does not depend on how often others parsed


WITHOUT = pytest.mark.skipif(not is_available(), reason="llvmlite is not installed")


def pytest_collection_finish() -> None:
    """Thousands of collected tests live until the end: the collector of garbage need not walk over them again and again."""
    importlib.import_module("hypothesis")  # with its plugins, which ask who refers to what they register: what is frozen is not named
    gc.collect()
    gc.freeze()


@pytest.fixture(params=["interp", "python", pytest.param("llvm", marks=WITHOUT)])
def engine(request: pytest.FixtureRequest) -> str:
    """The name of a backend; a test that asks for it runs once on each."""
    name: str = request.param
    return name
