"""Every example in README, CONTRIBUTING, SECURITY and docs/ does what it says.

A document's `python` blocks run in order in one namespace.  A top-level expression followed by `# -> text` must
have that repr (or, for text of several lines, equal the comment lines below it, `#  | line`).  A block that shows
an error opens with `# raises Name: text`; `text` must be part of the error.  In `console` blocks a line `$ command`
runs in the root of the project and must print what stands below it; `...` stands for any lines.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bitwright
from bitwright.errors import BUILD_CODES, FINDING_CODES, PARSE_CODES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, language: str) -> list[tuple[int, str]]:
    """The fenced blocks of one language, with the line on which each begins."""
    text = path.read_text(encoding="utf-8")
    return [(text.count("\n", 0, m.start()) + 2, m[2]) for m in FENCE.finditer(text) if m[1] == language]


WITH_PYTHON = [path for path in DOCUMENTS if blocks(path, "python")]
WITH_CONSOLE = [path for path in DOCUMENTS if blocks(path, "console")]


def test_the_documents_that_should_have_examples_have_them() -> None:
    names = {name_of(path) for path in WITH_PYTHON}
    assert {"README.md", "docs/fields.md", "docs/errors.md"} <= names
    assert "README.md" in {name_of(path) for path in WITH_CONSOLE}


@pytest.mark.parametrize("path", WITH_PYTHON, ids=name_of)
def test_python_examples(path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, Any] = {"__name__": "example"}
    for line, source in blocks(path, "python"):
        where = f"{name_of(path)}:{line}"
        if expected := re.match(r"# raises (\w+): (.+)\n", source):
            with pytest.raises(Exception, match=re.escape(expected[2])) as caught:
                run(source, namespace, where)
            assert type(caught.value).__name__ == expected[1], f"{where}: {caught.value!r}"
            continue
        kept, claimed = run(source, namespace, where), source.count("# -> ")
        assert kept == claimed, f"{where}: a `# ->` that no top-level expression ends with"
        printed = re.findall(r"# prints (.*)", source)
        assert_matches(capsys.readouterr().out, "\n".join(printed), where)


def run(source: str, namespace: dict[str, Any], where: str) -> int:
    """Run one block statement by statement; how many claims it made and kept."""
    lines = source.splitlines()
    kept = 0
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Expr):
            exec(compile(ast.Module([node], []), where, "exec", dont_inherit=True), namespace)
            continue
        value = eval(compile(ast.Expression(node.value), where, "eval", dont_inherit=True), namespace)
        assert node.end_lineno is not None
        _, claims, claimed = lines[node.end_lineno - 1].partition("# -> ")
        if claims:
            assert repr(value) == claimed, f"{where}: line {node.lineno} of the block"
            kept += 1
    return kept


def assert_matches(shown: str, expected: str, where: str) -> None:
    """`...` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip("\n").split("..."))
    assert re.fullmatch(pattern, shown.strip("\n"), re.DOTALL), f"{where}:\n{shown}"


def commands(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a console block and what each should print."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output.rstrip("\n")


VOCABULARY = """
from __future__ import annotations
from bitwright import *
from bitwright.checksum import internet
class Kind(OpenEnum):
    ONE = 1
class Point(Struct):
    x: int = u8()
class Body(Struct): ...
class Arm(Body, tag=1): ...
"""


def rows_of_the_vocabulary() -> list[list[str]]:
    """The table at the head of docs/fields.md, cell by cell."""
    text = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8").partition("## The vocabulary in one table")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip().replace("&#124;", "|") for cell in row] for row in rows]


@pytest.mark.parametrize("row", rows_of_the_vocabulary(), ids=lambda row: row[0])
def test_a_row_of_the_vocabulary(row: list[str]) -> None:
    words, _, _, example, wrong = row
    names: dict[str, Any] = {"__name__": "row"}
    exec(VOCABULARY, names)
    assert any(word in example for word in re.findall(r"`(\w+)`", words))
    exec(f"from __future__ import annotations\nclass Row(Struct):\n    n: int = u8()\n    {example.strip('`')}\n", names)
    names["Row"].codec("python").optimized("parse")
    codes = set(re.findall(r"`([a-z-]+)`", wrong))
    assert codes <= set(PARSE_CODES) | set(BUILD_CODES)
    assert set(re.findall(r"\*([a-z-]+)\*", wrong)) <= set(FINDING_CODES)


def test_the_table_has_every_word() -> None:
    told = {word for row in rows_of_the_vocabulary() for word in re.findall(r"`(\w+)`", row[0])}
    functions = {name: getattr(bitwright, name) for name in bitwright.__all__ if inspect.isfunction(getattr(bitwright, name))}
    words = {name for name, function in functions.items() if not function.__module__.startswith("bitwright.patterns")}
    assert told == words


@pytest.mark.parametrize("path", WITH_CONSOLE, ids=name_of)
def test_console_examples(path: Path) -> None:
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120"}
    environment["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), environment["PATH"]))
    environment["PYTHONPATH"] = os.pathsep.join((str(ROOT / "parsers"), str(ROOT / "specs")))
    for line, block in blocks(path, "console"):
        for command, expected in commands(block):
            done = subprocess.run(
                ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
            )
            assert_matches(done.stdout + done.stderr, expected, f"{name_of(path)}:{line}: $ {command}")


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    missing = [target for target in LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / target).exists()]
    assert not missing


def test_the_commands_of_the_readme_are_the_scripts() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for command in ("python3 .ci/demo.py", "python3 .ci/test.py"):
        assert command in text
        assert (ROOT / command.split()[1]).exists()


def test_no_example_is_left_outside_a_fence_that_runs() -> None:
    for path in DOCUMENTS:
        text = path.read_text(encoding="utf-8")
        known = {"python", "console", "text", "toml", "json", "ini"}
        unknown = {m[1] for m in re.finditer(r"^```(\w+)$", text, re.MULTILINE)} - known
        assert not unknown, f"{name_of(path)}: blocks of {unknown} run nowhere"
