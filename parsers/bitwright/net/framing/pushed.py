"""Framing by the push parser: a message ends where its format says."""

from __future__ import annotations

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
    """Gives the parser what it needs and no byte more, so that it never takes one of the next message."""

    def __init__(self, message: type[Struct], limit: int) -> None:
        super().__init__(limit)
        self._stream = message.stream(limit=limit)
        self._fed = 0  # bytes at the front of the data that the parser has

    def pull(self) -> bytes | None:
        """The next message's bytes."""
        while len(self._data) - self._fed >= (need := self._stream.need):
            if self._stream.error is not None:
                raise self._stream.error
            upto = self._fed + need
            found = self._stream.feed(bytes(self._data[self._fed : upto]))
            self._fed = upto
            if found:
                frame = bytes(self._data[:upto])
                del self._data[:upto]
                self._fed = 0
                return frame
        return None

    @property
    def need(self) -> int:
        """How many bytes are missing at least."""
        return max(self._stream.need - (len(self._data) - self._fed), 0)
