"""The table of guarantees in docs/nodes.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TABLE = (HERE.parent.parent / "docs" / "nodes.md").read_text(encoding="utf-8").partition("## What is promised")[2].partition("\n## ")[0]
ROWS = [row.strip("| ").split(" | ") for row in TABLE.splitlines() if row.startswith("| ") and "`" in row]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_guarantee_is_held(row: list[str]) -> None:
    sentence, tests = row
    assert sentence.endswith(".")
    for part in tests.split("; "):
        file, names = re.fullmatch(r"`(\S+\.py)`: ((?:`test_\w+`(?:, )?)+)", part).groups()  # type: ignore[union-attr]
        text = (HERE / file).read_text(encoding="utf-8")
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE), f"{file} has no {name}"


def test_every_part_has_guarantees() -> None:
    parts = re.findall(r"^### (.+)$", TABLE, re.MULTILINE)
    assert {"Calls", "Reading", "Sending", "Servers", "Supervisors"} <= set(parts)
    assert len(ROWS) > 40
