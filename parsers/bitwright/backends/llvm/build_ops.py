"""LLVM code for the ops that write."""

from __future__ import annotations

from typing import Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I8, I64, Type, Value, number
from bitwright.backends.llvm.checksum_ops import clamped, sum_over
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode
from bitwright.backends.llvm.output import begun_bytes, load, new_bytes, store, type_for, written_bytes
from bitwright.backends.llvm.python_call import boxed, called
from bitwright.backends.llvm.routines.varint_writing import MOST_BYTES, WRITERS
from bitwright.backends.llvm.sums import sum_of
from bitwright.backends.python import runtime
from bitwright.ir.ops import Op, Reg

_MOST_BITS: Final = 128  # that are put together in one number


def _here(e: FunctionEmitter, op: Op) -> None:
    ahead = op.attrs.get("ahead", 0) - (1 if op.attrs.get("phase", 0) else 0)  # a byte that is begun is there already
    length = context.get(e.b, e.context, "length")
    e.put(op.outs[0], e.b.add(length, number(ahead)) if ahead else length)


# --- numbers -------------------------------------------------------------------------------------


class _Group:
    """Numbers that end at a byte, or are the last, and begin at one, or at the bit that was reached."""

    def __init__(self, parts: list[tuple[Reg, int]], phase: int, order: str) -> None:
        self.parts, self.phase, self.order = parts, phase, order
        self.width = sum(width for _, width in parts)
        self.size = (phase + self.width + 7) // 8

    def shifts(self) -> list[int]:
        """Where each number lies in the one of all bytes."""
        left = self.phase if self.order == "little" else 8 * self.size - self.phase
        found = []
        for _, width in self.parts:
            left -= 0 if self.order == "little" else width
            found.append(left)
            left += width if self.order == "little" else 0
        return found


def _grouped(values: tuple[Reg, ...], layout: list[tuple[int, str]], phase: int) -> list[_Group]:
    groups: list[_Group] = []
    parts: list[tuple[Reg, int]] = []
    total = begun = phase
    for index, (value, (width, order)) in enumerate(zip(values, layout, strict=True)):
        parts.append((value, width))
        total += width
        if total % 8 == 0 or index == len(layout) - 1:
            groups.append(_Group(parts, begun, order))
            parts, begun = [], 0
    if any(8 * group.size > _MOST_BITS for group in groups):
        raise NoMachineCode
    return groups


def _put(e: FunctionEmitter, op: Op) -> None:
    _pack(e, op, [(op.attrs["width"], op.attrs["order"])])


def _put_pack(e: FunctionEmitter, op: Op) -> None:
    _pack(e, op, list(op.attrs["layout"]))


def _pack(e: FunctionEmitter, op: Op, layout: list[tuple[int, str]]) -> None:
    phase = op.attrs.get("phase", 0)
    groups = _grouped(op.args, layout, phase)
    size = sum(group.size for group in groups)
    into = begun_bytes(e, size - 1) if phase else new_bytes(e, size)
    at = 0
    for group in groups:
        kind = type_for(8 * group.size)
        total = _shifted(e, group, kind)
        if group.phase:
            before = load(e, into, at, 1, "big", kind)
            first = number(0 if group.order == "little" else 8 * (group.size - 1), kind)
            total = e.b.or_(total, e.b.shl(before, first))
        store(e, total, into, at, group.size, group.order)
        at += group.size


def _shifted(e: FunctionEmitter, group: _Group, kind: Type) -> Value:
    """The numbers of a group side by side."""
    total = None
    for (reg, width), shift in zip(group.parts, group.shifts(), strict=True):
        value = _unsigned(e, reg, width, kind)
        value = e.b.shl(value, number(shift, kind)) if shift else value
        total = value if total is None else e.b.or_(total, value)
    return number(0, kind) if total is None else total


