"""The raw tier: changes of bytes.  The same seed and corpus give the same inputs, on every machine.

It knows nothing of formats.  Half of its inputs carry one change and the rest a few, because a parser that
refuses everything at the first byte is hardly tested.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

# Values at which lengths, counts, offsets and label types change their meaning.
EDGES: Final = (0, 1, 2, 3, 4, 5, 12, 16, 63, 64, 65, 127, 128, 191, 192, 193, 254, 255)
WIDE_EDGES: Final = (0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xC000, 0xC00C, 0xFFFE, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


class RawMutator:
    """Makes variants of a corpus, none longer than `largest` bytes."""

    def __init__(self, corpus: Sequence[bytes], rng: random.Random, largest: int) -> None:
        self.corpus = list(corpus)
        self.random = rng
        self.largest = largest
        self.changes: tuple[Callable[[bytearray], None], ...] = (
            self._flip_bit, self._set_byte, self._set_edge, self._set_wide, self._step, self._delete, self._insert,
            self._duplicate, self._truncate, self._splice,
        )  # fmt: skip

    def __call__(self) -> bytes:
        """The next input."""
        data = bytearray(self.random.choice(self.corpus))
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 6))):
            self.random.choice(self.changes)(data)
        return bytes(data[: self.largest])

    def _at(self, data: bytearray) -> int:
        return self.random.randrange(len(data)) if data else 0

    def _flip_bit(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] ^= 1 << self.random.randrange(8)

    def _set_byte(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] = self.random.randrange(256)

    def _set_edge(self, data: bytearray) -> None:
        if data:
            data[self._at(data)] = self.random.choice(EDGES)

    def _set_wide(self, data: bytearray) -> None:
        """Overwrite 2 or 4 bytes with a number at an edge, in either byte order."""
        size = self.random.choice((2, 4))
        if len(data) >= size:
            at = self.random.randrange(len(data) - size + 1)
            number = self.random.choice(WIDE_EDGES) & ((1 << 8 * size) - 1)
            data[at : at + size] = number.to_bytes(size, self.random.choice(("big", "little")))

    def _step(self, data: bytearray) -> None:
        """Move one byte up or down a little, as an off-by-one does."""
        if data:
            at = self._at(data)
            data[at] = (data[at] + self.random.choice((-2, -1, 1, 2))) % 256

    def _delete(self, data: bytearray) -> None:
        at = self._at(data)
        del data[at : at + self.random.choice((1, 1, 2, 4, 16))]

    def _insert(self, data: bytearray) -> None:
        at = self._at(data)
        data[at:at] = self.random.randbytes(self.random.choice((1, 1, 2, 4, 16)))

    def _duplicate(self, data: bytearray) -> None:
        """Repeat a stretch, as a resent record would be."""
        at = self._at(data)
        stretch = data[at : at + self.random.choice((1, 4, 16, 64))]
        data[at:at] = stretch

    def _truncate(self, data: bytearray) -> None:
        del data[self._at(data) :]

    def _splice(self, data: bytearray) -> None:
        """Continue with the tail of another member of the corpus."""
        other = self.random.choice(self.corpus)
        if other:
            data[self._at(data) :] = other[self.random.randrange(len(other)) :]
