"""Starts callgrind with everything pinned that a count could depend on, and reads what it wrote.

What is pinned, and why:

* the hashes of texts (`PYTHONHASHSEED`), since collisions in dicts depend on them; the other variables of the environment are left out;
* the C library's choice of functions by CPU (`GLIBC_TUNABLES`): valgrind shows a program one of a few old CPUs, but which one depends
  on the real one;
* the CPU that LLVM compiles for (`counting.py`), for the same reason;
* the cache of machine code: a folder that is empty at first.
"""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from benchmarks.gate.counting import EMPTY, FIXED
from benchmarks.packets import ROOT

INSTALL: Final = "apt-get install valgrind"
ENGINES: Final[Mapping[str, Mapping[str, str]]] = {
    "python": {"BITWRIGHT_COMPILE_AFTER": "never"},
    "machine code": {"BITWRIGHT_COMPILE_AFTER": "0"},
}
_FEATURES: Final = (
    "AVX,AVX2,AVX512F,AVX512VL,AVX512BW,AVX_Fast_Unaligned_Load,BMI1,BMI2,ERMS,FSRM,LZCNT,MOVBE,POPCNT,RTM,SSSE3,SSE4_1,SSE4_2,"
    "Fast_Unaligned_Copy,Fast_Copy_Backward,Prefer_No_VZEROUPPER,XSAVE,XSAVEC"
)
TUNABLES: Final = "glibc.cpu.hwcaps=" + ",".join(f"-{name}" for name in _FEATURES.split(","))
_OPTIONS: Final = ("--tool=callgrind", "--instr-atstart=no", "--dump-line=no", "-q")
_TRIGGER: Final = re.compile(r"^desc: Trigger: Client Request: (.*)$", re.MULTILINE)
_SUMMARY: Final = re.compile(r"^summary: (\d+)$", re.MULTILINE)


class NotCounted(Exception):  # noqa: N818  # says what is the case
    """Callgrind did not count."""


def missing() -> str:
    """What is missing here; empty if nothing is."""
    if shutil.which("valgrind") is None:
        return f"valgrind is not installed: {INSTALL}"
    done = subprocess.run(["valgrind", "-q", "--tool=none", sys.executable, "-S", "-c", ""], check=False, capture_output=True, text=True)
    return f"valgrind cannot run this interpreter here: {done.stderr.strip()[-500:]}" if done.returncode else ""


def start(engine: str, names: Sequence[str], folder: Path, source: Path = ROOT) -> subprocess.Popen[str]:
    """Begin to count these cases by an engine, in this interpreter; what is counted goes into the folder."""
    paths = os.pathsep.join(map(str, (source / "parsers", source / "specs", ROOT)))
    environment = {
        "PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "PYTHONPATH": paths, "PYTHONHASHSEED": "0",
        "GLIBC_TUNABLES": TUNABLES, "BITWRIGHT_CACHE": str(folder / "cache"), "TMPDIR": str(folder), **ENGINES[engine],
    }  # fmt: skip
    command = ["valgrind", *_OPTIONS, f"--callgrind-out-file={folder / 'counts'}", sys.executable, "-m", "benchmarks.gate.counting", *names]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def count(names: Sequence[str], engines: Sequence[str], source: Path = ROOT) -> dict[str, dict[str, int]]:
    """Instructions of each case by engine, the engines at once; bitwright is taken from the clone at `source`."""
    for place in (source / "parsers", source / "specs", ROOT / "benchmarks"):  # a module that is compiled first leaves other memory behind
        compileall.compile_dir(place, quiet=2)
    with tempfile.TemporaryDirectory() as folder:
        places = {engine: Path(folder) / engine.replace(" ", "_") for engine in engines}
        for place in places.values():
            place.mkdir()
        running = {engine: start(engine, names, place, source) for engine, place in places.items()}
        said = {engine: process.communicate()[0] for engine, process in running.items()}
        for engine, process in running.items():
            if process.returncode:
                raise NotCounted(f"counting {engine} ended with {process.returncode}:\n{said[engine]}")
        return {engine: _read(place) for engine, place in places.items()}


def _read(folder: Path) -> dict[str, int]:
    """What the files say, less what an empty case has, and what is taken off."""
    found: dict[str, int] = {}
    for path in sorted(folder.glob("counts.*"), key=lambda path: int(path.suffix[1:])):
        text = path.read_text(encoding="utf-8", errors="replace")
        trigger, summary = _TRIGGER.search(text), _SUMMARY.search(text)
        if trigger and summary:
            found[trigger[1]] = int(summary[1])
    empty = found.pop(EMPTY)
    return {
        name: number - found.get(FIXED + name, empty) for name, number in found.items() if not name.startswith(FIXED)
    }  # fmt: skip
