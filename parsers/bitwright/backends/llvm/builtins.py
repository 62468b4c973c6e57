"""LLVM code for what Python calls: arguments checked and taken apart, a program's function called, its result given out."""

from __future__ import annotations

from typing import Any

from bitwright.backends.llvm.assembler import I32, I64, NULL, PTR, Assembly, Value, builder_at_start, number
from bitwright.backends.llvm.emitter import Unsupported, results_of, type_of
from bitwright.backends.llvm.number_ops import int_object
from bitwright.ir.ops import Function, Reg


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

    def is_raised(self) -> Value:
        """Whether an exception is set."""
        return self.b.icmp_unsigned("!=", self.call("PyErr_Occurred"), NULL)

    def number_of(self, index: int, reg: Reg) -> Value:
        """An argument as a number; where it is none, an exception is set."""
        if type_of(reg) != I64:
            raise Unsupported("a parameter of more than 63 bits")
        return self.call("PyLong_AsLongLong", self.argument(index))

    def give(self, values: list[tuple[Value, Reg]]) -> None:
        """Return what a function yielded, whose objects are owned: None, the one object, or a tuple."""
        owned = [value for value, reg in values if reg.type == "obj"]
        objects = []
        for value, reg in values:
            made = value
            if reg.type == "int":
                made = int_object(self.call, self.b, value, reg.lo, reg.hi)
                self.drop_unless(made, owned)
                owned.append(made)
            objects.append(made)
        if len(objects) == 1:
            self.b.ret(objects[0])
            return
        row = self.call("PyTuple_New", number(len(objects)))
        self.drop_unless(row, owned)
        for index, made in enumerate(objects):
            self.call("PyTuple_SetItem", row, number(index), made)  # which takes the reference
        self.b.ret(row)

    def drop_unless(self, made: Value, owned: list[Value]) -> None:
        """Where nothing was made, give back what is owned and leave."""
        with self.b.goto_block(self.unless(self.b.icmp_unsigned("==", made, NULL), "not_made")):
            for value in owned:
                self.call("Py_DecRef", value)
            self.b.ret(NULL)


def emit_entry(assembly: Assembly, function: Function, code: Any, fail: type[BaseException], *, reads: bool) -> None:
    """`entry(data, *arguments)`: what the function yields, a tuple of several.

    Of a program that reads the input, the first two arguments must be a region in it.
    """
    e = _Builtin(assembly, "entry", keywords=False)
    data, size = e.b.alloca(PTR), e.b.alloca(I64)
    yielded = function.body.ops[-1].args if results_of(function) else ()
    places = [e.b.alloca(kind) for kind in results_of(function)]
    wanted = len(function.params) + 1
    e.refuse(e.b.icmp_signed("!=", e.code.args[2], number(wanted)), TypeError, f"takes {wanted} arguments")
    taken = e.call("PyBytes_AsStringAndSize", e.argument(0), data, size)
    with e.b.goto_block(e.unless(e.failed(taken), "no_bytes")):
        e.b.ret(NULL)
    given = [e.argument(index) if reg.type == "obj" else e.number_of(index, reg) for index, reg in enumerate(function.params, 1)]
    with e.b.goto_block(e.unless(e.is_raised(), "no_number")):
        e.b.ret(NULL)
    if reads:
        if [type_of(reg) for reg in function.params[:2]] != [I64, I64]:
            raise Unsupported("an entry that does not begin with a region")
        begin, end = given[:2]
        outside = e.b.or_(e.b.icmp_signed("<", begin, number(0)), e.b.icmp_signed(">", begin, end))
        outside = e.b.or_(outside, e.b.icmp_signed(">", end, e.b.load(size, typ=I64)))
        e.refuse(outside, ValueError, "the region is not within the input")
    status = e.b.call(code, [e.b.load(data, typ=PTR), *given, *places])
    with e.b.goto_block(e.unless(e.failed(status), "failed")):
        plain, raised = e.b.append_basic_block("plain"), e.b.append_basic_block("raised")
        e.b.cbranch(e.is_raised(), raised, plain)
        e.b.position_at_end(plain)
        e.call("PyErr_SetNone", e.constant(fail))
        e.b.branch(raised)
        e.b.position_at_end(raised)
        e.b.ret(NULL)
    e.give([(e.b.load(place, typ=type_of(reg)), reg) for place, reg in zip(places, yielded, strict=True)])


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
    e.b.cbranch(e.is_raised(), raised, slow)
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
