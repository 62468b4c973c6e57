"""Where the bytes come from: files, pipes and (in `inflate`) compressed ones, all as one `read(size)`.

Promise: `read` returns at least one byte unless the end is reached, and waits for no more than is there, so
packets from a live pipe come out at once.
"""

from __future__ import annotations

import abc
from typing import Any, Final

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
