"""The table of README.md: every class of bad input has its line, and every test that a line names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
CLASSES = range(1, 24)
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (.+?) \| (.*?) \|$", re.MULTILINE)
ROWS = {int(number): rest for number, *rest in ROW.findall((HERE / "README.md").read_text(encoding="utf-8"))}


def names_in(path: Path) -> set[str]:
    """The names of a file's tests."""
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)}


def numbers_of(path: Path) -> set[int]:
    """The classes that a file is called after: `test_05_offsets.py`, `test_16_to_19_containers.py`."""
    found = re.match(r"test_(\d\d)(?:_to_(\d\d))?_", path.name)
    assert found is not None, path
    return set(range(int(found[1]), int(found[2] or found[1]) + 1))


def test_every_class_has_its_line() -> None:
    assert sorted(ROWS) == list(CLASSES)
    assert all(all(cell.strip() for cell in row) for row in ROWS.values())


@pytest.mark.parametrize("number", CLASSES)
def test_what_a_line_names_exists(number: int) -> None:
    """Files with the number in their names, and each test in one of them."""
    named = re.findall(r"`(test_\w+(?:\.py)?)`", ROWS[number][2])
    paths = [HERE / name for name in named if name.endswith(".py")]
    tests = [name for name in named if not name.endswith(".py")]
    assert paths
    assert tests
    assert all(number in numbers_of(path) for path in paths)
    there = set().union(*(names_in(path) for path in paths))
    assert set(tests) <= there, set(tests) - there


def test_every_file_is_in_the_table() -> None:
    named = {name for row in ROWS.values() for name in re.findall(r"`(test_\w+\.py)`", row[2])}
    assert named == {path.name for path in HERE.glob("test_[0-9]*.py")}


def test_every_class_has_a_file() -> None:
    assert set().union(*(numbers_of(path) for path in HERE.glob("test_[0-9]*.py"))) == set(CLASSES)
