"""Framing by a number that says how long a message is: before it, as in DNS over TCP, or in its header."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable
from typing import Literal, TypeAlias

from bitwright.net.errors import FramingError, TooLarge
from bitwright.net.framing.base import Framer, Framing

Endian: TypeAlias = Literal["big", "little"]

_LETTERS = {1: "B", 2: "H", 4: "I", 8: "Q"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LengthPrefix(Framing):
    """Each message after its length, which is no part of it: `size` bytes that count the message, or also themselves.

    OTP's `{packet, 1|2|4}` are sizes of 1, 2 and 4.
    """

    limit: int
    size: int = 2
    endian: Endian = "big"
    counts_itself: bool = False

    def __post_init__(self) -> None:
        _check(self.size, self.endian, self.limit)

    def framer(self) -> Framer:
        """One for one direction of one connection."""
        plus = 0 if self.counts_itself else self.size
        return _Counted(self.limit, place=(0, self.size, self.endian), scale=1, plus=plus, strip=self.size)

    def frame(self, payload: bytes, /) -> bytes:
        """The length and the message."""
        number = len(payload) + self.size * self.counts_itself
        if len(payload) > self.limit or number >> (8 * self.size):
            raise TooLarge(len(payload), min(self.limit, (1 << (8 * self.size)) - 1 - self.size * self.counts_itself))
        return number.to_bytes(self.size, self.endian) + payload


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LengthField(Framing):
    """Each message has at byte `offset` a number of `size` bytes that says how long all of it is: `number * scale + plus` bytes."""

    limit: int
    offset: int
    size: int
    endian: Endian = "big"
    scale: int = 1
    plus: int = 0

    def __post_init__(self) -> None:
        _check(self.size, self.endian, self.limit)
        if self.offset < 0 or self.scale < 1:
            raise ValueError(f"{self!r}: the offset is at least 0, the scale at least 1")

    def framer(self) -> Framer:
        """One for one direction of one connection."""
        return _Counted(self.limit, place=(self.offset, self.size, self.endian), scale=self.scale, plus=self.plus, strip=0)

    def frame(self, payload: bytes, /) -> bytes:
        """The message as it is; FramingError where it is not as long as it says."""
        if len(payload) > self.limit:
            raise TooLarge(len(payload), self.limit)
        number = int.from_bytes(payload[self.offset : self.offset + self.size], self.endian)
        if number * self.scale + self.plus != len(payload) or len(payload) < self.offset + self.size:
            raise FramingError(f"a message of {len(payload)} bytes that says it has {number * self.scale + self.plus}")
        return payload


def _check(size: int, endian: str, limit: int) -> None:
    if not 1 <= size <= 8:
        raise ValueError(f"size={size!r}: a length has 1 to 8 bytes")
    if endian not in {"big", "little"}:
        raise ValueError(f'endian={endian!r}: write "big" or "little"')
    if limit < 1:
        raise ValueError(f"limit={limit!r}: a message has at least one byte")


def _number_at(offset: int, size: int, endian: Endian) -> Callable[[bytearray], int]:
    """What reads the number; the commonest ones without making bytes of it first."""
    if size in _LETTERS:
        unpack = struct.Struct((">" if endian == "big" else "<") + _LETTERS[size]).unpack_from
        return lambda data: unpack(data, offset)[0]
    return lambda data: int.from_bytes(data[offset : offset + size], endian)


class _Counted(Framer):
    """Messages that say how long they are."""

    def __init__(self, limit: int, *, place: tuple[int, int, Endian], scale: int, plus: int, strip: int) -> None:
        super().__init__(limit)
        self._number = _number_at(*place)
        self._header = place[0] + place[1]
        self._scale, self._plus, self._strip = scale, plus, strip
        self._most = limit + strip
        self._whole = 0  # bytes of the message in work, with what is stripped; 0 while they are not known

    def pull(self) -> bytes | None:
        """The next message's bytes."""
        data = self._data
        whole = self._whole
        if not whole:
            if len(data) < self._header:
                return None
            whole = self._number(data) * self._scale + self._plus
            if whole > self._most:
                raise TooLarge(whole - self._strip, self.limit)
            if whole < self._header:
                raise FramingError(f"a message says that it has {whole} bytes, and {self._header} of them are needed to say so")
            self._whole = whole
        if len(data) < whole:
            return None
        found = bytes(data[self._strip : whole])
        del data[:whole]
        self._whole = 0
        return found

    @property
    def need(self) -> int:
        """How many bytes are missing at least."""
        return max((self._whole or self._header) - len(self._data), 0)

    def detach(self, *, empty: bool = False) -> bytes:
        """What was not pulled."""
        left = super().detach(empty=empty)
        self._whole = 0
        return left
