"""Expressions of every function and operator against what the real Elixir gave."""

from __future__ import annotations

from tests.patterns.vectors import cases, differs

CASES = [case for _, case in cases("expressions")]


def test_what_elixir_gives(engine: str) -> None:
    wrong = [said for case in CASES if (said := differs(case, engine))]
    assert not wrong, "\n".join(wrong[:20])
    assert len(CASES) > 500
