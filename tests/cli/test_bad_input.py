"""Bad input: one clear line on stderr with the place, the documented exit code, and what came before on stdout."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.cli.running import QUERY, Run, pcap, udp_frame

GOOD = pcap([udp_frame(QUERY)] * 3)


def complaint(run: Run, *arguments: str | Path, code: int, stdin: bytes = b"") -> str:
    """The one line that a command complains with."""
    result = run(*arguments, stdin=stdin)
    assert result.code == code, result.err
    lines = [line for line in result.complaints if line.startswith("bitwright: ")]
    assert len(lines) == 1, result.err
    return lines[0]


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "none.pcap"
    assert complaint(run, "decode", path, code=3) == f"bitwright: {path}: No such file or directory"


def test_a_directory(run: Run, tmp_path: Path) -> None:
    assert complaint(run, "decode", tmp_path, code=3) == f"bitwright: {tmp_path}: Is a directory"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"To whom it may concern:\n" * 9, "not-a-capture"), (GOOD[:10], "truncated"), (gzip.compress(GOOD)[:40], "[")],
    ids=["empty", "text", "half a header", "half a gzip file"],
)
def test_files_that_are_no_captures(run: Run, tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.pcap"
    path.write_bytes(content)
    line = complaint(run, "decode", path, code=3)
    assert line.startswith(f"bitwright: {path}: ")
    assert said in line
    assert "at byte" in line


def test_a_capture_cut_in_the_middle(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "half.pcap"
    path.write_bytes(GOOD[:-5])
    line = complaint(run, "decode", path, code=3)
    assert "truncated" in line
    assert "packet 3" in line
    result = run("decode", path)
    assert len(result.lines) == 2
    assert result.complaints[0] == "2 packets read: 2 ok, 0 cut, 0 malformed, 0 unknown"


def test_damage_outranks_malformed_packets(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "both.pcap"
    path.write_bytes(pcap([udp_frame(b"\x00"), udp_frame(QUERY)])[:-5])
    complaint(run, "decode", path, code=3)


def test_an_output_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "good.pcap"
    path.write_bytes(GOOD)
    line = complaint(run, "decode", "-o", tmp_path / "no" / "where", path, code=3)
    assert line.endswith("where: cannot be written: No such file or directory")


def test_a_full_disk(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "good.pcap"
    path.write_bytes(GOOD)
    assert complaint(run, "decode", "-o", "/dev/full", path, code=3) == "bitwright: /dev/full: cannot be written: No space left on device"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "no command is named 'bogus'; there are: decode, "),
        ([], "required: COMMAND"),
        (["decode"], "required: FILE|-"),
        (["decode", "--format", "xml", "x"], "invalid choice: 'xml'"),
        (["decode", "--limit", "-1", "x"], "--limit"),
        (["decode", "--limit", "many", "x"], "--limit"),
        (["decode", "--nonsense", "x"], "--nonsense"),
        (["decode", "--as", "udp.port", "x"], "--as udp.port: write it as TABLE=NUMBER=SPEC"),
        (["decode", "--as", "udp.port=x=dns", "x"], "--as udp.port=x=dns: write it as TABLE=NUMBER=SPEC"),
        (["decode", "--as", "udp.port=1=nonsense", "x"], "'nonsense'"),
        (["decode", "--as", "nonsense=1=dns", "x"], "'nonsense'"),
        (["parse", "nonsense", "00"], "no spec is named 'nonsense'"),
        (["parse", "dsn", "00"], "did you mean dns"),
        (["parse", "nowhere:Class", "00"], "No module named 'nowhere'"),
        (["parse", "json:JSONDecoder", "00"], "json has no Struct class 'JSONDecoder'"),
        (["parse", "udp", "0g"], "the command line: bad hex: 'g' at character 2"),
        (["parse", "udp", "00", "0"], "the command line: bad hex: 3 digits; a byte has two, so one is missing"),
        (["show", "udp", "--format", "picture"], "invalid choice: 'picture'"),
        (["show", "nonsense"], "no spec is named 'nonsense'"),
    ],
    ids=" ".join,
)
def test_wrong_command_lines(run: Run, arguments: list[str], said: str) -> None:
    assert said in complaint(run, *arguments, code=2)


@pytest.mark.parametrize(
    ("json", "said"),
    [
        ("{", "the command line: not JSON: Expecting property name enclosed in double quotes at line 1 column 2"),
        ("[" * 100_000, "the command line: not JSON that can be read: nested too deeply"),
        ("[]", "Message is written as an object"),
        ('{"id": "x"}', "the command line: id: takes a number, not 'x'"),
        ('{"id": 1, "questions": [{"qname": "a.", "qtype": "NONE"}]}', "questions[0].qtype: 'NONE' is not a name of Type"),
        ('{"id": 1, "answers": [{"name": "a.", "ttl": 1, "type": "A", "rdata": {"address": "x"}}]}', "answers[0].rdata.address: 'x' is no"),
        ('{"id": 65536}', "id"),
        ('{"id": 1, "questions": [{"qname": "..", "qtype": "A"}]}', "questions[0].qname"),
    ],
)
def test_json_that_does_not_fit(run: Run, json: str, said: str) -> None:
    assert said in complaint(run, "build", "dns", json, code=1)


def test_json_in_a_file_that_is_missing_or_binary(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "query.json"
    assert complaint(run, "build", "dns", f"@{path}", code=3) == f"bitwright: {path}: No such file or directory"
    path.write_bytes(b'{"id": \xff}')
    assert complaint(run, "build", "dns", f"@{path}", code=2) == f"bitwright: {path}: is not UTF-8 text: byte 7 is 0xff"


def test_a_message_that_ends_early_is_shown_in_part(run: Run) -> None:
    result = run("parse", "udp", "0035 9c40 00")
    assert result.code == 1
    assert result.lines[0] == "UDP  read in part, of 5 bytes"
    assert result.lines[1:] == ["├── src_port: 53 (0x35)", "└── dst_port: 40000 (0x9c40)"]
    assert len(result.complaints) == 1
    assert result.complaints[0].startswith("bitwright: the message: UDP.length: ")
    assert "at byte 4" in result.complaints[0]


def test_a_message_with_bytes_left_over(run: Run) -> None:
    result = run("parse", "udp", "0035 9c40 0008 0000 ff")
    assert result.code == 1
    assert "[unconsumed]" in result.complaints[0]


def test_a_message_in_a_file_that_is_missing(run: Run, tmp_path: Path) -> None:
    assert complaint(run, "parse", "udp", f"@{tmp_path}/none", code=3) == f"bitwright: {tmp_path}/none: No such file or directory"


def test_a_broken_declaration_is_a_wrong_spec(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_spec.py").write_text("from bitwright import Struct, u8\nclass Broken(Struct):\n    parse: int = u8()\n")
    monkeypatch.chdir(tmp_path)
    assert "broken_spec.py:3" in complaint(run, "show", "broken_spec:Broken", code=2)
