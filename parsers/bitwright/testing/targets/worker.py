"""A process that calls a function with the inputs it is sent, so that whatever the function does happens there.

The process is this Python with the same `sys.path` and folder; it reads from one pipe and answers on another.  Both ends are in this file.

Promise: `once` and `peak` return an `Outcome` whatever becomes of the process: a call that is not back a second after its timeout is ended
with its process, one that dies is told by its signal or exit code and its place in Python, and the next call has a new process.  The
process does not outlive the one that asks it, however that ends (`keeper`).
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Final

import msgspec

from bitwright.escaping import encodable
from bitwright.testing.outcome import Outcome
from bitwright.testing.targets.calls import Caller, Terms, limit_memory
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.keeper import KEEPER
from bitwright.testing.targets.places import is_own_file
from bitwright.testing.targets.process import signal_name

GRACE_SECONDS: Final = 1.0  # beyond the timeout, for a call that Python cannot interrupt
LOOKS: Final = 4  # at where a process hangs before it is ended
LOOK_SECONDS: Final = 0.05
START_SECONDS: Final = 60.0  # for the import of what is tested
_ONCE: Final = b"1"
_PEAK: Final = b"2"
_LENGTH: Final = struct.Struct("<I")
_CODE: Final = "from bitwright.testing.targets.worker import serve; serve({read}, {write})"
_FRAME: Final = re.compile(r'File "([^"]*)", line \d+ in (\S+)')


_served: list[int] = []  # this process, if it is one of these


class GoneError(Exception):
    """The process is no longer there, or does not answer any more."""


class Worker:
    """The process seen from here; it is started by the first call."""

    def __init__(self, terms: Terms) -> None:
        if _served:
            raise TargetError(f"{terms.function}: importing it starts a campaign; put that under: if __name__ == '__main__'")
        if not hasattr(os, "killpg"):
            raise TargetError("a worker process needs a POSIX system; elsewhere call the function in this process: isolated=False")
        self.terms = terms
        self._process: subprocess.Popen[bytes] | None = None
        self._write = self._read = -1
        self._poll = select.poll()
        self._stderr: IO[bytes] | None = None
        self._decoder = msgspec.msgpack.Decoder(Outcome)
        self._wait = None if terms.timeout is None else terms.timeout + GRACE_SECONDS
        self.start()

    def once(self, data: bytes) -> Outcome:
        """As `Caller.once`."""
        return self._ask(_ONCE, data)

    def peak(self, data: bytes) -> Outcome:
        """As `Caller.peak`."""
        return self._ask(_PEAK, data)

    def _ask(self, how: bytes, data: bytes) -> Outcome:
        if self._process is None:
            self.start()
        begin = time.perf_counter()
        try:
            _send(self._write, how + data)
            answer = self._receive(self._wait)
        except (GoneError, BrokenPipeError) as gone:
            return self._lost(data, time.perf_counter() - begin, hangs=isinstance(gone, GoneError) and bool(gone.args))
        outcome = self._decoder.decode(answer)
        if outcome.kind == "timeout":
            self.close()  # what was interrupted may have left anything behind
        return outcome

    def start(self) -> None:
        """Start a process and wait until it has imported the function."""
        KEEPER.ready()
        theirs, self._write = os.pipe()
        self._read, also_theirs = os.pipe()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # until `close`
        self._process = subprocess.Popen(  # noqa: S603  # this Python
            [sys.executable, "-c", _CODE.format(read=theirs, write=also_theirs)], pass_fds=(theirs, also_theirs), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self._stderr, env=_environment(),
        )  # fmt: skip
        KEEPER.hold(self._process.pid)
        os.close(theirs)
        os.close(also_theirs)
        self._poll = select.poll()
        self._poll.register(self._read, select.POLLIN)
        try:
            _send(self._write, pickle.dumps((self.terms, sys.path)))  # not as UTF-8: names of folders may be any bytes
            told = self._receive(START_SECONDS).decode()
        except (GoneError, BrokenPipeError) as gone:
            hangs, said = isinstance(gone, GoneError) and bool(gone.args), self._said()
            self.close()
            how = f"was not imported within {START_SECONDS:g} s" if hangs else "ended its process while it was imported"
            raise TargetError(f"{self.terms.function} {how}: {said[-2000:]}") from None
        if told:
            self.close()
            raise TargetError(told)

    def close(self) -> None:
        """End the process and all that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        KEEPER.release(process.pid)
        process.wait()
        os.close(self._write)
        os.close(self._read)
        if self._stderr is not None:
            self._stderr.close()

    def _receive(self, seconds: float | None) -> bytes:
        if not self._poll.poll(None if seconds is None else seconds * 1000):
            raise GoneError("no answer")
        answer = _receive(self._read)
        if answer is None:
            raise GoneError
        return answer

    def _lost(self, data: bytes, seconds: float, *, hangs: bool) -> Outcome:
        """The process hangs or has ended: where in Python it was then, and how it ended."""
        process = self._process
        assert process is not None
        if hangs:
            for _ in range(LOOKS):
                os.kill(process.pid, signal.SIGUSR1)  # faulthandler writes where it is, whatever it does
                time.sleep(LOOK_SECONDS)
        else:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(GRACE_SECONDS)
        said = self._said()
        place = _place(said)
        code = process.poll()
        self.close()
        detail = f"for {len(data):,} bytes\n{said[-4000:]}"
        if hangs:
            return Outcome("timeout", f"timeout{place}", f"not back after {self._wait:g} s, {detail}", seconds)
        how = signal_name(-code) if code is not None and code < 0 else f"exit code {code}"
        return Outcome("crash", f"{how}{place}", f"the process ended by {how}, {detail}", seconds)

    def _said(self) -> str:
        assert self._stderr is not None
        self._stderr.seek(0)
        return self._stderr.read(1 << 20).decode("utf-8", "replace")


