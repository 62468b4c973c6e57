"""The plugin for pytest, and the files of Python beside findings: each is run by a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bitwright.testing.finding_file import text_of, write_file
from bitwright.testing.labels import Label
from bitwright.testing.regress import STATE, Case, write_case
from bitwright.testing.replay import CaseFailed, check, replay, told
from bitwright.testing.targets.errors import TargetError

PARSER = """
class Refused(ValueError):
    pass


def parse(data):
    if data.startswith(b"bad"):
        return [][len(data)]
    if data.startswith(b"hang"):
        while True:
            pass
    if not data:
        raise Refused
"""
INPUT = b"bad \x1b[31m\xff"
BAD = Case(
    name="index-error-1", data=INPUT, target="someparser:parse", raises=("someparser:Refused", "KeyError"), timeout=1.0,
    label=Label("raw", "bytes", "", 'a """ \\ \n mark'), kind="exception", bucket="IndexError in someparser:parse, line 8",
    versions={"someparser": "1.0"},
)  # fmt: skip
GOOD = Case(name="mended", data=b"good", target="someparser:parse", raises=("someparser:Refused",), kind="exception", bucket="IndexError")
REFUSED = Case(name="refused", data=b"", target="someparser:parse", raises=("someparser:Refused",))
HANG = Case(name="hang", data=b"hang", target="someparser:parse", timeout=0.5, kind="timeout", bucket="timeout in someparser:parse")
SERVER = Case(name="server", data=b"", spec="dns", target="connect:udp:127.0.0.1:53", kind="dead", bucket="dead")
OURS = Case(name="ours", data=b"\0\1\0\2\0\3", spec="bitwright_specs.dns:Message")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "someparser.py").write_text(PARSER)
    (tmp_path / "tests/found").mkdir(parents=True)
    return tmp_path


def run(project: Path, *arguments: str, ini: str = "bitwright_corpus = tests/found") -> tuple[int, str]:
    """A pytest with the plugin, whether or not it is installed too."""
    (project / "pytest.ini").write_text(f"[pytest]\npythonpath = .\naddopts = --strict-markers -ra\n{ini}\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:bitwright", "-p", "bitwright.testing.pytest_plugin", "-p", "no:cacheprovider"]
    ended = subprocess.run([*command, *arguments], cwd=project, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_cases_of_the_configured_folder_are_tests(project: Path) -> None:
    for case in (GOOD, REFUSED, BAD, SERVER, OURS):
        write_case(project / "tests/found", case)
    (project / "tests/found" / STATE).write_text("[inputs]\n")
    code, said = run(project)
    assert code == 1
    assert "1 failed, 3 passed, 1 skipped" in said
    assert "IndexError in someparser:parse, line 8" in said
    assert "which no test starts" in said
    assert "\x1b[31m" not in said


def test_other_folders_are_not_looked_at(project: Path) -> None:
    (project / "tests/other").mkdir()
    write_case(project / "tests/other", BAD)
    (project / "tests/settings.toml").write_text("[not]\na = 'case'\n")
    code, said = run(project)
    assert code == 5  # no tests
    assert "no tests ran" in said


def test_a_damaged_case_is_an_error_and_so_is_a_folder_that_is_missing(project: Path) -> None:
    write_case(project / "tests/found", GOOD)
    (project / "tests/found/mended.bin").write_bytes(b"other")
    (project / "tests/found/lonely.bin").write_bytes(b"")
    code, said = run(project)
    assert code == 2
    assert "SHA-256" in said
    assert "lonely.toml" in said
    code, said = run(project, ini="bitwright_corpus = tests/nowhere")
    assert code == 4
    assert "no such folder" in said


MARKED = """
import pytest

from bitwright.testing import check


@pytest.mark.bitwright_corpus("found")
def test_found(bitwright_case):
    check(bitwright_case)
"""


def test_a_mark_runs_a_test_with_each_case(project: Path) -> None:
    for case in (GOOD, BAD, REFUSED):
        write_case(project / "tests/found", case)
    (project / "tests/test_marked.py").write_text(MARKED)
    code, said = run(project, ini="")
    assert code == 1
    assert "1 failed, 2 passed" in said
    assert "test_found[index-error-1]" in said


def test_the_plugin_loads_nothing_of_ours_until_it_is_used() -> None:
    code = (
        "import sys, bitwright.testing.pytest_plugin; "
        "print(sorted(name for name in sys.modules if name.startswith('bitwright.testing.') and 'plugin' not in name))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("case", [BAD, HANG])
def test_the_file_beside_a_finding_fails_until_it_is_mended(case: Case, project: Path) -> None:
    folder = project / "tests/found"
    write_case(folder, case)
    path = write_file(folder, case)
    assert path is not None
    assert text_of(case) == path.read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").isascii()
    code, said = run(project, str(path), ini="")
    assert code == 1, said
    assert "1 failed" in said
    (project / "someparser.py").write_text(PARSER.replace("return [][len(data)]", "raise KeyError").replace("while True:", "if True:"))
    code, said = run(project, str(path), ini="")
    assert code == 0, said


def test_an_exceptions_file_needs_the_parser_only() -> None:
    assert "bitwright import" not in text_of(BAD)
    assert "import someparser\n" in text_of(BAD)
    assert "contextlib.suppress(someparser.Refused, KeyError)" in text_of(BAD)


def test_a_servers_finding_has_none(tmp_path: Path) -> None:
    assert write_file(tmp_path, SERVER) is None
    assert list(tmp_path.iterdir()) == []


def test_replaying_tells_what_is_wrong_and_what_cannot_be_replayed() -> None:
    check(OURS)
    parse = "tests.testing.hostile_functions:parse"
    case = Case(name="index", data=b"index", target=parse, kind="timeout", bucket="timeout \x1b in x")
    with pytest.raises(CaseFailed, match=r"IndexError in tests\.testing\.hostile_functions:_index"):
        check(case)
    assert "\x1b" not in told(case, replay(case))
    with pytest.raises(TargetError, match="no server is started"):
        check(SERVER)
