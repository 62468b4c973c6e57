"""A server of the sample zone as a process, for the tests of `serve` and `dig`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.specs.dns.zones import EXAMPLE

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "parsers"), str(ROOT / "specs"), os.environ.get("PYTHONPATH", "")])}
installed = pytest.mark.skipif(
    not (entry_points(group="bitwright.services", name="dns") and entry_points(group="bitwright.commands", name="dig")),
    reason="bitwright is only on the path, so its commands and services are not found: pip install -e .",
)


@contextmanager
def serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server of the sample zone, and its port."""
    command = [sys.executable, "-m", "bitwright", "serve", "dns", str(EXAMPLE), "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        try:
            assert process.stderr is not None
            said = process.stderr.readline()
            found = re.fullmatch(r"dns: at udp 127\.0\.0\.1:(\d+), tcp 127\.0\.0\.1:\1; Ctrl-C ends it\n", said)
            assert found, said
            yield process, int(found[1])
        finally:
            process.kill()
