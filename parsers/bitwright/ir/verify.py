"""What a well-formed program is: `verify` raises `ProgramError` for any other.

A bad program is a bug of bitwright, never of the user, so the error is an `AssertionError`; it names
the function, the op by its number in reading order, and what is wrong.  Checked are

* each op against its signature in `ops.OPS`: kind, direction, number and types of registers, constants;
* registers: assigned once, read only where they are in scope, with an interval that is one;
* units: ops that read bytes are in functions whose positions count bytes, and those that read bits know the end in bits (`coverage`);
* blocks: their number, their parameters, what they yield, trace marks that open and close in pairs;
* calls: the function exists, and takes and gives what the call says; the arms of a dispatch agree;
* constants against each other and against intervals (`constants`);
* in parse programs, that no read can leave the input (`coverage`, which says what exactly is proven).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final, NoReturn

from bitwright.ir.claims import Check
from bitwright.ir.constants import CHECKS
from bitwright.ir.constants_push import PUSH_CHECKS
from bitwright.ir.ops import OPS, Block, Function, Op, Program, Reg, RegType, arity, walk
from bitwright.ir.waiting import PLACELESS, RECOVER, SERVE_STREAMS, TO_THE_END, WAITS, callees, end_of, hands_on, open_functions, waits

_TYPES: Final[Mapping[str, RegType | None]] = {"i": "int", "o": "obj", "?": None}


class ProgramError(AssertionError):
    """A program that is not well-formed: a bug of bitwright; please report it."""

    def __init__(self, message: str, function: str = "", index: int | None = None, op: Op | None = None) -> None:
        super().__init__(message, function, index, op)
        self.message, self.function, self.index, self.op = message, function, index, op

    def __str__(self) -> str:
        from bitwright.ir.text import op_text

        where = self.function if self.index is None else f"{self.function}, op {self.index}"
        try:
            shown = f" `{op_text(self.op)}`" if self.op is not None else ""
        except TypeError:  # a constant without text form is what is wrong
            shown = f" `{self.op.kind}`" if self.op is not None else ""
        return f"{where}{shown}: {self.message}" if where else self.message


def verify(program: Program) -> None:
    """Return if the program is well-formed; ProgramError otherwise."""
    from bitwright.ir.coverage import check_reads

    if program.direction not in ("parse", "build"):
        raise ProgramError(f"the direction is {program.direction!r}, neither parse nor build")
    if program.entry not in program.functions:
        raise ProgramError(f"the first function, {program.entry}, does not exist")
    for name, function in program.functions.items():
        if name != function.name:
            raise ProgramError(f"the function is listed as {name}", function.name)
        _FunctionCheck(program, function).check()
    if program.direction == "parse":
        check_waits(program)
        check_reads(program)


def check_waits(program: Program) -> None:
    """Of programs that wait: what reads before an open end waits, what serves no stream is not there, and no function is both."""
    if not waits(program):
        return
    opened = open_functions(program)
    for name, function in program.functions.items():
        end = end_of(function.params) if name in opened else None
        for index, op in enumerate(walk(function.body)):
            wrong = _wrong_wait(op, end, opened)
            if wrong is not None:
                raise ProgramError(wrong, name, index, op)


def _wrong_wait(op: Op, end: Reg | None, opened: set[str]) -> str | None:
    """What is wrong with an op of a program that waits; `end` is the function's open end, if it has one."""
    if op.kind not in SERVE_STREAMS:
        return "has no form for input that is still arriving"
    before_open = end is not None and end in op.args
    if op.kind in RECOVER:
        inside = [each for block in op.blocks for each in walk(block)]
        if any(each.attrs.get("wait") or (end is not None and hands_on(each, end)) for each in inside):
            return "recovers from a failure, and something in it waits"
    if op.kind in WAITS | TO_THE_END:
        if before_open != bool(op.attrs.get("wait")):
            return "reads before an open end and does not wait" if before_open else "waits before an end that is not open"
    elif op.kind in ("call", "dispatch"):
        given = end is not None and hands_on(op, end)
        mixed = [name for name in callees(op) if (name in opened) != given]
        if mixed and end_of(op.args if op.kind == "call" else op.args[1:]) is not None:
            return f"{mixed[0]} is called with an end that is {'open' if given else 'not open'}, and elsewhere not so"
    elif before_open and op.kind not in PLACELESS:
        return "takes an open end, and cannot wait"
    return None


