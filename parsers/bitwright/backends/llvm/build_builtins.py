"""LLVM code for what Python calls to build: the output begins on the stack, a program's function is called, bytes are made."""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import context, object_layout
from bitwright.backends.llvm.assembler import I8, I32, NULL, PTR, Assembly, Value, frame, number
from bitwright.backends.llvm.builtins import Builtin
from bitwright.backends.llvm.routines.values import HELPERS
from bitwright.ir.ops import Function, Program

METHOD: Final = "build"
_ROOM: Final = 512  # bytes of the stack: the output of most messages


def call_program(e: Builtin, code: Any, args: list[Value]) -> tuple[Value, Value]:
    """Call a function of the program that writes; its status, and the bytes that were written, or NULL."""
    helpers = e.assembly.slot_address(e.b, e.assembly.place_of(HELPERS, "helpers"))
    made = context.new_context(e.b, output=frame(e.b, I8, _ROOM), capacity=number(_ROOM), helpers=helpers)
    status = e.b.call(code, [NULL, made, *args])
    return status, e.b.call(e.assembly.external("bw_finish"), [made, status])


def emit_build(assembly: Assembly, function: Function, code: Any, fail: type[BaseException]) -> None:
    """`entry(message, *parameters)`: the bytes, and what the program yields or None; `function` is a `boxed_entry`, `code` its code."""
    e = Builtin(assembly, "entry", keywords=False)
    value = e.b.alloca(PTR)
    wanted = len(function.params)
    e.refuse(e.b.icmp_signed("!=", e.code.args[2], number(wanted)), TypeError, f"takes {wanted} arguments")
    status, octets = call_program(e, code, [*(e.argument(index) for index in range(wanted)), value])
    e.raise_where(e.b.icmp_signed("!=", status, number(0, I32)), fail)
    copy = e.b.load(value, typ=PTR)
    with e.b.goto_block(e.unless(e.b.icmp_unsigned("==", octets, NULL), "no_memory")):
        e.call("Py_DecRef", copy)
        e.b.ret(NULL)
    row = e.call("PyTuple_New", number(2))
    with e.b.goto_block(e.unless(e.b.icmp_unsigned("==", row, NULL), "no_memory")):
        e.call("Py_DecRef", octets)
        e.call("Py_DecRef", copy)
        e.b.ret(NULL)
    e.call("PyTuple_SetItem", row, number(0), octets)
    e.call("PyTuple_SetItem", row, number(1), copy)
    e.b.ret(row)


def class_of_method(program: Program) -> type | None:
    """The class whose method a build program can be: it takes nothing but an object of that class, and yields nothing."""
    function = program.functions[program.entry]
    first = function.body.ops[0] if function.body.ops else None
    if len(function.params) != 1 or first is None or first.kind != "as_class" or first.args != function.params:
        return None
    found: type = program.symbols[first.attrs["class"]]
    return found if not function.body.ops[-1].args and object_layout.knows_weak_references() else None


def emit_build_method(assembly: Assembly, kind: type, code: Any, failures: tuple[type[BaseException], ...], explaining: Any) -> None:
    """`build(self, **options)`: the bytes, or whatever `explaining` makes of the same arguments.

    It is asked for where there are options, of a subclass, where the program fails or one of `failures` is raised in between, and
    of an object that is referred to weakly: it may remember how it lay on the wire (`kept.py`).
    """
    e = Builtin(assembly, METHOD, keywords=True)
    value, args, count, names = e.code.args
    slow = e.unless(e.b.or_(e.b.icmp_signed("!=", count, number(0)), e.b.icmp_unsigned("!=", names, NULL)), "slow")
    exact = e.call("bw_is_of", value, e.constant(kind))
    other = e.unless(e.b.icmp_signed("==", exact, number(0)), "other")
    places = [other]
    if kind.__weakrefoffset__:
        referred = e.b.load(e.b.gep(value, [number(kind.__weakrefoffset__)], source_etype=I8), typ=PTR)
        places.append(e.unless(e.b.icmp_unsigned("!=", referred, NULL), "referred"))
    _, octets = call_program(e, code, [value])
    failed = e.unless(e.b.icmp_unsigned("==", octets, NULL), "failed")
    e.b.ret(octets)
    e.b.position_at_end(failed)
    e.clear_known(failures, slow)
    for place in places:
        e.b.position_at_end(place)
        e.b.branch(slow)
    e.b.position_at_end(slow)
    e.b.ret(e.call("bw_call_method", e.constant(explaining), value, args, count, names))
