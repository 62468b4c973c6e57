"""`fuzz` and its surroundings: a report that is written as a whole, functions that print, seeds that are no messages, strict cases."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from bitwright import Struct, check, u8
from bitwright.cli import whole_file
from bitwright.testing.engines import EngineTarget
from bitwright.testing.regress import read_case, read_folder
from bitwright.testing.replay import target_of
from tests.cli.running import Run

JSON = ("--format", "json")


def prints(data: bytes) -> int:
    """By Python, by a name of its own for stdout, and by the descriptor."""
    print("printed")
    _stdout.write("written")
    os.write(1, b"sent")
    return data[3]


_stdout = SimpleNamespace(write=lambda text: sys.__stdout__ and sys.__stdout__.write(text))


@pytest.fixture
def old_report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text("of yesterday")
    path.chmod(0o640)
    return path


# --- a report in a file ---------------------------------------------------------------------------


def sees(data: bytes) -> None:
    """What is in the report while the campaign runs."""
    if Path(os.environ["REPORT"]).read_text() != "of yesterday":
        raise ValueError("the report of yesterday is gone")


def test_the_old_report_is_there_until_the_new_one_is(
    run: Run, one_query: Path, old_report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORT", str(old_report))
    result = run("fuzz", "dns", "--input", one_query, "--runs", "5", "--target", f"{__name__}:sees", *JSON, "-o", old_report)
    assert (result.code, result.out) == (0, b"")
    assert json.loads(old_report.read_text())["kinds"] == {"value": 5}
    assert stat.S_IMODE(old_report.stat().st_mode) == 0o640
    assert {path.name for path in old_report.parent.iterdir()} == {"query.pcap", "report.json"}


def test_it_stays_where_the_campaign_fails(run: Run, one_query: Path, old_report: Path) -> None:
    result = run("fuzz", "dns", "--input", one_query, "--target", "no_such_module:f", "-o", old_report)
    assert result.code == 2
    assert old_report.read_text() == "of yesterday"


@pytest.mark.parametrize("place", ["", "absent/report.json"])
def test_what_cannot_be_written_is_refused_before_the_campaign(run: Run, one_query: Path, tmp_path: Path, place: str) -> None:
    marker = tmp_path / "ran"
    result = run("fuzz", "dns", "--input", one_query, "--runs", "1", "--exec", f"touch {marker}", "-o", tmp_path / place)
    assert result.code == 3
    assert "cannot be written" in result.err
    assert not marker.exists()


def test_a_file_that_is_read_only_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everything")
    with pytest.raises(PermissionError):
        whole_file.refuse(path)


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    whole_file.write(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_a_write_that_fails_leaves_the_old_content_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        whole_file.write(path, b"new")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"old"]


def test_a_device_is_written_as_it_is(run: Run, one_query: Path) -> None:
    result = run("fuzz", "dns", "--input", one_query, "--runs", "1", "--exec", "cat", "-o", "/dev/null")
    assert (result.code, result.out) == (0, b"")
    assert not Path("/dev/null").is_file()


# --- what is on stdout and on stderr --------------------------------------------------------------


@pytest.mark.parametrize("where", [[], ["--in-process"]])
def test_what_a_function_prints_is_not_in_the_report(run: Run, one_query: Path, where: list[str]) -> None:
    result = run("fuzz", "dns", "--input", one_query, "--runs", "20", "--target", f"{__name__}:prints", *where, *JSON)
    assert json.loads(result.out)["inputs"] == 20
    os.write(1, b"")  # the descriptor is back


def test_seeds_that_are_no_messages_are_told_of(run: Run, one_query: Path, tmp_path: Path) -> None:
    quick = ("--runs", "1", "--exec", "cat", "-q", *JSON)
    assert run("fuzz", "dns", "--input", "/dev/null", *quick).err == "the only seed is no Message, so of it only bytes are changed\n"
    (tmp_path / "other").write_bytes(b"other")
    both = run("fuzz", "dns", "--input", one_query, "--input", tmp_path / "other", *quick)
    assert both.err == "1 of 2 seeds is no Message, so of it only bytes are changed\n"
    assert run("fuzz", "dns", "--input", one_query, *quick).err == ""
    assert run("fuzz", "dns", "--input", "/dev/null", "--tiers", "raw", *quick).err == ""


# --- cases are replayed as they were found --------------------------------------------------------


class Even(Struct):
    """Has a check, which is a finding unless it is read strictly."""

    number: int = u8()
    check(number % 2 == 0, "is even")


def wants_even(data: bytes) -> None:
    """Never comes back from an odd number."""
    while data and data[0] % 2:
        pass


def test_a_strict_campaign_keeps_strict_cases_and_its_own_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bitwright.testing.outcome import Outcome

    monkeypatch.setattr(EngineTarget, "run", lambda self, data, label: Outcome("difference", "as it was told"))
    common = ("fuzz", f"{__name__}:Even", "--runs", "3", "--corpus", tmp_path / "found", *JSON)
    assert json.loads(run(*common, "--strict").out)["first"] == 0
    assert json.loads(run(*common).out)["first"] == 0  # these are other inputs: what is right for them is something else
    cases = read_folder(tmp_path / "found")
    assert sorted(case.strict for case in cases) == [False, True]
    for case in cases:
        target = target_of(case)
        assert isinstance(target, EngineTarget)
        assert target.strict == case.strict
        assert target.slowest is not None


def test_the_test_beside_a_finding_has_the_timeout_of_the_campaign(run: Run, tmp_path: Path) -> None:
    (tmp_path / "seed").write_bytes(b"\x01")
    result = run(
        "fuzz", f"{__name__}:Even", "--input", tmp_path / "seed", "--runs", "1", "--timeout", "0.75", "--target", f"{__name__}:wants_even",
        "--corpus", tmp_path / "found", *JSON,
    )  # fmt: skip
    assert result.code == 1, result.err
    (test,) = (tmp_path / "found").glob("test_*.py")
    (described,) = (path for path in (tmp_path / "found").glob("*.toml") if path.name != "state.toml")
    assert f'read_case(Path(__file__).with_name("{described.name}"))' in test.read_text()
    assert read_case(described).timeout == 0.75
