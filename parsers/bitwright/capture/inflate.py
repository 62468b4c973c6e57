"""Compressed captures, gzip and zstd, inflated as they are read.

Promise: what stands before damage is given out first; only then is the damage reported.  At most a chunk is
held, and a file that inflates far beyond what captures do is stopped.
"""

from __future__ import annotations

import abc
import importlib
import sys
import zlib
from typing import Any, Final

from bitwright.capture.errors import CaptureError
from bitwright.capture.packet import CaptureLimits
from bitwright.capture.source import CHUNK, Source

GZIP_MAGIC: Final = b"\x1f\x8b"
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
# The least significant byte of a skippable frame's magic number is 50 to 5f (RFC 8878, section 3.1.2).
ZSTD_SKIPPABLE: Final = tuple(bytes((low, 0x2A, 0x4D, 0x18)) for low in range(0x50, 0x60))
ZSTD_WINDOW_LOG: Final = 27  # 128 MiB, the most that `zstd -d` takes unless told otherwise
ZSTD_PIECE: Final = 64  # compressed bytes a call: what a call inflates before it meets damage is lost


class InflatingSource(Source):
    """Compressed data below, inflated data out; of several members or frames, one after the other."""

    def __init__(self, below: Source, head: bytes, path: str, limits: CaptureLimits) -> None:
        self._below = below
        self._pending: bytes | memoryview = head  # a view costs nothing to cut a piece from
        self._path = path
        self._limits = limits
        self._error: CaptureError | None = None
        self._given = 0
        self._taken = len(head)
        self._ended = False
        self._inflater = self._begin()

    @property
    def bytes_read(self) -> int:
        """See `Source`."""
        return self._below.bytes_read

    @abc.abstractmethod
    def _begin(self) -> Any:
        """An inflater for the next member; it has `eof` and `unused_data`."""

    @abc.abstractmethod
    def _step(self, size: int) -> bytes:
        """Inflate at most `size` bytes of `_pending`, and take what was used from it."""

    def read(self, size: int) -> bytes:
        """See `Source`."""
        while not self._is_over():
            self._fill()
            at_end = not self._pending
            found = self._step(size)  # even with no new bytes: output may be left inside the inflater
            if self._inflater.eof and self._error is None:
                self._next_member()
            if found:
                self._given += len(found)
                self._judge()
                return found
            if at_end and not self._is_over():
                self._error = self._damage("the compressed data ends early", "truncated")
        if self._error is not None:
            raise self._error
        return b""

    def _fill(self, least: int = 1) -> None:
        """Have at least so many bytes pending, unless there are no more."""
        while len(self._pending) < least:
            more = self._below.read(CHUNK)
            if not more:
                return
            self._taken += len(more)
            self._pending = b"".join((self._pending, more)) if self._pending else more

    def _is_over(self) -> bool:
        return self._ended or self._error is not None

    def _next_member(self) -> None:
        """Go on to the next member; zero bytes after the last are padding."""
        rest: bytes = self._inflater.unused_data + self._untouched()
        while not rest.strip(b"\0"):
            rest = self._below.read(CHUNK)
            self._taken += len(rest)
            if not rest:
                self._ended = True
                return
        self._pending = rest.lstrip(b"\0")
        self._inflater = self._begin()

    def _untouched(self) -> bytes:
        """Compressed bytes that the inflater was not handed yet."""
        return b""

    def _judge(self) -> None:
        """Stop a file that inflates far beyond what captures do."""
        taken = max(self._taken - len(self._pending), 1)
        if self._given > self._limits.inflate_free and self._given > taken * self._limits.inflate_ratio:
            message = f"{taken} compressed bytes inflate to {self._given}, more than {self._limits.inflate_ratio} times as many"
            self._error = self._damage(message, "inflate-limit")

    def _damage(self, message: str, code: str) -> CaptureError:
        return CaptureError(code, message, self._path, self._taken - len(self._pending), 1)


class GzipSource(InflatingSource):
    """A gzip file (RFC 1952), also of several members."""

    def _begin(self) -> Any:
        return zlib.decompressobj(wbits=31)

    def _step(self, size: int) -> bytes:
        before = self._inflater.copy()
        try:
            found: bytes = self._inflater.decompress(self._pending, size)
        except zlib.error as error:
            self._error = self._damage(str(error).split(": ", 1)[-1], "inflate")
            return _salvage(before, bytes(self._pending), size)
        self._pending = self._inflater.unconsumed_tail
        return found


class ZstdSource(InflatingSource):
    """A zstd file (RFC 8878), also of several frames; `CaptureError` with the install command where nothing here reads them."""

    def _begin(self) -> Any:
        self._zstd = _zstd_library()
        if self._zstd is None:
            advice = 'this is compressed with zstd; pip install "bitwright[zstd]", or pipe it: zstd -dc FILE | bitwright decode -'
            raise CaptureError("unsupported", advice, self._path, 0, 1)
        return self._zstd.ZstdDecompressor(options={self._zstd.DecompressionParameter.window_log_max: ZSTD_WINDOW_LOG})

    def _fill(self, least: int = ZSTD_PIECE) -> None:
        """Whole pieces, so that what damage takes with it does not depend on how the bytes arrive."""
        super()._fill(least)

    def _step(self, size: int) -> bytes:
        pending = memoryview(self._pending)
        piece = pending[: ZSTD_PIECE if self._inflater.needs_input else 0]
        try:
            found: bytes = self._inflater.decompress(piece, size)
            self._pending = pending[len(piece) :]
        except self._zstd.ZstdError as error:
            self._error = self._damage(str(error).split(": ", 1)[-1], "inflate")
            return b""
        return found

    def _untouched(self) -> bytes:
        return bytes(self._pending)


def _zstd_library() -> Any:
    """Python's own zstd, from 3.14 on, or its backport; None where neither is."""
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _salvage(inflater: Any, data: bytes, size: int) -> bytes:
    """What can be inflated of damaged data, less than `size` bytes: byte by byte up to the damage."""
    found = bytearray()
    try:
        for at in range(len(data)):
            found += inflater.decompress(data[at : at + 1], size)
    except zlib.error:
        pass
    return bytes(found)
