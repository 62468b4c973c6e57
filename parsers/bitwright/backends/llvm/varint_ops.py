"""LLVM code for numbers of variable size: those of one byte in place, all others by routines."""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm.assembler import I1, I8, I64, I128, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode, type_of
from bitwright.backends.llvm.routines.varints import READERS, SIGNED
from bitwright.ir.ops import Op
from bitwright.wire.varints import most_bytes

_BITS_OF_ONE: Final = 7  # what a single byte holds; a number of fewer is compared with them by the routine
_MOST_OF_QUIC: Final = 1 << 62


def _varint(e: FunctionEmitter, op: Op) -> None:
    coding, bits = op.attrs["coding"], op.attrs["bits"]
    base, end = (e.get(arg, I64) for arg in op.args)
    kind = type_of(op.outs[0])
    if bits < _BITS_OF_ONE:
        value, after = _read(e, coding, bits, base, end)
        e.put(op.outs[0], value)
        e.put(op.outs[1], after)
        return
    there, single, several, done = (e.b.append_basic_block(name) for name in ("there", "single", "several", "done"))
    e.b.cbranch(e.b.icmp_signed("<", base, end), there, e.failed).set_weights([1000, 1])
    e.b.position_at_end(there)
    byte = e.b.load(e.at(base), typ=I8, align=1)
    e.b.cbranch(e.b.icmp_unsigned("<", byte, number(0x40 if coding == "quic" else 0x80, I8)), single, several)
    e.b.position_at_end(single)
    one, behind = e.cast(_of_one(e, coding, e.b.zext(byte, I64)), kind), e.b.add(base, number(1))
    e.b.branch(done)
    e.b.position_at_end(several)
    value, after = _read(e, coding, bits, base, end)
    value = e.cast(value, kind)
    end_of_several = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    for out, ways in zip(op.outs, ((one, value), (behind, after)), strict=True):
        phi = e.b.phi(ways[0].type)
        phi.add_incoming(ways[0], single)
        phi.add_incoming(ways[1], end_of_several)
        e.values[out] = phi
    e.put(op.outs[1], e.values[op.outs[1]])


def _of_one(e: FunctionEmitter, coding: str, byte: Value) -> Value:
    """The number that a byte below 128 is."""
    if coding == "sleb128":
        unused = number(64 - _BITS_OF_ONE)
        return e.b.ashr(e.b.shl(byte, unused), unused)
    if coding == "zigzag":
        return e.b.xor(e.b.lshr(byte, number(1)), e.b.neg(e.b.and_(byte, number(1))))
    return byte


def _read(e: FunctionEmitter, coding: str, bits: int, base: Value, end: Value) -> tuple[Value, Value]:
    """The number and the position after it, by a routine."""
    found, after = e.room(I128), e.room(I64)
    status = e.call(READERS[coding], e.data, base, end, number(most_bytes(coding, bits)), number(bits), found, after)
    e.check(status)
    return e.b.load(found, typ=I128), e.b.load(after, typ=I64)


def _size(e: FunctionEmitter, op: Op) -> None:
    """The bytes of the shortest form."""
    coding, arg, kind = op.attrs["coding"], op.args[0], type_of(op.args[0])
    value = e.get(arg)
    if coding == "quic":
        if arg.hi >= _MOST_OF_QUIC or arg.lo < 0:
            raise NoMachineCode
        sizes = number(1)
        for size in (1, 2, 4):
            larger = e.b.zext(e.b.icmp_signed(">=", value, number(1 << 8 * size - 2, kind)), I64)
            sizes = e.b.shl(sizes, larger)
        e.put(op.outs[0], sizes)
        return
    if arg.lo < 0:
        value = e.b.select(e.b.icmp_signed("<", value, number(0, kind)), e.b.not_(value), value)
    width = e.cast(e.b.sub(number(kind.width, kind), e.b.ctlz(value, number(0, I1))), I64)
    if coding == "der":
        behind = e.b.add(number(1), e.b.lshr(e.b.add(width, number(7)), number(3)))
        e.put(op.outs[0], e.b.select(e.b.icmp_signed("<", width, number(8)), number(1), behind))
        return
    groups = e.b.udiv(e.b.add(width, number(6 + (coding in SIGNED))), number(7))
    e.put(op.outs[0], e.b.select(e.b.icmp_signed("<", groups, number(1)), number(1), groups))


VARINTS: Final = {"varint": _varint, "varint.size": _size}
