"""The program itself: version, help, laziness, signals."""

from __future__ import annotations

import os
import shlex
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import bitwright
from bitwright.cli.arguments import COMMANDS
from tests.cli.running import QUERY, Run, pcap, udp_frame

ROOT = Path(__file__).parents[2]
# Buffered, as on a user's machine: an unbuffered stdout has nothing left for the interpreter's last flush to fail on.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"} | {"PYTHONPATH": f"{ROOT / 'parsers'}:{ROOT / 'specs'}"}


def program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "bitwright", *arguments]


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from bitwright.cli import main

    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"bitwright {bitwright.__version__}\n"


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)], ids=str)
def test_help_has_examples_and_exit_codes(command: list[str]) -> None:
    done = subprocess.run(program(*command, "--help"), capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stderr == ""
    assert "examples:\n  bitwright" in done.stdout
    assert "exit codes:\n  0  " in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 95


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom bitwright.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('rich', 'asyncio', 'bitwright_specs') or m in"
        " ('bitwright.codec', 'bitwright.stack', 'bitwright.capture', 'importlib.metadata')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stderr == "[]\n"


def test_examples_in_the_help_of_parse_build_and_show_work(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitwright.cli import arguments, build, parse, show, specs

    monkeypatch.chdir(tmp_path)
    (tmp_path / "myformats.py").write_text("from bitwright import Struct, u8\nclass Header(Struct):\n    a: int = u8()\n    b: int = u8()")
    (tmp_path / "message.bin").write_bytes(QUERY)
    (tmp_path / "answer.bin").write_bytes(QUERY)
    (tmp_path / "query.json").write_text('{"id": 1, "questions": [{"qname": "example.com.", "qtype": "A"}]}')
    tried = 0
    for text in (arguments._EXAMPLES, build.EXAMPLES, parse.EXAMPLES, show.EXAMPLES, specs.EXAMPLES):
        for line in text.splitlines()[1:]:
            first, *rest = (shlex.split(part) for part in line.split(" | "))
            if "decode" in first:
                continue
            result = run(*first[1:])
            assert result.code == 0, (line, result.err)
            for piped in rest:
                result = run(*piped[1:], stdin=result.out)
                assert result.code == 0, (line, result.err)
            tried += 1
    assert tried >= 12


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "many.pcap"
    path.write_bytes(pcap([udp_frame(QUERY)] * 5000))
    with subprocess.Popen(program("decode", str(path)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


def test_packets_from_a_pipe_are_shown_as_they_come_and_interrupting_is_orderly() -> None:
    with subprocess.Popen(
        program("decode", "-"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(pcap([udp_frame(QUERY)]))
        process.stdin.flush()
        assert process.stdout.readline().endswith(b"www.example. A\n")  # while the pipe is still open
        process.stdin.write(struct.pack("<IIII", 0, 0, 99, 99))
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().decode().splitlines() == [
            "1 packet read: 1 ok, 0 cut, 0 malformed, 0 unknown",
            "bitwright: interrupted",
        ]
        assert process.wait() == 130


def test_a_defect_is_told_from_bad_input(run: Run, one_query: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bitwright.stack import Walker

    def broken(self: Walker, packet: object) -> None:
        raise ZeroDivisionError("\x1b[2J")

    monkeypatch.setattr(Walker, "decode", broken)
    result = run("decode", one_query)
    assert result.code == 70
    assert result.complaints[-1] == "bitwright: this is a defect of bitwright; please report it with the lines above"
    assert "ZeroDivisionError: \\x1b[2J" in result.complaints


def test_an_engine_that_does_not_exist(run: Run, one_query: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITWRIGHT_BACKEND", "steam")
    for arguments in (["decode", str(one_query)], ["parse", "udp", "00"]):
        result = run(*arguments)
        assert result.code == 2
        assert result.err == "bitwright: BITWRIGHT_BACKEND=steam: no such engine; there are: auto, python, interp, llvm\n"


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("decode {} >&-", 3, "bitwright: stdout: is closed\n"),
        ("decode {} > /dev/full", 3, "bitwright: stdout: cannot be written: No space left on device\n"),
        ("decode - <&-", 3, "bitwright: stdin: is closed\n"),
        ("parse udp - <&-", 3, "bitwright: stdin: is closed\n"),
        ("decode -q -o /dev/null {} >&-", 0, ""),
        ("decode {} 2>&-", 0, ""),
        ("decode nothing 2>&-", 3, ""),
    ],
)
def test_streams_that_are_closed_or_full(one_query: Path, line: str, code: int, said: str) -> None:
    command = f"{shlex.join(program())} {line.format(shlex.quote(str(one_query)))}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (done.returncode, done.stderr) == (code, said)
    assert "bitwright:" not in done.stdout
