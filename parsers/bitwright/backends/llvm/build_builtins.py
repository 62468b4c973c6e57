"""LLVM code for what Python calls to build: the output begins on the stack, a program's function is called, bytes are made."""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I8, I32, NULL, PTR, Assembly, Value, frame, number
from bitwright.backends.llvm.builtins import Builtin
from bitwright.backends.llvm.routines.values import HELPERS
from bitwright.ir.ops import Function

_ROOM: Final = 512  # bytes of the stack: the output of most messages


def _call_program(e: Builtin, code: Any, args: list[Value]) -> tuple[Value, Value]:
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
    status, octets = _call_program(e, code, [*(e.argument(index) for index in range(wanted)), value])
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
