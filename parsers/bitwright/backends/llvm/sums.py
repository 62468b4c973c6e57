"""Which checksums there is machine code for, and how: the routine, its table, what it begins with, and how the number comes of it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, Final

from bitwright.backends.llvm.assembler import I64, Value, number
from bitwright.backends.llvm.routines.sums import TABLES
from bitwright.checksum import Crc, adler32, crc32, fletcher16, internet, sum8, xor8

_TOP: Final = (1 << 64) - 1


def _as_it_is(b: Any, known: Value) -> Value:
    return known


@dataclasses.dataclass(frozen=True)
class Sum:
    """One checksum."""

    routine: str
    begin: int
    table: bytes | None = None
    finish: Callable[[Any, Value], Value] = _as_it_is


def sum_of(algorithm: Any) -> Sum | None:
    """How a checksum is computed; None if only Python can."""
    if type(algorithm) is Crc:
        return _crc(algorithm)
    return next((made for one, made in _PLAIN if one is algorithm), None)


def _complement(b: Any, known: Value) -> Value:
    return b.and_(b.not_(known), number(0xFFFF))


@functools.lru_cache(64)
def _crc(crc: Crc) -> Sum:
    """A remainder is kept at the end that the bits leave by."""
    if crc.refin:
        return Sum("bw_sum_low_first", _mirrored(crc.init, crc.width), _low_tables(crc), lambda b, known: _low_result(b, known, crc))
    unused = 64 - crc.width
    return Sum("bw_sum_high_first", crc.init << unused, _high_tables(crc), lambda b, known: _high_result(b, known, crc))


def _mirrored(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


def _reversed(b: Any, value: Value, width: int) -> Value:
    """The low bits in the other order."""
    return b.lshr(b.bitreverse(value), number(64 - width))


def _low_result(b: Any, known: Value, crc: Crc) -> Value:
    return b.xor(known if crc.refout else _reversed(b, known, crc.width), _word(crc.xorout))


def _high_result(b: Any, known: Value, crc: Crc) -> Value:
    found = b.lshr(known, number(64 - crc.width))
    return b.xor(_reversed(b, found, crc.width) if crc.refout else found, _word(crc.xorout))


def _word(value: int) -> Value:
    """64 bits as LLVM's text has them, with a sign."""
    return number(value - (value >> 63 << 64), I64)


def _low_tables(crc: Crc) -> bytes:
    """What each byte changes that so many others follow; the lowest bit leaves first."""
    poly = _mirrored(crc.poly, crc.width)
    first = []
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest >> 1 ^ (poly if rest & 1 else 0)
        first.append(rest)
    return _joined(first, lambda rest: rest >> 8 ^ first[rest & 0xFF])


def _high_tables(crc: Crc) -> bytes:
    """The same where the highest of 64 bits leaves first."""
    poly = crc.poly << (64 - crc.width)
    first = []
    for byte in range(256):
        rest = byte << 56
        for _ in range(8):
            rest = rest << 1 & _TOP ^ (poly if rest >> 63 else 0)
        first.append(rest)
    return _joined(first, lambda rest: rest << 8 & _TOP ^ first[rest >> 56])


def _joined(first: list[int], further: Callable[[int], int]) -> bytes:
    tables = [first]
    while len(tables) < TABLES:
        tables.append([further(rest) for rest in tables[-1]])
    return b"".join(rest.to_bytes(8, "little") for table in tables for rest in table)


_PLAIN: Final = (
    (internet, Sum("bw_sum_internet", 0, finish=_complement)),
    (crc32, _crc(Crc(32, 0x04C11DB7, 0xFFFFFFFF, refin=True, refout=True, xorout=0xFFFFFFFF))),
    (adler32, Sum("bw_sum_adler", 1)),
    (fletcher16, Sum("bw_sum_fletcher", 0)),
    (sum8, Sum("bw_sum_bytes", 0)),
    (xor8, Sum("bw_sum_xor", 0)),
)
