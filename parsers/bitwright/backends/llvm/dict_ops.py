"""LLVM code for `record`: a dict of values under names that are known now.

A dict that has all names is copied, which copies its table at once; then each value takes its place.
"""

from __future__ import annotations

import sys
from typing import Final

from bitwright.backends.llvm import dict_layout
from bitwright.backends.llvm.assembler import I8, I64, PTR, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter
from bitwright.backends.llvm.read_ops import object_of
from bitwright.ir.ops import Function, Op, Reg, walk

_STEP: Final = 16  # bytes from one value of a dict to the next
# Whose results the garbage collector never has to follow: numbers, text and bytes.  A dict of such alone it does not follow either.
_PLAIN: Final = frozenset({"unpack", "float", "number", "text", "take.int", "take.float"})


def _record(e: FunctionEmitter, op: Op) -> None:
    values = [e.get(arg) if arg.type == "obj" else object_of(e, e.get(arg), arg.lo, arg.hi, "int") for arg in op.args]
    names = tuple(map(sys.intern, op.attrs["names"]))
    template = dict.fromkeys(names, dict_layout.PLACEHOLDER)
    place = dict_layout.first_value(template) if _all_plain(e.function, op.args) else None
    if place is not None and len(template) == len(names):
        e.values[op.outs[0]] = _filled(e, op, template, place, values)
        return
    made = e.new(e.call("PyDict_New"))
    for name, value in zip(names, values, strict=True):
        done = e.call("PyDict_SetItem", made, e.constant(name), value)
        e.check(done)
    e.values[op.outs[0]] = made


def _filled(e: FunctionEmitter, op: Op, template: dict[str, object], place: int, values: list[Value]) -> Value:
    """A copy, in which placeholders give way; how often the placeholder is referred to is set right at once."""
    made = e.new(e.call("PyDict_Copy", e.constant(template)))
    table = e.b.load(e.b.gep(made, [number(dict_layout.KEYS)], source_etype=I8), typ=PTR)
    handed = _handed_over(e, op, values)
    for index, value in enumerate(values):
        if index not in handed:
            e.call("Py_IncRef", value)
        e.b.store(value, e.b.gep(table, [number(place + _STEP * index)], source_etype=I8))
    placeholder = e.constant(dict_layout.PLACEHOLDER)
    count = e.b.load(placeholder, typ=I64)
    e.b.store(e.b.sub(count, number(len(values))), placeholder)
    return made


def _handed_over(e: FunctionEmitter, op: Op, values: list[Value]) -> set[int]:
    """Those of the values whose reference the dict takes from the scope: where nothing comes after it that could fail."""
    found: set[int] = set()
    body, owned = e.function.body.ops, e.scopes[-1].owned
    if len(body) < 2 or body[-2] is not op or len(e.scopes) != 1:
        return found
    kept = {id(e.values[reg]) for reg in body[-1].args if reg in e.values}
    for index, value in enumerate(values):
        at = next((at for at, each in enumerate(owned) if each is value), None)
        if at is not None and id(value) not in kept:
            del owned[at]
            found.add(index)
    return found


def _all_plain(function: Function, regs: tuple[Reg, ...]) -> bool:
    """Whether none of the values is of a kind that may lead to others."""
    made = {out: op for op in walk(function.body) for out in op.outs}
    return all(reg.type == "int" or (reg in made and _is_plain(made[reg])) for reg in regs)


def _is_plain(op: Op) -> bool:
    if op.kind == "box":
        return op.attrs["as"] in ("int", "bool")
    if op.kind == "split":
        return all(kind in ("int", "bool") for *_, kind in op.attrs["fields"])
    return op.kind in _PLAIN or (op.kind == "span" and op.attrs["as"] == "bytes")


DICTS: Final = {"record": _record}
