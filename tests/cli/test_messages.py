"""`parse`, `build`, `specs` and `show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.running import QUERY, Run

UDP = "0035 9c40 000b 0000 010203"


def test_parse_shows_a_tree(run: Run) -> None:
    result = run("parse", "udp", UDP)
    assert result.code == 0
    assert result.lines == [
        "UDP  11 bytes",
        "├── src_port: 53 (0x35)",
        "├── dst_port: 40000 (0x9c40)",
        "├── length: 11 (0xb)",
        "├── checksum: 0",
        "└── payload: 010203",
    ]
    assert result.err == ""


@pytest.mark.parametrize(
    "words", [["0x0035 0x9c40 0x000b 0x0000", "010203"], ["00:35:9C:40:00:0b:00:00:01:02:03"], ["00359c40000b0000010203"]]
)
def test_hex_is_taken_as_people_write_it(run: Run, words: list[str]) -> None:
    assert run("parse", "udp", *words).lines[-1] == "└── payload: 010203"


def test_parse_as_json(run: Run) -> None:
    plain = json.loads(run("parse", "udp", UDP, "--format", "json").out)
    assert plain == {"src_port": 53, "dst_port": 40000, "length": 11, "checksum": 0, "payload": "010203"}


def test_parse_of_a_file_and_of_stdin(run: Run, tmp_path: Path) -> None:
    data = bytes.fromhex(UDP)
    (tmp_path / "message").write_bytes(data)
    expected = run("parse", "udp", UDP).out
    assert run("parse", "udp", f"@{tmp_path}/message").out == expected
    assert run("parse", "udp", "-", stdin=data).out == expected
    assert run("parse", "udp", "-", stdin=UDP.encode() + b"\n").out == expected
    (tmp_path / "message").write_text(UDP)
    assert run("parse", "udp", "--input", "hex", f"@{tmp_path}/message").out == expected


def test_bytes_that_look_like_hex(run: Run) -> None:
    looks_like_hex = b"00000000" b"\x30\x30" b"00"
    as_bytes = run("parse", "udp", "--input", "bytes", "-", stdin=looks_like_hex)
    assert as_bytes.lines[1] == "├── src_port: 12336 (0x3030)"
    assert as_bytes.complaints[0].startswith("bitwright: stdin: UDP.payload: ")
    assert run("parse", "udp", "-", stdin=looks_like_hex).lines[0] == "UDP  read in part, of 6 bytes"


def test_parse_as_a_hexdump(run: Run) -> None:
    result = run("parse", "udp", UDP, "--format", "hexdump", "--width", "8")
    assert (result.code, result.err) == (0, "")
    assert result.lines == [
        "UDP  11 bytes",
        "offset   0  1  2  3  4  5  6  7  ascii     field     value",
        "0000    00 35                    .5        src_port  53 (0x35)",
        "0002          9c 40                .@      dst_port  40000 (0x9c40)",
        "0004                00 0b            ..    length    11 (0xb)",
        "0006                      00 00        ..  checksum  0",
        "0008    01 02 03                 ...       payload   3 bytes",
    ]


def test_a_hexdump_shows_what_is_wrong_at_its_place(run: Run) -> None:
    result = run("parse", "dns", QUERY[:-2].hex(), "--format", "hexdump")
    assert result.code == 1
    assert result.lines[-1].endswith("  error at byte 27: questions[0].qclass: needs 2 bytes, none left [truncated]")
    assert "questions[0].qclass" in result.err


@pytest.mark.parametrize(("color", "expected"), [({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False), ({}, False)])
def test_a_hexdump_is_coloured_as_everything_is(
    run: Run, monkeypatch: pytest.MonkeyPatch, color: dict[str, str], expected: bool
) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in color.items():
        monkeypatch.setenv(name, value)
    assert (b"\x1b[" in run("parse", "udp", UDP, "--format", "hexdump").out) is expected


def test_a_hexdump_folds_unless_it_should_not(run: Run) -> None:
    long = "0035 9c40 00d0 0000" + "00" * 200
    assert "00 more bytes" not in run("parse", "udp", long, "--format", "hexdump", "--full").out.decode()
    assert run("parse", "udp", long, "--format", "hexdump").lines[-1] == "0040    ... 144 more bytes of payload"
    refused = run("parse", "udp", UDP, "--format", "hexdump", "--width", "0")
    assert (refused.code, refused.out) == (2, b"")
    assert "'0' is no number of bytes from 1 to 64" in refused.err


def test_parse_lists_findings(run: Run) -> None:
    result = run("parse", "dns", (QUERY[:3] + b"\x40" + QUERY[4:]).hex())
    assert result.code == 0
    assert len(result.complaints) == 1
    assert result.complaints[0].startswith("finding: reserved-bits: z: ")
    assert result.complaints[0].endswith("at byte 3")


def test_build_gives_hex_or_bytes(run: Run, tmp_path: Path) -> None:
    text = json.dumps({"id": 0x1234, "rd": True, "questions": [{"qname": "www.example.", "qtype": "A"}]})
    assert run("build", "dns", text).out == QUERY.hex().encode() + b"\n"
    assert run("build", "dns", text, "-o", "-").out == QUERY
    assert run("build", "dns", "-", stdin=text.encode()).out == QUERY.hex().encode() + b"\n"
    (tmp_path / "query.json").write_text(text)
    run("build", "dns", f"@{tmp_path}/query.json", "-o", tmp_path / "query.bin")
    assert (tmp_path / "query.bin").read_bytes() == QUERY


def test_what_parse_shows_build_takes(run: Run) -> None:
    shown = run("parse", "dns", QUERY.hex(), "--format", "json").out
    assert bytes.fromhex(run("build", "dns", "-", stdin=shown).out.decode()) == QUERY


def test_specs_are_listed_with_their_rfcs(run: Run) -> None:
    result = run("specs")
    assert result.code == 0
    assert result.err == ""
    rows = {line.split()[0]: line for line in result.lines}
    assert list(rows) == sorted(rows)
    assert {"arp", "dns", "ethernet", "icmp", "icmpv6", "ipv4", "ipv6", "tcp", "udp", "vlan"} <= set(rows)
    assert "RFC 768" in rows["udp"]
    assert rows["udp"].split()[1:3] == ["8+", "B"]
    for line in result.lines:
        assert "RFC" in line or "IEEE" in line or "LINKTYPE" in line or "tcpdump" in line, line


def test_show_draws_a_diagram(run: Run) -> None:
    out = run("show", "udp").out.decode()
    assert "|            src_port           |            dst_port           |" in out
    assert "RFC 768" in out


def test_show_source_and_program_of_both_directions(run: Run) -> None:
    shown = {
        (form, direction): run("show", "udp", "--format", form, "--direction", direction).out.decode()
        for form in ("source", "ir")
        for direction in ("parse", "build")
    }
    assert len(set(shown.values())) == 4
    for text in shown.values():
        assert "dst_port" in text
    compile(shown["source", "parse"], "parse", "exec")
    compile(shown["source", "build"], "build", "exec")


def test_show_explains(run: Run) -> None:
    assert "length" in run("show", "udp", "--format", "explain").out.decode()


def test_every_spec_has_a_diagram(run: Run) -> None:
    for line in run("specs").lines:
        result = run("show", line.split()[0])
        assert result.code == 0
        assert max(map(len, result.lines)) <= 90


def test_a_class_in_the_current_directory(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here_spec.py").write_text("from bitwright import Struct, u8\nclass Level(Struct):\n    level: int = u8()\n")
    monkeypatch.chdir(tmp_path)
    assert run("parse", "here_spec:Level", "07").lines == ["Level  1 bytes", "└── level: 7"]


def test_the_classes_of_a_module_are_listed_and_shown(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = 'from bitwright import Struct, u8\nclass Depth(Struct):\n    "A depth."\n    depth: int = u8()\n'
    (tmp_path / "listed_spec.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    assert run("show", "listed_spec").lines == ["listed_spec:Depth  1 B  A depth."]
    assert run("show", "./listed_spec.py").lines == ["./listed_spec.py:Depth  1 B  A depth."]
    assert run("show", "./listed_spec.py:Depth").lines[0] == "Depth: A depth."
    assert run("parse", "./listed_spec.py:Depth", "07").lines[1] == "└── depth: 7"
    for arguments, said in [
        (("parse", "listed_spec", "07"), "'listed_spec' is a module; name the class: listed_spec:Depth"),
        (("show", "listed_spec:Deeper"), "has no Struct class 'Deeper'; did you mean Depth?"),
        (("show", "json"), "'json' has no Struct class"),
        (("show", "./no_such_file.py"), "./no_such_file.py: no such file"),
    ]:
        result = run(*arguments)
        assert (result.code, result.out) == (2, b"")
        assert said in result.err
