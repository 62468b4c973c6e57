"""The gate that counts instructions: what it compares, what it says, and, where valgrind is, that it counts."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.gate import __main__ as command
from benchmarks.gate import builds, callgrind, counts, earlier, verdict
from benchmarks.gate.cases import CASES, CPYTHON, REFERENCES
from benchmarks.gate.client import MACHINES, Client, UnknownCPU
from bitwright.backends.llvm import is_available

COUNTS: counts.Counts = {"python": {CPYTHON: 5_000, "a": 1_000, "b": 2_000}, "machine code": {"a": 100}}


def judged(**found: int) -> int:
    """The exit code where the python engine's counts are these."""
    return verdict.judge(counts.rows(COUNTS, {"python": {CPYTHON: 5_000, **found}}))[1]


def test_more_and_fewer_than_three_percent_are_both_refused() -> None:
    assert judged(a=1_029, b=1_941) == 0
    assert judged(a=1_031) == 1
    assert judged(a=969) == 1
    assert judged(new=1) == 0


def test_what_is_off_is_shown_and_marked() -> None:
    rows = counts.rows(COUNTS, {"python": {"a": 1_500, "b": 2_001}})
    assert [line.split() for line in verdict.table(rows, everything=False)][1:] == [["a,", "python", "1,000", "1,500", "+50.0%", "<"]]
    assert [line.split()[0] for line in verdict.table(rows, everything=True)][1:] == ["a,", "b,"]
    assert list(verdict.table(rows[1:], everything=False)) == []


def test_another_interpreter_of_the_same_name_is_said_and_not_compared() -> None:
    said, code = verdict.judge(counts.rows(COUNTS, {"python": {CPYTHON: 6_000, "a": 5_000}}))
    assert code == 0
    assert CPYTHON in said
    assert "another build" in said


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    written = {'CPython 3.11, "GCC"': counts.Build({"msgspec": "1.0"}, COUNTS), "other": counts.Build({}, {"python": {"a": 1}})}
    counts.save(written, tmp_path / "counts.toml")
    assert counts.load(tmp_path / "counts.toml") == written
    assert counts.load(tmp_path / "missing.toml") == {}


def test_writing_down_leaves_what_hardly_differs() -> None:
    old = counts.Build({}, COUNTS)
    found = {"python": {"a": 1_004, "b": 2_100}}
    assert counts.merged(old, {"msgspec": "2"}, found, whole=False) == counts.Build(
        {"msgspec": "2"}, {"python": {CPYTHON: 5_000, "a": 1_000, "b": 2_100}, "machine code": {"a": 100}}
    )
    assert counts.merged(old, {}, found, whole=True) == counts.Build({}, {"python": {"a": 1_000, "b": 2_100}})
    assert counts.merged(None, {}, found, whole=False) == counts.Build({}, found)


def test_what_one_build_shows_to_have_moved_is_forgotten_of_the_others() -> None:
    others = {"other": counts.Build({}, {"python": {"a": 7, "b": 8}, "machine code": {"a": 9}})}
    moved = counts.rows(COUNTS, {"python": {"a": 1_500, "b": 2_001}, "machine code": {"a": 100}})
    assert counts.without_stale(others, moved) == {"other": counts.Build({}, {"python": {"b": 8}, "machine code": {"a": 9}})}


def test_what_has_no_count_is_said_and_fails_nothing() -> None:
    rows = counts.rows(COUNTS, {"python": {"a": 1_000, "new": 5}})
    said, code = verdict.judge(rows)
    assert code == 0
    assert "1 are not written down" in said
    assert [line.split() for line in verdict.table(rows, everything=False)][1:] == [["new,", "python", "5", "new"]]


def test_every_case_is_written_down_for_a_build_and_no_other_is_for_any() -> None:
    written = counts.load().values()
    names = {case.name for case in CASES}
    for build in written:
        assert set(build.packages) == {"msgspec", "llvmlite"}
        assert build.counts.keys() == callgrind.ENGINES.keys()
        assert all(found.keys() <= names and all(count > 0 for count in found.values()) for found in build.counts.values())
    assert any(all(found.keys() == names for found in build.counts.values()) for build in written)


