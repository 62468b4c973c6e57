"""The command: what it writes and what it leaves alone, and its exit codes; measuring itself is left to the lists below."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks import catalogue, record, report
from benchmarks.groups import Group, OwnClock
from benchmarks.measure import timing
from benchmarks.packets import ROOT

SLOWDOWN = {"peer": 1000}


def make() -> Group:
    """Two contenders whose times are made up."""
    ours, theirs = OwnClock(lambda times: times * 1e-3), OwnClock(lambda times: times * SLOWDOWN["peer"] * 1e-6)
    return Group("made up", 1, {"bitwright": ours, "peer": theirs})


@pytest.fixture(autouse=True)
def only_what_is_made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalogue, "ALL_GROUPS", {"Nothing real": (make,)})
    monkeypatch.setattr(catalogue, "ALL_TIMES", {"Nothing real": (lambda quick: {"a start": [0.1, 0.1, 0.1]},)})
    monkeypatch.setattr(catalogue, "ALL_CURVES", {})
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "README.md", tmp_path / "README.md")
    monkeypatch.setattr(report, "ROOT", tmp_path)
    monkeypatch.setattr(report, "RECORD", tmp_path / "docs" / "benchmarks.json")


def written(folder: Path) -> list[str]:
    return sorted(str(found.relative_to(folder)) for found in (folder / "docs").rglob("*") if found.is_file())


def test_a_whole_run_writes_the_record_the_page_and_the_charts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main([]) == 0
    assert written(tmp_path) == ["docs/benchmarks.json", "docs/benchmarks.md", "docs/benchmarks/made-up.svg"]
    told = capsys.readouterr().out
    assert "made up" in told
    assert "a start" in told
    assert "1.00 x" in told
    page = (tmp_path / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert report.main(["--from", str(tmp_path / "docs" / "benchmarks.json")]) == 0
    assert (tmp_path / "docs" / "benchmarks.md").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("option", [["--show"], ["--quick"], ["--only", "nothing"]])
def test_a_part_of_a_run_writes_nothing(tmp_path: Path, option: list[str]) -> None:
    assert report.main(option) == 0
    assert written(tmp_path) == []


def test_nothing_of_that_name_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main(["--only", "elsewhere"]) == 2
    assert "nothing in the catalogue has 'elsewhere' in its name" in capsys.readouterr().err


@pytest.mark.parametrize(("slower", "code"), [(1000, 0), (1200, 0), (1300, 1), (700, 1)])
def test_a_ratio_that_differs_by_more_than_a_quarter_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slower: int, code: int, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    recorded = tmp_path / "recorded.json"
    record.write(report.measure_all(quick=True, only=None), recorded)
    monkeypatch.setitem(SLOWDOWN, "peer", slower)
    assert report.main(["--compare", str(recorded)]) == code
    assert written(tmp_path) == []
    told = capsys.readouterr().out
    assert f"{code} differ by more than a quarter" in told
    assert (f"made up: peer takes {slower / 1000:.2f} x of bitwright's time, in the record 1.00 x" in told) == bool(code)


def test_times_are_told_by_their_median() -> None:
    run = report.measure_all(quick=True, only=None)
    assert run.times[0].seconds == timing([0.1, 0.1, 0.1])
