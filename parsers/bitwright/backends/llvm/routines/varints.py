"""Reading numbers of variable size: `wire/varints.py` as machine code.

Promise: what `read_varint` accepts is accepted, with the same number and position; what it refuses is refused, without words.
Nothing is read from `end` on, and no more bytes than the largest number takes.
"""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I32, I64, I128, PTR, Assembly, Type
from bitwright.backends.llvm.routines.builder import Label, Local, Number, Routine

# data, base, end, the most bytes and bits of a number, where the number of 128 bits goes, where the position after it goes: 0, or -1
SIGNATURE: Final[tuple[Type, tuple[Type, ...]]] = (I32, (PTR, I64, I64, I64, I64, PTR, PTR))
SIGNED: Final = frozenset({"sleb128", "zigzag"})
# coding -> the routine that reads it
READERS: Final = {
    "leb128": "bw_read_leb128", "mqtt": "bw_read_leb128", "sleb128": "bw_read_sleb128", "zigzag": "bw_read_zigzag",
    "vlq": "bw_read_vlq", "quic": "bw_read_quic", "der": "bw_read_der",
}  # fmt: skip


def emit_varint(assembly: Assembly, kind: str) -> None:
    """The routine that reads such numbers."""
    match kind:
        case "quic":
            _emit_quic(assembly)
        case "der":
            _emit_der(assembly)
        case _:
            _emit_groups(assembly, kind)


def _emit_groups(assembly: Assembly, kind: str) -> None:
    """Groups of seven bits."""
    r = Routine(assembly, READERS[kind], *SIGNATURE)
    data, base, end, most, bits, out, out_after = r.args
    failed, at, number, width = r.label("failed"), r.local(base), r.local(0, I128), r.local(0, I128)
    limit = base + most
    with r.loop() as groups:
        failed.go_if((at >= limit) | (at >= end))
        byte = r.byte(data, at)
        group = (byte & 0x7F).wide(I128)
        number.put(number << 7 | group if kind == "vlq" else number | group << width)
        width.add(7)
        at.add(1)
        groups.leave_if(byte < 0x80)
    if kind == "sleb128":
        unused = r.number(128, I128) - width
        number.put((number << unused).shifted_with_sign(unused))
    elif kind == "zigzag":
        number.put(number >> 1 ^ r.number(0, I128) - (number & 1))
    _give(r, number, kind, bits, out, failed)
    r.store(at, out_after)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def _give(r: Routine, number: Local, kind: str, bits: Number, out: Number, failed: Label) -> None:
    """Store the number, if it fits so many bits."""
    unused = r.number(128, I128) - bits.wide(I128)
    cut = number << unused
    failed.go_if((cut.shifted_with_sign(unused) if kind in SIGNED else cut >> unused).is_not(number))
    r.store(number, out, 0, I128)


def _bytes(r: Routine, data: Number, at: Local, after: Number, number: Local) -> None:
    """The number goes on with the bytes up to a position, most significant first."""
    with r.while_(at, after):
        number.put(number << 8 | r.byte(data, at).wide(I128))
        at.add(1)


def _emit_quic(assembly: Assembly) -> None:
    """One, two, four or eight bytes, as the first two bits say."""
    r = Routine(assembly, READERS["quic"], *SIGNATURE)
    data, base, end, most, bits, out, out_after = r.args
    failed, number = r.label("failed"), r.local(0, I128)
    failed.go_if(base >= end)
    size = r.number(1) << (r.byte(data, base) >> 6)
    after = base + size
    failed.go_if((size > most) | (after > end))
    _bytes(r, data, r.local(base), after, number)
    kept = size * 8 - 2
    number.put(number & (r.number(1, I128) << kept.wide(I128)) - 1)
    _give(r, number, "quic", bits, out, failed)
    r.store(after, out_after)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()


def _emit_der(assembly: Assembly) -> None:
    """One byte, or how many bytes follow."""
    r = Routine(assembly, READERS["der"], *SIGNATURE)
    data, base, end, most, bits, out, out_after = r.args
    failed, number, after = r.label("failed"), r.local(0, I128), r.local(base + 1)
    failed.go_if(base >= end)
    first = r.byte(data, base)
    number.put(first.wide(I128))
    with r.when(first >= 0x80):
        size = first & 0x7F
        after.add(size)
        failed.go_if(size.is_(0) | (size >= most) | (after > end))
        number.put(0)
        _bytes(r, data, r.local(base + 1), after.now(), number)
    _give(r, number, "der", bits, out, failed)
    r.store(after, out_after)
    r.ret(0)
    failed.begin()
    r.ret(-1)
    r.finish()
