"""What a message that is built remembers of its names, in one bytearray: suffixes that pointers can lead to, and what was written.

Promise: it says the same as a `NameMemo` of `wire/compression.py` would.  Everything is found by its offset, so the bytearray may
move when it grows.  It begins with numbers of 64 bits, and with buckets of suffixes by their hash; behind them lie, in the order in
which they were made, the wire forms of names, suffixes, what was written, and the plan for the names to come.
"""

from __future__ import annotations

import struct
from typing import Final, cast

from bitwright.backends.llvm.assembler import I16, I32, PTR, Assembly
from bitwright.backends.llvm.routines.builder import Label, Number, Operand, Routine
from bitwright.wire.compression import NameMemo, Written, choose_sizes

_BUCKETS_BITS: Final = 5
_SIZE: Final = 480  # at first: what a few names need, and CPython has memory of that size ready

# The numbers at the beginning: bytes in use, bytes that there are, what was written last, the next size of the plan and how many are
# left, where the region begins that was written a second time.
USED, CAPACITY, LAST, PLAN, PLANNED, TRIED = range(0, 48, 8)
BUCKETS: Final = 48
_FIRST: Final = BUCKETS + (4 << _BUCKETS_BITS)

# A suffix: the next of its bucket, its hash, its wire form, how long that is, and where it stands from the origin on.
_SUFFIX: Final = struct.Struct("<iiiHH")
SUFFIX_SIZE: Final = _SUFFIX.size
_NEXT, _HASH, _SUFFIX_WIRE, _SUFFIX_LENGTH, _PLACE = 0, 4, 8, 12, 14

# What was written: what was before it, its wire form, how long that is, the size it has, whether that must stay, where it begins.
_WRITTEN: Final = struct.Struct("<iiHHiq")
WRITTEN_SIZE: Final = _WRITTEN.size
_PREVIOUS, _WRITTEN_WIRE, _WRITTEN_LENGTH, _WRITTEN_HAS, _SETTLED, _AT = 0, 4, 8, 10, 12, 16
_MOST: Final = (1 << 31) - 1


def emit_new_memo(assembly: Assembly) -> None:
    """`bw_new_memo() -> ptr`: a new one, or NULL."""
    r = Routine(assembly, "bw_new_memo", PTR, [])
    made = r.call("PyByteArray_FromStringAndSize", r.null, _SIZE)
    with r.when(made.is_(0)):
        r.ret(r.null)
    base = r.call("PyByteArray_AsString", made)
    for place in range(0, _FIRST, 8):
        r.store({USED: _FIRST, CAPACITY: _SIZE, TRIED: -1}.get(place, 0), base, place)
    r.ret(made)
    r.finish()


def grown(r: Routine, memo: Number, more: Number, failed: Label) -> Number:
    """Where the memo lies that has room for so many bytes more."""
    base = r.local(r.call("PyByteArray_AsString", memo), PTR)
    needed, capacity = r.load(base, USED) + more, r.load(base, CAPACITY)
    with r.when(needed > capacity):
        size = needed + capacity
        with r.when(size > _MOST):
            r.call("PyErr_NoMemory")
            failed.go()
        failed.go_if(r.call("PyByteArray_Resize", memo, size).is_not(0))
        base.put(r.call("PyByteArray_AsString", memo))
        r.store(size, base, CAPACITY)
    return base.now()


def _bucket(r: Routine, base: Number, hashed: Number) -> Number:
    return r.at(base, ((hashed >> (64 - _BUCKETS_BITS)) << 2) + BUCKETS)


class Suffix:
    """A suffix that is known."""

    def __init__(self, r: Routine, address: Number) -> None:
        self.place = r.load(address, _PLACE, I16).wide()
        self.wire = r.load(address, _SUFFIX_WIRE, I32).wide()


def find(r: Routine, base: Number, hashed: Number, wire: Number, length: Number, unknown: Label) -> Suffix:
    """The suffix of a wire form; where there is none, go on elsewhere."""
    entry = r.local(r.load(_bucket(r, base, hashed), 0, I32).wide())
    found = r.label("found")
    with r.loop() as loop:
        r.branch_if(entry.is_(0), unknown.block)
        address = r.at(base, entry)
        entry.put(r.load(address, _NEXT, I32).wide())
        with r.when(r.load(address, _HASH, I32).is_not(hashed.narrow(I32))):
            loop.again()
        with r.when(r.load(address, _SUFFIX_LENGTH, I16).wide().is_not(length)):
            loop.again()
        same = r.call("memcmp", r.at(base, r.load(address, _SUFFIX_WIRE, I32).wide()), wire, length)
        r.branch_if(same.is_(0), found.block)
    found.begin()
    return Suffix(r, address)


def _new(r: Routine, base: Number, size: Operand) -> Number:
    """The offset of so many bytes more, for which there is room."""
    used = r.load(base, USED)
    r.store(used + size, base, USED)
    return used


