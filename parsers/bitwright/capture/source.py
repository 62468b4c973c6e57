"""Where the bytes come from: files, pipes and gzip, all as one `read(size)`.

Promise: `read` returns at least one byte unless the end is reached, waits for no more than is there (so
packets from a live pipe come out at once), and holds at most a chunk, whatever a compressed file inflates to.
"""

from __future__ import annotations

import abc
import zlib
from typing import Any, Final

from bitwright.capture.errors import CaptureError
from bitwright.capture.packet import CaptureLimits

GZIP_MAGIC: Final = b"\x1f\x8b"
CHUNK: Final = 256 * 1024


class Source(abc.ABC):
    """Bytes in order."""

    @property
    @abc.abstractmethod
    def bytes_read(self) -> int:
        """Bytes taken from the file so far: compressed ones, where it is."""

    @abc.abstractmethod
    def read(self, size: int) -> bytes:
        """At most `size` bytes, at least one unless the end is reached."""


class FileSource(Source):
    """A binary file, seekable or not."""

    def __init__(self, file: Any) -> None:
        self._read: Any = getattr(file, "read1", None) or file.read
        self._count = 0

    @property
    def bytes_read(self) -> int:
        """See `Source`."""
        return self._count

    def read(self, size: int) -> bytes:
        """See `Source`."""
        found = self._read(size)
        if not isinstance(found, bytes):
            if found is None:
                raise BlockingIOError("a capture cannot be read from a file in non-blocking mode")
            raise TypeError(f"a capture is read from a binary file; this one gives {type(found).__name__}, open it with mode 'rb'")
        self._count += len(found)
        return found


class GzipSource(Source):
    """A gzip file (RFC 1952), also of several members, inflated as it is read.

    What stands before damage is given out first; only then is the damage reported.
    """

    def __init__(self, below: Source, head: bytes, path: str, limits: CaptureLimits) -> None:
        self._below = below
        self._pending = head
        self._path = path
        self._limits = limits
        self._inflater: Any = zlib.decompressobj(wbits=31)
        self._error: CaptureError | None = None
        self._given = 0
        self._taken = len(head)
        self._ended = False

    @property
    def bytes_read(self) -> int:
        """See `Source`."""
        return self._below.bytes_read

    def read(self, size: int) -> bytes:
        """See `Source`."""
        while not self._is_over():
            if not self._pending:
                self._pending = self._below.read(CHUNK)
                self._taken += len(self._pending)
            at_end = not self._pending
            found = self._inflate(size)  # even with no new bytes: output may be left inside the inflater
            if found:
                self._given += len(found)
                self._judge()
                return found
            if at_end and not self._is_over():
                self._error = self._damage("the compressed data ends early", "truncated")
        if self._error is not None:
            raise self._error
        return b""

    def _is_over(self) -> bool:
        return self._ended or self._error is not None

    def _inflate(self, size: int) -> bytes:
        before = self._inflater.copy()
        try:
            found: bytes = self._inflater.decompress(self._pending, size)
        except zlib.error as error:
            self._error = self._damage(str(error).split(": ", 1)[-1], "inflate")
            return _salvage(before, self._pending, size)
        self._pending = self._inflater.unconsumed_tail
        if self._inflater.eof:
            self._next_member()
        return found

    def _next_member(self) -> None:
        """Go on to the next member; zero bytes after the last are padding."""
        rest: bytes = self._inflater.unused_data
        while not rest.strip(b"\0"):
            rest = self._below.read(CHUNK)
            self._taken += len(rest)
            if not rest:
                self._ended = True
                return
        self._pending = rest.lstrip(b"\0")
        self._inflater = zlib.decompressobj(wbits=31)

    def _judge(self) -> None:
        """Stop a file that inflates far beyond what captures do."""
        taken = max(self._taken - len(self._pending), 1)
        if self._given > self._limits.inflate_free and self._given > taken * self._limits.inflate_ratio:
            message = f"{taken} compressed bytes inflate to {self._given}, more than {self._limits.inflate_ratio} times as many"
            self._error = self._damage(message, "inflate-limit")

    def _damage(self, message: str, code: str) -> CaptureError:
        return CaptureError(code, message, self._path, self._taken - len(self._pending), 1)


def _salvage(inflater: Any, data: bytes, size: int) -> bytes:
    """What can be inflated of damaged data, less than `size` bytes: byte by byte up to the damage."""
    found = bytearray()
    try:
        for at in range(len(data)):
            found += inflater.decompress(data[at : at + 1], size)
    except zlib.error:
        pass
    return bytes(found)
