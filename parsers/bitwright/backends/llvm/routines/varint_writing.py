"""Writing numbers of variable size: `wire/varints.py`'s `write_varint` as machine code.

Promise: the shortest form of a number that its coding can hold, of at most `MOST_BYTES`, and how many bytes that are.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I1, I8, I32, I64, PTR, Assembly, Type
from bitwright.backends.llvm.assembler import number as constant
from bitwright.backends.llvm.routines.builder import Number, Routine
from bitwright.backends.llvm.routines.output import load

MOST_BYTES: Final = 16
CODINGS: Final = ("leb128", "sleb128", "zigzag", "vlq", "quic", "der")  # those that have routines of their own
# coding -> the routine that writes it: the number, and where its bytes go; how many they are
WRITERS: Final = {
    "leb128": "bw_leb128", "mqtt": "bw_leb128", "sleb128": "bw_sleb128", "zigzag": "bw_zigzag", "vlq": "bw_vlq", "quic": "bw_quic",
    "der": "bw_der",
}  # fmt: skip
SIGNATURE: Final[tuple[Type, tuple[Type, ...]]] = (I64, (I64, PTR))  # of each of those
# Of those that put such bytes into the output: what each returns and takes; the context comes first.
SIGNATURES: Final[dict[str, tuple[Type, tuple[Type, ...]]]] = {
    "bw_put_raw": (I32, (PTR, PTR, I64)), "bw_insert_raw": (I32, (PTR, I64, PTR, I64)),
}  # fmt: skip


def emit_writer(assembly: Assembly, coding: str) -> None:
    """The routine that writes such numbers."""
    _EMIT[coding](assembly)


def emit_raw(assembly: Assembly) -> None:
    """`bw_put_raw` and `bw_insert_raw`, which call routines of the output."""
    _put_raw(assembly)
    _insert_raw(assembly)


def _started(assembly: Assembly, coding: str) -> tuple[Routine, Number, Number]:
    r = Routine(assembly, WRITERS[coding], *SIGNATURE)
    number, place = r.args
    return r, number, place


def _groups(r: Routine, number: Number, place: Number) -> None:
    """Seven bits a byte, the lowest first, of a number without a sign."""
    left, at = r.local(number), r.local(0)
    with r.loop() as groups:
        groups.leave_if(left.below(0x80))
        r.store((left | 0x80).narrow(I8), place, at, I8)
        left.put(left >> 7)
        at.add(1)
    r.store(left.narrow(I8), place, at, I8)
    r.ret(at + 1)
    r.finish()


def _leb128(assembly: Assembly) -> None:
    """`bw_leb128(number, place) -> i64`."""
    _groups(*_started(assembly, "leb128"))


def _zigzag(assembly: Assembly) -> None:
    """`bw_zigzag(number, place) -> i64`."""
    r, number, place = _started(assembly, "zigzag")
    _groups(r, (number << 1) ^ number.shifted_with_sign(63), place)


def _sleb128(assembly: Assembly) -> None:
    """`bw_sleb128(number, place) -> i64`: what is left is one group more once it is but the sign of the last."""
    r, number, place = _started(assembly, "sleb128")
    left, at = r.local(number), r.local(0)
    with r.loop() as groups:
        groups.leave_if((left + 0x40).below(0x80))
        r.store((left | 0x80).narrow(I8), place, at, I8)
        left.put(left.shifted_with_sign(7))
        at.add(1)
    r.store((left & 0x7F).narrow(I8), place, at, I8)
    r.ret(at + 1)
    r.finish()


def _significant(r: Routine, number: Number) -> Number:
    """How many bits a number has, 0 counted as one."""
    return r.number(64) - Number(r, r.b.ctlz((number | 1).value(), constant(1, I1)))


def _vlq(assembly: Assembly) -> None:
    """`bw_vlq(number, place) -> i64`."""
    r, number, place = _started(assembly, "vlq")
    size = r.divided(_significant(r, number) + 6, 7)
    left, at, more = r.local(number), r.local(size), r.local(0)
    with r.loop() as groups:
        at.add(-1)
        r.store(((left & 0x7F) | more).narrow(I8), place, at, I8)
        left.put(left >> 7)
        more.put(0x80)
        groups.leave_if(at.is_(0))
    r.ret(size)
    r.finish()


def _quic(assembly: Assembly) -> None:
    """`bw_quic(number, place) -> i64`: 1, 2, 4 or 8 bytes, as the two highest bits say."""
    r, number, place = _started(assembly, "quic")
    for power, size in enumerate((1, 2, 4)):
        with r.when(number.below(1 << 8 * size - 2)):
            _store_big(r, number | power << 8 * size - 2, place, size)
            r.ret(size)
    _store_big(r, number | -(1 << 62), place, 8)
    r.ret(8)
    r.finish()


def _store_big(r: Routine, number: Number, place: Number, size: int) -> None:
    for index in range(size):
        r.store((number >> 8 * (size - 1 - index)).narrow(I8), place, index, I8)


def _der(assembly: Assembly) -> None:
    """`bw_der(number, place) -> i64`: one byte below 128, else how many follow, and those, the most significant first."""
    r, number, place = _started(assembly, "der")
    with r.when(number.below(0x80)):
        r.store(number.narrow(I8), place, 0, I8)
        r.ret(1)
    size = (_significant(r, number) + 7) >> 3
    r.store((size + 0x80).narrow(I8), place, 0, I8)
    left, at = r.local(number), r.local(size)
    with r.loop() as octets:
        r.store(left.narrow(I8), place, at, I8)
        left.put(left >> 8)
        at.add(-1)
        octets.leave_if(at.is_(0))
    r.ret(size + 1)
    r.finish()


def _put_raw(assembly: Assembly) -> None:
    """`bw_put_raw(context, octets, count) -> i32`: puts bytes that are no object's."""
    r = Routine(assembly, "bw_put_raw", *SIGNATURES["bw_put_raw"])
    held, octets, count = r.args
    place = r.call("bw_room", held, count)
    with r.when(place.is_(r.null)):
        r.ret(-1)
    r.call("memcpy", place, octets, count)
    r.ret(0)
    r.finish()


def _insert_raw(assembly: Assembly) -> None:
    """`bw_insert_raw(context, at, octets, count) -> i32`: puts bytes before those that were written from a place on."""
    r = Routine(assembly, "bw_insert_raw", *SIGNATURES["bw_insert_raw"])
    held, at, octets, count = r.args
    failed = r.label("failed")
    length = load(r, held, "length")
    failed.go_if(length.below(at))
    failed.go_if(r.call("bw_room", held, count).is_(r.null))
    place = r.at(load(r, held, "output"), at)
    r.call("memmove", r.at(place, count), place, length - at)
    r.call("memcpy", place, octets, count)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


_EMIT: Final = {"leb128": _leb128, "sleb128": _sleb128, "zigzag": _zigzag, "vlq": _vlq, "quic": _quic, "der": _der}