def keep_wire(r: Routine, base: Number, wire: Number, length: Number) -> Number:
    """The offset of a copy of a wire form."""
    offset = _new(r, base, length)
    r.call("memcpy", r.at(base, offset), wire, length)
    return offset


def note(r: Routine, base: Number, hashed: Number, *, wire: Number, length: Number, place: Number) -> None:
    """Pointers can lead to this suffix from now on."""
    offset = _new(r, base, SUFFIX_SIZE)
    address, bucket = r.at(base, offset), _bucket(r, base, hashed)
    r.store(r.load(bucket, 0, I32), address, _NEXT, I32)
    r.store(hashed.narrow(I32), address, _HASH, I32)
    r.store(wire.narrow(I32), address, _SUFFIX_WIRE, I32)
    r.store(length.narrow(I16), address, _SUFFIX_LENGTH, I16)
    r.store(place.narrow(I16), address, _PLACE, I16)
    r.store(offset.narrow(I32), bucket, 0, I32)


def note_written(r: Routine, base: Number, *, at: Number, wire: Number, length: Number, size: Number) -> None:
    """A name was written, in this size."""
    offset = _new(r, base, WRITTEN_SIZE)
    address = r.at(base, offset)
    r.store(r.load(base, LAST).narrow(I32), address, _PREVIOUS, I32)
    r.store(wire.narrow(I32), address, _WRITTEN_WIRE, I32)
    r.store(length.narrow(I16), address, _WRITTEN_LENGTH, I16)
    r.store(size.narrow(I16), address, _WRITTEN_HAS, I16)
    r.store(0, address, _SETTLED, I32)
    r.store(at, address, _AT)
    r.store(offset, base, LAST)


def settle(r: Routine, base: Number, begin: Number) -> None:
    """The names that were written from `begin` on keep their sizes."""
    name = r.local(r.load(base, LAST))
    with r.loop() as loop:
        loop.leave_if(name.is_(0))
        address = r.at(base, name)
        loop.leave_if(r.load(address, _AT) < begin)
        r.store(1, address, _SETTLED, I32)
        name.put(r.load(address, _PREVIOUS, I32).wide())


def plan_sizes(memo: bytearray, origin: int, begin: int, more: int) -> bool:
    """Plan for the region from `begin` on to be written again with so many bytes more: `fit_region` of `wire/compression.py`.

    If it can be, what the memo knows of the region is forgotten.  This is called where a length that was given is not met, which is rare.
    """
    known = {wire: place for _, wire, place in _suffixes(memo)}
    names, first = list[tuple[int, list[int]]](), _number(memo, LAST)
    while first:
        before, wire, length, size, settled, at = _WRITTEN.unpack_from(memo, first)
        if at < begin:
            break
        name = Written(at, bytes(memo[wire : wire + length]), size)
        name.settled = bool(settled)
        names.append((size, name.sizes(cast("NameMemo", known), origin)))
        first = before
    chosen = choose_sizes(names[::-1], more)
    if chosen is None:
        return False
    kept = [offset for offset, _, place in _suffixes(memo) if place < begin - origin]
    _put_number(memo, LAST, first)
    _put_buckets(memo, kept)
    _put_number(memo, PLAN, _added(memo, struct.pack(f"<{len(chosen)}H", *chosen)))
    _put_number(memo, PLANNED, len(chosen))
    _put_number(memo, TRIED, begin)
    return True


def _number(memo: bytearray, at: int) -> int:
    return int.from_bytes(memo[at : at + 8], "little", signed=True)


def _put_number(memo: bytearray, at: int, value: int) -> None:
    memo[at : at + 8] = value.to_bytes(8, "little", signed=True)


def _suffixes(memo: bytearray) -> list[tuple[int, bytes, int]]:
    """The offset of each suffix, its wire form, and where it stands from the origin on."""
    found = []
    for bucket in range(BUCKETS, _FIRST, 4):
        (entry,) = struct.unpack_from("<i", memo, bucket)
        while entry:
            following, _, wire, length, place = _SUFFIX.unpack_from(memo, entry)
            found.append((entry, bytes(memo[wire : wire + length]), place))
            entry = following
    return found


def _put_buckets(memo: bytearray, kept: list[int]) -> None:
    """Only these suffixes are known; their hashes lie in them, but for the bits that choose the bucket."""
    for bucket in range(BUCKETS, _FIRST, 4):
        (entry,) = struct.unpack_from("<i", memo, bucket)
        place = bucket
        while entry:
            (following,) = struct.unpack_from("<i", memo, entry)
            if entry in kept:
                struct.pack_into("<i", memo, place, entry)
                place = entry
            entry = following
        struct.pack_into("<i", memo, place, 0)


def _added(memo: bytearray, raw: bytes) -> int:
    """The offset of bytes that are put behind all others."""
    used = _number(memo, USED)
    memo[used : used + len(raw)] = raw  # which makes it longer where they do not fit
    _put_number(memo, USED, used + len(raw))
    _put_number(memo, CAPACITY, len(memo))
    return used
