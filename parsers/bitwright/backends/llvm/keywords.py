"""LLVM code that finds the arguments of a builtin by their names: first where each was the last time, since callers seldom change."""

from __future__ import annotations

import sys
from typing import Any, Final

from bitwright.backends.llvm.assembler import I32, I64, NULL, PTR, Assembly, Value, builder_at_start, number
from bitwright.backends.llvm.builtins import Builtin

_FIND: Final = "find"
_EQUAL: Final = 2  # `Py_EQ`


def place_of_argument(e: Builtin, name: str) -> Value:
    """Which of the named arguments of a builtin that takes keywords has this name; -1 if none has."""
    module = e.assembly.module
    last = module.number_of(f"last.{len(module.data)}", 0)
    return e.b.call(_finder(e.assembly), [e.code.args[3], e.constant(sys.intern(name)), last])


def argument_at(e: Builtin, place: Value) -> Value:
    """The argument itself."""
    first = e.b.add(e.code.args[2], place)  # they come behind those by position
    return e.b.load(e.b.gep(e.code.args[1], [first], inbounds=True, source_etype=PTR), typ=PTR)


def named_argument(e: Builtin, name: str, other: Any) -> Value:
    """The argument of a name; where there is none, go on in another block."""
    place = place_of_argument(e, name)
    e.go_where(e.b.icmp_signed(">=", place, number(0)), other)
    return argument_at(e, place)


def _finder(assembly: Assembly) -> Any:
    """The function that says where a name is in a tuple of names, or in none; it keeps that for the next time."""
    found = assembly.module.globals.get(_FIND)
    if found is not None:
        return found
    made = assembly.function(_FIND, I64, [PTR, PTR, PTR], internal=True)
    b: Any = builder_at_start(made)
    names, wanted, last = made.args
    absent, some, guess, head, each, test, following, equal = (
        b.append_basic_block(name) for name in ("absent", "some", "guess", "head", "each", "test", "following", "equal")
    )
    b.cbranch(b.icmp_unsigned("==", names, NULL), absent, some)
    b.position_at_end(some)
    count = b.call(assembly.external("PyTuple_Size"), [names])
    before = b.load(last, typ=I64)
    b.cbranch(b.icmp_unsigned("<", before, count), guess, head)
    b.position_at_end(guess)
    guessed = b.call(assembly.external("PyTuple_GetItem"), [names, before])
    b.cbranch(b.icmp_unsigned("==", guessed, wanted), equal, head)
    b.position_at_end(head)
    index = b.phi(I64)
    index.add_incoming(number(0), some)
    index.add_incoming(number(0), guess)
    b.cbranch(b.icmp_signed("<", index, count), each, absent)
    b.position_at_end(each)
    name = b.call(assembly.external("PyTuple_GetItem"), [names, index])
    b.cbranch(b.icmp_unsigned("==", name, wanted), equal, test)
    b.position_at_end(test)
    same = b.call(assembly.external("PyObject_RichCompareBool"), [name, wanted, number(_EQUAL, I32)])
    b.cbranch(b.icmp_signed("==", same, number(1, I32)), equal, following)
    b.position_at_end(following)
    index.add_incoming(b.add(index, number(1)), following)
    b.branch(head)
    b.position_at_end(equal)
    place = b.phi(I64)
    place.add_incoming(before, guess)
    place.add_incoming(index, each)
    place.add_incoming(index, test)
    b.store(place, last)
    b.ret(place)
    b.position_at_end(absent)
    b.call(assembly.external("PyErr_Clear"), [])
    b.ret(number(-1))
    return made
