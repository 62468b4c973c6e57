"""Run all tests: `python3 .ci/test.py`, or, with arguments, what `pytest` is told.

Makes `.venv` on the first run (see environment.py).
"""

from __future__ import annotations

import sys

from environment import prepare, run

if __name__ == "__main__":
    sys.exit(run(prepare("test"), "-m", "pytest", *sys.argv[1:]))
