"""LLVM code for the ops that read the input, and that make objects.

The program's verifier has shown that each read follows a check of its bytes; here nothing is read that the op does not say.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import bytes_layout
from bitwright.backends.llvm.assembler import I8, I16, I32, I64, I128, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter
from bitwright.backends.llvm.float_ops import float_object
from bitwright.backends.llvm.number_ops import bits_of, truth, widest
from bitwright.backends.llvm.python_call import boxed, called
from bitwright.enums import EnumTable
from bitwright.ir.interp import boxed as object_for
from bitwright.ir.ops import Op, Reg

_WHOLE: Final = {1: I8, 2: I16, 4: I32, 8: I64}
_MOST_CONSTANTS: Final = 256  # of the members of an enumeration: so many are kept ready
_MOST_UNNAMED: Final = 32  # of those, members without a name


def _need(e: FunctionEmitter, op: Op) -> None:
    if op.attrs["size"]:
        width = widest(*op.args)
        base, end = (e.get(arg, width) for arg in op.args)
        e.fail_if(e.b.icmp_signed(">", e.b.add(base, number(op.attrs["size"], width)), end))


def _need_var(e: FunctionEmitter, op: Op) -> None:
    """Compared with what is left: no sum can overflow."""
    size = op.args[2]
    width = widest(*op.args)
    left = e.b.sub(e.get(op.args[1], width), e.get(op.args[0], width))
    if size.lo < 0:
        e.fail_if(e.b.icmp_signed("<", e.get(size, width), number(0, width)))
    e.fail_if(e.b.icmp_signed(">", e.get(size, width), left))


def loaded(e: FunctionEmitter, place: Value, size: int, order: str) -> Value:
    """The number that some bytes are; of 8 bytes and more it has 128 bits."""
    wide = I64 if size < 8 else I128
    if size in _WHOLE:
        word = e.b.load(e.at(place), typ=_WHOLE[size], align=1)
        if order == "big" and size > 1:
            word = e.b.bswap(word)
        return word if word.type == wide else e.b.zext(word, wide)
    total = number(0, wide)
    for index in range(size):
        byte = e.b.zext(e.b.load(e.at(e.b.add(place, number(index))), typ=I8, align=1), wide)
        shift = 8 * (size - 1 - index if order == "big" else index)
        total = e.b.or_(total, e.b.shl(byte, number(shift, wide)))
    return total


def _load(e: FunctionEmitter, op: Op) -> None:
    place = e.b.add(e.get(op.args[0], I64), number(op.attrs["offset"]))
    e.put(op.outs[0], loaded(e, place, op.attrs["bytes"], op.attrs["order"]))


def _unpack(e: FunctionEmitter, op: Op) -> None:
    base = e.get(op.args[0], I64)
    for (offset, size, order), out in zip(op.attrs["layout"], op.outs, strict=True):
        place = e.b.add(base, number(offset))
        if order == "bytes":
            e.values[out] = e.new(e.call("PyBytes_FromStringAndSize", e.at(place), number(size)))
            continue
        kind, word = order.removesuffix("-little"), loaded(e, place, size, "little" if order.endswith("little") else "big")
        if kind == "float":
            e.values[out] = float_object(e, word, 8 * size)
        elif kind == "signed":
            e.put(out, word if size == 8 else bits_of(e, word, 0, 8 * size, signed=True))
        else:
            e.put(out, word)


def _same(e: FunctionEmitter, op: Op) -> None:
    value = op.attrs["value"]
    found = e.call("memcmp", e.at(e.get(op.args[0], I64)), e.assembly.text(value), number(len(value)))
    e.values[op.outs[0]] = e.b.zext(e.b.icmp_signed("==", found, number(0, I32)), I64)


def region(e: FunctionEmitter, op: Op) -> tuple[Value, Value]:
    """The address of a part of the input, and its size."""
    begin, stop = (e.get(arg, I64) for arg in op.args)
    return e.at(begin), e.b.sub(stop, begin)


def _span(e: FunctionEmitter, op: Op) -> None:
    begin, size = region(e, op)
    kind, head = op.attrs["as"], bytes_layout.head_of_bytes()
    if kind == "bytes":
        made = e.new(e.call("PyBytes_FromStringAndSize", begin, size))
    elif head is None:
        raw = e.new(e.call("PyBytes_FromStringAndSize", begin, size))
        made = called(e, bytes.__new__, [e.constant(e.program.symbols[kind]), raw])
    else:
        made = _value_of_bytes(e, e.program.symbols[kind], head, begin, size)
    e.values[op.outs[0]] = made


def _value_of_bytes(e: FunctionEmitter, kind: type, head: int, begin: Value, size: Value) -> Value:
    """A new object of a class of bytes, filled in as `bytes.__new__` does: the zero behind the content is there."""
    made = e.new(e.call("PyType_GenericAlloc", e.constant(kind), size))
    content = e.b.gep(made, [number(head)], source_etype=I8)
    e.b.store(number(-1), e.b.gep(content, [number(-8)], source_etype=I8))  # its hash is not known
    e.call("memcpy", content, begin, size)
    return made


# --- objects of numbers ------------------------------------------------------------------------


def object_of(e: FunctionEmitter, value: Value, lo: int, hi: int, kind: str) -> Value:
    """The object of a number: a constant where there are few, which nobody has to give back."""
    if kind == "bool":
        condition = e.b.icmp_signed("!=", value, number(0, value.type))
        return e.b.select(condition, e.constant(True), e.constant(False))
    table = e.program.symbols[kind] if kind != "int" else None
    if hi - lo < _MOST_CONSTANTS and (lo >= 0 and hi < 256 if table is None else _few_unnamed(table, lo, hi)):
        return _ready(e, value, lo, hi, kind)
    if isinstance(table, EnumTable) and lo >= 0 and hi < 1 << 63:
        return _member(e, value, table, kind)
    made = boxed(e, value, Reg(-1, "int", lo, hi))
    if table is not None:
        made = e.new(e.call("PyObject_GetItem", e.constant(table), made))
    return made


def _few_unnamed(table: Any, lo: int, hi: int) -> bool:
    """Whether what a table gives for an interval can be made ahead: of members that have no name, which take their time, only few."""
    if not isinstance(table, EnumTable) or lo < 0:
        return True
    named = sum(lo <= int(member) <= hi for member in table.members)
    return hi - lo + 1 - named <= _MOST_UNNAMED


def _member(e: FunctionEmitter, value: Value, table: EnumTable, kind: str) -> Value:
    """A member of an enumeration: those of small numbers that have a name are kept ready, with None for the others, and before them."""
    named = {int(member): member for member in table.members if 0 <= int(member) < _MOST_CONSTANTS}
    kept = [None, *(named.get(one) for one in range(max(named, default=-1) + 1))]
    first = e.assembly.place_of(kept, ("members", kind))
    place = e.assembly.slot_address(e.b, first)
    return e.new(e.call("bw_member", place, number(len(kept)), e.constant(table), e.cast(value, I64)))


def _ready(e: FunctionEmitter, value: Value, lo: int, hi: int, kind: str) -> Value:
    """One of the objects that are kept ready.  An interval that should not hold leads to a wrong object, never outside of the table."""
    if kind == "int":
        lo, hi = 0, 255
    found: list[Any] = [object_for(e.program, kind, one) for one in range(lo, hi + 1)]
    first = e.assembly.place_of(found, (kind, lo, hi))
    index = e.cast(e.b.sub(value, number(lo, value.type)), I64)
    inside = e.b.select(e.b.icmp_unsigned("<", index, number(len(found))), index, number(0))
    return e.assembly.slot(e.b, e.b.add(inside, number(first)))


def _box(e: FunctionEmitter, op: Op) -> None:
    reg = op.args[0]
    e.values[op.outs[0]] = object_of(e, e.get(reg), reg.lo, reg.hi, op.attrs["as"])


def _split(e: FunctionEmitter, op: Op) -> None:
    word = e.get(op.args[0])
    for (shift, width, signed, kind), out in zip(op.attrs["fields"], op.outs, strict=True):
        value = bits_of(e, word, shift, width, signed=signed)
        if out.type == "int":
            e.put(out, value)
        else:
            lo, hi = (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)
            e.values[out] = object_of(e, value, lo, hi, kind)


# --- objects of objects ------------------------------------------------------------------------


def _none(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.constant(None)


def _constant(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.constant(op.attrs["value"])


def _list(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.new(e.call("PyList_New", number(0)))


def _append(e: FunctionEmitter, op: Op) -> None:
    done = e.call("PyList_Append", *(e.get(arg) for arg in op.args))
    e.check(done)


def _fail_if(e: FunctionEmitter, op: Op) -> None:
    e.fail_if(truth(e, op.args[0]))


def _nothing(e: FunctionEmitter, op: Op) -> None:
    """What only streams ask."""


# What touches the input.
READING: Final = frozenset({"load", "unpack", "same", "span", "text", "zeros", "render", "find", "trim", "varint"})
READS: Final = {
    "need": _need, "need.var": _need_var, "expect": _nothing, "load": _load, "unpack": _unpack, "same": _same,
    "span": _span, "box": _box, "split": _split, "none": _none, "constant": _constant,
    "list": _list, "append": _append, "fail_if": _fail_if, "finding_if": _fail_if,
}  # fmt: skip