class _Shape:
    """The registers that a signature's letters stand for; `exact` where they are all that can be."""

    def __init__(self, letters: str) -> None:
        fixed, rest = arity(letters)
        self.fixed = tuple(_TYPES[letter] for letter in fixed)
        self.more = rest is not None
        self.rest = _TYPES[rest] if rest else None
        self.exact = None if self.more or "?" in fixed else list(self.fixed)

    def mismatch(self, regs: tuple[Reg, ...]) -> str | None:
        """What is wrong with the registers."""
        count = len(self.fixed)
        if len(regs) < count or (len(regs) > count and not self.more):
            return f"{count}{' or more' if self.more else ''} registers, has {len(regs)}"
        for i, reg in enumerate(regs):
            wanted = self.fixed[i] if i < count else self.rest
            if wanted is not None and reg.type != wanted:
                return f"{wanted} as register {i + 1}, has {reg.type} %{reg.number}"
        return None


@dataclasses.dataclass(frozen=True, slots=True)
class _Rule:
    """A signature in the form in which it is checked."""

    args: _Shape
    outs: _Shape
    attrs: frozenset[str]
    blocks: int
    check: Check | None


# What the block of a loop takes before, and yields before, what is carried.
_LOOPS: Final[Mapping[str, tuple[tuple[RegType, ...], tuple[RegType, ...]]]] = {
    "loop.count": (("int",), ()),  # index
    "loop.each": (("int", "obj"), ()),  # index, element
    "loop.while": ((), ("int",)),  # whether to go on
}


def _rules() -> Mapping[str, _Rule]:
    return {
        kind: _Rule(_Shape(s.args), _Shape(s.outs), frozenset(s.attrs), s.blocks or 0, CHECKS.get(kind)) for kind, s in OPS.items()
    }  # fmt: skip


_RULES: Final = _rules()

# Ops of one direction only; the others serve both.
PARSE_ONLY: Final = frozenset({
    "need", "need.var", "expect", "load", "unpack", "bits", "find", "same", "zeros", "checksum", "known", "span", "render", "text", "name",
    "varint", "varint.size", "trim", "decode", "attempt", "name.end", "skipped",
    "reach", "reach.region", "reached", "extent", "lies", "number", "utf", "finite",
    "take", "take.int", "take.float", "take.bits", "take.rest", "take.utf", "take.varint", "take.same", "skip", "skip.rest", "finish",
    "must", "must.equal", "size.of", "compose", "unfold", "map.get", "within", "first",
})  # fmt: skip
BUILD_ONLY: Final = frozenset({
    "attr", "is_none", "as_int", "as_float", "as_bits", "as_bytes", "as_text", "as_list", "as_value", "as_class", "arm", "item", "set",
    "here", "wrote", "put", "put.pack", "put.bytes", "put.bits", "put.zeros", "put.name", "fit", "patch", "put.checksum",
    "put.varint", "insert.varint", "put.area", "encode",
    "blocks", "defer", "blocks.run", "block", "block.end",
    *PUSH_CHECKS,
})  # fmt: skip


# Ops whose positions are bytes: they have no meaning in a function that counts bits.
COUNT_BYTES: Final = frozenset({
    "need", "need.var", "expect", "load", "unpack", "find", "trim", "decode", "varint", "same", "zeros", "checksum", "span", "render",
    "text", "name", "name.end", "reach", "reach.region", "reached", "extent", "lies", "number", "utf",
})  # fmt: skip


