"""LLVM code for what Python calls: arguments checked and taken apart, a program's function called, its result given out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

from bitwright.backends.llvm import context, object_layout
from bitwright.backends.llvm.assembler import I32, I64, NULL, PTR, Assembly, Value, builder_at_start, frame, number
from bitwright.backends.llvm.buffers import EitherWay, Octets, View
from bitwright.backends.llvm.emitter import FunctionEmitter, Unsupported, type_of
from bitwright.backends.llvm.python_call import unboxed
from bitwright.backends.llvm.routines import names_table
from bitwright.backends.llvm.routines.parts import BESIDE
from bitwright.errors import DEFAULT_LIMITS
from bitwright.ir.ops import Block, Function, Op, Reg

BOXED: Final = "boxed"  # the function between Python's objects and a program's entry


def boxed_entry(function: Function, *, reads: bool, name: str = BOXED) -> Function:
    """Calls a function with parameters and results that are objects, but for the region that one that reads begins with.

    Of several results it gives a tuple.
    """
    region = 2 if reads and [type_of(reg) for reg in function.params[:2]] == [I64, I64] else 0
    params, ops = list(function.params[:region]), list[Op]()
    for reg in function.params[region:]:
        params.append(reg if reg.type == "obj" else Reg(reg.number, "obj", hint=reg.hint))
        if reg.type == "int":
            ops.append(Op("unbox", (params[-1],), (reg,)))
    last = function.body.ops[-1] if function.body.ops else None
    yielded = last.args if last is not None and last.kind == "yield" else ()
    results = [Reg(-1, reg.type, reg.lo, reg.hi) for reg in yielded]
    ops.append(Op("call", function.params, tuple(results), {"function": function.name}))
    objects = [Reg(-1, "obj") if reg.type == "int" else reg for reg in results]
    ops += [Op("box", (reg,), (made,), {"as": "int"}) for reg, made in zip(results, objects, strict=True) if reg is not made]
    row = objects[0] if len(objects) == 1 else Reg(-1, "obj")
    if row not in objects:
        ops.append(Op("row", tuple(objects), (row,)))
    return Function(name, tuple(params), ("obj",), Block(ops=[*ops, Op("yield", (row,))]))


def _unbox(e: FunctionEmitter, op: Op) -> None:
    e.put(op.outs[0], unboxed(e, e.get(op.args[0]), op.outs[0]))


def _row(e: FunctionEmitter, op: Op) -> None:
    """A tuple; of nothing, None, which is what a Python function gives that gives nothing."""
    if not op.args:
        e.values[op.outs[0]] = e.constant(None)
        return
    row = e.new(e.call("PyTuple_New", number(len(op.args))))
    owned, given = e.scopes[-1].owned, list[Value]()
    for index, arg in enumerate(op.args):
        value = e.get(arg)
        if value in owned and value not in given:
            given.append(value)
        else:
            e.call("Py_IncRef", value)
        e.call("PyTuple_SetItem", row, number(index), value)  # which takes the reference
    e.give_up(given)
    e.values[op.outs[0]] = row


BOXING: Final = {"unbox": _unbox, "row": _row}


class Builtin:
    """A function that CPython calls, with a vector of arguments."""

    def __init__(self, assembly: Assembly, name: str, *, keywords: bool) -> None:
        self.assembly = assembly
        self.code = assembly.function(name, PTR, [PTR, PTR, I64, *([PTR] if keywords else [])], internal=False)
        self.b: Any = builder_at_start(self.code)

    def call(self, name: str, *args: Value) -> Value:
        """Call the C API, or a routine."""
        return self.b.call(self.assembly.external(name), args)

    def constant(self, value: Any) -> Value:
        """An object that the module keeps alive."""
        return self.assembly.slot(self.b, number(self.assembly.place_of([value], id(value))))

    def argument(self, index: int) -> Value:
        """One of the vector."""
        return self.b.load(self.b.gep(self.code.args[1], [number(index)], inbounds=True, source_etype=PTR), typ=PTR)

    def unless(self, condition: Value, name: str) -> Any:
        """Go on where the condition does not hold; the block that is left to where it does."""
        aside, go_on = self.b.append_basic_block(name), self.b.append_basic_block("go_on")
        self.b.cbranch(condition, aside, go_on).set_weights([1, 1000])
        self.b.position_at_end(go_on)
        return aside

    def go_where(self, condition: Value, otherwise: Any) -> None:
        """Go on where the condition holds, else in another block."""
        go_on = self.b.append_basic_block("go_on")
        self.b.cbranch(condition, go_on, otherwise).set_weights([1000, 1])
        self.b.position_at_end(go_on)

    def none_where(self, failed: Value, no_match: tuple[type[BaseException], ...]) -> None:
        """Where the program failed give None, unless an exception is set that is none of these."""
        with self.b.goto_block(self.unless(failed, "failed")):
            none = self.b.append_basic_block("none")
            self.clear_known(no_match, none)
            self.b.position_at_end(none)
            nothing = self.constant(None)
            self.call("Py_IncRef", nothing)
            self.b.ret(nothing)

    def clear_known(self, known: tuple[type[BaseException], ...], go_on: Any) -> None:
        """Go on in another block where no exception is set, or one of these, which is cleared; leave with any other."""
        raised, cleared, unknown = (self.b.append_basic_block(name) for name in ("raised", "cleared", "unknown"))
        self.b.cbranch(self.is_raised(), raised, go_on)
        self.b.position_at_end(raised)
        matches = self.call("PyErr_ExceptionMatches", self.constant(known))
        self.b.cbranch(self.failed(matches), cleared, unknown)
        self.b.position_at_end(unknown)
        self.b.ret(NULL)
        self.b.position_at_end(cleared)
        self.call("PyErr_Clear")
        self.b.branch(go_on)

    def refuse(self, condition: Value, error: type[BaseException], message: str) -> None:
        """Raise an error where the condition holds."""
        with self.b.goto_block(self.unless(condition, "refused")):
            self.raise_error(error, message)

    def raise_error(self, error: type[BaseException], message: str) -> None:
        """Leave with an error."""
        self.call("PyErr_SetString", self.constant(error), self.assembly.text(message.encode()))
        self.b.ret(NULL)

    def failed(self, status: Value) -> Value:
        """Whether a function of the program or of the C API that gives a status has failed."""
        return self.b.icmp_signed("!=", status, number(0, I32))

    def is_raised(self) -> Value:
        """Whether an exception is set."""
        return self.b.icmp_unsigned("!=", self.call("PyErr_Occurred"), NULL)

    @contextlib.contextmanager
    def names(self) -> Iterator[Value]:
        """The table of the message's names, which is there for as long as a program runs; NULL if no program of the module asks for one."""
        if not self.assembly.uses("bw_read_name"):
            yield NULL
            return
        table = frame(self.b, I64, names_table.TABLE_SIZE // 8)
        self.b.store(number(0), table)
        yield table
        self.call("bw_drop_names", table)

    def raise_where(self, failed: Value, fail: type[BaseException]) -> None:
        """Where the program failed raise `fail`, unless an exception is set already."""
        with self.b.goto_block(self.unless(failed, "failed")):
            plain, raised = self.b.append_basic_block("plain"), self.b.append_basic_block("raised")
            self.b.cbranch(self.is_raised(), raised, plain)
            self.b.position_at_end(plain)
            self.call("PyErr_SetNone", self.constant(fail))
            self.b.branch(raised)
            self.b.position_at_end(raised)
            self.b.ret(NULL)


def emit_entry(
    assembly: Assembly, function: Function, code: Any, fail: type[BaseException], *, reads: bool, of_buffer: bool = False
) -> None:  # fmt: skip
    """`entry(data, *arguments)`: what the function yields, a tuple of several; `function` is a `boxed_entry`, `code` its code.

    Of a program that reads the input, the first two arguments must be a region in it.  With `of_buffer` the builtin bears that name, and
    reads any contiguous buffer where it lies.
    """
    e = Builtin(assembly, "of_buffer" if of_buffer else "entry", keywords=False)
    value, wanted = e.b.alloca(PTR), len(function.params) + 1
    data = View(e) if of_buffer else Octets(e)
    e.refuse(e.b.icmp_signed("!=", e.code.args[2], number(wanted)), TypeError, f"takes {wanted} arguments")
    given = [
        e.argument(index) if reg.type == "obj" else e.call("PyLong_AsLongLong", e.argument(index))
        for index, reg in enumerate(function.params, 1)
    ]
    with e.b.goto_block(e.unless(e.is_raised(), "no_number")):
        e.b.ret(NULL)
    with e.b.goto_block(e.unless(data.taken(e.argument(0)), "no_bytes")):
        e.b.ret(NULL)
    if reads:
        if [type_of(reg) for reg in function.params[:2]] != [I64, I64]:
            raise Unsupported("an entry that does not begin with a region")
        begin, end = given[:2]
        outside = e.b.or_(e.b.icmp_signed("<", begin, number(0)), e.b.icmp_signed(">", begin, end))
        outside = e.b.or_(outside, e.b.icmp_signed(">", end, data.size))
        with e.b.goto_block(e.unless(outside, "refused")):
            data.release()
            e.raise_error(ValueError, "the region is not within the input")
    with e.names() as table:
        made = context.new_context(e.b, input=e.argument(0), size=data.size, names=table)
        status = e.b.call(code, [data.begin, made, *given, value])
    data.release()
    e.raise_where(e.failed(status), fail)
    e.b.ret(e.b.load(value, typ=PTR))


def emit_parse(
    assembly: Assembly, code: Any, failures: tuple[type[BaseException], ...], explaining: Any, parts: dict[Any, Any] | None, *,
    in_place: bool,
) -> None:  # fmt: skip
    """`parse(data, /, **options)`: the value, or whatever `explaining` makes of the same arguments.

    `parts`: the parsers for what `only=` asks for, if there can be any.  With `in_place` any contiguous buffer is read where it lies.
    """
    e = Builtin(assembly, "parse", keywords=True)
    value = e.b.alloca(PTR)
    data: Octets = EitherWay(e) if in_place and object_layout.offset_of_type() is not None else Octets(e)
    _, args, count, names = e.code.args
    other = e.b.or_(e.b.icmp_signed("!=", count, number(1)), e.b.icmp_unsigned("!=", names, NULL))
    slow = e.unless(other, "slow")
    no_bytes = e.unless(data.taken(e.argument(0)), "no_bytes")
    with e.b.goto_block(e.unless(e.b.icmp_signed(">", data.size, number(DEFAULT_LIMITS.input_size)), "too_large")):
        data.release()
        e.b.branch(slow)
    with e.names() as table:
        made = context.new_context(e.b, input=e.argument(0), size=data.size, names=table)
        status = e.b.call(code, [data.begin, made, data.size, value])
    data.release()
    failed = e.unless(e.failed(status), "failed")
    e.b.ret(e.b.load(value, typ=PTR))
    e.b.position_at_end(failed)
    e.clear_known(failures, slow)
    e.b.position_at_end(no_bytes)
    e.call("PyErr_Clear")
    e.b.branch(slow)
    e.b.position_at_end(slow)
    if parts is None:
        e.b.ret(e.call("PyObject_Vectorcall", e.constant(explaining), args, count, names))
    else:
        known = assembly.slot_address(e.b, assembly.place_of([explaining, parts, *BESIDE], "parts"))
        e.b.ret(e.call("bw_hand_on", known, args, count, names))
