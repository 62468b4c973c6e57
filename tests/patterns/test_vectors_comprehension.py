"""Comprehensions against what the real matcher answered."""

from __future__ import annotations

from typing import Any

import pytest

import bitwright
from bitwright.errors import BitwrightError
from tests.patterns.vectors import cases, differs, same, shared, term

SHARED = shared("comprehension")
CASES = [case for name in ("comprehension", "generators", "erlang") for _, case in cases(name) if case.kind == "comprehension"]


def test_what_the_real_matcher_makes(engine: str) -> None:
    wrong = [said for case in CASES if (said := differs(case, engine))]
    assert not wrong, "\n".join(wrong[:20])
    assert len(CASES) > 420


def test_the_shared_vectors(engine: Any) -> None:
    if not SHARED:
        pytest.skip("no shared vectors here")
    for vector in SHARED:
        made = bitwright.comprehension(vector["expr"]).on(engine)
        given = {name: term(value) for name, value in vector["values"].items()}
        if vector["result"] == "error":
            with pytest.raises(BitwrightError):
                made(**given)
        elif isinstance(vector["value"], dict) and "term" in vector["value"]:
            assert bitwright.construct(vector["value"]["term"]).build() == made(**given)
        else:
            assert same(made(**given), term(vector["value"])), vector["id"]
