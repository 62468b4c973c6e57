"""What every framing does.

A `Framing` says how a stream is cut, and may be shared; a `Framer` does it for one direction of one connection.
"""

from __future__ import annotations

import abc

from bitwright.net.errors import FramingError, Truncated


class Framer(abc.ABC):
    """One direction of a stream: bytes go in as they come, the bytes of whole messages come out, one after the other."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._data = bytearray()

    def push(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take what arrived.  Nothing is looked at yet."""
        self._data += data

    @abc.abstractmethod
    def pull(self) -> bytes | None:
        """The next message's bytes, or None while it is not there as a whole.

        Raises `TooLarge` for more than the limit, as soon as that is known, and `ParseError` for bytes that cannot belong to a
        message, where the framing looks at them; afterwards nobody knows where the next one begins, and every call raises.
        """

    def feed(self, data: bytes | bytearray | memoryview, /) -> list[bytes]:
        """`push`, and all that can be pulled.  Messages before a fault are given; the next call raises it."""
        self.push(data)
        found: list[bytes] = []
        try:
            while (frame := self.pull()) is not None:
                found.append(frame)
        except Exception:
            if not found:
                raise
        return found

    @property
    @abc.abstractmethod
    def need(self) -> int:
        """How many bytes are missing at least for the next message, going by what was pulled; 0 if it is there, or may be."""

    @property
    def buffered(self) -> int:
        """How many bytes were pushed and not pulled."""
        return len(self._data)

    def close(self) -> None:
        """The stream has ended: `Truncated` if that is inside a message."""
        if self._data:
            raise Truncated(bytes(self._data), max(self.need, 1))

    def detach(self, *, empty: bool = False) -> bytes:
        """The bytes that were pushed and not pulled, for the framer that goes on; this one is empty then.

        `empty`: raise FramingError if there are any, and keep them.  For a switch to TLS: bytes that came before it were not
        protected, and whoever put them there must not have them read as if they were (CVE-2011-0411).
        """
        if empty and self._data:
            raise FramingError(f"{len(self._data)} bytes came before the switch, and would be taken for what comes after it")
        left = bytes(self._data)
        self._data.clear()
        return left


class Framing(abc.ABC):
    """How a stream is cut into messages."""

    limit: int  # bytes of a message, at most

    @abc.abstractmethod
    def framer(self) -> Framer:
        """One for one direction of one connection."""

    @abc.abstractmethod
    def frame(self, payload: bytes, /) -> bytes:
        """The bytes to write for a message; `TooLarge` for more than the limit, or than the framing can say."""
