"""A program as target: what each way to end means, that its time is bounded, and that it leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bitwright.testing.labels import SEED
from bitwright.testing.outcome import Outcome
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.process import KEPT, Running
from bitwright.testing.targets.program import ProgramTarget


def _run(command: str | Sequence[str], data: bytes = b"input", timeout: float = 20.0, **options: Any) -> Outcome:
    with contextlib.closing(ProgramTarget(command, timeout=timeout, **options)) as target:
        return target.run(data, SEED)


def _python(text: str, *more: str) -> list[str]:
    return [sys.executable, "-c", text, *more]


def test_exit_codes_say_what_became_of_the_input() -> None:
    assert _run("true").kind == "value"
    assert _run("false").kind == "error"
    assert _run("false", refusals=(2,)).bucket == "exit code 1"
    assert _run("sh -c 'exit 3'", values=(0, 3)).kind == "value"
    outcome = _run("sh -c 'echo nothing fits >&2; exit 7'")
    assert (outcome.kind, outcome.bucket, outcome.detail) == ("exit", "exit code 7", "exit code 7\nnothing fits")


def test_the_input_comes_on_stdin() -> None:
    data = bytes(range(256)) * 2_000  # more than a pipe holds
    text = "import sys; sys.exit(0 if sys.stdin.buffer.read() == bytes(range(256)) * 2_000 else 9)"
    assert _run(_python(text), data).kind == "value"
    assert _run(_python(text), data[:-1]).bucket == "exit code 9"


def test_or_as_a_file_anywhere_in_an_argument_with_a_suffix_if_one_is_asked_for() -> None:
    text = "import sys; path = sys.argv[1][3:]; sys.exit(0 if path.endswith('.pcap') and open(path, 'rb').read() == b'input' else 9)"
    assert _run(_python(text, "-r=@@.pcap")).kind == "value"
    assert _run("grep -q ^input$ @@").kind == "value"
    assert _run("grep -q other @@").kind == "error"


def test_each_input_is_one_run_and_runs_do_not_mix() -> None:
    command = _python("import sys; sys.exit(len(sys.stdin.buffer.read()))")
    with contextlib.closing(ProgramTarget(command, values=range(100), ahead=3)) as target:
        details = [target.run(bytes(size), SEED).detail for size in range(20)]
    assert details == [f"exit code {size}" for size in range(20)]


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGKILL"])
def test_a_signal_is_a_crash(name: str) -> None:
    outcome = _run(f"sh -c 'kill -{int(signal.Signals[name])} $$'")
    assert (outcome.kind, outcome.bucket) == ("crash", name)


def test_also_where_a_shell_reports_it() -> None:
    assert _run("sh -c 'exit 139'").bucket == "SIGSEGV"
    assert _run("sh -c 'exit 139'", values=(139,)).kind == "value"
    assert _run("sh -c 'exit 200'").bucket == "exit code 200"


def test_what_stderr_says_names_the_cause_whatever_the_exit_code() -> None:
    raised = _run(_python("def f(): raise KeyError('x')\nf()"))  # exit code 1, which is a refusal otherwise
    assert (raised.kind, raised.bucket) == ("exception", "KeyError in f, <string>:1")
    warned = _run("sh -c 'echo \"a.c:3:1: runtime error: shift exponent 40 is too large\" >&2'")
    assert (warned.kind, warned.bucket) == ("crash", "undefined behaviour: shift exponent 40 is too large, a.c:3")


@pytest.mark.parametrize("more", [(), ("@@",)], ids=["stdin", "file"])
def test_what_does_not_end_is_ended(more: tuple[str, ...]) -> None:
    outcome = _run(_python("import time; time.sleep(60)", *more), timeout=0.2)
    assert (outcome.kind, outcome.bucket) == ("timeout", "timeout")
    assert outcome.seconds >= 0.2


def test_a_program_that_writes_for_ever_is_ended_too_and_little_of_it_is_kept() -> None:
    outcome = _run(_python("import os\nwhile True: os.write(2, b'\\x1b' * 65536)"), timeout=0.5)
    assert outcome.kind == "timeout"
    assert len(outcome.detail) <= 2 * KEPT


def test_the_beginning_and_the_end_of_stderr_are_kept() -> None:
    running = Running(_python("import os; os.write(2, b'first'); os.write(2, b'.' * 500_000); os.write(2, b'last')"), reads=False)
    stderr = running.finish(b"", 20.0).stderr
    assert stderr.startswith(b"first")
    assert stderr.endswith(b"last")
    assert b"bytes left out" in stderr
    assert len(stderr) <= 2 * KEPT + 100


def test_children_that_a_program_leaves_behind_are_ended_with_it(tmp_path: Path) -> None:
    number = tmp_path / "number"
    assert _run(["sh", "-c", f"sleep 60 & echo $! > {number}; exit 0"], ahead=0).kind == "value"
    deadline = time.monotonic() + 10
    while _lives(int(number.read_text())):
        assert time.monotonic() < deadline, "the child of the program still runs"
        time.sleep(0.01)


def _lives(process: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_program_that_does_not_read_is_no_trouble() -> None:
    assert _run("true", bytes(1_000_000)).kind == "value"


def test_closing_ends_the_processes_that_wait() -> None:
    target = ProgramTarget(_python("import sys; sys.stdin.read()"), ahead=3)
    target.run(b"", SEED)
    waiting = [running.pid for running in target._waiting]
    target.close()
    assert len(waiting) == 3
    for process in waiting:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.parametrize("command", ["", "no-such-program-anywhere @@", "sh -c 'unclosed"])
def test_what_cannot_be_run_is_refused_at_once(command: str) -> None:
    with pytest.raises(TargetError, match=r"empty|no such program|split"):
        ProgramTarget(command)


def test_its_name_says_nothing_of_folders() -> None:
    with contextlib.closing(ProgramTarget(["/bin/sh", "-c", "exit 0"])) as target:
        assert target.name == "exec:sh -c 'exit 0'"
