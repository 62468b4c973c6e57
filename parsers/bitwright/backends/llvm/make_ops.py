"""LLVM code that makes objects of classes: by a call of the class, or, where its objects lie as expected, in place.

In place costs a tenth less of all the time that parsing takes: the values are handed over to the object, so that nobody counts
references up and down, and are put where they belong at once.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import object_layout
from bitwright.backends.llvm.assembler import I8, NULL, Value, number
from bitwright.backends.llvm.emitter import FunctionEmitter
from bitwright.backends.llvm.python_call import called
from bitwright.ir.ops import Op, Reg, walk

_PLAIN: Final = (bytes, str, int, float, bool, type(None))  # what the collector of cycles does not look at
_TRACKED: Final = 1 << 14  # Py_TPFLAGS_HAVE_GC
_WITHOUT_PARTS: Final = frozenset({"text", "none", "name", "number", "float"})  # ops that make what has none


def _make(e: FunctionEmitter, op: Op) -> None:
    kind = e.program.symbols[op.attrs["class"]]
    places = object_layout.places_of(kind, len(op.args), op.attrs["keywords"])
    e.values[op.outs[0]] = _called(e, kind, op) if places is None else _in_place(e, kind, op.args, places)


def _called(e: FunctionEmitter, kind: Any, op: Op) -> Value:
    keywords, names = op.attrs["keywords"], NULL
    if keywords:
        names = e.assembly.slot(e.b, number(e.assembly.place_of([tuple(keywords)], ("names", keywords))))
    return called(e, kind, [e.get(arg) for arg in op.args], names, len(keywords))


def _in_place(e: FunctionEmitter, kind: type, args: tuple[Reg, ...], places: list[int]) -> Value:
    """A new object that owns what this block owned of its values, and has references of its own to the others."""
    made = e.call("bw_new", e.constant(kind), number(kind.__basicsize__))
    e.fail_if(e.b.icmp_unsigned("==", made, NULL))
    owned, given = e.scopes[-1].owned, list[Value]()
    for arg, place in zip(args, places, strict=True):
        value = e.get(arg)
        if value in owned and value not in given:
            given.append(value)
        else:
            e.call("Py_IncRef", value)
        e.b.store(value, e.b.gep(made, [number(place)], source_etype=I8))
    if kind.__flags__ & _TRACKED and all(arg in _without_parts(e) for arg in args):
        e.call("PyObject_GC_UnTrack", made)  # it can be in no cycle
    e.give_up(given)
    return e.own(made)


def _without_parts(e: FunctionEmitter) -> set[Reg]:
    """The registers of the function whose objects the collector of cycles has nothing to do with."""
    if e.without_parts is None:
        e.without_parts = {reg for op in walk(e.function.body) for reg in _of_op(e, op)}
    return e.without_parts


def _of_op(e: FunctionEmitter, op: Op) -> list[Reg]:
    plain = op.kind in _WITHOUT_PARTS
    if op.kind in ("box", "span"):
        kind = op.attrs["as"]
        plain = kind in ("int", "bool", "bytes") or (op.kind == "span" and not e.program.symbols[kind].__flags__ & _TRACKED)
    elif op.kind == "constant":
        plain = type(op.attrs["value"]) in _PLAIN
    elif op.kind == "split":
        return [out for out, (*_, kind) in zip(op.outs, op.attrs["fields"], strict=True) if kind in ("int", "bool")]
    elif op.kind == "unpack":
        plain = True
    return [out for out in op.outs if plain and out.type == "obj"]


MAKES: Final = {"make": _make}
