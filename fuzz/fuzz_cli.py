"""Fuzz target: the command line, in this process, on hostile files, messages, JSON, patterns and arguments.

An input is a byte that says which command line (`COMMANDS`), and what it reads from stdin; or, for the last ones, the arguments themselves.
Invariant, for any bytes:

1. The exit code is 0, 1, 2 or 3: never a traceback, never the code of a defect, never an exception.
2. What is on stderr are lines that a terminal only prints.
3. So is what is on stdout; and what is promised to be JSON, is.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Final

from bitwright.cli import main as bitwright
from bitwright.cli.extensions import COMMANDS as EXTENSIONS
from bitwright.cli.extensions import names_of
from bitwright.cli.failure import MALFORMED, OK, UNREADABLE, USAGE
from fuzz.driver import main

LARGEST: Final = 4096
# In the order of the first byte of an input: new ones come last, so that the corpus stays what it is.
COMMANDS: Final[tuple[tuple[str, ...], ...]] = (
    ("decode", "-"),
    ("decode", "--format", "tree", "--check", "--time", "date", "-"),
    ("decode", "--format", "jsonl", "--check", "--quiet", "-"),
    ("parse", "dns", "--input", "bytes", "-"),
    ("parse", "dns", "--input", "bytes", "--format", "json", "-"),
    ("parse", "dns", "--input", "bytes", "--format", "hexdump", "--full", "-"),
    ("parse", "tcp", "--input", "bytes", "--format", "hexdump", "--width", "3", "-"),
    ("parse", "icmpv6", "--backend", "interp", "--input", "bytes", "-"),
    ("parse", "ipv4", "-"),
    ("build", "dns", "-"),
    ("build", "tcp", "-"),
    ("match", "<<kind, size::16, body::binary-size(size), rest::bits>>", "--input", "bytes", "--explain", "-"),
    ("match", "<<n::4, name::binary-size(n), _::bits>>", "--input", "bytes", "--all", "-"),
    ("match", "PATTERN", "01 02 03 1b 9b"),
    ("match", "PATTERN", "--dialect", "erlang", "--explain", "01 02 03 1b 9b"),
    ("show", "PATTERN", "--format", "ir"),
    ("ARGUMENTS",),
)
JSON_LINES: Final = ("jsonl", "json")
_STARTING: Final = ("fuzz", "specs", "serve", "commands", "record")  # they import, or go on until somebody ends them
_REFUSED_OPTIONS: Final = ("--output", "--workers")  # nothing is written, and no process started


def command_of(data: bytes) -> tuple[list[str], bytes]:
    """The command line of an input, and what stands in its stdin; no words: it is not one that is tried."""
    chosen = COMMANDS[data[0] % len(COMMANDS)] if data else COMMANDS[0]
    rest = data[1:]
    if chosen == ("ARGUMENTS",):
        words = [word.decode("utf-8", "surrogateescape") for word in rest.split(b"\0")]
        return (words if is_harmless(words) else []), b""
    text = rest.replace(b"\0", b" ").decode("utf-8", "surrogateescape")
    if "PATTERN" in chosen:
        text = text if text.lstrip().startswith("<<") else f"<<{text}>>"
        return [text if word == "PATTERN" else word for word in chosen], b""
    return list(chosen), rest


def is_harmless(words: Sequence[str]) -> bool:
    """Whether a command line reads no file, writes none, imports nothing and starts nothing."""
    if words[0] in _STARTING or words[0] in names_of(EXTENSIONS) or not all(words):
        return False
    short = any(word[:1] == "-" != word[1:2] and "o" in word for word in words)
    named = any(word.startswith(_REFUSED_OPTIONS) or "/" in word or is_importable(word.partition(":")[0]) for word in words)
    return not short and not named


def is_importable(word: str) -> bool:
    """Whether it is the name of a module other than that of a format."""
    if word == "json":
        return False
    first = word.partition(".")[0]
    return first.isidentifier() and importlib.util.find_spec(first) is not None


def run(words: list[str], stdin: bytes) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="\n") for _ in range(2))
    before = sys.stdin
    sys.stdin = SimpleNamespace(buffer=io.BytesIO(stdin), fileno=_no_file, isatty=lambda: False)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = _exit_code(words)
    finally:
        sys.stdin = before
    return code, _written(out), _written(err)


def _exit_code(words: list[str]) -> int:
    try:
        return bitwright(words)
    except SystemExit as end:  # --help and --version
        return int(end.code or 0)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode("utf-8")


def _no_file() -> int:
    raise io.UnsupportedOperation("fileno")


def target(data: bytes) -> str:
    """Hold the invariant against one input."""
    words, stdin = command_of(data)
    if not words:
        return "not tried"
    code, out, err = run(words, stdin)
    assert code in (OK, MALFORMED, USAGE, UNREADABLE), f"{words}: exit code {code}: {err}"
    assert "Traceback" not in err or "Traceback" in repr(data), f"{words}: {err}"
    for told in (out, err):
        wrong = [line for line in told.split("\n") if not line.isprintable()]
        assert not wrong, f"{words}: not for a terminal: {wrong[:2]!r}"
    if code == OK and "--format" in words and words[words.index("--format") + 1] in JSON_LINES:
        for text in out.splitlines() if "jsonl" in words else [out]:
            json.loads(text)
    return f"{words[0]} {code}" if words[0] in ("decode", "parse", "build", "match", "show") else f"other {code}"


if __name__ == "__main__":
    sys.exit(main("cli", target, largest=LARGEST))
