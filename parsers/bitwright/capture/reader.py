"""What every capture reader offers, whatever the container."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from types import TracebackType
from typing import Any, NoReturn, Self

from bitwright.capture.errors import CaptureError
from bitwright.capture.packet import CaptureLimits, Interface, Packet, Section
from bitwright.capture.source import Source
from bitwright.capture.window import Window
from bitwright.errors import ParseError


class CaptureReader(abc.ABC):
    """Packets in file order, once; a context manager that closes the file if `open` opened it.

    `path` is the file's name, `format` "pcap" or "pcapng", `size` the file's bytes where known.
    `interfaces` and `sections` (of pcapng) grow as they are met.
    """

    format: str

    def __init__(self, window: Window, path: str, size: int | None, limits: CaptureLimits, owned: Any) -> None:
        self.path = path
        self.size = size
        self.interfaces: list[Interface] = []
        self.sections: list[Section] = []
        self.packets_read = 0
        self._window = window
        self._limits = limits
        self._owned = owned
        self._packets = self._guarded()

    @property
    def bytes_read(self) -> int:
        """Bytes of the file taken so far: compressed ones, where it is."""
        source: Source = self._window.source
        return source.bytes_read

    def __iter__(self) -> Iterator[Packet]:
        return self._packets

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, if `open` opened it."""
        owned, self._owned = self._owned, None
        if owned is not None:
            owned.close()

    @abc.abstractmethod
    def _read(self) -> Iterator[Packet]:
        """The packets; CaptureError where the file cannot be read further."""

    def _guarded(self) -> Iterator[Packet]:
        """`_read`, with the number of the packet in errors that come from below, and the file closed at the end."""
        try:
            yield from self._read()
        except CaptureError as error:
            if error.packet <= self.packets_read:
                raise CaptureError(error.code, error.message, error.path, error.byte_offset, self.packets_read + 1) from None
            raise
        finally:
            self.close()

    def _fail(self, code: str, message: str, position: int) -> NoReturn:
        """Raise for damage at `position` of the window."""
        raise CaptureError(code, message, self.path, self._window.base + position, self.packets_read + 1)

    def _misfit(self, what: str, error: ParseError, position: int, skipped: int = 0) -> NoReturn:
        """Raise for a header that does not fit its declaration; it begins `skipped` bytes after `position` of the window."""
        problem = error.problem
        where = f"{what}, {problem.path}" if problem.path else what
        self._fail("header", f"{where}: {problem.message}", position + skipped + (problem.byte_offset or 0))
