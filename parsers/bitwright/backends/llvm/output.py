"""LLVM code that writes to the output: numbers of any size into bytes that a routine gave the address of.

Promise: the address of bytes comes from `new_bytes`, `begun_bytes` or `written_bytes`, which say how many there are, and
whoever stores more than those says so by an error when the code is emitted.
"""

from __future__ import annotations

import dataclasses

from bitwright.backends.llvm.assembler import I8, I16, I32, I64, I128, NULL, Type, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter

_WORDS = {1: I8, 2: I16, 4: I32, 8: I64}


@dataclasses.dataclass(frozen=True)
class Bytes:
    """So many bytes of the output."""

    address: Value
    count: int


def new_bytes(e: FunctionEmitter, count: int) -> Bytes:
    """Bytes behind all that is written."""
    return _given(e, "bw_room", count, number(count))


def begun_bytes(e: FunctionEmitter, more: int) -> Bytes:
    """The last byte, of which some bits are written, and new ones behind it."""
    return _given(e, "bw_room_begun", more + 1, number(more))


def written_bytes(e: FunctionEmitter, at: Value, count: int) -> Bytes:
    """Bytes that are written already."""
    return _given(e, "bw_there", count, at, number(count))


def _given(e: FunctionEmitter, routine: str, count: int, *args: Value) -> Bytes:
    address = e.call(routine, e.context, *args)
    e.fail_if(e.b.icmp_unsigned("==", address, NULL))
    return Bytes(address, count)


def type_for(bits: int) -> Type:
    """The type that so many bits are put together in, without a sign."""
    return I64 if bits <= I64.width else I128


def store(e: FunctionEmitter, value: Value, into: Bytes, at: int, size: int, order: str) -> None:
    """Store the low bytes of a number, the most significant first or last."""
    for begin, part in _parts(into, at, size):
        shift = 8 * (size - begin - part if order == "big" else begin)
        word = e.b.lshr(value, number(shift, value.type)) if shift else value
        word = e.b.trunc(word, _WORDS[part])
        if order == "big" and part > 1:
            word = e.b.bswap(word)
        e.b.store(word, _place(e, into, at + begin), align=1)


def load(e: FunctionEmitter, into: Bytes, at: int, size: int, order: str, of: Type) -> Value:
    """The number that bytes are."""
    total = number(0, of)
    for begin, part in _parts(into, at, size):
        word = e.b.load(_place(e, into, at + begin), typ=_WORDS[part], align=1)
        if order == "big" and part > 1:
            word = e.b.bswap(word)
        shift = 8 * (size - begin - part if order == "big" else begin)
        wide = e.b.zext(word, of)
        total = e.b.or_(total, e.b.shl(wide, number(shift, of)) if shift else wide)
    return total


def _parts(into: Bytes, at: int, size: int) -> list[tuple[int, int]]:
    """The bytes as words of the machine, each with where it begins."""
    if not 0 <= at <= at + size <= into.count:
        raise ValueError(f"bytes {at} to {at + size} of {into.count}")
    found, begin = [], 0
    for part in sorted(_WORDS, reverse=True):
        while size - begin >= part:
            found.append((begin, part))
            begin += part
    return found


def _place(e: FunctionEmitter, into: Bytes, at: int) -> Value:
    return e.b.gep(into.address, [number(at)], source_etype=I8) if at else into.address