class _FunctionCheck:
    """Checks one function, op by op in reading order."""

    def __init__(self, program: Program, function: Function) -> None:
        self.program, self.function = program, function
        self.foreign = BUILD_ONLY if program.direction == "parse" else PARSE_ONLY
        self.counts_bits = function.unit == "bit"
        self.known: set[Reg] = set()  # in scope here
        self.numbers: set[int] = set()  # assigned anywhere
        self.op: Op | None = None  # in work
        self.index = 0  # its number
        self.count = 0

    def fail(self, message: str) -> NoReturn:
        """The error for the op in work."""
        raise ProgramError(message, self.function.name, self.index if self.op is not None else None, self.op)

    def check(self) -> None:
        function = self.function
        if function.unit not in ("byte", "bit"):
            self.fail(f"its positions count {function.unit!r}, neither bytes nor bits")
        for param in function.params:
            self.assign(param)
        unknown = [out for out in function.outs if out not in ("int", "obj")]
        if unknown:
            self.fail(f"yields the type {unknown[0]!r}")
        self.block(function.body, function.outs)

    def assign(self, reg: Reg) -> None:
        if reg.number in self.numbers:
            self.fail(f"%{reg.number} is assigned a second time")
        if reg.lo > reg.hi:
            self.fail(f"the interval of %{reg.number} is empty: {reg.lo}..{reg.hi}")
        if reg.type not in ("int", "obj"):
            self.fail(f"%{reg.number} is of type {reg.type!r}")
        self.numbers.add(reg.number)
        self.known.add(reg)

    def block(self, block: Block, yields: tuple[RegType, ...]) -> None:
        """A block whose parameters are assigned already; what is assigned in it is out of scope after it."""
        outer = self.known.copy()
        depth = 0
        last = block.ops[-1] if block.ops else None
        for op in block.ops:
            self.op, self.index = op, self.count
            self.count += 1
            kind = op.kind
            rule = _RULES.get(kind)
            if rule is None:
                self.fail(f"no op is called {kind!r}")
            if kind in self.foreign:
                self.fail(f"{kind} has no meaning in a {self.program.direction} program")
            if self.counts_bits and kind in COUNT_BYTES:
                self.fail("reads bytes, in a function whose positions count bits")
            self.signature(op, rule)
            if rule.check is not None:
                wrong = rule.check(op, self.program)
                if wrong is not None:
                    self.fail(wrong)
            if kind == "yield":
                self.yields(op, yields, op is last)
            elif kind == "enter":
                depth += 1
            elif kind == "leave":
                depth -= 1
                if depth < 0:
                    self.fail("leaves what was not entered")
            elif kind in _CONTROL:
                _CONTROL[kind](self, op)
            for out in op.outs:
                self.assign(out)
        if depth:
            self.fail(f"{depth} `enter` without `leave` in the block that ends here")
        if yields and (last is None or last.kind != "yield"):
            self.fail(f"the block must yield {_types(yields)}, but does not end in yield")
        self.known = outer

    def signature(self, op: Op, rule: _Rule) -> None:
        """Numbers and types of registers, scope, required constants, number of blocks."""
        if not self.known.issuperset(op.args):
            reg = next(reg for reg in op.args if reg not in self.known)
            self.fail(f"%{reg.number} is read, but " + ("is out of scope" if reg.number in self.numbers else "nothing before assigns it"))
        for verb, regs, shape in (("takes", op.args, rule.args), ("assigns", op.outs, rule.outs)):
            if shape.exact is None or [reg.type for reg in regs] != shape.exact:
                wrong = shape.mismatch(regs)
                if wrong is not None:
                    self.fail(f"{verb} {wrong}")
        if not op.attrs.keys() >= rule.attrs:
            self.fail(f"the constant {min(rule.attrs - op.attrs.keys())!r} is missing")
        if len(op.blocks) != rule.blocks:
            self.fail(f"has {len(op.blocks)} blocks, takes {rule.blocks}")

    def yields(self, op: Op, wanted: tuple[RegType, ...], is_last: bool) -> None:
        if not is_last:
            self.fail("yield is not the last op of its block")
        given = _types_of(op.args)
        if given != wanted:
            self.fail(f"yields {_types(given)}, the block must yield {_types(wanted)}")

    # --- control -----------------------------------------------------------------------------

    def inner(self, op: Op, block: Block, params: tuple[RegType, ...], yields: tuple[RegType, ...]) -> None:
        """A block of an op."""
        given = _types_of(block.params)
        if given != params:
            self.fail(f"its block takes {_types(given)}, must take {_types(params)}")
        outer, index = self.known.copy(), self.index
        for param in block.params:
            self.assign(param)
        self.block(block, yields)
        self.known, self.op, self.index = outer, op, index

    def branch(self, op: Op) -> None:
        """`if` and `attempt`: both blocks yield what it assigns."""
        outs = _types_of(op.outs)
        for block in op.blocks:
            self.inner(op, block, (), outs)

    def loop(self, op: Op) -> None:
        """A loop's carried values keep their types from round to round."""
        carried = _types_of(op.args[1:])
        outs = _types_of(op.outs)
        if carried != outs:
            self.fail(f"carries {_types(carried)}, but assigns {_types(outs)}")
        first, condition = _LOOPS[op.kind]
        self.inner(op, op.blocks[0], (*first, *carried), (*condition, *carried))

    def call(self, op: Op) -> None:
        self.calls(op, op.attrs["function"], op.args)

    def dispatch(self, op: Op) -> None:
        names = [*op.attrs["table"].values()]
        if op.attrs["default"] is not None:
            names.append(op.attrs["default"])
        for name in dict.fromkeys(names):
            self.calls(op, name, op.args[1:])

    def within(self, op: Op) -> None:
        """The function takes a position and an end in bits before the arguments."""
        function = self.program.functions.get(op.attrs["function"])
        if function is not None and (function.unit != "bit" or _types_of(function.params[:2]) != ("int", "int")):
            self.fail(f"{function.name} does not take a position and an end in bits")
        self.calls(op, op.attrs["function"], (*(function.params[:2] if function else ()), *op.args[1:]))

    def first(self, op: Op) -> None:
        """Each of the functions could be called."""
        for name in dict.fromkeys(op.attrs["functions"]):
            if name in self.program.functions and self.program.functions[name].unit != self.function.unit:
                self.fail(f"the positions of {name} count something else")
            self.calls(op, name, op.args, _types_of(op.outs[1:]))

    def defer(self, op: Op) -> None:
        self.calls(op, op.attrs["function"], op.args[2:])

    def written(self, op: Op) -> None:
        """A function that writes a bitstring yields nothing, or how many bits of its last byte it wrote."""
        function = self.program.functions.get(op.attrs["function"])
        if function is not None and function.outs not in ((), ("int",)):
            self.fail(f"{function.name} yields {_types(function.outs)}, not how many bits of the last byte it wrote")
        self.calls(op, op.attrs["function"], op.args, () if function is None else function.outs)

    def calls(self, op: Op, name: object, args: tuple[Reg, ...], assigned: tuple[RegType, ...] | None = None) -> None:
        """A function takes these arguments and gives what the op assigns."""
        function = self.program.functions.get(name) if isinstance(name, str) else None
        if function is None:
            self.fail(f"the function {name} does not exist")
        given, taken = _types_of(args), _types_of(function.params)
        if given != taken:
            self.fail(f"hands {_types(given)} to {name}, which takes {_types(taken)}")
        outs = _types_of(op.outs) if assigned is None else assigned
        if outs != function.outs:
            self.fail(f"assigns {_types(outs)}, but {name} yields {_types(function.outs)}")
        for arg, param in zip(args, function.params, strict=True):
            if arg.lo < param.lo or arg.hi > param.hi:
                self.fail(f"%{arg.number} lies in {arg.lo}..{arg.hi}, but {name} takes {param.lo}..{param.hi}")


_CONTROL: Final = {
    "if": _FunctionCheck.branch, "attempt": _FunctionCheck.branch, "loop.count": _FunctionCheck.loop, "loop.while": _FunctionCheck.loop,
    "loop.each": _FunctionCheck.loop, "call": _FunctionCheck.call, "dispatch": _FunctionCheck.dispatch, "defer": _FunctionCheck.defer,
    "written": _FunctionCheck.written,
    "within": _FunctionCheck.within, "first": _FunctionCheck.first,
}  # fmt: skip


def _types_of(regs: tuple[Reg, ...]) -> tuple[RegType, ...]:
    return tuple([reg.type for reg in regs])


def _types(types: tuple[str, ...]) -> str:
    return f"({', '.join(types)})"
