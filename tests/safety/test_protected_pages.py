"""Machine code reads nothing before its input and nothing behind it: inputs lie between pages that cannot be touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ir.programs import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="protects pages as Linux does")
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "parsers", ROOT / "specs", ROOT)))}


def run(kind: str, folder: Path) -> tuple[int, str, str]:
    """How the process ended, what it printed, and what it was doing."""
    note = folder / "note"
    command = [sys.executable, "-m", "tests.safety.protected", kind, str(note)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=ROOT)
    return done.returncode, done.stdout or done.stderr, note.read_bytes().partition(b"\n")[0].decode()


@pytest.mark.parametrize(("kind", "least"), [("vectors", 3_000), ("dns", 8_000), ("patterns", 3_000)])
def test_every_cut_and_mutants(kind: str, least: int, tmp_path: Path) -> None:
    code, said, doing = run(kind, tmp_path)
    assert code == 0, f"{said} with {doing}"
    assert int(said) >= least


def test_packets_of_real_captures(tmp_path: Path) -> None:
    if not (ROOT.parent / "shared" / "captures").is_dir():
        pytest.skip("the captures beside the repository are missing")
    code, said, doing = run("captures", tmp_path)
    assert code == 0, f"{said} with {doing}"
    assert int(said) >= 10_000


@pytest.mark.parametrize("kind", ["before", "beyond"])
def test_a_read_outside_would_be_noticed(kind: str, tmp_path: Path) -> None:
    code, _, doing = run(kind, tmp_path)
    assert code == -11
    assert doing == f"UDP {kind.encode().hex()}"
