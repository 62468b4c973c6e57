"""Framing by the push parser: a message ends where its format says."""

from __future__ import annotations

import collections
import dataclasses

from bitwright.net.errors import TooLarge
from bitwright.net.framing.base import Framer, Framing
from bitwright.struct_ import Struct


@dataclasses.dataclass(frozen=True, slots=True)
class PushParser(Framing):
    """Messages of `message` one after the other, nothing between them."""

    message: type[Struct]
    limit: int

    def framer(self) -> Framer:
        """One for one direction of one connection."""
        return _Pushed(self.message, self.limit)

    def frame(self, payload: bytes, /) -> bytes:
        """The message as it is."""
        if len(payload) > self.limit:
            raise TooLarge(len(payload), self.limit)
        return payload


class _Pushed(Framer):
    """Finds the messages that are there as a whole all at once, and gives the parser of one that is cut what it needs.

    The parser never gets a byte of the next message, and what was found is only looked at: all bytes stay until they are pulled.
    """

    def __init__(self, message: type[Struct], limit: int) -> None:
        super().__init__(limit)
        self._message = message
        self._stream = message.stream(limit=limit)
        self._fed = 0  # bytes at the front of the data that the parser has
        self._sizes: collections.deque[int] = collections.deque()  # of the messages at the front
        self._looked = True  # whether what was found is all that could be

    def push(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take what arrived."""
        self._data += data
        self._looked = False

    def pull(self) -> bytes | None:
        """The next message's bytes."""
        if self._sizes:
            return self._take(self._sizes.popleft())
        if not self._looked and not self._fed:
            self._looked = True
            self._sizes.extend(self._stream.sizes(bytes(self._data)))
            if self._sizes:
                return self._take(self._sizes.popleft())
        while len(self._data) - self._fed >= (need := self._stream.need):
            if self._stream.error is not None:
                raise self._stream.error
            upto = self._fed + need
            found = self._stream.feed(bytes(self._data[self._fed : upto]))
            self._fed = upto
            if found:
                self._fed, self._looked = 0, False
                return self._take(upto)
        return None

    def _take(self, size: int) -> bytes:
        frame = bytes(self._data[:size])
        del self._data[:size]
        return frame

    @property
    def need(self) -> int:
        """How many bytes are missing at least."""
        return 0 if self._sizes else max(self._stream.need - (len(self._data) - self._fed), 0)

    def detach(self, *, empty: bool = False) -> bytes:
        """What was not pulled."""
        left = super().detach(empty=empty)
        if self._fed or self._stream.error is not None:
            self._stream = self._message.stream(limit=self.limit)
        self._fed = 0
        self._sizes.clear()
        return left