def _unsigned(e: FunctionEmitter, reg: Reg, width: int, kind: Type) -> Value:
    """The low bits of a number."""
    value = e.get(reg, kind)
    return e.b.and_(value, number((1 << width) - 1, kind)) if reg.lo < 0 and width < kind.width else value


def _patch(e: FunctionEmitter, op: Op) -> None:
    """Over bits that are zero."""
    at, value = op.args
    width, phase, order = op.attrs["width"], op.attrs["phase"], op.attrs["order"]
    size = (phase + width + 7) // 8
    if 8 * size > _MOST_BITS:
        raise NoMachineCode
    kind = type_for(8 * size)
    into = written_bytes(e, e.get(at, I64), size)
    total = _unsigned(e, value, width, kind)
    if phase or width % 8:
        shift = phase if order == "little" else 8 * size - phase - width
        total = e.b.shl(total, number(shift, kind)) if shift else total
        total = e.b.or_(total, load(e, into, 0, size, order, kind))
    store(e, total, into, 0, size, order)


# --- bytes ---------------------------------------------------------------------------------------


def _put_bytes(e: FunctionEmitter, op: Op) -> None:
    content, terminator = e.get(op.args[0]), op.attrs.get("terminator")
    if terminator:
        content = called(e, runtime.terminated, [content, e.constant(terminator), e.constant(op.attrs.get("unit", 1))])
    _append(e, content)


def _append(e: FunctionEmitter, content: Value) -> None:
    e.check(e.call("bw_put_bytes", e.context, content))


def _put_area(e: FunctionEmitter, op: Op) -> None:
    content, size = op.args
    constants = [e.constant(op.attrs[name]) for name in ("pad", "terminator", "unit")]
    _append(e, called(e, runtime.area, [e.get(content), boxed(e, e.get(size), size), *constants]))


def _varint(e: FunctionEmitter, op: Op) -> tuple[Value, Value]:
    """The bytes of a number of variable size, and how many they are."""
    octets = e.room(I8, MOST_BYTES)
    return octets, e.call(WRITERS[op.attrs["coding"]], e.get(op.args[-1], I64), octets)


def _put_varint(e: FunctionEmitter, op: Op) -> None:
    e.check(e.call("bw_put_raw", e.context, *_varint(e, op)))


def _insert_varint(e: FunctionEmitter, op: Op) -> None:
    octets, count = _varint(e, op)
    e.check(e.call("bw_insert_raw", e.context, e.get(op.args[0], I64), octets, count))
    e.put(op.outs[0], count)


def _put_checksum(e: FunctionEmitter, op: Op) -> None:
    """Of what was written, which is there in memory."""
    how = sum_of(e.program.symbols[op.attrs["algorithm"]])
    if how is None:
        raise NoMachineCode
    begin, stop, at = (e.get(arg, I64) for arg in op.args[:3])
    length = context.get(e.b, e.context, "length")
    begin = clamped(e, begin, number(0), length)
    found = sum_over(
        e, how, begin, clamped(e, stop, begin, length), at, e.get(op.args[3]), data=context.get(e.b, e.context, "output"),
        size=op.attrs["bytes"], own=op.attrs.get("own", b"\0"),
    )  # fmt: skip
    e.put(op.outs[0], found)


def _put_zeros(e: FunctionEmitter, op: Op) -> None:
    e.check(e.call("bw_put_zeros", e.context, e.get(op.args[0], I64)))


def _wrote(e: FunctionEmitter, op: Op) -> None:
    value = op.attrs["value"]
    found = e.call("bw_wrote", e.context, e.get(op.args[0], I64), e.assembly.text(value), number(len(value)))
    e.values[op.outs[0]] = found


BUILDS: Final = {
    "here": _here, "put": _put, "put.pack": _put_pack, "patch": _patch, "put.bytes": _put_bytes, "put.zeros": _put_zeros, "wrote": _wrote,
    "put.area": _put_area, "put.varint": _put_varint, "insert.varint": _insert_varint, "put.checksum": _put_checksum,
}  # fmt: skip
