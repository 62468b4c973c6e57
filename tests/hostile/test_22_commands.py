"""Class 22, the command line: whatever the bytes, the file names, the patterns and the other words are, no command shows a terminal
anything that it obeys, neither on stdout nor on stderr; every command there is has its turn."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitwright.cli import main
from bitwright.cli.arguments import COMMANDS
from tests.capture import files
from tests.cli.running import pcap
from tests.hostile.test_22_terminals import EVERY_BYTE, assert_harmless

EVIL = "\x1b]0;owned\x07\x1b[2J\r\b\x7f\x9b31m\u202egnp.exe\udc9b\u2028\u0085\ufeff"
SPEC = '''
"""A module whose \\x1b[31mdescription\\x9b is \\u202ehostile."""

from bitwright import Name, OpenEnum, Struct, array, check, const, domain_name, raw, text, u8

class Kind(OpenEnum):
    ONE = 1

class Word(Struct):
    said: str = text(prefix=u8(), encoding="latin-1")

class Evil(Struct):
    "A format whose \\x1b]0;description\\x07 is \\u202ehostile."
    magic: bytes = const(raw(size=2), b"\\x1b[")
    name: Name = domain_name()
    kind: Kind = u8(Kind)
    check(kind != 0x1b, "the kind \\x1b[2J is \\x9b not \\u202egood")
    words: list[Word] = array(Word)
'''
TARGET = """
class Odd(Exception):
    def __str__(self):
        return "\\x1b]0;owned\\x07 \\x9b31m \\u202e" + repr(self.args)

def raising(data):
    raise ValueError("\\x1b[2J\\x9b" + data.decode("latin-1"))

def odd(data):
    if len(data) % 2:
        raise Odd(data)

def printing(data):
    raise RuntimeError(data.decode("latin-1") + "\\r\\n\\udc80")
"""


def message() -> bytes:
    """Every byte there is, in a name and in texts."""
    labels = b"".join(bytes([len(part)]) + part for part in (EVERY_BYTE[at : at + 62] for at in range(0, 186, 62)))
    words = b"".join(bytes([len(part)]) + part for part in (EVERY_BYTE[:128], EVERY_BYTE[128:]))
    return b"\x1b[" + labels + b"\0\x01" + words


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Formats, targets, messages and captures that mean no good, under names that do not either."""
    found = tmp_path_factory.mktemp("evil")
    (found / "evil_formats.py").write_text(SPEC, encoding="utf-8")
    (found / "evil.toml").write_text("origin = 'a.'\n'\u009b\u202e' = 1\n\"\\u001b[2J\" = 2\n", encoding="utf-8")
    (found / "evil_targets.py").write_text(TARGET, encoding="utf-8")
    whole = message()
    for name, data in {"whole.bin": whole, "short.bin": whole[:-7], "kind.bin": whole.replace(b"\0\x01", b"\0\x1b", 1)}.items():
        (found / name).write_bytes(data)
    packets = [whole, whole[:-7], b"\x03\x1b[\x07", whole + b"\x9b", b"\x1b[" + bytes(60)]
    (found / "evil.pcap").write_bytes(pcap(packets, link_type=147))
    (found / "cut.pcap").write_bytes(pcap(packets, link_type=147)[:-5])
    (found / "ethernet.pcap").write_bytes(pcap([bytes(12) + b"\x08\x00" + whole, whole * 3, bytes(14) + whole]))
    names = b"".join(files.option(code, EVIL.encode("utf-8", "replace") + EVERY_BYTE[1:]) for code in (1, 2, 3, 11, 12))
    blocks = [files.section(options=names), files.interface(147, options=names), files.enhanced(whole, options=names)]
    (found / "named.pcap").write_bytes(b"".join(blocks) + files.block(6, struct.pack("<IIIII", 9, 0, 0, 4, 4) + b"\x1b[2J"))
    (found / "no\x1b[2J\x07capture\u202e.pcap").write_bytes(b"\x1b[2J\x9b31m" * 9)
    (found / "pattern\x9b.txt").write_text(f'<<a, "{EVIL[:9]}", b::8>> # {EVIL[:12]}', encoding="utf-8")
    sys.path.append(str(found))
    yield found
    sys.path.remove(str(found))


FORMAT = "evil_formats:Evil"
AS = ["--as", f"link=147={FORMAT}"]
FUZZ = [FORMAT, "--input", "whole.bin", "-q", "--runs"]
BENCH = [FORMAT, "-q", "--seconds", "0.01", "--operation", "parse"]
LINES: dict[str, list[list[str]]] = {
    "decode": [
        *([*AS, "--format", form, "--check", f"{name}.pcap"] for form in ("text", "tree", "jsonl") for name in ("evil", "named", "cut")),
        ["ethernet.pcap"], ["--format", "tree", "ethernet.pcap"], ["no\x1b[2J\x07capture\u202e.pcap"], [EVIL],
        ["--as", EVIL, "evil.pcap"], ["--as", f"{EVIL}=dns", "evil.pcap"], ["--format", EVIL, "evil.pcap"],
        ["--stats", *AS, "evil.pcap"], ["--backend", EVIL, "evil.pcap"],
    ],
    "parse": [
        *([FORMAT, f"@{name}.bin", "--format", form] for name in ("whole", "short", "kind") for form in ("tree", "json", "hexdump")),
        [EVIL, "00"], ["udp", EVIL], ["udp", f"@{EVIL}"], ["evil_formats:" + EVIL, "00"], [EVIL + ":Evil", "00"],
    ],
    "build": [
        ["dns", EVIL], ["dns", '{"\\u001b[2J\\u009b": 1}'], ["dns", '{"id": "\\u001b[2J\\u202e"}'], [EVIL, "{}"], ["dns", f"@{EVIL}"],
        [FORMAT, '{"magic": "1b5b", "name": "\\u001b[2J", "kind": 27, "words": []}'],
    ],
    "match": [
        ["<<a, b::binary>>", "@whole.bin"], ["<<a, b::binary>>", "--explain", "@whole.bin"], ['<<"\x1b[2J", r::bits>>', "@whole.bin"],
        ["<<3, _::bits>>", "--explain", "@whole.bin"], [EVIL, "00"], [f"<<a>> # {EVIL}", "00"], ["<<a>>", EVIL], [f"<<{EVIL}>>", "00"],
        ["<<a::utf8>>", "--all", "@whole.bin"], ["<<^x>>", "00", "--with", f"x={EVIL}"], ["<<a>>", "00", "--with", f"{EVIL}=1"],
    ],
    "specs": [[], [EVIL]],
    "show": [
        *([FORMAT, "--format", form] for form in ("diagram", "svg", "source", "ir", "explain")), ["evil_formats"], [EVIL],
        ["evil_formats:" + EVIL], [FORMAT, "--format", EVIL],
    ],
    "lint": [[FORMAT], ["evil_formats"], ["evil_formats.py"], [EVIL], ["--json", FORMAT]],
    "fuzz": [
        *([*FUZZ, "40", "--in-process", "--target", f"evil_targets:{target}", "--format", form]
          for target in ("raising", "odd", "printing") for form in ("text", "json", "html")),
        [*FUZZ, "5", "--target", "evil_targets:printing", "--format", "json"], [*FUZZ, "3", "--exec", f"{EVIL[1:4]} @@"],
        [FORMAT, "--input", "evil.pcap", "--runs", "40", "-q"], [FORMAT, "--input", EVIL], [EVIL, "--runs", "1"],
        [FORMAT, "--target", EVIL], ["dns", "--tiers", EVIL], ["dns", "--connect", EVIL], ["dns", "--runs", EVIL],
    ],
    "bench": [
        *([*BENCH, "--input", "whole.bin", *more] for more in ([], ["--json"], ["--profile"])),
        *([*BENCH, "--input", "whole.bin", "--against", f"evil_targets:{target}"] for target in ("raising", "odd", "printing")),
        [*BENCH, "--input", "short.bin"], [*BENCH, "--input", EVIL], [EVIL], ["evil_formats:" + EVIL], [FORMAT, "--against", EVIL],
        [FORMAT, "--operation", EVIL], [FORMAT, "--backend", EVIL], [FORMAT, "--seconds", EVIL],
    ],
    "serve": [
        [], [EVIL], ["dns", EVIL], ["dns", "evil.toml"], ["dns", "x", "--host", EVIL], ["dns", "x", "--transfer", EVIL],
        ["dns", "x", "--port", EVIL], ["dns", "--help"],
    ],
    "commands": [[], [EVIL]],
    "record": [
        [], [EVIL], ["udp:5353", "-o", "missing/" + EVIL], ["udp:5353", "-o", "x", "--to", EVIL],
        ["udp:5353", "-o", "x.pcapng", "--seconds", "0.1", "--decode", EVIL], ["udp:5353", "-o", "x", "--limit", EVIL], ["--help"],
    ],
}  # fmt: skip


def test_every_command_has_its_turn() -> None:
    assert set(LINES) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_lets_anything_through(
    command: str, folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("NO_COLOR", "1")
    codes: set[object] = set()
    for words in LINES[command]:
        try:
            codes.add(main([command, *words]))
        except SystemExit as left:
            codes.add(left.code)
        shown = capfd.readouterr()
        assert_harmless(shown.out, f"stdout of {command} {words!a}")
        assert_harmless(shown.err, f"stderr of {command} {words!a}")
        assert "defect of bitwright" not in shown.err, (words, shown.err)
    assert codes <= {0, 1, 2, 3}
    assert len(codes) > 1 or command == "specs", codes


def test_a_word_that_is_no_command(capfd: pytest.CaptureFixture[str]) -> None:
    assert main([EVIL]) == 2
    shown = capfd.readouterr()
    assert_harmless(shown.err, "stderr")
    assert not shown.out
