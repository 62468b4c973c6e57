"""What a campaign starts ends with it: also if the campaign is killed, and whatever the target is doing then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bitwright.testing.targets.keeper import Keeper

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="groups of processes are POSIX's")

PATIENCE = 30.0  # seconds, for what takes milliseconds on an idle machine
# Functions that never come back: the first keeps Python's lock in C, the second keeps whatever is raised in it.
FUNCTIONS = """
import collections, itertools, os, pathlib

def _tell():
    place = pathlib.Path(__file__).with_name("pid")
    place.with_suffix(".new").write_text(str(os.getpid()))
    place.with_suffix(".new").replace(place)

def in_c(data):
    _tell()
    collections.deque(itertools.repeat(0), maxlen=0)

def stubborn(data):
    _tell()
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
PROGRAM = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
place = pathlib.Path(sys.argv[1])
mine = place.with_name(f"pid-{os.getpid()}")  # there may be several
mine.write_text(str(os.getpid()))
mine.replace(place)
while True:
    time.sleep(60)
"""


def waited(condition: Callable[[], object]) -> bool:
    """Whether it comes to hold."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie, which nobody may be waiting for."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.strip()
    return state != "" and not state.startswith("Z")


def killed_campaign(folder: Path, *target: str) -> int:
    """Start a campaign that waits for its target for ever, kill it, and return the target's process id."""
    (folder / "endless.py").write_text(FUNCTIONS, encoding="utf-8")
    (folder / "endless_program.py").write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "bitwright", "fuzz", "dns", "--timeout", "3600", "--runs", "5", *target]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) as campaign:
        try:
            assert waited((folder / "pid").exists)
            pid = int((folder / "pid").read_text(encoding="ascii"))
            assert runs(pid)
        finally:
            campaign.kill()
    return pid


@pytest.mark.parametrize("function", ["in_c", "stubborn"])
def test_a_function_that_never_returns_ends_with_a_campaign_that_is_killed(function: str, tmp_path: Path) -> None:
    pid = killed_campaign(tmp_path, "--target", f"endless:{function}")
    assert waited(lambda: not runs(pid))


@pytest.mark.parametrize("place", ["", "@@"])
def test_a_program_that_never_ends_does_too(place: str, tmp_path: Path) -> None:
    pid = killed_campaign(tmp_path, "--exec", f"{sys.executable} -S endless_program.py {tmp_path / 'pid'} {place}")
    assert waited(lambda: not runs(pid))


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sleep", "3600"], start_new_session=True)


def test_what_was_released_is_left_alone_and_what_is_held_is_ended() -> None:
    keeper = Keeper()
    held, released = sleeper(), sleeper()
    try:
        keeper.ready()
        for process in (held, released):
            keeper.hold(process.pid)
        keeper.release(released.pid)
        keeper.close()
        assert held.wait(PATIENCE) == -signal.SIGKILL
        assert released.poll() is None
    finally:
        for process in (held, released):
            process.kill()
            process.wait()


def test_a_keeper_that_is_gone_is_replaced_and_knows_what_is_held() -> None:
    keeper = Keeper()
    before, after = sleeper(), sleeper()
    try:
        keeper.hold(before.pid)
        gone = keeper._process
        assert gone is not None
        gone.kill()
        gone.wait()
        keeper.hold(after.pid)
        keeper.close()
        assert before.wait(PATIENCE) == after.wait(PATIENCE) == -signal.SIGKILL
    finally:
        for process in (before, after):
            process.kill()
            process.wait()


def test_a_forked_process_neither_ends_what_is_held_nor_stands_for_its_parent() -> None:
    """A fork that lives on has the pipe's end too, and would keep everything alive."""
    code = """
        import os, subprocess, sys, time
        from bitwright.testing.targets.keeper import KEEPER
        held = subprocess.Popen(["sleep", "3600"], start_new_session=True, stdout=subprocess.DEVNULL)
        KEEPER.ready()
        KEEPER.hold(held.pid)
        child = os.fork()
        if not child:
            os.close(1)
            time.sleep(3600)
        print(held.pid, child, flush=True)
        os._exit(0)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        held, child = map(int, parent.stdout.readline().split())
    try:
        assert waited(lambda: not runs(held))
        assert runs(child)
    finally:
        os.kill(child, signal.SIGKILL)
