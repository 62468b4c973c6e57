"""Lines by machine code are the bytes that Python writes, for every packet of every capture, damaged and hostile ones too."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

import pytest

from bitwright import capture, tiers
from bitwright.cli import decode, main, parallel, walking
from bitwright.cli.output import Output
from bitwright.cli.row_jsonl import JsonLines
from bitwright.stack import Row, Walker, load_standard
from tests.capture.inventory import needed
from tests.cli.test_parallel import long_capture

pytest.importorskip("llvmlite")

SAMPLES = Path(__file__).parents[2] / "samples"
MOST = 200  # packets of one capture


class Kept(list[bytes]):
    """A sink that keeps what is written."""

    write = list.append


def compare(path: Path, *, check: bool) -> tuple[int, int]:
    """How many packets were compared, and how many lines machine code wrote."""
    registry = load_standard()
    slow, fast = Walker(registry, check=check, plain=True, backend="python"), Walker(registry, check=check, at_once=True)
    python, native = Kept(), Kept()
    in_python, by_machine = JsonLines(python), JsonLines(native, native=True)
    line, written = by_machine._line, list[bool]()
    assert line is not None

    def counting(row: Row) -> bytes | None:
        found = line(row)
        written.append(found is not None)
        return found

    by_machine._line, packet = counting, None
    with contextlib.suppress(capture.CaptureError), capture.open(str(path)) as packets:
        for packet in packets:
            in_python.row(slow.decode(packet))
            by_machine.row(fast.decode(packet))
            assert python.pop() == native.pop(), f"{path.name}, packet {packet.number}"
            if packet.number == MOST:
                break
    return packet.number if packet else 0, sum(written)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("name", ["dns.pcap", "dns.pcapng"])
def test_the_samples(name: str, check: bool) -> None:
    packets, written = compare(SAMPLES / name, check=check)
    assert packets == written > 50


def test_every_capture() -> None:
    packets = written = 0
    for entry in needed():
        read, by_machine = compare(entry.path, check=False)
        packets, written = packets + read, written + by_machine
    assert written > 0.9 * packets > 3000, (written, packets)


def spied(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether machine code was to write, of each capture decoded from now on."""
    asked, make = list[bool](), walking.row_writer
    for variable in ("BITWRIGHT_BACKEND", "BITWRIGHT_COMPILE_AFTER"):
        monkeypatch.delenv(variable, raising=False)

    def writer(arguments: argparse.Namespace, output: Output) -> walking.RowWriter:
        asked.append(arguments.at_once)
        return make(arguments, output)

    monkeypatch.setattr(decode, "row_writer", writer)
    return asked


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_writes_large_captures_by_machine_code(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    monkeypatch.setattr(parallel, "BLOCK_PACKETS", 50)
    path = str(long_capture(tmp_path, 4))
    assert main(["decode", "--format", "jsonl", path]) == 0
    expected = capsysbinary.readouterr()
    asked = spied(monkeypatch)
    monkeypatch.setattr(parallel, "LEAST_BYTES", 1000)
    assert main(["decode", "--format", "jsonl", "--workers", workers, path]) == 0
    assert capsysbinary.readouterr() == expected
    assert asked == [True]


def test_small_captures_and_other_engines_need_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = spied(monkeypatch)
    out = str(tmp_path / "lines")
    for options in ([], ["--backend", "python"], ["--backend", "llvm"], ["--backend", "auto"]):
        assert main(["decode", "-q", "--format", "jsonl", "-o", out, *options, str(SAMPLES / "dns.pcap")]) == 0
    for after in ("0", "never", "1"):
        monkeypatch.setenv("BITWRIGHT_COMPILE_AFTER", after)
        assert main(["decode", "-q", "--format", "jsonl", "-o", out, str(SAMPLES / "dns.pcap")]) == 0
    assert asked == [False, False, True, False, True, False, False]


@pytest.mark.parametrize("why", ["never", "absent", "python"])
def test_large_captures_are_left_to_python_where_machine_code_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, why: str
) -> None:
    asked = spied(monkeypatch)
    monkeypatch.setattr(parallel, "LEAST_BYTES", 1000)
    if why == "absent":
        monkeypatch.setattr(tiers, "is_available", lambda: False)
    elif why == "never":
        monkeypatch.setenv("BITWRIGHT_COMPILE_AFTER", "never")
    else:
        monkeypatch.setenv("BITWRIGHT_BACKEND", "python")
    out = tmp_path / "lines"
    assert main(["decode", "-q", "--format", "jsonl", "--workers", "1", "-o", str(out), str(SAMPLES / "dns.pcap")]) == 0
    assert asked == [False]
    assert out.read_bytes().count(b"\n") > 50
