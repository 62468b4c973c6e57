"""A construction as machine code: `build` takes its values by keyword, and gives what is built.

What it cannot do it hands to `slow`: anything that fails, `strict`, arguments by position, and values that were not given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bitwright.backends.llvm.assembler import I64, NULL, PTR, Assembly, Value, number
from bitwright.backends.llvm.build_builtins import call_program
from bitwright.backends.llvm.builtins import Builtin
from bitwright.backends.llvm.emit import emit_program
from bitwright.backends.llvm.emitter import results_of
from bitwright.backends.llvm.keywords import argument_at, named_argument, place_of_argument
from bitwright.backends.llvm.match_ops import MATCHES
from bitwright.backends.llvm.push_ops import PUSHES, bitstring
from bitwright.backends.python.runtime import FAILURES, Fail
from bitwright.ir.ops import Function, Program


def compile_build(program: Program, defaults: Mapping[str, Any], slow: Callable[..., Any], *, lsb: bool) -> tuple[dict[str, Any], str]:
    """`build(**values)` and `entry(*values)`, and the text of their module; values in `defaults` need not be given."""
    from bitwright.backends.llvm.jit import Loaded

    def build(assembly: Assembly, functions: dict[str, Any]) -> tuple[str, bool]:
        function = program.functions[program.entry]
        _emit_build(assembly, function, functions[program.entry], defaults, slow, lsb=lsb)
        return "build", True

    emitted = emit_program(program, FAILURES, Fail, None, also=build, own={**MATCHES, **PUSHES})
    return Loaded(emitted, "build").functions(), emitted.text


def _emit_build(assembly: Assembly, function: Function, code: Any, defaults: Mapping[str, Any], slow: Any, *, lsb: bool) -> None:
    e = Builtin(assembly, "build", keywords=True)
    _, args, count, names = e.code.args
    other = e.unless(e.b.icmp_signed("!=", count, number(0)), "slow")
    values = {param.hint: named_argument(e, param.hint, other) for param in function.params if param.hint not in defaults}
    values |= _optional(e, {param.hint: defaults[param.hint] for param in function.params if param.hint in defaults}, len(values), other)
    places = [e.b.alloca(kind) for kind in results_of(function)]
    for place, kind in zip(places, results_of(function), strict=True):
        if kind == PTR:
            e.b.store(NULL, place)
    _, octets = call_program(e, code, [*(values[param.hint] for param in function.params), *places])
    failed = e.unless(e.b.icmp_unsigned("==", octets, NULL), "failed")
    _give(e, function, octets, places, failed, lsb=lsb)
    e.b.position_at_end(failed)
    for place, kind in zip(places, results_of(function), strict=True):
        if kind == PTR:
            e.call("Py_DecRef", e.b.load(place, typ=PTR))  # of what was yielded when there was no memory for the bytes
    e.clear_known(FAILURES, other)
    e.b.position_at_end(other)
    e.b.ret(e.call("PyObject_Vectorcall", e.constant(slow), args, count, names))


def _optional(e: Builtin, defaults: Mapping[str, Any], found: int, other: Any) -> dict[str, Value]:
    """The values of names that need not be given, which are looked for where there are more names than those that were found."""
    names = e.code.args[3]
    some, more, done = (e.b.append_basic_block(name) for name in ("some", "more", "done"))
    usual = [e.constant(default) for default in defaults.values()]
    start = e.b.block
    e.b.cbranch(e.b.icmp_unsigned("==", names, NULL), done, some)
    e.b.position_at_end(some)
    e.b.cbranch(e.b.icmp_signed("==", e.call("PyTuple_Size", names), number(found)), done, more)
    e.b.position_at_end(more)
    e.go_where(e.b.icmp_signed("<", place_of_argument(e, "strict"), number(0)), other)
    given = [_given_or(e, name, default) for name, default in zip(defaults, usual, strict=True)]
    end = e.b.block
    e.b.branch(done)
    e.b.position_at_end(done)
    values = {}
    for name, default, value in zip(defaults, usual, given, strict=True):
        phi = values[name] = e.b.phi(PTR)
        for each, block in ((default, start), (default, some), (value, end)):
            phi.add_incoming(each, block)
    return values


def _given_or(e: Builtin, name: str, usual: Value) -> Value:
    """The argument of a name, or what stands for it."""
    place = place_of_argument(e, name)
    given, absent, done = (e.b.append_basic_block(name) for name in ("given", "absent", "done"))
    e.b.cbranch(e.b.icmp_signed("<", place, number(0)), absent, given)
    e.b.position_at_end(given)
    value = argument_at(e, place)
    e.b.branch(done)
    e.b.position_at_end(absent)
    e.b.branch(done)
    e.b.position_at_end(done)
    found = e.b.phi(PTR)
    found.add_incoming(value, given)
    found.add_incoming(usual, absent)
    return found


def _give(e: Builtin, function: Function, octets: Value, places: list[Value], failed: Any, *, lsb: bool) -> None:
    """Return what was built: what the program yields if that is an object, else the bits that it has written."""
    kinds = results_of(function)
    if not kinds:
        e.b.ret(octets)
        return
    found = e.b.load(places[0], typ=kinds[0])
    if kinds[0] == PTR:
        e.call("Py_DecRef", octets)
        e.b.ret(found)
        return
    odd = e.unless(e.b.icmp_signed("!=", found, number(0, kinds[0])), "odd")
    e.b.ret(octets)
    e.b.position_at_end(odd)
    phase = e.call("PyLong_FromLong", found if kinds[0] == I64 else e.b.trunc(found, I64))
    given = e.b.alloca(PTR, 4)
    for index, value in enumerate((octets, phase, e.constant(lsb)), 1):
        e.b.store(value, e.b.gep(given, [number(index)], inbounds=True, source_etype=PTR))
    first = e.b.gep(given, [number(1)], inbounds=True, source_etype=PTR)
    made = e.call("PyObject_Vectorcall", e.constant(bitstring), first, number(3), NULL)
    e.call("Py_DecRef", octets)
    e.call("Py_DecRef", phase)
    e.go_where(e.b.icmp_unsigned("!=", made, NULL), failed)
    e.b.ret(made)