def test_a_build_says_its_version_compiler_and_machine() -> None:
    said = builds.this_build()
    assert said.startswith(f"{platform.python_implementation()} {platform.python_version()}, ")
    assert said.endswith(platform.machine())
    assert "msgspec" in builds.packages()


def test_without_valgrind_it_is_said_and_nothing_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("platform.machine", lambda: MACHINES[0])
    monkeypatch.setattr("shutil.which", lambda program: None)  # where valgrind is not
    for arguments, code in (([], 0), (["--update"], 2)):
        monkeypatch.setattr("sys.argv", ["gate", *arguments])
        assert command.main() == code
        assert callgrind.INSTALL in capsys.readouterr().out


def test_another_cpu_is_said_and_nothing_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("platform.machine", lambda: "vax")
    monkeypatch.setattr("sys.argv", ["gate"])
    assert command.main() == 0
    assert "vax" in capsys.readouterr().out
    with pytest.raises(UnknownCPU, match="vax"):
        Client()


def test_other_interpreters_are_told_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, code in (("one", 1), ("other", 0)):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/said\nexit {code}\n', encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setattr("sys.argv", ["gate", "--python", f"{tmp_path}/one", "--python", f"{tmp_path}/other", "--update", "--only", "a b"])
    assert command.main() == 1
    told = "-m benchmarks.gate --only=a b --update"
    assert (tmp_path / "said").read_text(encoding="utf-8").splitlines() == [f"one {told}", f"other {told}"]


def test_both_engines_are_written_down_or_none(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "_cannot", lambda: "")
    monkeypatch.setattr(command, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["gate", "--update"])
    assert command.main() == 2
    assert "pip install llvmlite" in capsys.readouterr().out


def test_an_interpreter_without_counts_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "_cannot", lambda: "")
    monkeypatch.setattr("sys.argv", ["gate"])
    for old in ({}, {builds.this_build(): counts.Build({"msgspec": "0.0"}, {})}):
        monkeypatch.setattr(counts, "load", lambda old=old: old)
        assert command.main() == 0
        assert "nothing to compare with" in capsys.readouterr().out


def test_an_earlier_commit_is_taken_out_and_an_unknown_one_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for part in ("parsers", "specs"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "one.py").write_text(part, encoding="utf-8")
    for command_line in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run([*git, *command_line], cwd=tmp_path, check=True)
    (tmp_path / "parsers" / "one.py").write_text("later", encoding="utf-8")
    monkeypatch.setattr(earlier, "ROOT", tmp_path)
    with earlier.source_at("HEAD") as source:
        assert {path.read_text(encoding="utf-8") for path in source.glob("*/one.py")} == {"parsers", "specs"}
    with pytest.raises(earlier.NoSuchCommit, match="nowhere"), earlier.source_at("nowhere"):
        pass


def test_an_interpreter_that_valgrind_cannot_run_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "valgrind"
    program.write_text("#!/bin/sh\necho no such CPU >&2\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert callgrind.missing() == "valgrind cannot run this interpreter here: no such CPU"


@pytest.mark.skipif(platform.machine() not in MACHINES, reason="requests to valgrind are not written for this CPU")
def test_on_the_bare_cpu_requests_do_nothing() -> None:
    client = Client()
    client.start()
    client.zero()
    client.dump("nothing")
    assert client.valgrinds() == 0


@pytest.mark.skipif(
    platform.machine() not in MACHINES or shutil.which("valgrind") is None or not is_available(),
    reason=f"needs valgrind ({callgrind.INSTALL}) and llvmlite",
)
def test_machine_code_is_counted_and_other_code_is_noticed() -> None:
    case = "bit pattern, match"
    found = callgrind.count([CPYTHON, case], list(callgrind.ENGINES))
    python, machine_code = found["python"], found["machine code"]
    assert 0 < machine_code[case] < python[case] / 2
    assert abs(machine_code[CPYTHON] / python[CPYTHON] - 1) < verdict.REFERENCE_TOLERANCE
    assert verdict.judge(counts.rows({"machine code": python}, {"machine code": machine_code}))[1] == 1
    assert set(REFERENCES) <= {case.name for case in CASES}
