"""What starting takes of the processor: `import bitwright` and `bitwright --help`, in processes of their own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from benchmarks.packets import ROOT

IMPORT, HELP = "import bitwright", "bitwright --help"


def bitwright(*arguments: str) -> list[str]:
    """The command line, in this interpreter."""
    return [sys.executable, "-m", "bitwright", *arguments]


def environment() -> dict[str, str]:
    """With the sources of this clone first, wherever a process is started."""
    made = {**os.environ, "PYTHONPATH": os.pathsep.join(str(ROOT / p) for p in ("parsers", "specs"))}
    made.pop("PYTHONDONTWRITEBYTECODE", None)  # where modules are installed, their bytecode is kept
    return made


_IMPORT = "import time; begin = time.process_time(); import bitwright; print(time.process_time() - begin)"


def _of_children() -> float:
    """Seconds of the processor that processes started here have taken."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def times(quick: bool) -> dict[str, list[float]]:
    """Time of the processor of `import bitwright` within its process, and of `bitwright --help` from start to end, in turn."""
    found: dict[str, list[float]] = {IMPORT: [], HELP: []}
    for _ in range(5 if quick else 21):
        done = subprocess.run([sys.executable, "-c", _IMPORT], check=True, capture_output=True, env=environment())
        found[IMPORT].append(float(done.stdout))
        begin = _of_children()
        subprocess.run(bitwright("--help"), check=True, stdout=subprocess.DEVNULL, env=environment())
        found[HELP].append(_of_children() - begin)
    return found
