"""`fuzz`: options, seeds, exit codes, reports, and a corpus that is gone on with."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bitwright import Struct, bits, param, raw, u16
from bitwright.testing.regress import read_folder
from tests.cli.running import QUERY, Run, pcap, udp_frame

JSON = ("--format", "json")
REFUSES = "import sys; data = sys.stdin.buffer.read(); sys.exit(1 if len(data) < 12 else 0)"
FAILS = "import sys; data = sys.stdin.buffer.read(); sys.exit(7 if data[:2] != bytes.fromhex('1234') else 0)"


def program(source: str) -> str:
    return f'{sys.executable} -S -c "{source}"'


def test_no_finding(run: Run, one_query: Path) -> None:
    result = run("fuzz", "dns", "--input", one_query, "--runs", "20", "--exec", program(REFUSES))
    assert result.code == 0, result.err
    assert ": no finding" in result.lines[1]
    assert result.lines[1].startswith("20 inputs in ")


def test_findings_are_reported_kept_and_known_again(run: Run, one_query: Path, tmp_path: Path) -> None:
    common = ("fuzz", "dns", "--input", one_query, "--tiers", "raw", "--exec", program(FAILS), "--corpus", tmp_path / "found", *JSON)
    result = run(*common, "--runs", "30")
    assert result.code == 1, result.err
    report = json.loads(result.out)
    (finding,) = report["findings"]
    assert (finding["kind"], finding["was_known"], report["first"], report["inputs"]) == ("exit", False, 0, 30)
    (case,) = read_folder(tmp_path / "found")
    assert (case.spec, case.kind, case.bucket) == ("dns", "exit", finding["bucket"])
    again = run(*common, "--runs", "30")
    assert again.code == 1
    second = json.loads(again.out)
    assert (second["first"], second["findings"][0]["was_known"]) == (30, True)
    assert len(read_folder(tmp_path / "found")) == 1


def test_seeds_are_the_messages_of_a_capture_without_what_lies_behind_them(run: Run, tmp_path: Path) -> None:
    capture = tmp_path / "one.bin"  # recognised by its first bytes
    capture.write_bytes(pcap([udp_frame(QUERY), udp_frame(QUERY), udp_frame(b"\x01\x02")]))
    source = f"import sys; data = sys.stdin.buffer.read(); sys.exit(0 if data == bytes.fromhex('{QUERY.hex()}') else 7)"
    result = run("fuzz", "dns", "--input", capture, "--runs", "1", "--exec", program(source), *JSON)
    assert json.loads(result.out)["kinds"] == {"value": 1}, result.out


def test_seeds_of_a_folder_are_its_files(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name, data in (("b", b"\x02"), ("a", b"\x01"), ("c", b"\x01")):
        (folder / name).write_bytes(data)
    result = run("fuzz", "udp", "--input", folder, "--runs", "2", "--tiers", "raw", "--exec", program("import sys; sys.exit(7)"), *JSON)
    (finding,) = json.loads(result.out)["findings"]
    assert (finding["data"], finding["label"]["tier"]) == ("01", "seed")
    assert json.loads(result.out)["rules"][0]["inputs"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing"], 2, "no spec is named 'nothing'"),
        (["dns", "--runs", "0"], 2, "'0': write a number of inputs"),
        (["dns", "--runs", "many"], 2, "'many': write a number of inputs"),
        (["dns", "--seconds", "nan"], 2, "'nan': write a number of seconds"),
        (["dns", "--tiers", "lie,big"], 2, "'big' is no tier"),
        (["dns", "--raises", "builtins:ValueError"], 2, "--raises: goes with --target"),
        (["dns", "--exec", "cat", "--allow-remote"], 2, "--allow-remote: goes with --connect"),
        (["dns", "--rate", "0"], 2, "--rate: goes with --connect"),
        (["dns", "--exec", "cat", "--strict"], 2, "--strict: is for our own engines"),
        (["dns", "--exec", "cat", "--target", "a:b"], 2, "--target and --exec: one target at a time"),
        (["dns", "--exec", "cat", "--engine", "atheris"], 2, "--engine atheris: counts the branches"),
        (["dns", "--connect", "udp:127.0.0.1:1", "--rate", "0"], 2, "--rate 0: write a number"),
        (["dns", "--connect", "udp:192.0.2.1:53"], 2, "--allow-remote"),
        (["dns", "--connect", "udp:127.0.0.1:1"], 2, "nobody listens at udp:127.0.0.1:1"),
        (["dns", "--target", "no_such_module_at_all:f"], 2, "no_such_module_at_all"),
        (["dns", "--input", "absent.pcap"], 3, "absent.pcap: No such file"),
        (["dns", "--input", "QUERY", "--exec", "no-such-program-at-all"], 2, "no such program"),
        (["dns", "--input", "QUERY", "--exec", "cat", "--corpus", "QUERY"], 3, "File exists"),
        (["dns", "--input", "QUERY", "--exec", "cat", "-o", "/absent/report.html"], 3, "/absent/report.html: cannot be written"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(run: Run, one_query: Path, arguments: list[str], code: int, said: str) -> None:
    result = run("fuzz", *(str(one_query) if argument == "QUERY" else argument for argument in arguments))
    assert (result.code, result.out) == (code, b"")
    assert len(result.complaints) == 1
    assert said in result.err


class Ragged(Struct):
    """Ends in a byte."""

    number: int = bits(3)


class Inner(Struct, endian="inherit"):
    """Has the byte order of what nests it."""

    number: int = u16()


class Parametrised(Struct):
    """Has a size from outside."""

    given = param(int)
    data: bytes = raw(size=given)


@pytest.mark.parametrize("command", [["fuzz"], ["parse", "00"], ["build", "{}"]])
@pytest.mark.parametrize(
    ("name", "said"),
    [("Ragged", "ends 3 bits into a byte"), ("Inner", "takes its byte order from what nests it"), ("Parametrised", "the parameter given=")],
)
def test_what_is_no_message_by_itself_is_refused(run: Run, command: list[str], name: str, said: str) -> None:
    result = run(command[0], f"{__name__}:{name}", *command[1:])
    assert (result.code, result.out) == (2, b"")
    assert len(result.complaints) == 1
    assert said in result.err


def test_a_corpus_folder_with_other_things_in_it_is_refused(run: Run, one_query: Path, tmp_path: Path) -> None:
    (tmp_path / "stray.toml").write_text("format = 1")
    result = run("fuzz", "dns", "--input", one_query, "--exec", "cat", "--corpus", tmp_path)
    assert result.code == 3
    assert "stray" in result.err


def test_a_report_in_a_file_leaves_a_line_on_stderr(run: Run, one_query: Path, tmp_path: Path) -> None:
    result = run("fuzz", "dns", "--input", one_query, "--runs", "3", "--exec", "cat", "-o", tmp_path / "report.txt")
    assert (result.code, result.out) == (0, b"")
    assert result.err.startswith("3 inputs in ")
    assert "dns  exec:cat" in (tmp_path / "report.txt").read_text()
