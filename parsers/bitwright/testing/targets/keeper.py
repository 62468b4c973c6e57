"""Whatever this process started ends with it, however it ends: a small process beside it, which outlives it just long enough for that.

Promise: a group of processes between `hold` and `release` is killed as soon as this process is no more, also by SIGKILL, and whatever
the group is doing: what loops in C, ignores signals or never reads is ended like the rest.  The keeper learns of the end by a pipe that
only this process has open.  What is not held: the moment between the start of a process and `hold`, and processes that have made
themselves a group of their own.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from typing import Final

# Groups come and go by a line each; at the end of the pipe nobody is left who would end those that stay.
_CODE: Final = """
import os, signal
groups, rest = set(), b""
while chunk := os.read(0, 65536):
    *lines, rest = (rest + chunk).split(b"\\n")
    for line in lines:
        (groups.add if line[:1] == b"+" else groups.discard)(int(line[1:]))
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


class Keeper:
    """The process, seen from the one that it serves; it is started by the first `ready`, and again should it be gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def ready(self) -> None:
        """Be there before what is to be held is started: OSError where no process can be."""
        with self._lock:
            if self._process is None:
                self._process = _started()

    def hold(self, group: int) -> None:
        """End this group with us."""
        with self._lock:
            self._groups.add(group)
            self._tell(b"+%d\n" % group)

    def release(self, group: int) -> None:
        """Its end has been seen to; called before the number can be anybody else's."""
        with self._lock:
            self._groups.discard(group)
            self._tell(b"-%d\n" % group)

    def close(self) -> None:
        """Let it end what is still held, and wait for it."""
        with self._lock:
            process, self._process = self._process, None
            if process is not None and process.stdin is not None:
                process.stdin.close()
                process.wait()

    def forget(self) -> None:
        """Be that of a process which was forked from the one that it serves: what that one holds is not ours."""
        self._lock = threading.Lock()
        process, self._process = self._process, None
        self._groups.clear()
        if process is not None and process.stdin is not None:
            process.stdin.close()  # which otherwise would stand for the other's life
            process.returncode = 0  # no child of ours

    def _tell(self, line: bytes) -> None:
        if self._process is not None and self._write(self._process, line):
            return
        if self._process is not None:
            self._process.communicate()  # it is gone
        self._process = _started()
        self._write(self._process, b"".join(b"+%d\n" % group for group in self._groups))

    @staticmethod
    def _write(process: subprocess.Popen[bytes], lines: bytes) -> bool:
        assert process.stdin is not None
        try:
            process.stdin.write(lines)
        except OSError:
            return False
        return True


def _started() -> subprocess.Popen[bytes]:
    """In a session of its own, so that Ctrl-C is not for it."""
    return subprocess.Popen(  # noqa: S603  # this Python
        [sys.executable, "-I", "-S", "-c", _CODE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, bufsize=0,
    )  # fmt: skip


KEEPER: Final = Keeper()
atexit.register(KEEPER.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=KEEPER.forget)
