"""A program as target: one process for each input, which it reads from stdin or from a file.

    with contextlib.closing(ProgramTarget("tcpdump -r @@.pcap", timeout=2)) as target: target.run(data, label)

`@@` in the command stands for the file's path (`@@.pcap`: for one with that suffix); without it the input comes on stdin.  The command
is split as a shell would, but no shell runs it.

Promise: one input, one process, ended with all that it started when its time is over.  Exit codes that the caller declares are values and
refusals; signals, other exit codes, timeouts, and what sanitizers and run-time systems say on stderr are findings.
"""

from __future__ import annotations

import collections
import re
import shlex
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from bitwright.testing.labels import Label
from bitwright.testing.outcome import Outcome
from bitwright.testing.targets.complaints import complaint
from bitwright.testing.targets.errors import TargetError
from bitwright.testing.targets.process import Ended, Running, signal_name

PLACE: Final = re.compile(r"@@(\.\w+)?")
DETAIL: Final = 4_000  # characters of stderr that an outcome keeps
FATAL: Final = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS")  # what no program sends itself as an answer


class ProgramTarget:
    """A command; `values` are the exit codes of an input that was taken, `refusals` those of one that was refused in good order.

    A program that reads stdin is started before its input is there, `ahead` times, so that its start costs no time of a run.
    """

    def __init__(
        self, command: str | Sequence[str], *, timeout: float = 5.0, values: Collection[int] = (0,), refusals: Collection[int] = (1,),
        ahead: int = 2, environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        arguments = _arguments(command)
        self._name = f"exec:{shlex.join([Path(arguments[0]).name, *arguments[1:]])}"
        self._timeout, self._values, self._refusals = timeout, frozenset(values), frozenset(refusals)
        self._environment = environment
        suffixes = {found.group(1) or "" for argument in arguments[1:] for found in PLACE.finditer(argument)}
        self._folder = tempfile.TemporaryDirectory(prefix="bitwright-") if suffixes else None
        self._files = [Path(self._folder.name, f"input{suffix}") for suffix in sorted(suffixes)] if self._folder else []
        self._arguments = [arguments[0], *(self._placed(argument) for argument in arguments[1:])]
        self._ahead = 0 if suffixes else max(ahead, 0)
        self._waiting: collections.deque[Running] = collections.deque()

    @property
    def name(self) -> str:
        """The command, without the folders of the program."""
        return self._name

    def run(self, data: bytes, label: Label) -> Outcome:
        """Run the program on one input."""
        for file in self._files:
            file.write_bytes(data)
        running = self._waiting.popleft() if self._waiting else self._start()
        while len(self._waiting) < self._ahead:
            self._waiting.append(self._start())
        return self._outcome(running.finish(b"" if self._files else data, self._timeout))

    def close(self) -> None:
        """End what waits, and remove the file."""
        while self._waiting:
            self._waiting.popleft().kill()
        if self._folder is not None:
            self._folder.cleanup()

    def _start(self) -> Running:
        return Running(self._arguments, reads=not self._files, environment=self._environment)

    def _placed(self, argument: str) -> str:
        """The argument with the file's path in it."""
        if self._folder is None:
            return argument
        path = str(Path(self._folder.name, "input"))
        return PLACE.sub(lambda found: path + (found.group(1) or ""), argument)

    def _outcome(self, ended: Ended) -> Outcome:
        """What a run's end means."""
        stderr = ended.stderr.decode("utf-8", "replace")
        said = complaint(stderr)
        shown = stderr if len(stderr) <= DETAIL else f"{stderr[: DETAIL // 2]}\n...\n{stderr[-DETAIL // 2 :]}"
        if ended.code is None:
            return Outcome("timeout", "timeout", f"still running after {self._timeout:g} s\n{shown}".strip(), ended.seconds)
        status = _status(ended.code)
        detail = f"{status}\n{shown}".strip()
        if said is not None:
            return Outcome(said.kind, said.bucket, detail, ended.seconds)
        if (name := _fatal(ended.code)) and ended.code not in self._values | self._refusals:
            return Outcome("crash", name, detail, ended.seconds)
        if ended.code in self._values:
            return Outcome("value", "", status, ended.seconds)
        if ended.code in self._refusals:
            return Outcome("error", "", detail, ended.seconds)
        return Outcome("exit", status, detail, ended.seconds)


def _arguments(command: str | Sequence[str]) -> list[str]:
    """The command's words; TargetError if there is no such program."""
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError as error:
        raise TargetError(f"the command {command!r} cannot be split into words: {error}") from None
    if not words:
        raise TargetError("the command is empty")
    found = shutil.which(words[0])
    if found is None:
        raise TargetError(f"no such program: {words[0]!r}")
    return [found, *words[1:]]


def _status(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    return f"signal {signal_name(-code)}"


def _fatal(code: int) -> str:
    """The signal that ended it, also where a shell or a wrapper reports it as 128 more; "" if none did."""
    if code < 0:
        return signal_name(-code)
    name = signal_name(code - 128) if code > 128 else ""
    return name if name in FATAL else ""
