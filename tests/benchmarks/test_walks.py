"""The walks over a capture: every contender is compared before it may take part, and runs; nothing here asserts a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks import questions, walks
from benchmarks.groups import Group, OwnClock
from benchmarks.peers import available


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(walks, "MIX_PACKETS", 400)
    monkeypatch.setattr(walks, "QUESTION_PACKETS", 100)
    walks.questions_of.cache_clear()
    yield
    walks.questions_of.cache_clear()


def run(group: Group) -> set[str]:
    for work in group.contenders.values():
        if isinstance(work, OwnClock):
            assert work.seconds(1) > 0
        else:
            work()
    return set(group.contenders)


def test_everyone_gives_the_same_packets() -> None:
    group = walks.packets_group()
    assert group.items >= 400
    assert {"bitwright", "by hand"} <= run(group)
    assert len(group.contenders) + len(group.skipped) == 6


def test_everyone_gives_the_same_questions() -> None:
    group = walks.questions_group()
    assert group.items == 100
    assert {"bitwright", walks.BY_LAYERS, walks.BY_PATTERNS} <= run(group)
    assert len(group.contenders) + len(group.skipped) == 7


def test_another_result_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(found: tuple[int, dict[str, int], object]) -> questions.Question:
        _, names, _ = found
        return questions.Question(0, b"", b"", (0, 0), (names["id"],), "", 0, 0)

    monkeypatch.setattr(questions, "of_names", other)
    with pytest.raises(AssertionError, match=walks.BY_PATTERNS):
        walks.questions_group()


@pytest.mark.skipif(not available("dpkt"), reason="pip install dpkt")
def test_a_reader_that_loses_a_packet_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = walks._dpkt
    monkeypatch.setattr(walks, "_dpkt", lambda path: list(whole(path))[1:])
    with pytest.raises(AssertionError, match="dpkt"):
        walks.packets_group()
