"""Checksums of bytes that come in several parts: `checksum.py` as machine code.

Promise: each routine takes what is known of the bytes so far, the next of them, and perhaps a table; it returns what is known then.
`sums.py` beside this package says what that begins with, and what it means at the end.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I16, I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Number, Routine

# What is known, the bytes, how many, a table: what is known then.
SIGNATURE: Final[tuple[Type, tuple[Type, ...]]] = (I64, (I64, PTR, I64, PTR))
NAMES: Final = ("bw_sum_internet", "bw_sum_low_first", "bw_sum_high_first", "bw_sum_adler", "bw_sum_fletcher", "bw_sum_bytes", "bw_sum_xor")
ODD: Final = 1 << 16  # in what `bw_sum_internet` knows: an odd number of bytes came so far
TABLES: Final = 8  # of 256 numbers each, for as many bytes at once
_ADLER: Final = 65521
_SAFE: Final = 4096  # so many bytes can be added up, and their sums, before 64 bits overflow; by far
_FLETCHER: Final = 255


def emit_sum(assembly: Assembly, name: str) -> None:
    """One of them."""
    match name:
        case "bw_sum_internet":
            _emit_internet(assembly)
        case "bw_sum_adler":
            _emit_double(assembly, name, _ADLER, 16)
        case "bw_sum_fletcher":
            _emit_double(assembly, name, _FLETCHER, 8)
        case "bw_sum_bytes" | "bw_sum_xor":
            _emit_single(assembly, name)
        case _:
            _emit_crc(assembly, name)


def _folded(value: Number) -> Number:
    """The one's complement sum of the four words of 16 bits that a number has."""
    for _ in range(2):
        value = (value & 0xFFFF_FFFF) + (value >> 32)
    for _ in range(3):
        value = (value & 0xFFFF) + (value >> 16)
    return value


def _swapped(r: Routine, value: Number) -> Number:
    return Number(r, r.b.bswap(value.narrow(I16).value())).wide()


def _emit_internet(assembly: Assembly) -> None:
    """Words as this machine has them are added up; the sum has its bytes the other way round, as an odd byte before them has it."""
    r = Routine(assembly, "bw_sum_internet", *SIGNATURE)
    known, data, size, _ = r.args
    at, total = r.local(0), r.local(0)
    with r.while_(at, size - 3):
        total.add(r.load(data, at, I32).wide())
        at.add(4)
    with r.when((size & 2).is_not(0)):
        total.add(r.load(data, at, I16).wide())
        at.add(2)
    with r.when((size & 1).is_not(0)):
        total.add(r.byte(data, at))
    found = _folded(total.now())
    found = r.select((known & ODD).is_not(0), found, _swapped(r, found))
    r.ret(_folded((known & 0xFFFF) + found) | (known ^ (size & 1) << 16) & ODD)
    r.finish()


def _emit_crc(assembly: Assembly, name: str) -> None:
    """Eight bytes at once, by eight tables; a remainder most significant bit first lies at the high end of the 64 bits."""
    r = Routine(assembly, name, *SIGNATURE)
    known, data, size, table = r.args
    low_first = name == "bw_sum_low_first"
    at, crc = r.local(0), r.local(known)

    def entry(number: int, index: Number) -> Number:
        return r.load(r.at(table, 2048 * number), index << 3)

    with r.while_(at, size - 7):
        word = r.load(data, at)
        if not low_first:
            word = Number(r, r.b.bswap(word.value()))
        word = crc.now() ^ word
        found = r.number(0)
        for number in range(TABLES):
            shift = 56 - 8 * number if low_first else 8 * number
            found = found ^ entry(number, word >> shift & 0xFF)
        crc.put(found)
        at.add(8)
    with r.while_(at, size):
        byte, before = r.byte(data, at), crc.now()
        if low_first:
            crc.put(before >> 8 ^ entry(0, (before ^ byte) & 0xFF))
        else:
            crc.put(before << 8 ^ entry(0, before >> 56 ^ byte))
        at.add(1)
    r.ret(crc)
    r.finish()


def _emit_double(assembly: Assembly, name: str, modulus: int, width: int) -> None:
    """The sum of the bytes in the low half, and the sum of those sums in the high half."""
    r = Routine(assembly, name, *SIGNATURE)
    known, data, size, _ = r.args
    first, second, at = r.local(known & (1 << width) - 1), r.local(known >> width), r.local(0)
    with r.while_(at, size):
        left = size - at
        stop = at + r.select(left < _SAFE, left, _SAFE)
        with r.while_(at, stop):
            first.add(r.byte(data, at))
            second.add(first)
            at.add(1)
        first.put(r.rest(first, modulus))
        second.put(r.rest(second, modulus))
    r.ret(second << width | first)
    r.finish()


def _emit_single(assembly: Assembly, name: str) -> None:
    r = Routine(assembly, name, *SIGNATURE)
    known, data, size, _ = r.args
    total, at = r.local(known), r.local(0)
    with r.while_(at, size):
        byte = r.byte(data, at)
        total.put(total + byte if name == "bw_sum_bytes" else total ^ byte)
        at.add(1)
    r.ret(total & 0xFF)
    r.finish()
