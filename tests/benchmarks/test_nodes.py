"""`benchmarks.nodes`: what dnsperf counted is read rightly, and what servers of ours may not do is noticed."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

pytest.importorskip("anyio", reason="anyio is not installed: pip install 'bitwright[net]'")

from benchmarks.nodes import __main__ as command
from benchmarks.nodes import zone
from benchmarks.nodes.contenders import Contender, Size, contenders, running, size_of
from benchmarks.nodes.dnsperf import Load, counted
from benchmarks.nodes.verdict import GROWTH, Turn, table, too_slow

SAID = """\
[Status] Testing complete (time limit)
Warning: received a response with an unexpected (maybe timed out) id: 17

Statistics:

  Queries sent:         32162
  Queries completed:    32160 (99.99%)
  Queries lost:         2 (0.01%)

  Response codes:       NOERROR 32100 (99.81%), SERVFAIL 60 (0.19%)
  Average packet size:  request 29, response 61
  Run time (s):         1.003585
  Queries per second:   32045.118251

  Average Latency (s):  0.002770 (min 0.000120, max 0.041014)
  Latency StdDev (s):   0.003363
"""
GOOD = Load(1000, 1000, 0, 0, 0, 50_000.0, 0.001, 0.01)
OURS = Contender("bitwright, uvloop", lambda home, port: [], ours=True)
ECHO, DNSLIB = (Contender(name, lambda home, port: []) for name in ("echo, asyncio", "dnslib"))
LOOPS = ("bitwright, uvloop", "bitwright, trio")
SIZE = Size(50_000_000, 12)


def at(contender: Contender, rate: float) -> Turn:
    return Turn(contender, dataclasses.replace(GOOD, rate=rate), SIZE, SIZE)


def test_what_dnsperf_says_is_counted() -> None:
    found = counted(SAID)
    assert found == Load(32162, 32160, 2, 1, 60, 32045.118251, 0.00277, 0.041014)
    assert not found.whole
    assert GOOD.whole


def test_what_it_did_not_say_is_an_error() -> None:
    with pytest.raises(ValueError, match="dnsperf did not count"):
        counted("dnsperf: unknown host")


@pytest.mark.parametrize("change", [{"completed": 999, "lost": 1}, {"unexpected": 1}, {"refused": 1}, {"sent": 0, "completed": 0}])
def test_a_query_that_is_not_answered_once_and_rightly_is_noticed(change: dict[str, int]) -> None:
    assert len(Turn(OURS, dataclasses.replace(GOOD, **change), SIZE, SIZE).wrong()) == 1


def test_shares_are_of_the_time_that_a_server_had() -> None:
    """Half a second of a processor for a thousand answers, whatever else ran meanwhile."""
    assert Turn(OURS, GOOD, SIZE, dataclasses.replace(SIZE, seconds=0.5)).rate == 2000.0


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc")
def test_what_a_process_has_is_seen() -> None:
    before = size_of(os.getpid())
    held = bytearray(b"x" * (32 << 20))
    with Path(__file__).open("rb"):
        after = size_of(os.getpid())
    assert after.memory - before.memory > len(held) * 0.9
    assert after.descriptors == before.descriptors + 1
    assert after.seconds > 0


def test_growth_is_noticed() -> None:
    assert Turn(OURS, GOOD, SIZE, dataclasses.replace(SIZE, memory=SIZE.memory + GROWTH)).wrong() == []
    (memory,) = Turn(OURS, GOOD, SIZE, dataclasses.replace(SIZE, memory=SIZE.memory + GROWTH + 1)).wrong()
    (descriptors,) = Turn(OURS, GOOD, SIZE, dataclasses.replace(SIZE, descriptors=13)).wrong()
    assert "memory grew by 4.2 MB" in memory
    assert "12 descriptors became 13" in descriptors


def test_shares_are_held() -> None:
    assert too_slow([at(OURS, 26_000), at(ECHO, 40_000), at(DNSLIB, 5_000)]) == []
    assert len(too_slow([at(OURS, 24_000), at(ECHO, 40_000), at(DNSLIB, 5_000)])) == 2
    assert too_slow([at(OURS, 1)]) == []  # beside nobody


def test_the_table_has_a_line_for_each() -> None:
    lines = table([at(ECHO, 40_000), at(OURS, 30_000)])
    assert lines[-1].startswith("| bitwright, uvloop | 30,000 | 30,000 | 0.75 |  |")
    assert len(lines) == 4


@pytest.mark.parametrize("name", [each.name for each in contenders() if each.missing is None and each.name not in LOOPS])
def test_everyone_answers_from_the_zone(name: str, tmp_path: Path) -> None:
    """Those that answer questions; the echo sends back what came.  Ours on one event loop, since only an option differs."""
    zone.write(tmp_path)
    (contender,) = (each for each in contenders() if each.name == name)
    with running(contender, tmp_path) as (port, pid):  # which asks, and compares the answer
        assert port
        assert pid


def test_who_does_not_answer_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    silent = Contender("silent", lambda home, port: [sys.executable, "-c", "raise SystemExit('no such thing')"])
    with pytest.raises(RuntimeError, match="no such thing"), running(silent, tmp_path):
        pass


@pytest.mark.skipif(shutil.which("dnsperf") is None, reason="dnsperf is not installed: apt-get install dnsperf")
def test_a_short_run_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = tmp_path / "record.json"
    monkeypatch.setattr(sys, "argv", ["nodes", "--seconds", "0.2", "--only", "echo", "--record", str(record)])
    assert command.main() == 1  # none of ours was asked, so nothing is shown
    (turn,) = json.loads(record.read_text(encoding="utf-8"))["turns"]
    assert turn["sent"] == turn["completed"] > 0
