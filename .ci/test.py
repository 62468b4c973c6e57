"""Run all tests, on all processors: `python3 .ci/test.py`, or, with arguments, what `pytest` is told.

Makes `.venv` on the first run (see environment.py).
"""

from __future__ import annotations

import os
import sys

from environment import prepare, run

EVERYTHING = ["-n", str(os.cpu_count() or 1), "--dist", "worksteal"]

if __name__ == "__main__":
    sys.exit(run(prepare("test"), "-m", "pytest", *(sys.argv[1:] or EVERYTHING)))
