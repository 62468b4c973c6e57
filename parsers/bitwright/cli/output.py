"""Where data goes: stdout or a file, as bytes, flushed as early as its reader needs it."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from pathlib import Path
from types import ModuleType, TracebackType
from typing import BinaryIO, Self

from bitwright.cli.failure import UNREADABLE, USAGE, CommandError

_BUFFER_BYTES = 1 << 18


class Output:
    """A sink of lines and bytes.  `live` flushes after each write, for terminals and inputs that trickle in.

    `whole`: a file is written when all is done, and is what it was until then; that it can be is seen to at once.
    """

    def __init__(self, target: str | None = None, *, live: bool = False, whole: bool = False) -> None:
        self.target = None if target in (None, "-") else target
        if self.target is None and sys.stdout is None:
            raise CommandError("stdout: is closed", UNREADABLE)
        self.encoding = "utf-8" if self.target else (sys.stdout.encoding or "ascii")
        self.is_terminal = self.target is None and sys.stdout.isatty()
        self._live = live or self.is_terminal
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._whole: io.BytesIO | None = None
        self._stream: BinaryIO = self._open(whole=whole) if self.target else sys.stdout.buffer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None or not issubclass(kind, BrokenPipeError):
                self.flush()
                if kind is None and self._whole is not None:
                    self._replace(self._whole.getvalue())
        finally:
            if self.target:
                with contextlib.suppress(OSError):  # flushing has told already
                    self._stream.close()

    def line(self, text: str) -> None:
        """Write one line; what the encoding lacks is escaped."""
        self.write(text.encode(self.encoding, "backslashreplace") + b"\n")

    def write(self, data: bytes) -> None:
        """Write bytes as they are."""
        self._pending.append(data)
        self._pending_bytes += len(data)
        if self._live or self._pending_bytes >= _BUFFER_BYTES:
            self.flush()

    def write_at_once(self, data: bytes | memoryview) -> None:
        """Write bytes that are good only now."""
        self.flush()
        self._hand_over(data)

    def flush(self) -> None:
        """Hand everything written so far to the reader."""
        data, self._pending, self._pending_bytes = b"".join(self._pending), [], 0
        self._hand_over(data)

    def _hand_over(self, data: bytes | memoryview) -> None:
        try:
            self._stream.write(data)
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(f"{self.target or 'stdout'}: cannot be written: {error.strerror}", UNREADABLE) from None

    def _open(self, *, whole: bool) -> BinaryIO:
        assert self.target is not None
        try:
            if whole and _whole_file().is_for(Path(self.target)):
                _whole_file().refuse(Path(self.target))
                self._whole = io.BytesIO()
                return self._whole
            return open(self.target, "wb")  # noqa: PTH123  # closed by __exit__
        except OSError as error:
            raise CommandError(f"{self.target}: cannot be written: {error.strerror}", UNREADABLE) from None

    def _replace(self, data: bytes) -> None:
        assert self.target is not None
        try:
            _whole_file().write(Path(self.target), data)
        except OSError as error:
            raise CommandError(f"{self.target}: cannot be written: {error.strerror}", UNREADABLE) from None


def _whole_file() -> ModuleType:
    """What takes a while to load, for the few commands that write so."""
    from bitwright.cli import whole_file

    return whole_file


def refuse_overwriting(source: str, target: str | None) -> None:
    """A command that reads and writes one file would destroy it before reading."""
    if target is None or target == "-" or source == "-":
        return
    try:
        same = Path(source).samefile(target)
    except OSError:
        return
    if same:
        raise CommandError(f"{target}: is the input; write to another file", USAGE)


def trickles_in(source: str) -> bool:
    """Whether the input arrives as it is made, as from a pipe, so that output must not wait for a full buffer.

    CommandError if it is a stdin that is closed.
    """
    if source != "-":
        return False
    if sys.stdin is None:
        raise CommandError("stdin: is closed", UNREADABLE)
    try:
        return not stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return False
