"""Framing of messages that all have the same size, and of bytes that are taken as they come."""

from __future__ import annotations

import dataclasses

from bitwright.net.errors import FramingError, TooLarge
from bitwright.net.framing.base import Framer, Framing


@dataclasses.dataclass(frozen=True, slots=True)
class FixedSize(Framing):
    """Messages of `size` bytes each."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size={self.size!r}: a message has at least one byte")

    @property
    def limit(self) -> int:  # type: ignore[override]  # it follows from the size
        """Bytes of a message."""
        return self.size

    def framer(self) -> Framer:
        """One for one direction of one connection."""
        return _Fixed(self.size)

    def frame(self, payload: bytes, /) -> bytes:
        """The message as it is; FramingError where it is shorter, `TooLarge` where it is longer."""
        if len(payload) > self.size:
            raise TooLarge(len(payload), self.size)
        if len(payload) < self.size:
            raise FramingError(f"a message of {len(payload)} bytes, where every one has {self.size}")
        return payload


class _Fixed(Framer):
    """So many bytes at a time."""

    def pull(self) -> bytes | None:
        """The next message's bytes."""
        if len(self._data) < self.limit:
            return None
        found = bytes(self._data[: self.limit])
        del self._data[: self.limit]
        return found

    @property
    def need(self) -> int:
        """How many bytes are missing."""
        return max(self.limit - len(self._data), 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Raw(Framing):
    """No messages: bytes as they come, at most `limit` of them at once.  For what follows when a framing is switched off."""

    limit: int = 65536

    def __post_init__(self) -> None:
        if self.limit < 1:
            raise ValueError(f"limit={self.limit!r}: at least one byte comes at once")

    def framer(self) -> Framer:
        """One for one direction of one connection."""
        return _Raw(self.limit)

    def frame(self, payload: bytes, /) -> bytes:
        """The bytes as they are, of any number."""
        return payload


class _Raw(Framer):
    """Whatever has come."""

    def pull(self) -> bytes | None:
        """What has come."""
        if not self._data:
            return None
        found = bytes(self._data[: self.limit])
        del self._data[: self.limit]
        return found

    @property
    def need(self) -> int:
        """One byte."""
        return 0 if self._data else 1
