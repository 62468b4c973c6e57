"""What machine code takes before it serves, in processes of their own: with nothing on disk, and from the cache.

    python -m benchmarks.starting

What a process does once, whatever it compiles, stands apart: loading llvmlite, making LLVM ready.  The routines that a program calls are
compiled with the first that does.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.packets import ROOT
from benchmarks.peers import available

TARGETS_SECONDS = {  # of the steps below, from an empty cache and from a full one
    "compile DNS": (0.300, 0.020),
    "compile the reference pattern": (0.060, None),
}
ROUNDS = 7
_STEPS = """
import json, sys, time
taken, begin = {}, time.perf_counter()
def lap(step):
    global begin
    now = time.perf_counter()
    taken[step] = now - begin
    begin = time.perf_counter()
import llvmlite.binding
lap("import llvmlite")
import bitwright, bitwright_specs.dns
from bitwright.backends.llvm import emit, jit, patterns, plans
from benchmarks.patterns import ENGINES as PATTERN_ENGINES, PACKET, REFERENCE
from bitwright_specs.dns import Message, Question, Type
lap("import bitwright")
jit._prepare()
jit._linker()
lap("LLVM ready")
message = Message(id=1, questions=[Question("example.com.", Type.A)])
data = Message.codec("interp").build(message)
lap("")
parsed = Message.codec("llvm").parse(data)
lap("compile DNS to parse")
assert Message.codec("llvm").build(message) == data
lap("compile DNS to build")
assert parsed.relaxed() == message
lap("")
pattern = bitwright.pattern(REFERENCE)
lap("")
if "llvm" in PATTERN_ENGINES:
    assert pattern.on("llvm").match(PACKET) == bitwright.pattern(REFERENCE).match(PACKET)
    lap("compile the reference pattern")
taken.pop("")
print(json.dumps(taken))
"""


def measure(rounds: int = ROUNDS) -> dict[str, tuple[float, float]]:
    """Median seconds of each step, with an empty cache and with a full one; nothing without llvmlite."""
    if not available("llvmlite"):
        return {}
    runs: tuple[list[dict[str, float]], list[dict[str, float]]] = ([], [])
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            for run in runs:
                run.append(_steps(folder))
    cold, cached = ({step: statistics.median(one[step] for one in run) for step in run[0]} for run in runs)
    for found in (cold, cached):
        found["compile DNS"] = found["compile DNS to parse"] + found["compile DNS to build"]
    return {step: (seconds, cached[step]) for step, seconds in cold.items()}


def _steps(cache: str) -> dict[str, float]:
    """The steps of one process."""
    path = os.pathsep.join(str(ROOT / part) for part in ("parsers", "specs", "."))
    environment = {**os.environ, "PYTHONPATH": path, "BITWRIGHT_CACHE": str(Path(cache))}
    done = subprocess.run([sys.executable, "-c", _STEPS], check=True, capture_output=True, env=environment, text=True)
    found: Any = json.loads(done.stdout)
    return dict(found)


def report_starting(rounds: int = ROUNDS) -> bool:
    """Print the steps; False if a target was missed."""
    met = True
    found = measure(rounds)
    if found:
        print("\nmachine code in a new process, in ms: with an empty cache, from the cache")
    for step, (cold, cached) in found.items():
        said = []
        for seconds, most in zip((cold, cached), TARGETS_SECONDS.get(step, (None, None)), strict=True):
            if most is not None:
                said.append(f"at most {most * 1e3:.0f}: {'met' if seconds <= most else 'MISSED'}")
                met = met and seconds <= most
        print(f"{step:32}{cold * 1e3:8.1f}{cached * 1e3:8.1f}  {', '.join(said)}".rstrip())
    return met


if __name__ == "__main__":
    begin = time.perf_counter()
    good = report_starting()
    print(f"({time.perf_counter() - begin:.0f} s)")
    sys.exit(0 if good else 1)
