"""Numbers in the bytes of a message: read and written where they lie, at any bit, in any order, of fixed or variable size.

Promise: what `patched_number` writes is what `number_at` reads, and no other bit changes.
"""

from __future__ import annotations

from typing import Literal

from bitwright.ir.interp import swap_chunks
from bitwright.lower.common import is_straight, straight_order
from bitwright.schema import spec
from bitwright.wire.varints import bounds_of_varint, read_varint


def bounds_of(wire: spec.IntType) -> tuple[int, int]:
    """The least and the largest number of a type."""
    if isinstance(wire, spec.VarintType):
        return bounds_of_varint(wire.coding, wire.width)
    return (-(1 << wire.width - 1), (1 << wire.width - 1) - 1) if wire.signed else (0, (1 << wire.width) - 1)


def number_at(data: bytes | bytearray, begin: int, end: int, wire: spec.IntType, order: str) -> int:
    """The number that lies from one bit to another."""
    if isinstance(wire, spec.VarintType):
        return read_varint(bytes(data[: end // 8]), begin // 8, end // 8, wire.coding, wire.width)[0]
    shift, word_order = _place(begin, wire, order)
    found = int.from_bytes(data[begin // 8 : -(-end // 8)], word_order) >> shift & (1 << wire.width) - 1
    if not _lies_whole(begin, wire) and not is_straight(wire, begin % 8, order):
        found = swap_chunks(found, wire.width, order)
    return found - (1 << wire.width) if wire.signed and found >> wire.width - 1 else found


def patched_number(data: bytes, begin: int, wire: spec.IntType, order: str, number: int) -> tuple[int, bytes]:
    """The byte from which on the data change, and the new bytes, for a number of fixed size that begins at a bit."""
    number &= (1 << wire.width) - 1
    if not _lies_whole(begin, wire) and not is_straight(wire, begin % 8, order):
        number = swap_chunks(number, wire.width, "big" if order == "little" else "little")
    shift, word_order = _place(begin, wire, order)
    first, stop = begin // 8, -(-(begin + wire.width) // 8)
    word = int.from_bytes(data[first:stop], word_order)
    word = word & ~(((1 << wire.width) - 1) << shift) | number << shift
    return first, word.to_bytes(stop - first, word_order)


def _lies_whole(begin: int, wire: spec.IntType) -> bool:
    return begin % 8 == 0 and wire.width % 8 == 0


def _place(begin: int, wire: spec.IntType, order: str) -> tuple[int, Literal["big", "little"]]:
    """By how many bits a number is shifted in the word around it, and the byte order of that."""
    if _lies_whole(begin, wire):
        return 0, "little" if order == "little" and wire.width > 8 else "big"
    phase = begin % 8
    return phase if wire.bit_order == "lsb" else -(phase + wire.width) % 8, straight_order(wire)
