"""LLVM code for the ops that take values apart which are to be written.

What an object holds may change while a program runs, since asking a value for something may run any code: what a register has is owned.
"""

from __future__ import annotations

import sys
from typing import Final

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import I64, I128, PTR, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter, NoMachineCode, type_of
from bitwright.ir.ops import Op, Reg


def _expected(e: FunctionEmitter, value: Reg, name: str) -> tuple[Value, Value] | None:
    """Where the class of an object and the name stand, and where in such an object the attribute lies."""
    kind = e.classes.get(value)
    offset = object_layout.offset_of_attribute(kind, name) if kind is not None else None
    if offset is None:
        return None
    place = e.assembly.place_of([kind, sys.intern(name)], ("attribute", id(kind), name))
    return e.assembly.slot_address(e.b, place), number(offset)


def _attr(e: FunctionEmitter, op: Op) -> None:
    value, name = e.get(op.args[0]), op.attrs["name"]
    expected = _expected(e, op.args[0], name)
    asked = ("PyObject_GetAttr", value, e.constant(sys.intern(name))) if expected is None else ("bw_attr", value, *expected)
    made = e.call(*asked)
    e.values[op.outs[0]] = e.new(made)


def _attr_as_int(e: FunctionEmitter, attr: Op, as_int: Op) -> None:
    """An attribute of which nothing but its number is asked."""
    expected = _expected(e, attr.args[0], attr.attrs["name"])
    if expected is None or not _is_narrow(as_int):
        raise NoMachineCode
    _put_number(e, as_int, e.call("bw_attr_int", e.context, e.get(attr.args[0]), *expected))


def _is_narrow(op: Op) -> bool:
    """Whether 64 bits hold the numbers that are taken, and one more below them."""
    return bool(op.attrs["lo"] > -(1 << 63) and op.attrs["hi"] < 1 << 63)


def _put_number(e: FunctionEmitter, op: Op, found: Value) -> None:
    """Assign a number if it lies within the bounds."""
    lo, hi = op.attrs["lo"], op.attrs["hi"]
    above = e.b.sub(found, number(lo, found.type)) if lo else found
    e.fail_if(e.b.icmp_unsigned(">", above, number(hi - lo, found.type)))
    e.put(op.outs[0], found)


def _as_int(e: FunctionEmitter, op: Op) -> None:
    if _is_narrow(op):
        _put_number(e, op, e.call("bw_as_int", e.context, e.get(op.args[0])))
        return
    if op.attrs["lo"] < -(1 << 63) or op.attrs["hi"] >= 1 << 64:
        raise NoMachineCode
    place = e.room(I128)
    e.check(e.call("bw_as_wide_int", e.context, e.get(op.args[0]), place))
    _put_number(e, op, e.b.load(place, typ=I128))


def _as_float(e: FunctionEmitter, op: Op) -> None:
    place = e.room(I64)
    e.check(e.call("bw_as_float", e.context, e.get(op.args[0]), number(op.attrs["width"]), place))
    e.values[op.outs[0]] = e.b.zext(e.b.load(place, typ=I64), type_of(op.outs[0]))


def _is_none(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.b.zext(e.b.icmp_unsigned("==", e.get(op.args[0]), e.constant(None)), I64)


def _as_bytes(e: FunctionEmitter, op: Op) -> None:
    made = e.values[op.outs[0]] = e.new(e.call("bw_as_bytes", e.context, e.get(op.args[0])))
    if op.attrs["size"] is not None:
        e.fail_if(e.b.icmp_signed("!=", e.call("PyObject_Size", made), number(op.attrs["size"])))


def _as_text(e: FunctionEmitter, op: Op) -> None:
    text = e.room(PTR)
    octets = e.new(e.call("bw_as_text", e.context, e.get(op.args[0]), e.constant(sys.intern(op.attrs["encoding"])), text))
    e.values[op.outs[0]] = octets
    e.values[op.outs[1]] = e.own(e.b.load(text, typ=PTR))


def _as_list(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.new(e.call("bw_as_list", e.context, e.get(op.args[0])))


def _as_value(e: FunctionEmitter, op: Op) -> None:
    kind = e.constant(e.program.symbols[op.attrs["class"]])
    e.values[op.outs[0]] = e.new(e.call("bw_as_value", e.context, e.get(op.args[0]), kind))


def _as_class(e: FunctionEmitter, op: Op) -> None:
    found = e.call("bw_is_of", e.get(op.args[0]), e.constant(e.program.symbols[op.attrs["class"]]))
    e.fail_if(e.b.icmp_signed("==", found, number(0)))


def _arm(e: FunctionEmitter, op: Op) -> None:
    classes = [e.program.symbols[name] for name in op.attrs["classes"]]
    place = e.assembly.place_of(classes, ("arms", *map(id, classes)))
    found = e.call("bw_arm", e.get(op.args[0]), e.assembly.slot_address(e.b, place), number(len(classes)))
    e.fail_if(e.b.icmp_signed("<", found, number(0)))
    e.put(op.outs[0], found)


def _item(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = e.new(e.call("PyObject_GetItem", e.get(op.args[0]), e.constant(op.attrs["index"])))


def _set(e: FunctionEmitter, op: Op) -> None:
    value, given = (e.get(arg) for arg in op.args)
    e.check(e.call("PyObject_SetAttr", value, e.constant(sys.intern(op.attrs["name"])), given))


VALUES: Final = {
    "attr": _attr, "as_int": _as_int, "as_float": _as_float, "is_none": _is_none, "as_bytes": _as_bytes, "as_text": _as_text,
    "as_list": _as_list, "as_value": _as_value, "as_class": _as_class, "arm": _arm, "item": _item, "set": _set,
}  # fmt: skip
VALUE_PAIRS: Final = {("attr", "as_int"): _attr_as_int}
