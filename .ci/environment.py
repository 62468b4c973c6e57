"""The virtual environment that the README's commands run in: made when missing, re-used when it fits.

It lies in `.venv` beside `pyproject.toml` and holds this clone, installed in place, with the extras asked for.
A stamp in it records the extras, the place and `pyproject.toml`; when one of them changes, pip runs again.
Needs Python 3.11 or later with `venv`, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.txt"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
OLDEST = (3, 11)
INCLUDES = {"test": {"cli", "fast", "net", "zstd"}, "dev": {"cli", "fast", "net", "test", "zstd"}}  # as in pyproject.toml


def prepare(*extras: str) -> Path:
    """Make sure that the extras are installed; the environment's interpreter."""
    python = BIN / ("python.exe" if os.name == "nt" else "python")
    installed = _stamped()
    wanted = installed | set(extras)
    if python.exists() and wanted == installed:
        return python
    if not python.exists():
        _say(f"making {VENV}")
        _create()
    _say(f"installing bitwright[{','.join(sorted(wanted))}] into {VENV} (once)")
    _call([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", f"{ROOT}[{','.join(sorted(wanted))}]"])
    there = wanted.union(*(INCLUDES.get(extra, set()) for extra in wanted))
    STAMP.write_text("\n".join([_fingerprint(), *sorted(there)]) + "\n", encoding="utf-8")
    return python


def run(python: Path, *arguments: str) -> int:
    """Run the environment's interpreter in the clone; its exit code."""
    return subprocess.run([str(python), *arguments], cwd=ROOT, check=False).returncode


def _stamped() -> set[str]:
    """The extras that the stamp vouches for: none if it is missing, or was made for another place or project file."""
    if not STAMP.exists():
        return set()
    fingerprint, *extras = STAMP.read_text(encoding="utf-8").split()
    return set(extras) if fingerprint == _fingerprint() else set()


def _fingerprint() -> str:
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(ROOT).encode()).hexdigest()


def _create() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python {'.'.join(map(str, OLDEST))} or later is needed; this is {sys.version.split()[0]} ({sys.executable})")
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{sys.executable} cannot make a virtual environment (on Debian: apt install python3-venv)\n{made.stdout}{made.stderr}")


def _call(command: list[str | Path]) -> None:
    done = subprocess.run([str(part) for part in command], check=False)
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {' '.join(map(str, command))}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
