"""Erlang's virtual machine as a contender: one process, which measures itself and answers in lines (`bench_machine.erl` says what).

The modules beside this file are compiled by `erlc` into a folder that goes away again, and run by Erlang's just-in-time compiler on one
scheduler that does not spin while it waits, so that contenders whose turn it is have the processor to themselves.
"""

from __future__ import annotations

import atexit
import ctypes
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from benchmarks.groups import OwnClock

SOURCES = Path(__file__).parent
_OPTIONS = ("-noinput", "-boot", "start_clean", "+S", "1:1", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none")


class Machine:
    """A virtual machine that runs; `close` ends it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="bitwright-erlang-")
        sources = sorted(map(str, SOURCES.glob("*.erl")))
        subprocess.run(["erlc", "-Werror", "-o", self._folder.name, *sources], check=True, stdin=subprocess.DEVNULL)
        command = ["erl", *_OPTIONS, "-pa", self._folder.name, "-s", "bench_machine"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._processor = _processor_clock(self.process.pid)
        self._names: dict[tuple[bytes, ...], str] = {}

    def close(self) -> None:
        """End the process and remove what was compiled."""
        if self.process.stdin is not None:
            self.process.stdin.close()  # which it sees, and ends
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._folder.cleanup()

    def clock(self, module: str, work: str, items: Sequence[bytes]) -> OwnClock:
        """`Module:run(Work, Items)` as a contender.

        What counts is the lesser of two times: that which passed for the machine meanwhile, and that of the processor which its process
        had, with what asking takes.
        """
        name = self._loaded(items)

        def seconds(times: int) -> float:
            before = self._used()
            told = int(self._ask("run", module, work, name, str(times))) / 1e9
            used = self._used()
            return told if before is None or used is None else min(told, used - before)

        return OwnClock(seconds)

    def _used(self) -> float | None:
        """The processor time that the machine's process had, where the system tells that of another process."""
        return None if self._processor is None else time.clock_gettime(self._processor)

    def show(self, module: str, work: str, items: Sequence[bytes]) -> list[str]:
        """The lines of `Module:show(Work, Items)`, which say what the work gives."""
        return list(self._lines(self._ask("show", module, work, self._loaded(items))))

    def _loaded(self, items: Sequence[bytes]) -> str:
        """The name by which the machine knows these items."""
        kept = tuple(items)
        if kept not in self._names:
            name = f"items-{len(self._names)}"
            file = Path(self._folder.name, name)
            file.write_bytes(b"".join(len(item).to_bytes(4, "big") + item for item in kept))
            told = self._ask("load", name, str(file))
            assert told == f"loaded {len(kept)}", told
            self._names[kept] = name
        return self._names[kept]

    def _ask(self, *words: str) -> str:
        """The first line of the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(words).encode() + b"\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise RuntimeError("Erlang's machine ended; what it wrote on standard error says why")
        return line[:-1].decode()

    def _lines(self, line: str) -> Iterable[str]:
        while line != "end":
            yield line
            line = self._line()


def _processor_clock(process: int) -> int | None:
    """The number of the clock that counts the processor time of a process."""
    if sys.platform != "linux":
        return None
    clock = ctypes.c_int32()
    refused = ctypes.CDLL(None).clock_getcpuclockid(process, ctypes.byref(clock))
    return None if refused else clock.value


@cache
def machine() -> Machine:
    """The machine that all groups share; ask whether the peer `erlang` is available first."""
    started = Machine()
    atexit.register(started.close)
    return started
