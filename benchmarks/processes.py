"""What starting takes, as a user feels it: `import bitwright` and `bitwright --help`, on the wall, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from benchmarks.packets import ROOT

IMPORT, HELP = "import bitwright", "bitwright --help"


def bitwright(*arguments: str) -> list[str]:
    """The command line, in this interpreter."""
    return [sys.executable, "-m", "bitwright", *arguments]


def environment() -> dict[str, str]:
    """With the sources of this clone first, wherever a process is started."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / p) for p in ("parsers", "specs"))}


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
