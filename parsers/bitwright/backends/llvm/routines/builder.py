"""A small structured language for the routines: numbers with operators, mutable locals, conditions and loops.

Promise: what is written with it is well-formed LLVM, whatever the nesting; a local is one `alloca` in the entry block, which LLVM's
optimizer turns into a register.  Numbers have a sign unless a method says otherwise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from bitwright.backends.llvm.assembler import I1, I8, I64, NULL, PTR, Assembly, Type, Value, builder_at_start, number

Operand: TypeAlias = "Number | Local | int"


class Operations:
    """What can be done with a number, whether it is a value or a local."""

    routine: Routine

    def value(self) -> Value:
        """The number as LLVM has it."""
        raise NotImplementedError  # a value and a local, which extend this, have it each in its way

    def _with(self, name: str, other: Operand) -> Number:
        left = self.value()
        return Number(self.routine, getattr(self.routine.b, name)(left, self.routine.value_of(other, left.type)))

    def _than(self, how: str, other: Operand, *, signed: bool = True) -> Number:
        left, b = self.value(), self.routine.b
        compare = b.icmp_signed if signed and left.type != PTR else b.icmp_unsigned
        return Number(self.routine, compare(how, left, self.routine.value_of(other, left.type)))

    def __add__(self, other: Operand) -> Number:
        return self._with("add", other)

    def __sub__(self, other: Operand) -> Number:
        return self._with("sub", other)

    def __mul__(self, other: Operand) -> Number:
        return self._with("mul", other)

    def __and__(self, other: Operand) -> Number:
        return self._with("and_", other)

    def __or__(self, other: Operand) -> Number:
        return self._with("or_", other)

    def __xor__(self, other: Operand) -> Number:
        return self._with("xor", other)

    def __lshift__(self, other: Operand) -> Number:
        return self._with("shl", other)

    def __rshift__(self, other: Operand) -> Number:
        """Without the sign: zeros come in."""
        return self._with("lshr", other)

    def shifted_with_sign(self, by: Operand) -> Number:
        """Shifted right, with copies of the sign coming in."""
        return self._with("ashr", by)

    def __lt__(self, other: Operand) -> Number:
        return self._than("<", other)

    def __le__(self, other: Operand) -> Number:
        return self._than("<=", other)

    def __gt__(self, other: Operand) -> Number:
        return self._than(">", other)

    def __ge__(self, other: Operand) -> Number:
        return self._than(">=", other)

    def is_(self, other: Operand) -> Number:
        """Whether both are the same."""
        return self._than("==", other)

    def is_not(self, other: Operand) -> Number:
        """Whether they differ."""
        return self._than("!=", other)

    def below(self, other: Operand) -> Number:
        """Whether it is less, both without a sign."""
        return self._than("<", other, signed=False)

    def wide(self, of: Type = I64) -> Number:
        """The number with zeros before it."""
        value = self.value()
        return Number(self.routine, value if value.type == of else self.routine.b.zext(value, of))

    def narrow(self, of: Type) -> Number:
        """Its low bits."""
        return Number(self.routine, self.routine.b.trunc(self.value(), of))

    def address(self) -> Number:
        """An address as a number."""
        return Number(self.routine, self.routine.b.ptrtoint(self.value(), I64))

    def bits(self, of: Type) -> Number:
        """A vector of bits as one number, the first of them its lowest bit."""
        return Number(self.routine, self.routine.b.bitcast(self.value(), of))

    def __bool__(self) -> bool:
        raise TypeError("a number of a routine is not known when it is emitted: use `when`")


class Number(Operations):
    """A value."""

    def __init__(self, routine: Routine, value: Value) -> None:
        self.routine, self._value = routine, value

    def value(self) -> Value:
        """What it is."""
        return self._value


class Local(Operations):
    """A variable; it is read wherever it is used."""

    def __init__(self, routine: Routine, place: Value, of: Type) -> None:
        self.routine, self.place, self.type = routine, place, of

    def value(self) -> Value:
        """What it holds."""
        return self.routine.b.load(self.place, typ=self.type)

    def now(self) -> Number:
        """What it holds at this point, whatever is put there later."""
        return Number(self.routine, self.value())

    def put(self, value: Operand) -> None:
        """Assign to it."""
        self.routine.b.store(self.routine.value_of(value, self.type), self.place)

    def add(self, value: Operand) -> None:
        """Add to it."""
        self.put(self + value)


class Loop:
    """A loop that is being emitted: `again` goes to its head, `leave` behind it."""

    def __init__(self, routine: Routine, head: Any, done: Any) -> None:
        self._routine, self._head, self._done = routine, head, done
        self.ends = False

    def again(self) -> None:
        """Begin the next round."""
        self._routine.b.branch(self._head)

    def leave(self) -> None:
        """Go on behind the loop."""
        self.ends = True
        self._routine.b.branch(self._done)

    def leave_if(self, condition: Number) -> None:
        """Go on behind the loop where the condition holds."""
        self.ends = True
        self._routine.branch_if(condition, self._done)


class Label:
    """A place that later code begins at, reached from any number of places before it."""

    def __init__(self, routine: Routine, name: str) -> None:
        self._routine, self.block = routine, routine.b.append_basic_block(name)

    def go(self) -> None:
        """Go there."""
        self._routine.b.branch(self.block)

    def go_if(self, condition: Number) -> None:
        """Go there where the condition holds, which is seldom."""
        self._routine.branch_if(condition, self.block, seldom=True)

    def here(self) -> None:
        """This is the place; what comes before it goes on here, unless it has left."""
        if not self._routine.b.block.is_terminated:
            self._routine.b.branch(self.block)
        self.begin()

    def begin(self) -> None:
        """This is the place, and what comes before it has left."""
        self._routine.b.position_at_end(self.block)


class Routine:
    """One function in the making."""

    def __init__(self, assembly: Assembly, name: str, result: Type, parameters: Sequence[Type], *, internal: bool = False) -> None:
        self.assembly = assembly
        self.code = assembly.function(name, result, parameters, internal=internal)
        self.b: Any = builder_at_start(self.code)
        self._entry = self.b.block
        self.b.position_at_end(self.code.append_basic_block("first"))
        self._first = self.b.block
        self.args = [Number(self, argument) for argument in self.code.args]
        self._result = result

    # --- values ------------------------------------------------------------------------------

    def value_of(self, operand: Operand, of: Type = I64) -> Value:
        """The value of an operand; a Python number becomes one of the type."""
        if isinstance(operand, Operations):
            return operand.value()
        return NULL if of == PTR else number(operand, of)

    def number(self, value: int, of: Type = I64) -> Number:
        """A constant."""
        return Number(self, number(value, of))

    @property
    def null(self) -> Number:
        """No address."""
        return Number(self, NULL)

    def local(self, initial: Operand, of: Type = I64) -> Local:
        """A new variable."""
        made = Local(self, self.room(of).value(), of)
        made.put(initial)
        return made

    def room(self, of: Type, count: int = 1, align: int = 0) -> Number:
        """Room on the stack, once for each call of the routine."""
        with self.b.goto_block(self._entry):
            made = self.b.alloca(of, count)
        if align:
            made.align = align
        return Number(self, made)

    def select(self, condition: Number, then: Operand, other: Operand) -> Number:
        """One of two."""
        left = self.value_of(then)
        return Number(self, self.b.select(condition.value(), left, self.value_of(other, left.type)))

    def divided(self, value: Operand, by: int) -> Number:
        """A number without a sign divided by a constant, rounded down."""
        return Number(self, self.b.udiv(self.value_of(value), number(by)))

    def rest(self, value: Operand, by: Operand) -> Number:
        """What is left of a number without a sign when it is divided."""
        return Number(self, self.b.urem(self.value_of(value), self.value_of(by)))

    def lowest_bit(self, value: Operand) -> Number:
        """Which bit of a number, not 0, is the lowest that is set."""
        return Number(self, self.b.cttz(self.value_of(value), number(1, I1)))

    # --- memory ------------------------------------------------------------------------------

    def at(self, address: Operand, offset: Operand = 0) -> Number:
        """An address so many bytes further."""
        if isinstance(offset, int) and not offset:
            return Number(self, self.value_of(address, PTR))
        return Number(self, self.b.gep(self.value_of(address, PTR), [self.value_of(offset)], source_etype=I8))

    def load(self, address: Operand, offset: Operand = 0, of: Type = I64) -> Number:
        """What lies at an address, aligned or not."""
        return Number(self, self.b.load(self.at(address, offset).value(), typ=of, align=1))

    def byte(self, address: Operand, offset: Operand = 0) -> Number:
        """The byte at an address, as a number of 64 bits."""
        return self.load(address, offset, I8).wide()

    def store(self, value: Operand, address: Operand, offset: Operand = 0, of: Type = I64) -> None:
        """Put a value there, aligned or not."""
        self.b.store(self.value_of(value, of), self.at(address, offset).value(), align=1)

    # --- calls -------------------------------------------------------------------------------

    def call(self, name: str, *args: Operand) -> Number:
        """Call the C API, the C library, or a routine of this module."""
        callee = self.assembly.external(name)
        given = [self.value_of(arg, kind) for arg, kind in zip(args, callee.function_type.args, strict=True)]
        return Number(self, self.b.call(callee, given))

    # --- control -----------------------------------------------------------------------------

    def branch_if(self, condition: Number, block: Any, *, seldom: bool = False) -> None:
        """Go to a block where the condition holds."""
        go_on = self.b.append_basic_block("go_on")
        branch = self.b.cbranch(condition.value(), block, go_on)
        if seldom:
            branch.set_weights([1, 1000])
        self.b.position_at_end(go_on)

    @contextlib.contextmanager
    def when(self, condition: Number) -> Iterator[None]:
        """What is emitted within runs where the condition holds."""
        body, done = self.b.append_basic_block("when"), self.b.append_basic_block("go_on")
        self.b.cbranch(condition.value(), body, done)
        self.b.position_at_end(body)
        yield
        if not self.b.block.is_terminated:
            self.b.branch(done)
        self.b.position_at_end(done)

    @contextlib.contextmanager
    def loop(self) -> Iterator[Loop]:
        """What is emitted within runs until it leaves."""
        head, done = self.b.append_basic_block("loop"), self.b.append_basic_block("done")
        self.b.branch(head)
        self.b.position_at_end(head)
        made = Loop(self, head, done)
        yield made
        if not self.b.block.is_terminated:
            self.b.branch(head)
        self.b.position_at_end(done)
        if not made.ends:
            self.b.unreachable()

    @contextlib.contextmanager
    def while_(self, low: Local, high: Operand) -> Iterator[Loop]:
        """A loop as long as a local is less than a number."""
        with self.loop() as made:
            made.leave_if(low >= high)
            yield made

    def label(self, name: str) -> Label:
        """A place for `go`."""
        return Label(self, name)

    def ret(self, value: Operand | None = None) -> None:
        """Leave the routine."""
        if value is None:
            self.b.ret_void()
        else:
            self.b.ret(self.value_of(value, self._result))

    def finish(self) -> None:
        """All is emitted."""
        with self.b.goto_block(self._entry):
            self.b.branch(self._first)

