"""Locks that are held across forks: in whatever order threads take them, forking neither waits for ever nor finds one taken."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FORKING = """
import os, threading
from bitwright import locks

# Threads take these in the order in which they were made; whoever forks must not take them the other way round and wait.
outer, inner = locks.lock_across_forks(), locks.lock_across_forks()
ends = threading.Event()

def work(first, second):
    while not ends.is_set():
        with first, first, second:
            pass

threads = [threading.Thread(target=work, args=(outer, inner)) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(200):
    child = os.fork()
    if child == 0:
        for lock in (inner, outer):
            if not lock.acquire(timeout=20):
                os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
with outer, inner:  # whoever holds them may fork too
    child = os.fork()
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
ends.set()
for thread in threads:
    thread.join()
made = locks.lock_across_forks()
assert outer.acquire(blocking=False) and made.acquire(blocking=False)
print("all")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a platform with fork")
def test_forking_takes_every_lock_in_any_order() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "parsers")}
    done = subprocess.run([sys.executable, "-c", FORKING], env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "all\n"), done.stderr
