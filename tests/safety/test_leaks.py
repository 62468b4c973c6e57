"""Machine code gives back all that it takes: each message of the corpus, read and written, whole, cut and spoiled, many times."""

from __future__ import annotations

import subprocess
import sys

from tests.ir.programs import ROOT
from tests.safety.leaks import FEW, left_by
from tests.safety.test_protected_pages import ENVIRONMENT

TIMES = 10_000


def test_nothing_is_left_of_any_message() -> None:
    command = [sys.executable, "-m", "tests.safety.leaks", str(TIMES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) >= 100
    assert [line for line in lines if not line.startswith("none ")] == []


def test_what_is_left_would_be_noticed() -> None:
    """An object kept each time, a reference more each time: neither goes unseen."""
    kept: list[object] = []
    assert left_by([lambda: kept.append(object())], [], [None, kept], 2000)[1] > FEW
    shared = object()
    assert left_by([lambda: kept.append(shared)], [], [None, shared], 2000)[0] > FEW
