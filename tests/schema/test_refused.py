"""Wrong declarations, and the whole message of each: the user's file and line, what is wrong, and what to write instead.

`refused/<module>.txt` holds the cases that a module of the schema (or the metaclass) refuses: `### what is
wrong`, the user's module `user.py`, and the message after `-->`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "refused"
FILES = sorted(FOLDER.glob("*.txt"))
CASE = re.compile(r"### (?P<title>.+)\n(?P<source>(?:.*\n)+?)--> (?P<message>.+)\n")


CASES = [
    pytest.param(found["source"], found["message"], id=f"{file.stem}: {found['title']}")
    for file in FILES
    for found in CASE.finditer(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("source", "message"), CASES)
def test_refused_with_place_and_way_out(source: str, message: str, refusal: Callable[[str], str]) -> None:
    assert refusal(source) == message


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_case_of_the_files_is_read(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(CASE.findall(text)) == text.count("\n### ") + text.startswith("### ") == text.count("\n--> ")


def test_every_module_that_refuses_has_cases() -> None:
    assert {file.stem for file in FILES} == {
        "checks", "collect", "conditions", "content", "expr", "fitting", "forward", "meta", "numbers", "pointers", "relations", "structure",
        "sums",
    }  # fmt: skip
