"""Framing of messages that end with bytes of their own, as lines do."""

from __future__ import annotations

import dataclasses
from typing import Self

from bitwright.net.errors import FramingError, TooLarge, Truncated
from bitwright.net.framing.base import Framer, Framing


class Piece(bytes):
    """A part of a message that is longer than the limit: the mark that OTP's `{packet, line}` does not give.

    `last`: whether the message ends with it.
    """

    last: bool

    def __new__(cls, data: bytes, *, last: bool) -> Self:
        """These bytes."""
        made = super().__new__(cls, data)
        made.last = last
        return made

    def __repr__(self) -> str:
        return f"Piece({super().__repr__()}, last={self.last})"

    def __reduce__(self) -> tuple[object, tuple[bytes, bool]]:
        return _piece, (bytes(self), self.last)


def _piece(data: bytes, last: bool) -> Piece:  # a keyword cannot be given by pickle
    return Piece(data, last=last)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Terminator(Framing):
    r"""Messages that end with `ending`, as lines do with b"\r\n"; it is no part of them unless `keep`.

    `limit` counts without it.  What is longer is `TooLarge`, or comes in `Piece`s of at most `limit` bytes, if `pieces`.
    """

    limit: int
    ending: bytes = b"\r\n"
    keep: bool = False
    pieces: bool = False

    def __post_init__(self) -> None:
        if not self.ending:
            raise ValueError("ending=b'': what ends a message has at least one byte")
        if self.limit < 1:
            raise ValueError(f"limit={self.limit!r}: a message has at least one byte")

    def framer(self) -> Framer:
        """One for one direction of one connection."""
        return _Terminated(self)

    def frame(self, payload: bytes, /) -> bytes:
        """The message and what ends it; FramingError where that stands inside it: the peer would read two."""
        content = payload
        if self.keep:
            if not payload.endswith(self.ending):
                raise FramingError(f"a message that does not end with {self.ending!r}")
            content = payload[: -len(self.ending)]
        if len(content) > self.limit:
            raise TooLarge(len(content), self.limit)
        whole = content + self.ending
        if whole.find(self.ending) != len(content):
            raise FramingError(f"a message with {self.ending!r} inside")
        return whole


class _Terminated(Framer):
    """Looks at each byte once."""

    def __init__(self, framing: Terminator) -> None:
        super().__init__(framing.limit)
        self._ending, self._keep, self._pieces = framing.ending, framing.keep, framing.pieces
        self._looked = 0  # at so many bytes, without finding the ending
        self._inside = False  # whether a piece of this message was given

    def pull(self) -> bytes | None:
        """The next message's bytes, or a piece."""
        data, ending = self._data, self._ending
        at = data.find(ending, max(self._looked - len(ending) + 1, 0), self.limit + len(ending))
        if at >= 0:
            found = bytes(data[: at + len(ending) * self._keep])
            del data[: at + len(ending)]
            self._looked = 0
            if self._inside:
                self._inside = False
                return Piece(found, last=True)
            return found
        self._looked = len(data)
        if len(data) <= self.limit or self._may_end_in_time():
            return None
        if not self._pieces:
            raise TooLarge(len(data), self.limit, "a message without an end, so far")
        piece = Piece(bytes(data[: self.limit]), last=False)
        del data[: self.limit]
        self._looked, self._inside = 0, True
        return piece

    def _may_end_in_time(self) -> bool:
        """Whether an ending may have begun within the limit."""
        data, ending = self._data, self._ending
        return any(ending.startswith(data[at:]) for at in range(max(len(data) - len(ending) + 1, 0), self.limit + 1))

    @property
    def need(self) -> int:
        """How many bytes are missing at least: what ends a message, but for what is there of it."""
        over = len(self._data) > self.limit and not self._may_end_in_time()
        if over or self._data.find(self._ending, 0, self.limit + len(self._ending)) >= 0:
            return 0
        most = min(len(self._ending) - 1, len(self._data))
        there = next((size for size in range(most, 0, -1) if self._data.endswith(self._ending[:size])), 0)
        return len(self._ending) - there

    def close(self) -> None:
        """The stream has ended; `Truncated` also between two pieces of a message."""
        super().close()
        if self._inside:
            raise Truncated(b"", len(self._ending))

    def detach(self, *, empty: bool = False) -> bytes:
        """What was not pulled."""
        left = super().detach(empty=empty)
        self._looked, self._inside = 0, False
        return left
