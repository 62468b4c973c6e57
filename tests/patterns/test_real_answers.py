"""Every question in `data/` has the answer of the real matcher, on every engine: Elixir 1.14 on OTP 25, compiled.

Where Elixir 1.18 on OTP 27 is known to answer otherwise the file has that answer, with the older one and the reason beside it.
Where there is an Elixir to ask, it is asked again, so that the files cannot drift, and then some random patterns that are in no file.
"""

from __future__ import annotations

import functools
import json
import random
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.patterns.generators import drawn
from tests.patterns.near import inputs
from tests.patterns.oracle import Answer, Request, ask, installed
from tests.patterns.spelling import Dialect
from tests.patterns.term_generators import within
from tests.patterns.vectors import DATA, Case, Error, cases, differs, same

FILES = {path.stem: path for path in sorted(DATA.glob("*.json"))}
RANDOM = 300  # patterns of each dialect, with two inputs each


def groups() -> Iterator[tuple[str, str]]:
    for name in FILES:
        yield from dict.fromkeys((name, group) for group, _ in cases(name))


@functools.cache
def group_of(name: str) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for group, case in cases(name):
        found.setdefault(group, []).append(case)
    return found


@pytest.mark.parametrize(("name", "group"), list(groups()))
def test_a_group_of_questions(name: str, group: str, engine: str) -> None:
    wrong = [said for case in group_of(name)[group] if (said := differs(case, engine))]
    assert not wrong, f"{len(wrong)} of {len(group_of(name)[group])}:\n" + "\n".join(wrong[:10])


def test_the_files_hold_answers_of_every_kind() -> None:
    kinds = Counter(
        (case.kind, "error" if isinstance(case.answer, Error) else "none" if case.answer is None else "some")
        for name in FILES for _, case in cases(name)
    )  # fmt: skip
    assert sum(kinds.values()) > 3000
    assert all(kinds["match", answer] > 200 for answer in ("error", "none", "some")), kinds
    assert all(kinds["construct", answer] > 100 for answer in ("error", "some")), kinds
    assert kinds["comprehension", "some"] > 80


# --- the real one, where it is -----------------------------------------------------------------


def elixir() -> None:
    if not installed():
        pytest.skip("there is no elixir here to ask")


def as_answer(case: Case, answer: Answer) -> object:
    """Its answer in the form of a case's, but for why it is an error."""
    match answer.result:
        case "error":
            return Error("")
        case "nomatch":
            return None
        case "ok":
            return answer.value
        case _:
            return (answer.clause, dict(answer.names)) if case.kind == "clauses" else dict(answer.names)


def test_the_files_say_what_the_installed_elixir_says() -> None:
    """A tenth of them, as `eval` does it: quicker than compiling, and stricter nowhere."""
    elixir()
    asked = []
    for name, path in FILES.items():
        changed = [entry.get("why") for entry in json.loads(path.read_text("utf-8"))["cases"]]
        asked += [case for (_, case), why in zip(cases(name), changed, strict=True) if not why and not isinstance(case.answer, Error)][::10]
    requests = [
        Request(case.what if case.kind in ("construct", "comprehension") else (case.what,) if isinstance(case.what, str) else case.what,
                case.bindings, case.value, "erlang" if case.dialect == "erlang" else "elixir") for case in asked
    ]  # fmt: skip
    for case, answer in zip(asked, ask(requests), strict=True):
        assert same(as_answer(case, answer), case.answer), (case, answer)
    assert len(asked) > 200


@pytest.mark.parametrize("dialect", ["elixir", "erlang"])
def test_random_patterns_are_answered_alike(dialect: Dialect) -> None:
    elixir()
    rng, requests = random.Random(f"asked {dialect}"), list[Request]()
    for _ in range(RANDOM):
        sample = (within if rng.random() < 0.2 else drawn)(rng, dialect, newest=False)
        for data in inputs(rng, sample.data, 2):
            given = sample.bindings[0] if rng.random() < 0.8 else rng.choice(sample.bindings)
            requests.append(Request((sample.text,), given, data, dialect))
    results = Counter[str]()
    for request, answer in zip(requests, ask(requests), strict=True):
        case = Case("match", request.what[0], dict(request.bindings), request.value, dialect, None)
        expected = as_answer(case, answer)
        results[answer.result] += 1
        if answer.result == "crash":
            continue
        for engine in ("interp", "python"):
            said = differs(Case("match", case.what, case.bindings, case.value, dialect, expected), engine)
            assert not said, said
    assert results["match"] > RANDOM // 2, results
    assert results["nomatch"] > RANDOM // 4, results
    assert not results["error"], results
    assert results["crash"] < 5, results
