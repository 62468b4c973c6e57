"""Several processes write what one writes."""

from __future__ import annotations

import argparse
import itertools
import os
from pathlib import Path

import pytest

from bitwright.capture import Packet
from bitwright.cli import main, parallel
from bitwright.cli.failure import CommandError
from bitwright.cli.tally import Tally

SAMPLE = Path(__file__).parents[2] / "samples" / "dns.pcap"


def long_capture(folder: Path, times: int, cut: int = 0) -> Path:
    """The sample's packets over and over; without the last `cut` bytes."""
    whole = SAMPLE.read_bytes()
    made = folder / "long.pcap"
    data = whole[:24] + whole[24:] * times
    made.write_bytes(data[: len(data) - cut])
    return made


def decode(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> tuple[int, bytes, bytes]:
    code = main(["decode", "--format", "jsonl", *arguments])
    out, err = capsysbinary.readouterr()
    return code, out, err


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "BLOCK_PACKETS", 50)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("workers", ["2", "3"])
@pytest.mark.parametrize("cut", [0, 7])
def test_the_same_bytes_and_summary(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], workers: str, cut: int) -> None:
    path = str(long_capture(tmp_path, 8, cut))
    alone = decode(capsysbinary, "--workers", "1", path)
    together = decode(capsysbinary, "--workers", workers, path)
    assert alone[1].count(b"\n") > 400
    assert together == alone
    assert alone[0] == (3 if cut else 0)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("room", [1, 5_000, 20_000])
def test_what_shared_memory_is_too_small_for_comes_through_the_pipe(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    path = str(long_capture(tmp_path, 8))
    alone = decode(capsysbinary, "--workers", "1", path)
    monkeypatch.setattr(parallel, "_SHARED_BYTES", room)
    assert decode(capsysbinary, "--workers", "2", path) == alone


def test_workers_that_end_early_are_an_error_in_words() -> None:
    team = parallel.Team(2, argparse.Namespace(at_once=False, stats=False), lambda arguments: os._exit(1))
    blocks = [[Packet(1, 0, 0, 1, 3, 3, b"abc")]] * 100
    try:
        with pytest.raises(CommandError, match="a worker process ended before its packets were decoded"):
            list(itertools.chain.from_iterable(map(team.submit, blocks)))
    finally:
        team.close()


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("limit", [0, 1, 49, 50, 51, 120, 333])
def test_a_limit_holds(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], limit: int) -> None:
    path = str(long_capture(tmp_path, 8))
    together = decode(capsysbinary, "--workers", "2", "--limit", str(limit), path)
    assert together == decode(capsysbinary, "--workers", "1", "--limit", str(limit), path)
    assert together[1].count(b"\n") == limit


def test_only_json_lines(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["decode", "--workers", "2", str(SAMPLE)]) == 2
    assert b"--workers is for --format jsonl" in capsysbinary.readouterr().err


def test_tallies_add_up() -> None:
    left, right = Tally(detailed=True), Tally(detailed=True)
    left.statuses.update(ok=3, cut=1)
    right.statuses.update(ok=2, malformed=1)
    left.merge(right)
    assert left.statuses == {"ok": 5, "cut": 1, "malformed": 1}
    assert left.packets == 7
