"""Ops for which there is no machine code call Python: a function for just this op, made by the python backend's own emitter.

So every op can be done, and means the same.  Its function takes the input (or the output) and the op's registers; what it raises is
the op's failure.
"""

from __future__ import annotations

from typing import Any, Final

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import ARGUMENTS_OFFSET, I64, I128, NULL, PTR, Caller, Value, number
from bitwright.backends.llvm.boxing import fits_a_word, halves_of_number, halves_of_unsigned, has_all_bits, int_object, number_of_halves
from bitwright.backends.llvm.emitter import PYTHON_CALL, FunctionEmitter, type_of
from bitwright.backends.llvm.vouched import vouch
from bitwright.backends.python import compile_source
from bitwright.backends.python.build_ops import BUILD
from bitwright.backends.python.common_ops import Emit
from bitwright.backends.python.emitter import Emitter, Names
from bitwright.backends.python.parse_ops import PARSE
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.ir.ops import Block, Function, Op, Program, Reg


class Calls:
    """The functions of one program's ops, in one source; `handlers` of the python backend write them."""

    def __init__(self, program: Program, handlers: dict[str, Emit] | None = None) -> None:
        self.program, self.names, self.lines = program, Names(), list[str]()
        self.handlers = handlers or (PARSE if program.direction == "parse" else BUILD)
        self.names.values.update(Fail=Fail, FAILURES=FAILURES)
        self.places: dict[str, tuple[int, int]] = {}  # of a function, and of what calls it, in the table of objects

    def add(self, op: Op) -> str:
        """Write the function of an op; its name."""
        name = f"op_{len(self.places)}"
        self.names.values[name] = None  # so that no object takes it
        direction = self.program.direction
        body = Block(ops=[op, Op("yield", op.outs)])
        function = Function(name, op.args, tuple(out.type for out in op.outs), body)
        emitter = Emitter(self.program, function, self.names, self.handlers)
        self.lines += [*emitter.source("data" if direction == "parse" else "out"), ""]
        return name

    def fill(self, objects: list[Any]) -> str:
        """Put the functions where the module expects them; their source."""
        for name in self.places:
            del self.names.values[name]
        source = "\n".join(self.lines)
        made = compile_source(source, self.names.values, f"{self.program.name} in machine code") if self.lines else {}
        for name, (function, caller) in self.places.items():
            objects[function], objects[caller] = made[name], Caller(made[name])
        return source


def boxed(e: FunctionEmitter, value: Value, reg: Reg) -> Value:
    """A number as a Python int, owned."""
    if fits_a_word(reg.lo, reg.hi):
        return e.new(int_object(e.call, e.b, value, reg.lo, reg.hi))
    low, high = e.b.trunc(value, I64), e.b.trunc(e.b.ashr(value, number(64, I128)), I64)
    how = "PyLong_FromUnsignedLongLong" if has_all_bits(reg.lo, reg.hi) else "PyLong_FromLongLong"
    parts = [e.new(e.call("PyLong_FromUnsignedLongLong", low)), e.new(e.call(how, high))]
    return called(e, number_of_halves, parts)


def unboxed(e: FunctionEmitter, value: Value, reg: Reg) -> Value:
    """The number that a Python int is; fails where it is none, or too large."""
    if type_of(reg) == I64:
        return _checked(e, e.call("PyLong_AsLongLong", value))
    pair = called(e, halves_of_unsigned if has_all_bits(reg.lo, reg.hi) else halves_of_number, [value])
    low, high = (_checked(e, e.call("PyLong_AsLongLong", e.call("PyTuple_GetItem", pair, number(index)))) for index in range(2))
    return e.b.or_(e.b.zext(low, I128), e.b.shl(e.b.sext(high, I128), number(64, I128)))


def _checked(e: FunctionEmitter, found: Value) -> Value:
    """A number that the C API took from an object; -1 may be one, or say that there is none."""
    raised = e.call("PyErr_Occurred")
    e.fail_if(e.b.icmp_unsigned("!=", raised, NULL))
    return found


def called(e: FunctionEmitter, what: Any, args: list[Value], names: Value = NULL, named: int = 0) -> Value:
    """Call an object that is known now; the last `named` arguments are by keyword."""
    return e.new(vectorcall(e, what, args, names, named))


def vectorcall(e: FunctionEmitter, what: Any, args: list[Value], names: Value = NULL, named: int = 0) -> Value:
    """The same, without looking at what comes of it, which nobody owns yet."""
    function = e.assembly.place_of([what], id(what))
    caller = e.assembly.place_of([Caller(what)], ("caller", id(what)))
    return _called_by_place(e, function, caller, args, names, named)


def _vectorcall(e: FunctionEmitter, function: int, caller: int, args: list[Value], names: Value = NULL, named: int = 0) -> Value:
    return e.new(_called_by_place(e, function, caller, args, names, named))


def _called_by_place(e: FunctionEmitter, function: int, caller: int, args: list[Value], names: Value, named: int) -> Value:
    """What a call gives, which is not owned yet, or NULL."""
    room = e.room(PTR, len(args) + 1)
    places = [e.b.gep(room, [number(index)], inbounds=True, source_etype=PTR) for index in range(1, len(args) + 1)]
    for arg, place in zip(args, places, strict=True):
        e.b.store(arg, place)
    begin = e.b.gep(room, [number(1)], source_etype=PTR)
    what, how = (e.assembly.slot(e.b, number(index)) for index in (function, caller))
    given = [what, begin, number(len(args) - named | ARGUMENTS_OFFSET), names]
    return e.assembly.call_through(e.b, how, "PyObject_Vectorcall", given)


def _touches_output(kind: str) -> bool:
    return kind.startswith(("put", "push", "block")) or kind in ("here", "wrote", "insert.varint", "fit", "patch")


def _python_call(e: FunctionEmitter, op: Op) -> None:
    name = e.calls.add(op)
    place = e.calls.places[name] = (e.assembly.place_of([None], (name, "function")), e.assembly.place_of([None], (name, "caller")))
    args = [e.get(arg) if arg.type == "obj" else boxed(e, e.get(arg), arg) for arg in op.args]
    if e.program.direction == "parse":
        made = _vectorcall(e, *place, [context.get(e.b, e.context, "input"), *args])
    elif _touches_output(op.kind):
        e.check(e.call("bw_as_array", e.context))
        found = _called_by_place(e, *place, [context.get(e.b, e.context, "array"), *args], NULL, 0)
        e.call("bw_array_changed", e.context)  # even if it failed
        made = e.new(found)
    else:
        made = _vectorcall(e, *place, [e.constant(None), *args])
    _put_results(e, op, made)
    vouch(e, op)


def _put_results(e: FunctionEmitter, op: Op, made: Value) -> None:
    values = [made] if len(op.outs) == 1 else [e.call("PyTuple_GetItem", made, number(index)) for index in range(len(op.outs))]
    for out, value in zip(op.outs, values, strict=True):
        if out.type == "int":
            e.put(out, unboxed(e, value, out))
        else:
            if len(op.outs) > 1:
                e.call("Py_IncRef", value)
                e.own(value)
            e.values[out] = value


PYTHON: Final = {PYTHON_CALL: _python_call}
