"""Declarations under mypy --strict and pyright, without a plugin.

The files `tests/typing/accepted_*.py`, the README's examples and the specs must be accepted; in
`tests/typing/mistakes_*.py` every line marked `# error: mypy codes / pyright rules` must be
reported by both checkers, under one of those names each, and no other line.
Each checker runs once, over everything.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "tests" / "typing"
ACCEPTED = sorted(EXAMPLES.glob("accepted_*.py"))
MISTAKES = sorted(EXAMPLES.glob("mistakes_*.py"))
SPECS = sorted((ROOT / "specs" / "bitwright_specs").rglob("*.py"))
MARK = re.compile(r"# error: (?P<mypy>[a-z, -]+) / (?P<pyright>[A-Za-z, ]+)$")

# file name → line → the names under which it is reported
Reports: TypeAlias = Mapping[str, Mapping[int, set[str]]]


def readme_examples() -> str:
    """The README's Python blocks as one module, in order."""
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert blocks, "the README has no Python example"
    future = "from __future__ import annotations\n"
    return future + "\n".join(block.replace(future, "") for block in blocks)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files to check, copied to where no configuration of the project reaches them."""
    folder = tmp_path_factory.mktemp("typing")
    for file in [*ACCEPTED, *MISTAKES]:
        shutil.copy(file, folder)
    (folder / "readme.py").write_text(readme_examples())
    shutil.copytree(ROOT / "specs" / "bitwright_specs", folder / "bitwright_specs")
    return folder


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Start a checker beside the files."""
    paths = os.pathsep.join((str(ROOT / "parsers"), str(folder)))
    environment = {**os.environ, "MYPYPATH": paths, "PYTHONPATH": paths, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def mypy(workspace: Path) -> Reports:
    """What mypy --strict reports."""
    pytest.importorskip("mypy", reason="mypy is not installed; the test extra has it")
    options = ("--strict", "--config-file=", "--follow-imports=silent", "--show-error-codes", "--no-pretty", "--no-error-summary")
    names = [p.name for p in workspace.iterdir() if p.suffix == ".py"]
    done = run(sys.executable, "-m", "mypy", *options, "--cache-dir", ".mypy_cache", *names, "bitwright_specs", folder=workspace)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for line in done.stdout.splitlines():
        if match := re.fullmatch(r"(.+?):(\d+): error: .*\[([a-z-]+)\]", line):
            found[match[1]][int(match[2])].add(match[3])
        else:
            assert ": note: " in line, line
    return found


@pytest.fixture(scope="module")
def pyright(workspace: Path) -> Reports:
    """What pyright reports in its standard mode."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed; the test extra has it")
    start = run(sys.executable, "-m", "pyright", "--version", folder=workspace)
    if start.returncode:
        pytest.skip(f"pyright cannot start here: {start.stderr.strip().splitlines()[-1]}")
    (workspace / "pyrightconfig.json").write_text(
        json.dumps({"include": ["."], "extraPaths": [str(ROOT / "parsers"), "."], "typeCheckingMode": "standard"})
    )
    done = run(sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", ".", folder=workspace)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] >= len(ACCEPTED) + len(MISTAKES) + len(SPECS)
    for each in report["generalDiagnostics"]:
        if each["severity"] in {"error", "warning"}:
            name = str(Path(each["file"]).relative_to(workspace.resolve()))
            found[name][each["range"]["start"]["line"] + 1].add(each.get("rule", "syntax"))
    return found


@pytest.fixture(params=["mypy", "pyright"])
def checker(request: pytest.FixtureRequest) -> tuple[str, Reports]:
    """One of the checkers' name, and all that it reports."""
    return request.param, request.getfixturevalue(request.param)


def expected_in(file: Path, checker: str) -> dict[int, set[str]]:
    """Line → the names under which `checker` may report it."""
    marks = ((number, MARK.search(line)) for number, line in enumerate(file.read_text().splitlines(), 1))
    return {number: set(mark[checker].split(", ")) for number, mark in marks if mark}


@pytest.mark.parametrize("file", MISTAKES, ids=lambda file: file.stem)
def test_every_planted_mistake_is_reported_and_nothing_else(checker: tuple[str, Reports], file: Path) -> None:
    name, reports = checker
    expected, actual = expected_in(file, name), reports.get(file.name, {})
    assert expected
    missed = sorted(expected.keys() - actual.keys())
    false = {line: actual[line] for line in sorted(actual.keys() - expected.keys())}
    assert not missed, f"{name} accepts lines {missed} of {file.name}"
    assert not false, f"{name} reports more than was planted in {file.name}: {false}"
    for line, codes in expected.items():
        assert codes & actual[line], f"{file.name}:{line}: {name} says {actual[line]}, expected {codes}"


def test_every_error_mark_is_well_formed() -> None:
    for file in MISTAKES:
        for line in file.read_text().splitlines():
            assert ("# error" in line) == bool(MARK.search(line)), line


@pytest.mark.parametrize("name", [*(file.name for file in ACCEPTED), "readme.py", "bitwright_specs"])
def test_correct_code_is_accepted(checker: tuple[str, Reports], name: str) -> None:
    which, reports = checker
    wrong = {file: dict(lines) for file, lines in reports.items() if (file == name or file.startswith(f"{name}/")) and lines}
    assert not wrong, f"{which} reports {wrong}"


@pytest.mark.parametrize("file", ACCEPTED, ids=lambda file: file.stem)
def test_accepted_declarations_are_valid_classes_too(file: Path) -> None:
    assert "Struct" in runpy.run_path(str(file))
