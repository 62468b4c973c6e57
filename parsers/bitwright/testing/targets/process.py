"""One run of a program: started, given its input, waited for, and ended with all that it started.

Promise: whatever the program does (never reads, never ends, writes to stderr for ever, leaves children behind), `finish` returns soon
after the timeout, keeps at most `KEPT` bytes of what was written to stderr at each end, and leaves no process, also if this one is killed
(`keeper`).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final, NamedTuple

from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.keeper import KEEPER

KEPT: Final = 32_768  # bytes of stderr, of its beginning and of its end
STEP_SECONDS: Final = 0.01  # how often to look, where the system cannot say that a process has ended
CHUNK: Final = 65_536


class Ended(NamedTuple):
    """How a run ended: `code` as in `subprocess` (negative: a signal), None if its time was over and it was killed."""

    code: int | None
    stderr: bytes
    seconds: float


class Running:
    """A program that was started; it waits for its input if it `reads` stdin."""

    def __init__(self, arguments: Sequence[str], *, reads: bool, environment: Mapping[str, str] | None = None) -> None:
        if not hasattr(os, "killpg"):
            raise TargetError("programs are run only where processes have groups that can be killed: Linux, macOS, BSD")
        try:
            KEEPER.ready()
            self._process = subprocess.Popen(  # noqa: S603  # running this program is what was asked for
                arguments, stdin=subprocess.PIPE if reads else subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                start_new_session=True, env=None if environment is None else dict(environment), bufsize=0,
            )  # fmt: skip
        except OSError as error:
            raise TargetError(f"cannot start {arguments[0]!r}: {error.strerror or error}") from error
        KEEPER.hold(self._process.pid)
        self._stderr = _Ends()

    @property
    def pid(self) -> int:
        """Its number, which is also its group's."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether it has; it stays a zombie, so that its number is nobody else's before `finish`."""
        if self._process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def finish(self, data: bytes, timeout: float) -> Ended:
        """Give it its input, and wait until it ends or is killed."""
        begin = time.perf_counter()
        self._attend(data, begin + timeout)
        ended = self.has_ended()
        seconds = time.perf_counter() - begin
        self.kill()
        code = self._process.returncode
        return Ended(code if ended else None, self._stderr.kept(), seconds)

    def kill(self) -> None:
        """End it and whatever it started, and let its pipes go."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS refuses a group of zombies
            if self._process.returncode is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        if self._process.returncode is None:
            KEEPER.release(self._process.pid)
        self._process.wait()
        if self._process.stderr is not None and not self._process.stderr.closed:
            self._read(self._process.stderr)
            self._process.stderr.close()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _attend(self, data: bytes, deadline: float) -> None:
        """Write its input and read its stderr until it has ended, or the deadline."""
        rest = memoryview(data)
        with selectors.DefaultSelector() as selector, _watched(self._process.pid) as watched:
            if watched is not None:
                selector.register(watched, selectors.EVENT_READ)
            stderr, stdin = self._process.stderr, self._process.stdin
            assert stderr is not None
            os.set_blocking(stderr.fileno(), False)
            selector.register(stderr, selectors.EVENT_READ)
            if stdin is not None:
                os.set_blocking(stdin.fileno(), False)
                selector.register(stdin, selectors.EVENT_WRITE)
            while not self.has_ended():
                left = deadline - time.perf_counter()
                if left <= 0:
                    return
                for key, _ in selector.select(left if watched is not None else min(left, STEP_SECONDS)):
                    if key.fileobj is stderr and not self._read(stderr):
                        selector.unregister(stderr)
                    elif key.fileobj is stdin and stdin is not None:
                        rest = _write(stdin, rest)
                        if not rest:
                            selector.unregister(stdin)
                            stdin.close()

    def _read(self, stderr: IO[bytes]) -> bool:
        """Keep what is there; False at the end."""
        os.set_blocking(stderr.fileno(), False)
        for _ in range(16):  # a program that writes faster than this reads gets its turn again
            try:
                chunk = os.read(stderr.fileno(), CHUNK)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            self._stderr.add(chunk)
        return True


def _write(stdin: IO[bytes], rest: memoryview) -> memoryview:
    """Write what the pipe takes; what is left, nothing if nobody reads."""
    try:
        return rest[os.write(stdin.fileno(), rest[:CHUNK]) :]
    except BlockingIOError:
        return rest
    except BrokenPipeError:
        return rest[:0]


def signal_name(number: int) -> str:
    """SIGSEGV, ...; SIG35 of a real-time signal, which has only its number."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"SIG{number}"


@contextlib.contextmanager
def _watched(pid: int) -> Iterator[int | None]:
    """A file descriptor that is readable once the process has ended; None where the system has none."""
    if not hasattr(os, "pidfd_open"):
        yield None
        return
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # a kernel older than 5.3, or a sandbox that has no such call
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class _Ends:
    """The beginning and the end of what was written."""

    def __init__(self) -> None:
        self._head = b""
        self._tail = b""
        self._dropped = 0

    def add(self, chunk: bytes) -> None:
        """Take some more."""
        room = KEPT - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:] if room > 0 else chunk
        over = len(self._tail) - KEPT
        if over > 0:
            self._dropped += over
            self._tail = self._tail[over:]

    def kept(self) -> bytes:
        """Both, with a line between them that says what is missing."""
        return self._head + (b"\n[%d bytes left out]\n" % self._dropped if self._dropped else b"") + self._tail