def serve(read: int, write: int) -> None:
    """Be the process: import the function, and answer one input after the other until there are no more."""
    _served.append(os.getpid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever sends the inputs
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    first = _receive(read)
    assert first is not None
    terms, sys.path[:] = pickle.loads(first)  # noqa: S301  # of the process that started this one
    try:
        caller = Caller(terms)
        if terms.limit is not None:
            limit_memory(terms.limit)
    except TargetError as error:
        _send(write, encodable(str(error)).encode())
        return
    _send(write, b"")
    encoder = msgspec.msgpack.Encoder()
    while (data := _receive(read)) is not None:
        ask = caller.once if data[:1] == _ONCE else caller.peak
        _send(write, _encoded(encoder, ask(data[1:])))


def _encoded(encoder: msgspec.msgpack.Encoder, outcome: Outcome) -> bytes:
    """An outcome as bytes; an exception's text may have surrogates, which are escaped."""
    try:
        return encoder.encode(outcome)
    except UnicodeEncodeError:
        texts = {name: encodable(getattr(outcome, name)) for name in ("bucket", "detail")}
        return encoder.encode(msgspec.structs.replace(outcome, **texts))


def _send(pipe: int, data: bytes) -> None:
    rest = memoryview(_LENGTH.pack(len(data)) + data)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _receive(pipe: int) -> bytes | None:
    """The next message; None at the end."""
    head = _exactly(pipe, _LENGTH.size)
    return None if head is None else _exactly(pipe, _LENGTH.unpack(head)[0])


def _exactly(pipe: int, size: int) -> bytes | None:
    data = b""
    while len(data) < size:
        chunk = os.read(pipe, size - len(data))
        if not chunk:
            return None
        data = data + chunk if data else chunk
    return data


def _place(said: str) -> str:
    """Of stacks as faulthandler writes them, innermost first, the innermost function of the user's code that is in all of them."""
    stacks = [_FRAME.findall(part)[::-1] for part in said.split("Current thread ")[1:]]
    common = [together[0] for together in zip(*stacks, strict=False) if len(set(together)) == 1]
    own = [(file, function) for file, function in common if is_own_file(file)]
    return f" in {Path(own[-1][0]).name}:{own[-1][1]}" if own else ""


def _environment() -> dict[str, str]:
    """The same order of sets on every run."""
    return {"PYTHONHASHSEED": "0", **os.environ}
