"""Decode the sample capture: `python3 .ci/demo.py`, or, with arguments, any `bitwright` command.

Makes `.venv` on the first run (see environment.py).
"""

from __future__ import annotations

import sys

from environment import prepare, run

SAMPLE = ("decode", "samples/dns.pcapng", "--format", "tree")

if __name__ == "__main__":
    sys.exit(run(prepare("cli"), "-m", "bitwright", *(sys.argv[1:] or SAMPLE)))
