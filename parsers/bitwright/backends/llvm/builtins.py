"""LLVM code for what Python calls: arguments checked and taken apart, a program's function called, its result given out."""

from __future__ import annotations

from typing import Any

from bitwright.backends.llvm.assembler import I32, I64, NULL, PTR, Assembly, Value, builder_at_start, number
from bitwright.backends.llvm.emitter import Unsupported, results_of, type_of
from bitwright.ir.ops import Function


class _Builtin:
    """A function that CPython calls, with a vector of arguments."""

    def __init__(self, assembly: Assembly, name: str, *, keywords: bool) -> None:
        self.assembly = assembly
        self.code = assembly.function(name, PTR, [PTR, PTR, I64, *([PTR] if keywords else [])], internal=False)
        self.b: Any = builder_at_start(self.code)

    def call(self, name: str, *args: Value) -> Value:
        return self.b.call(self.assembly.external(name), args)

    def constant(self, value: Any) -> Value:
        return self.assembly.slot(self.b, number(self.assembly.place_of([value], id(value))))

    def argument(self, index: int) -> Value:
        return self.b.load(self.b.gep(self.code.args[1], [number(index)], inbounds=True, source_etype=PTR), typ=PTR)

    def unless(self, condition: Value, name: str) -> Any:
        """Go on where the condition does not hold; the block that is left to where it does."""
        aside, go_on = self.b.append_basic_block(name), self.b.append_basic_block("go_on")
        self.b.cbranch(condition, aside, go_on).set_weights([1, 1000])
        self.b.position_at_end(go_on)
        return aside

    def refuse(self, condition: Value, error: type[BaseException], message: str) -> None:
        """Raise an error where the condition holds."""
        with self.b.goto_block(self.unless(condition, "refused")):
            self.call("PyErr_SetString", self.constant(error), self.assembly.text(message.encode()))
            self.b.ret(NULL)

    def failed(self, status: Value) -> Value:
        """Whether a function of the program or of the C API that gives a status has failed."""
        return self.b.icmp_signed("!=", status, number(0, I32))


def emit_entry(assembly: Assembly, function: Function, code: Any, fail: type[BaseException]) -> None:
    """`entry(data, position, end, *parameters)`: a tuple of the value and the position after it."""
    if [type_of(reg) for reg in function.params[:2]] != [I64, I64] or results_of(function) != [PTR, I64]:
        raise Unsupported("an entry that takes or gives other than positions and a value")
    if any(reg.type == "int" for reg in function.params[2:]):
        raise Unsupported("a parameter that is a number")
    e = _Builtin(assembly, "entry", keywords=False)
    room, size, value, after = e.b.alloca(PTR), e.b.alloca(I64), e.b.alloca(PTR), e.b.alloca(I64)
    wanted = len(function.params) + 1
    e.refuse(e.b.icmp_signed("!=", e.code.args[2], number(wanted)), TypeError, f"takes {wanted} arguments")
    taken = e.call("PyBytes_AsStringAndSize", e.argument(0), room, size)
    with e.b.goto_block(e.unless(e.failed(taken), "no_bytes")):
        e.b.ret(NULL)
    begin, end = e.call("PyLong_AsLongLong", e.argument(1)), e.call("PyLong_AsLongLong", e.argument(2))
    with e.b.goto_block(e.unless(e.b.icmp_unsigned("!=", e.call("PyErr_Occurred"), NULL), "no_number")):
        e.b.ret(NULL)
    outside = e.b.or_(e.b.icmp_signed("<", begin, number(0)), e.b.icmp_signed(">", begin, end))
    outside = e.b.or_(outside, e.b.icmp_signed(">", end, e.b.load(size, typ=I64)))
    e.refuse(outside, ValueError, "the region is not within the input")
    parameters = [e.argument(index) for index in range(3, wanted)]
    status = e.b.call(code, [e.b.load(room, typ=PTR), begin, end, *parameters, value, after])
    with e.b.goto_block(e.unless(e.failed(status), "failed")):
        raised = e.b.append_basic_block("raised")
        plain = e.b.append_basic_block("plain")
        e.b.cbranch(e.b.icmp_unsigned("!=", e.call("PyErr_Occurred"), NULL), raised, plain)
        e.b.position_at_end(plain)
        e.call("PyErr_SetNone", e.constant(fail))
        e.b.branch(raised)
        e.b.position_at_end(raised)
        e.b.ret(NULL)
    _give_pair(e, e.b.load(value, typ=PTR), e.b.load(after, typ=I64))


def _give_pair(e: _Builtin, value: Value, after: Value) -> None:
    """Return a tuple of an object that is owned and a number."""
    position = e.call("PyLong_FromLongLong", after)
    with e.b.goto_block(e.unless(e.b.icmp_unsigned("==", position, NULL), "no_position")):
        e.call("Py_DecRef", value)
        e.b.ret(NULL)
    pair = e.call("PyTuple_New", number(2))
    with e.b.goto_block(e.unless(e.b.icmp_unsigned("==", pair, NULL), "no_pair")):
        e.call("Py_DecRef", value)
        e.call("Py_DecRef", position)
        e.b.ret(NULL)
    e.call("PyTuple_SetItem", pair, number(0), value)  # which takes the reference
    e.call("PyTuple_SetItem", pair, number(1), position)
    e.b.ret(pair)


def emit_parse(assembly: Assembly, code: Any, failures: tuple[type[BaseException], ...], explaining: Any) -> None:
    """`parse(data, /, **options)`: the value, or whatever `explaining` makes of the same arguments."""
    e = _Builtin(assembly, "parse", keywords=True)
    room, size, value = e.b.alloca(PTR), e.b.alloca(I64), e.b.alloca(PTR)
    _, args, count, names = e.code.args
    other = e.b.or_(e.b.icmp_signed("!=", count, number(1)), e.b.icmp_unsigned("!=", names, NULL))
    slow = e.unless(other, "slow")
    no_bytes = e.unless(e.failed(e.call("PyBytes_AsStringAndSize", e.argument(0), room, size)), "no_bytes")
    status = e.b.call(code, [e.b.load(room, typ=PTR), e.b.load(size, typ=I64), value])
    failed = e.unless(e.failed(status), "failed")
    e.b.ret(e.b.load(value, typ=PTR))
    e.b.position_at_end(failed)
    raised, unknown = e.b.append_basic_block("raised"), e.b.append_basic_block("unknown")
    e.b.cbranch(e.b.icmp_unsigned("!=", e.call("PyErr_Occurred"), NULL), raised, slow)
    e.b.position_at_end(raised)
    known = e.call("PyErr_ExceptionMatches", e.constant(failures))
    e.b.cbranch(e.failed(known), no_bytes, unknown)
    e.b.position_at_end(unknown)
    e.b.ret(NULL)
    e.b.position_at_end(no_bytes)
    e.call("PyErr_Clear")
    e.b.branch(slow)
    e.b.position_at_end(slow)
    e.b.ret(e.call("PyObject_Vectorcall", e.constant(explaining), args, count, names))
