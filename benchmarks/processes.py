"""What is measured as a user feels it: wall time of whole processes.

Runs of the contenders alternate and the best of each counts, so that a machine that slows down meanwhile
slows everyone.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.packets import ROOT, capture_of

BIG, SMALL = 100_000, 5_000
JSONL_TARGET = 3.0  # bitwright decodes at least this many times faster than tshark
IMPORT, HELP = "import bitwright", "bitwright --help"


@dataclasses.dataclass(frozen=True)
class Wall:
    """Best wall time of each contender, in seconds."""

    seconds: dict[str, float]
    packets: int


def bitwright(*arguments: str) -> list[str]:
    """The command line, in this interpreter."""
    return [sys.executable, "-m", "bitwright", *arguments]


def tshark(path: Path, *arguments: str) -> list[str]:
    """Debian's dissector, without name lookups."""
    return ["tshark", "-n", "-r", str(path), *arguments]


def best_of(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Run the commands in turn; the best time of each."""
    best = dict.fromkeys(commands, float("inf"))
    for _ in range(rounds):
        for name, command in commands.items():
            start = time.perf_counter()
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / p) for p in ("parsers", "specs"))}


def jsonl_against_tshark(rounds: int = 3) -> Wall | None:
    """`decode --format jsonl` beside `tshark -T ek`; None without tshark."""
    if shutil.which("tshark") is None:
        return None
    compare_rows(capture_of(SMALL))
    big = capture_of(BIG)
    seconds = best_of(
        {"bitwright": bitwright("decode", str(big), "--format", "jsonl"), "tshark -T ek": tshark(big, "-T", "ek")},
        rounds,
    )
    return Wall(seconds, BIG)


def compare_rows(path: Path) -> None:
    """Both decoders give a row for every packet, and the same DNS ids in the same packets."""
    ours = subprocess.run(bitwright("decode", str(path), "--format", "jsonl"), check=False, capture_output=True, env=environment())
    assert ours.returncode in (0, 1), ours.stderr.decode()
    rows = [json.loads(line) for line in ours.stdout.splitlines()]
    theirs = subprocess.run(tshark(path, "-T", "ek"), check=True, capture_output=True).stdout.splitlines()
    peers = [json.loads(line)["layers"] for line in theirs if line.startswith(b'{"timestamp"')]
    assert len(rows) == len(peers), f"{len(rows)} rows, tshark has {len(peers)}"
    matched = 0
    for row, peer in zip(rows, peers, strict=True):
        found = next((layer["fields"]["id"] for layer in row["layers"] if layer["layer"] == "dns" and "fields" in layer), None)
        if found is not None and "dns" in peer and "icmp" not in peer and row["status"] == "ok":
            known = peer["dns"]["dns_dns_id"] if isinstance(peer["dns"], dict) else peer["dns"][0]["dns_dns_id"]
            assert found == int(known, 16), (row["number"], found, known)
            matched += 1
    assert matched > len(rows) // 2, f"only {matched} of {len(rows)} packets have DNS in both"


_IMPORT = "import time; begin = time.perf_counter(); import bitwright; print(time.perf_counter() - begin)"


def times(quick: bool) -> dict[str, list[float]]:
    """`import bitwright` within its process, and `bitwright --help` from start to end, in turn."""
    found: dict[str, list[float]] = {IMPORT: [], HELP: []}
    for _ in range(5 if quick else 21):
        done = subprocess.run([sys.executable, "-c", _IMPORT], check=True, capture_output=True, env=environment())
        found[IMPORT].append(float(done.stdout))
        begin = time.perf_counter()
        subprocess.run(bitwright("--help"), check=True, stdout=subprocess.DEVNULL, env=environment())
        found[HELP].append(time.perf_counter() - begin)
    return found
