"""Erlang's patterns, constructions and comprehensions on every engine, against what the real erl answers."""

from __future__ import annotations

import pytest

from tests.patterns.vectors import Error, cases, differs

FILES = ("erlang", "erlang_rules")


@pytest.mark.parametrize("name", FILES)
def test_what_the_real_erl_makes(engine: str, name: str) -> None:
    assert [found for _, case in cases(name) if (found := differs(case, engine))] == []


def test_the_answers_are_of_every_kind() -> None:
    answers = [case for name in FILES for _, case in cases(name)]
    kinds = {(case.kind, case.answer is None, isinstance(case.answer, Error)) for case in answers}
    assert {("match", False, False), ("match", True, False), ("match", False, True)} <= kinds
    assert {(kind, False, failed) for kind in ("construct", "comprehension") for failed in (False, True)} <= kinds
    assert len(answers) > 1200
