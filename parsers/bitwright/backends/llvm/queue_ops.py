"""LLVM code for what is written behind a struct: functions of the program in a queue.

The queue is `wire/pointers.py`'s.  A job in it is a tuple: the number of a function among those that are deferred, and its arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bitwright.backends.llvm.assembler import I32, I64, NULL, Value, number
from bitwright.backends.llvm.emitter import FAILED, FunctionEmitter, Scope, type_of
from bitwright.backends.llvm.python_call import boxed, called, unboxed
from bitwright.ir.ops import Op, Program, Reg, walk
from bitwright.wire.pointers import Blocks


def deferred_functions(program: Program) -> list[str]:
    """The functions that a queue may call, in order of their numbers."""
    ops = (op for function in program.functions.values() for op in walk(function.body))
    return list(dict.fromkeys(op.attrs["function"] for op in ops if op.kind == "defer"))


def _blocks(e: FunctionEmitter, op: Op) -> None:
    e.values[op.outs[0]] = called(e, Blocks, [e.constant(op.attrs["factor"])])


def _defer(e: FunctionEmitter, op: Op) -> None:
    blocks, hole, *args = op.args
    params = e.program.functions[op.attrs["function"]].params
    job = e.new(e.call("PyTuple_New", number(len(args) + 1)))
    serial = deferred_functions(e.program).index(op.attrs["function"])
    objects = [e.constant(serial), *(_object(e, arg, param) for arg, param in zip(args, params, strict=True))]
    for index, made in enumerate(objects):
        e.call("Py_IncRef", made)
        e.call("PyTuple_SetItem", job, number(index), made)  # which takes the reference
    called(e, Blocks.add, [e.get(blocks), boxed(e, e.get(hole), hole), e.constant(op.attrs["size"]), job])


def _object(e: FunctionEmitter, arg: Reg, param: Reg) -> Value:
    return e.get(arg) if param.type == "obj" else boxed(e, e.get(arg, type_of(param)), param)


def _run(e: FunctionEmitter, op: Op) -> None:
    """Jobs that are queued meanwhile, too."""
    jobs = e.new(e.call("PyObject_GetIter", e.get(op.args[0])))
    head, taken, ended, done = (e.b.append_basic_block(name) for name in ("jobs", "job", "ended", "done"))
    e.b.branch(head)
    e.b.position_at_end(head)
    job = e.call("PyIter_Next", jobs)
    e.b.cbranch(e.b.icmp_unsigned("==", job, NULL), ended, taken)
    e.b.position_at_end(taken)
    _scoped(e, lambda: _run_job(e, e.own(job)))
    e.b.branch(head)
    e.b.position_at_end(ended)
    e.fail_if(e.b.icmp_unsigned("!=", e.call("PyErr_Occurred"), NULL))
    e.b.branch(done)
    e.b.position_at_end(done)


def _run_job(e: FunctionEmitter, job: Value) -> None:
    """Call the function of a job."""
    after = e.b.append_basic_block("after")
    key = e.call("PyLong_AsLongLong", e.call("PyTuple_GetItem", job, number(0)))
    switch = e.b.switch(key, e.failed)  # there are no others
    for serial, name in enumerate(deferred_functions(e.program)):
        arm = e.b.append_basic_block("arm")
        switch.add_case(number(serial, I64), arm)
        e.b.position_at_end(arm)
        _scoped(e, lambda name=name: _call_for(e, name, job))  # type: ignore[misc]
        e.b.branch(after)
    e.b.position_at_end(after)


def _call_for(e: FunctionEmitter, name: str, job: Value) -> None:
    values = []
    for index, param in enumerate(e.program.functions[name].params, 1):
        value = e.call("PyTuple_GetItem", job, number(index))
        values.append(value if param.type == "obj" else e.cast(unboxed(e, value, param), type_of(param)))
    status = e.b.call(e.functions[name], [e.data, e.context, *values])
    e.fail_if(e.b.icmp_signed("==", status, number(FAILED, I32)))


def _scoped(e: FunctionEmitter, emit: Callable[[], None]) -> None:
    """Emit what gives back at its end what it owns."""
    e.scopes.append(Scope([], e.failed))
    emit()
    scope = e.scopes.pop()
    for value in scope.owned:
        e.call("Py_DecRef", value)
    e.failed = scope.around


QUEUES: Final = {"blocks": _blocks, "defer": _defer, "blocks.run": _run}
