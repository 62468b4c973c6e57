"""The writer of LLVM's language: what it writes is taken by LLVM, and what does not fit together is refused where it is written."""

from __future__ import annotations

import ctypes

import llvmlite.binding as llvm
import pytest

from bitwright.backends.llvm import jit
from bitwright.backends.llvm.assembler import I1, I8, I16, I32, I64, I128, NULL, PTR, V16, VOID, Assembly, builder_at_start, number
from bitwright.backends.llvm.language import Builder


def function(result: object = I64, parameters: tuple[object, ...] = (I64, I64)) -> tuple[Assembly, Builder]:
    assembly = Assembly("module")
    return assembly, builder_at_start(assembly.function("made", result, parameters, internal=False))


def run(assembly: Assembly, *args: int) -> int:
    """What `made` gives for numbers of 64 bits."""
    code = jit._linked(jit.compiled(assembly.finish()), ["made"], {})
    made = ctypes.CFUNCTYPE(ctypes.c_int64, *(ctypes.c_int64 for _ in args))(code["made"])
    return int(made(*args))


def test_every_instruction_on_numbers_is_one_of_llvm() -> None:
    assembly, b = function()
    left, right = b.function.args
    for name in ("add", "sub", "mul", "sdiv", "srem", "udiv", "urem", "and_", "or_", "xor", "shl", "lshr", "ashr"):
        getattr(b, name)(left, right)
    for how in ("==", "!=", "<", "<=", ">", ">="):
        b.icmp_signed(how, left, right)
        b.icmp_unsigned(how, left, right)
    for name in ("bswap", "ctpop", "bitreverse", "not_", "neg"):
        getattr(b, name)(left)
    for name in ("cttz", "ctlz"):
        getattr(b, name)(left, number(1, I1))
    b.trunc(b.zext(left, I128), I16)
    b.trunc(b.sext(left, I128), I8)
    b.bitcast(b.icmp_signed("==", b.load(b.inttoptr(left, PTR), typ=V16, align=1), number(0x2E, V16)), I16)
    b.ret(b.select(b.icmp_signed("<", left, right), b.ptrtoint(b.inttoptr(left, PTR), I64), right))
    llvm.parse_assembly(assembly.finish()).verify()


def test_ways_that_meet_and_part() -> None:
    """The sum of the numbers below one, those that are 3 and 5 counted as 100."""
    assembly, b = function(parameters=(I64,))
    place = b.alloca(I64, 2)
    place.align = 16
    head, odd, plain, done = (b.append_basic_block(name) for name in ("head", "case", "case", "done"))
    before = b.block
    b.branch(head)
    b.position_at_end(head)
    index, total = b.phi(I64), b.phi(I64)
    index.add_incoming(number(0), before)
    total.add_incoming(number(0), before)
    choice = b.append_basic_block("choice")
    b.cbranch(b.icmp_signed("<", index, b.function.args[0]), choice, done).set_weights([1000, 1])
    b.position_at_end(choice)
    switch = b.switch(index, plain)
    for each in (3, 5):
        switch.add_case(number(each), odd)
    for block, value in ((odd, number(100)), (plain, index)):
        b.position_at_end(block)
        summed = b.add(total, value)
        following = b.add(index, number(1))
        b.branch(head)
        index.add_incoming(following, block)
        total.add_incoming(summed, block)
    with b.goto_block(before):  # which has left already: the store comes before that
        b.store(number(7), b.gep(place, [number(1)], source_etype=I64, inbounds=True))
    b.position_at_end(done)
    b.ret(b.add(total, b.load(b.gep(place, [number(1)], source_etype=I64), typ=I64)))
    assert run(assembly, 7) == sum(100 if each in (3, 5) else each for each in range(7)) + 7


def test_the_least_number() -> None:
    assembly, b = function(parameters=())
    b.ret(number(-(1 << 63)))
    assert run(assembly) == -(1 << 63)


def test_bytes_lie_as_they_are() -> None:
    raw = bytes(range(256)) + b'"\\c"'
    assembly, b = function(parameters=(I64,))
    b.ret(b.zext(b.load(b.gep(assembly.text(raw), [b.function.args[0]], source_etype=I8), typ=I8), I64))
    code = jit._linked(jit.compiled(assembly.finish()), ["made"], {})
    made = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(code["made"])
    assert bytes(made(index) for index in range(len(raw) + 1)) == raw + b"\0"


def test_what_does_not_fit_together_is_refused() -> None:
    assembly, b = function()
    left = b.function.args[0]
    with pytest.raises(TypeError, match="add of i64 and i32"):
        b.add(left, number(1, I32))
    with pytest.raises(TypeError, match="icmp of i64 and ptr"):
        b.icmp_signed("==", left, NULL)
    with pytest.raises(TypeError, match="select of i64 and i8"):
        b.select(number(1, I1), left, number(1, I8))
    with pytest.raises(TypeError, match="takes ptr, not i64"):
        b.call(assembly.external("Py_IncRef"), [left])
    with pytest.raises(ValueError, match="shorter"):
        b.call(assembly.external("Py_IncRef"), [])
    b.ret(left)
    with pytest.raises(ValueError, match="the block begin of made is complete"):
        b.ret(left)


def test_what_gives_nothing_has_no_name() -> None:
    assembly, b = function(VOID, (PTR,))
    b.call(assembly.external("Py_IncRef"), [b.function.args[0]])
    b.ret_void()
    assert '  call void @"Py_IncRef"(ptr %".1")\n  ret void\n' in assembly.finish()
