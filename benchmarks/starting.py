"""What machine code takes before it serves, in processes of their own: with nothing on disk, and from the cache.

    python -m benchmarks.starting

Times are the processor's, which a busy machine stretches less than those on the wall.  What a process does once, whatever it compiles,
stands apart: loading llvmlite, making LLVM ready.  The routines that a program calls are compiled with the first that does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import timing
from benchmarks.packets import ROOT
from benchmarks.peers import available

COLD, CACHED = "nothing on disk", "from the cache"
DNS, PATTERN = "compile DNS", "compile the reference pattern"
_STEPS = """
import json, sys, time
taken, begin = {}, time.process_time()
def lap(step):
    global begin
    now = time.process_time()
    taken[step] = now - begin
    begin = time.process_time()
import llvmlite.binding
lap("import llvmlite")
import bitwright, bitwright_specs.dns
from bitwright.backends.llvm import emit, jit, patterns, plans
from benchmarks.patterns import ENGINES as PATTERN_ENGINES, PACKET, REFERENCE
from bitwright_specs.dns import Message, Question, Type
lap("import bitwright and DNS")
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


def times(quick: bool) -> dict[str, list[float]]:
    """Seconds of each step, with an empty cache and with a full one; nothing without llvmlite."""
    found: dict[str, list[float]] = {}
    if not available("llvmlite"):
        return found
    for _ in range(3 if quick else 9):
        with tempfile.TemporaryDirectory() as folder:
            for cache in (COLD, CACHED):
                steps = _steps(folder)
                steps[DNS] = steps[f"{DNS} to parse"] + steps[f"{DNS} to build"]
                for step, seconds in steps.items():
                    found.setdefault(f"{step}, {cache}", []).append(seconds)
    return found


def _steps(cache: str) -> dict[str, float]:
    """The steps of one process."""
    path = os.pathsep.join(str(ROOT / part) for part in ("parsers", "specs", "."))
    environment = {**os.environ, "PYTHONPATH": path, "BITWRIGHT_CACHE": str(Path(cache))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # where modules are installed, their bytecode is kept
    done = subprocess.run([sys.executable, "-c", _STEPS], check=True, capture_output=True, env=environment, text=True)
    found: Any = json.loads(done.stdout)
    return dict(found)


if __name__ == "__main__":
    for name, turns in times("--quick" in sys.argv).items():
        taken = timing(turns)
        print(f"{name:46}{taken.median * 1e3:8.1f} ms, the middle half within {(taken.high - taken.low) * 1e3:.1f}")
