"""What reaches a terminal: nothing from data that it would obey; colours and progress only where wanted."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bitwright.cli import progress
from bitwright.cli.terminal import Style, wants_colour
from bitwright.escaping import printable
from tests.cli.running import Run, pcap

EVIL = "\x1b]0;owned\x07\x1b[2J\r\n\b\x7f\x9b31m\u202egnp.exe\udc9b"
SPEC = """
from bitwright import Name, Struct, array, domain_name, raw, text, u8

class Word(Struct):
    said: str = text(prefix=u8(), encoding="latin-1")

class Evil(Struct):
    name: Name = domain_name()
    words: list[Word] = array(Word)
"""


def evil_message() -> bytes:
    """A name and texts with every byte there is."""
    every = bytes(range(256))
    labels = b"".join(bytes([len(part)]) + part for part in (every[i : i + 62] for i in range(0, 186, 62)))
    words = b"".join(bytes([len(part)]) + part for part in (every[:128], every[128:]))
    return labels + b"\0" + words


@pytest.fixture
def evil(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a capture whose packets hold what terminals obey, and the class that reads them."""
    (tmp_path / "evil_spec.py").write_text(SPEC)
    message = evil_message()
    (tmp_path / "evil.pcap").write_bytes(pcap([message, message[:-7], b"\x03\x1b[\x07"], link_type=147))
    (tmp_path / "evil.bin").write_bytes(message)
    (tmp_path / "short.bin").write_bytes(message[:-7])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["decode", "--as", "link=147=evil_spec:Evil", "evil.pcap"],
        ["decode", "--as", "link=147=evil_spec:Evil", "--format", "tree", "evil.pcap"],
        ["decode", "--as", "link=147=evil_spec:Evil", "--format", "jsonl", "evil.pcap"],
        ["parse", "evil_spec:Evil", "@evil.bin"],
        ["parse", "evil_spec:Evil", "@short.bin"],
        ["parse", "evil_spec:Evil", "@evil.bin", "--format", "json"],
        ["parse", EVIL, "00"],
        ["parse", "udp", EVIL],
        ["build", "dns", EVIL],
        ["build", "dns", '{"id": 1, "questions": [{"qname": "' + EVIL[:7] + '", "qtype": "\\u001b[2J"}]}'],
        ["build", "dns", '{"\\u001b[2J\\u009b": 1}'],
        ["decode", EVIL],
        ["decode", "--as", EVIL, "evil.pcap"],
        [EVIL],
    ],
    ids=lambda arguments: " ".join(arguments[:2]).encode("unicode_escape", "backslashreplace").decode()[:30],
)
def test_nothing_that_a_terminal_obeys_comes_through(run: Run, evil: Path, arguments: list[str]) -> None:
    result = run(*arguments)
    for text in (result.out.decode(), result.err):
        assert all(line.isprintable() for line in text.split("\n")), text


def test_rich_trees_are_escaped_too(run: Run, evil: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    text = run("decode", "--as", "link=147=evil_spec:Evil", "--format", "tree", "evil.pcap").out.decode()
    assert "\x1b[" in text
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert all(line.isprintable() for line in plain.split("\n"))


def test_an_ascii_terminal_gets_ascii(evil: Path) -> None:
    command = [sys.executable, "-m", "bitwright", "decode", "--as", "link=147=evil_spec:Evil", "--format", "tree", "evil.pcap"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": _path()}, check=False)
    assert set(done.stdout) <= {0x0A, *range(0x20, 0x7F)}
    assert b"|-- name: " in done.stdout


def _path() -> str:
    root = Path(__file__).parents[2]
    return f"{root / 'parsers'}:{root / 'specs'}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain ünïcode", "plain ünïcode"), ("\x1b[31m", "\\x1b[31m"), ("a\nb\tc", "a\\nb\\tc"), ("\x9b\u202e\ud800", "\\x9b\\u202e\\ud800")],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
    ids=str,
)
def test_when_to_colour(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], wanted: bool) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(Terminal()) is wanted
    assert wants_colour(io.StringIO()) is ("FORCE_COLOR" in environment)


def test_style() -> None:
    assert Style(enabled=True)("bad", "x") == "\x1b[31mx\x1b[0m"
    assert Style(enabled=False)("bad", "x") == "x"


@pytest.mark.parametrize(
    ("total", "shown"),
    [
        (40_000_000, "10.0 MB of 40.0 MB (25 %), 5.0 MB/s, 6 s left, 70,000 packets"),
        (10_000_000_000, "10.0 MB of 10.0 GB (0 %), 5.0 MB/s, 33 min 18 s left, 70,000 packets"),
        (None, "10.0 MB, 5.0 MB/s, 70,000 packets"),
    ],
)
def test_progress_text(total: int | None, shown: str) -> None:
    assert progress.progress_text(70_000, 10_000_000, total, 2.0) == shown


@pytest.mark.parametrize(("term", "drawn"), [("xterm", True), ("dumb", False)])
def test_progress_is_drawn_over_itself_and_taken_away(monkeypatch: pytest.MonkeyPatch, term: str, drawn: bool) -> None:
    screen = Terminal()
    seconds = iter(range(100))
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(progress, "monotonic", lambda: float(next(seconds)))
    line = progress.Progress(2000, wanted=True)
    for packets in range(256, 1025, 256):
        line.tick(packets, packets)
    line.clear()
    shown = screen.getvalue()
    assert shown.count("\r") == (6 if drawn else 0)
    if drawn:
        assert "\r512 B of 2.0 kB (25 %), 256 B/s, 6 s left, 512 packets" in shown
        assert shown.endswith(" \r")
        assert "\n" not in shown


def test_no_progress_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    files = io.StringIO()
    monkeypatch.setattr(sys, "stderr", files)
    monkeypatch.setattr(progress, "_EVERY_SECONDS", 0.0)
    line = progress.Progress(2000, wanted=True)
    line.tick(256, 100)
    line.clear()
    assert files.getvalue() == ""
