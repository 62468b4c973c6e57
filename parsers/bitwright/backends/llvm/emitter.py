"""One function of a program as LLVM code: where registers live, who owns which object, how a failure leaves.

Every object that a register owns is given back exactly once: at the end of its block, or, where the function fails, on a chain
of blocks each of which gives back one object and goes on to that of the one before it.  So a failure is one jump to the
head of the chain, and the code grows in proportion to the program.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm import context
from bitwright.backends.llvm.assembler import I8, I32, I64, I128, NULL, PTR, Assembly, Type, Value, builder_at_start, number
from bitwright.ir.ops import OPS, Block, Function, Op, Program, Reg, count_uses

PYTHON_CALL: Final = "python"  # in HANDLERS: what serves where there is no machine code
CALLS_THE_PROGRAM: Final = frozenset({"first", "within", "written", "defer", "blocks.run"})  # which a call of Python cannot
FAILED: Final = -1  # what a function returns that fails; perhaps a Python exception is set


class Unsupported(Exception):  # noqa: N818  # turned into an `EngineError` by whoever asked for the engine
    """The program has something that this engine cannot do; the text names it."""


class NoMachineCode(Exception):  # noqa: N818  # never seen outside
    """A handler has no machine code for just this op; it has emitted nothing."""


@dataclasses.dataclass(slots=True)
class Scope:
    """The objects that the registers of one block own, and the head of the chain around it."""

    owned: list[Value]
    around: Any


class FunctionEmitter:
    """Emits one function of a program: it takes the input, the context, the registers, and where its results go; 0, or FAILED."""

    def __init__(
        self, assembly: Assembly, program: Program, function: Function, functions: dict[str, Any], calls: Any, classes: Mapping[Reg, type],
        own: Mapping[str, Handler] | None = None,
    ) -> None:  # fmt: skip
        self.assembly, self.program, self.function, self.functions = assembly, program, function, functions
        self.calls = calls  # `python_call.Calls`
        self.classes = classes  # that objects are expected to be of
        self.handlers = {**HANDLERS, **own} if own else HANDLERS  # `own` are of ops that messages do not have
        self.uses = count_uses(function.body)
        self.values: dict[Reg, Value] = {}
        self.code = functions[function.name]
        self.b: Any = builder_at_start(self.code)
        self.data, self.context = self.code.args[:2]
        self.entry = self.b.block
        self.failed = self.code.append_basic_block("failed")  # the head of the chain
        self.scopes: list[Scope] = []
        self.without_parts: set[Reg] | None = None  # which `make_ops` asks for

    # --- values ------------------------------------------------------------------------------

    def get(self, reg: Reg, of: Type = None) -> Value:
        """The value of a register, a number as of another width."""
        value = self.values[reg]
        return value if of is None else self.cast(value, of)

    def put(self, reg: Reg, value: Value) -> None:
        """Assign a number."""
        self.values[reg] = self.cast(value, type_of(reg))

    def cast(self, value: Value, of: Type) -> Value:
        """A number that fits into both widths."""
        if of in (value.type, PTR):
            return value
        return self.b.sext(value, of) if value.type.width < of.width else self.b.trunc(value, of)

    def call(self, name: str, *args: Value) -> Value:
        """Call the C API."""
        return self.b.call(self.assembly.external(name), args)

    def constant(self, value: Any) -> Value:
        """An object that the module keeps alive."""
        return self.assembly.slot(self.b, number(self.assembly.place_of([value], id(value))))

    def room(self, of: Type, count: int = 1) -> Value:
        """Room on the stack, once for each call of the function."""
        with self.b.goto_block(self.entry):
            return self.b.alloca(of, count)

    def at(self, offset: Value) -> Value:
        """The address of a byte of the input."""
        return self.b.gep(self.data, [offset], source_etype=I8)

    # --- failing -----------------------------------------------------------------------------

    def fail_if(self, condition: Value) -> None:
        """Leave the function where the condition holds, giving back what is owned."""
        go_on = self.b.append_basic_block("go_on")
        self.b.cbranch(condition, self.failed, go_on).set_weights([1, 1000])
        self.b.position_at_end(go_on)

    def check(self, status: Value) -> None:
        """Leave it where a status of the C API or of a routine is not 0."""
        self.fail_if(self.b.icmp_signed("!=", status, number(0, I32)))

    def own(self, value: Value) -> Value:
        """Have the scope give an object back."""
        release, before = self.b.append_basic_block("release"), self.b.block
        self.b.position_at_end(release)
        self.call("Py_DecRef", value)
        self.b.branch(self.failed)
        self.b.position_at_end(before)
        self.failed = release
        self.scopes[-1].owned.append(value)
        return value

    def give_up(self, given: Sequence[Value]) -> None:
        """The scope does not own these any more, whose new owner it is about to own: from here on nobody else gives them back."""
        scope = self.scopes[-1]
        kept = [value for value in scope.owned if value not in given]
        if given:
            self.failed, scope.owned = scope.around, []
            for value in kept:
                self.own(value)

    def new(self, value: Value) -> Value:
        """Own what the C API has made, if it has."""
        self.fail_if(self.b.icmp_unsigned("==", value, NULL))
        return self.own(value)

    # --- blocks ------------------------------------------------------------------------------

    def block(self, block: Block, give: Callable[[list[Value]], None], taken: Sequence[Value] = ()) -> None:
        """Emit a block in a scope of its own, which owns what is `taken`; `give` gets what it yields, whose objects the taker owns."""
        self.scopes.append(Scope([], self.failed))
        for value in taken:
            self.own(value)
        values: list[Value] = []
        ops = [op for op in block.ops if op.kind not in OPS or not OPS[op.kind].trace]
        done = False
        for op, following in itertools.zip_longest(ops, ops[1:]):
            if done:
                done = False
            elif op.kind == "yield":
                values = self.handed_over(op.args)
            elif following is not None and self._pair(op, following):
                done = True
            else:
                self.op(op)
        scope = self.scopes.pop()
        for value in scope.owned:
            self.call("Py_DecRef", value)
        self.failed = scope.around
        give(values)

    def _pair(self, op: Op, following: Op) -> bool:
        """Emit two ops at once, if there is machine code for such a pair, and nothing else reads what the first gives."""
        handler = PAIRS.get((op.kind, following.kind))
        if handler is None or op.outs[0] is not following.args[0] or self.uses[op.outs[0]] != 1:
            return False
        try:
            handler(self, op, following)
        except NoMachineCode:
            return False
        return True

    def op(self, op: Op) -> None:
        """Emit one op: as machine code, or as a call of Python where there is none for it."""
        handler = self.handlers.get(op.kind)
        try:
            if handler is not None:
                handler(self, op)
                return
        except NoMachineCode:
            pass
        if op.blocks or op.kind in CALLS_THE_PROGRAM:
            raise Unsupported(f"the op {op.kind}")
        self.handlers[PYTHON_CALL](self, op)

    def handed_over(self, regs: tuple[Reg, ...]) -> list[Value]:
        """What a block yields: an object that it owns goes to the taker, of any other there is one more reference."""
        owned = self.scopes[-1].owned
        for reg in regs:
            if reg.type == "obj":
                value = self.values[reg]
                if value in owned:
                    owned.remove(value)
                else:
                    self.call("Py_IncRef", value)
        return [self.values[reg] for reg in regs]

    def emit(self, *, guarded: bool) -> None:
        """The whole function; a guarded one counts in Python's limit of recursion."""
        base = self.failed
        result_types = results_of(self.function)
        cut = len(self.code.args) - len(result_types)
        self.values.update(zip(self.function.params, self.code.args[2:cut], strict=True))
        first = self.code.append_basic_block("first")
        self.b.position_at_end(first)
        if guarded:
            self._enter()

        def give(values: list[Value]) -> None:
            for value, place, kind in zip(values, self.code.args[cut:], result_types, strict=True):
                self.b.store(self.cast(value, kind), place)
            self._leave(0, guarded=guarded)

        self.block(self.function.body, give)
        self.b.position_at_end(base)
        self._leave(FAILED, guarded=guarded)
        self.b.position_at_end(self.entry)
        self.b.branch(first)

    def _enter(self) -> None:
        """Go one deeper, or leave with RecursionError.

        Python's own count is one of C from Python 3.12 on, which allows more levels than `sys.getrecursionlimit()` says, and more
        than the frames of generated code may have room for: so levels are counted here too.
        """
        deeper = self.b.add(context.get(self.b, self.context, "depth"), number(1))
        with self._unless(self.b.icmp_signed(">", deeper, self.b.sext(self.call("Py_GetRecursionLimit"), I64))):
            error = self.constant(RecursionError)
            self.call("PyErr_SetString", error, self.assembly.text(b"maximum recursion depth exceeded in machine code"))
        entered = self.call("Py_EnterRecursiveCall", self.assembly.text(b" in machine code"))
        with self._unless(self.b.icmp_signed("!=", entered, number(0, I32))):
            pass
        context.put(self.b, self.context, "depth", deeper)

    @contextlib.contextmanager
    def _unless(self, condition: Value) -> Iterator[None]:
        """What is emitted within is done where the condition holds, and the function left then."""
        refused, inside = self.code.append_basic_block("too_deep"), self.code.append_basic_block("inside")
        self.b.cbranch(condition, refused, inside)
        self.b.position_at_end(refused)
        yield
        self.b.ret(number(FAILED, I32))
        self.b.position_at_end(inside)

    def _leave(self, status: int, *, guarded: bool) -> None:
        if guarded:
            depth = context.get(self.b, self.context, "depth")
            context.put(self.b, self.context, "depth", self.b.sub(depth, number(1)))
            self.call("Py_LeaveRecursiveCall")
        self.b.ret(number(status, I32))


def type_of(reg: Reg) -> Type:
    """How wide a register is."""
    return PTR if reg.type == "obj" else width_for(reg.lo, reg.hi)


def width_for(lo: int, hi: int) -> Type:
    """Numbers are of 64 bits with a sign, or of 128."""
    return I64 if lo >= -(1 << 63) and hi < 1 << 63 else I128


def results_of(function: Function) -> list[Type]:
    """The types of what a function yields."""
    last = function.body.ops[-1] if function.body.ops else None
    return [type_of(reg) for reg in last.args] if last is not None and last.kind == "yield" else []


Handler: TypeAlias = Callable[[FunctionEmitter, Op], None]
# Filled by `emit`, at once: what is emitted must not hang on which other modules were imported.
HANDLERS: Final[dict[str, Handler]] = {}
# Of an op and the next, which takes what the first gives.
PAIRS: Final[dict[tuple[str, str], Callable[[FunctionEmitter, Op, Op], None]]] = {}
