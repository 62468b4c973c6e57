"""The reference pattern by hand in C: the same dict in both ways of filling it, and no reference lost or kept."""

from __future__ import annotations

import sys

import pytest

from benchmarks import floors
from benchmarks.floor.building import built, compiler
from benchmarks.patterns import PACKET, reference_by_hand
from bitwright.backends.llvm.dict_layout import PLACEHOLDER

pytestmark = pytest.mark.skipif(compiler() is None, reason="no C compiler, or no headers of CPython")
NAMES = tuple(reference_by_hand(PACKET) or ())


@pytest.fixture(params=["in place", "by key"])
def match(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> floors.Work:
    if request.param == "by key":
        monkeypatch.setattr(floors, "first_value", lambda template: None)
    return floors.pattern_floor.__wrapped__(NAMES)["match"]


def test_it_makes_the_dict(match: floors.Work) -> None:
    for stop in range(len(PACKET) + 1):
        assert match(PACKET[:stop]) == reference_by_hand(PACKET[:stop])
    assert list(match(PACKET)) == list(NAMES)


def test_it_keeps_no_references(match: floors.Work) -> None:
    match(PACKET)
    before = sys.getrefcount(PLACEHOLDER)
    found = [match(PACKET) for _ in range(1000)]
    assert abs(sys.getrefcount(PLACEHOLDER) - before) < 13
    counts = [value for one in found for value in one.values() if isinstance(value, bytes)]
    assert all(sys.getrefcount(value) == 4 for value in counts)  # the dict, the list, the loop, the argument


def test_what_is_no_template_is_refused() -> None:
    with pytest.raises(ValueError, match="13 names"):
        built("pattern").setup({"one": 1}, 32, -1)
