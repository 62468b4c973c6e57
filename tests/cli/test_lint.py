"""`lint`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.running import Run

SOURCE = """\
from bitwright import Struct, raw, u8


class Short(Struct):
    length: int = u8()
    body: bytes = raw(size=length - 2)


class Fine(Struct):
    value: int = u8()
"""


def test_lines_name_file_and_line(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "formats_lint_text.py"
    source.write_text(SOURCE)
    result = run("lint", f"{source}:Short")
    assert result.code == 1
    said = 'body: its size, `length - 2`, can be -2 [may-be-negative]; guard it above: check(length >= 2, "...")'
    assert result.lines == [
        f"{source}:6: warning: {said}",
        "canonical: build() gives back every message that parse() accepts",
        "1 warning",
    ]
    assert run("lint", f"{source}:Fine").code == 0


def test_a_whole_file_as_json_with_sizes(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "formats_lint_json.py"
    source.write_text(SOURCE)
    result = run("lint", str(source), "--format", "json", "--sizes")
    assert result.code == 1
    found = {one["format"].rpartition(":")[2]: one for one in json.loads(result.out)}
    assert found.keys() == {"Short", "Fine"}
    assert found["Fine"]["advice"] == []
    assert found["Fine"]["sizes"] == [{"path": "", "size": {"fewest": 8, "most": 8}}, {"path": "value", "size": {"fewest": 8, "most": 8}}]
    assert found["Fine"]["certificate"] == {"kind": "canonical", "losses": []}
    (advice,) = found["Short"]["advice"]
    assert (advice["severity"], advice["code"], advice["declaration"]["line"]) == ("warning", "may-be-negative", 6)


def test_a_refused_class_is_an_error(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "formats_lint_refused.py"
    source.write_text("from bitwright import Struct, u8\n\n\nclass Bad(Struct):\n    size = u8()\n")
    result = run("lint", str(source))
    assert result.code == 1
    assert result.lines[0].startswith(f"{source}:5: error: Bad.size: has no annotation")
    assert result.lines[-1] == "1 error"


def test_warnings_at_class_creation_are_said_once(run: Run, tmp_path: Path) -> None:
    source = tmp_path / "formats_lint_warned.py"
    source.write_text(SOURCE.replace("length - 2", "length - 300"))
    result = run("lint", f"{source}:Short", "--no-notes")
    assert next(line for line in result.lines if "always-negative" in line).startswith(f"{source}:6: error: body:")
    assert result.err == ""


def test_several_formats_and_notes(run: Run) -> None:
    result = run("lint", "vlan", "udp")
    assert result.code == 0
    assert [line for line in result.lines if line.startswith("==")] == ["== vlan", "== udp"]
    assert any("note: type: hides the builtin" in line for line in result.lines)
    assert not any(": note: " in line for line in run("lint", "vlan", "--no-notes").lines)


def test_certificates_are_shown(run: Run) -> None:
    assert run("show", "dns", "--format", "certificate").lines[0].startswith("lossless: ")
    assert "    questions[].qname" in run("lint", "dns").lines


def test_what_is_no_format(run: Run) -> None:
    result = run("lint", "nothing_of_that_name")
    assert result.code == 2
    assert len(result.complaints) == 1
