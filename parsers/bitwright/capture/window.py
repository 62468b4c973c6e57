"""A window that slides over a source, so that records are read from one large buffer."""

from __future__ import annotations

from bitwright.capture.source import CHUNK, Source


class Window:
    """`data` holds the source's bytes from `base` on; `extend` moves it forward.

    Readers keep `data` and a position in it in local names, and call `extend` only where the data ends.
    """

    __slots__ = ("base", "data", "source")

    def __init__(self, source: Source, data: bytes = b"") -> None:
        self.source = source
        self.data = data
        self.base = 0

    def extend(self, position: int, needed: int) -> bytes:
        """Drop what is before `position` and read until `needed` bytes are there, or the source ends; the new data."""
        parts = [self.data[position:]]
        there = len(parts[0])
        self.base += position
        try:
            while there < needed:
                part = self.source.read(CHUNK)
                if not part:
                    break
                parts.append(part)
                there += len(part)
        finally:
            self.data = b"".join(parts)
        return self.data
