"""Source text for one function: names for registers, expressions put where they are used, blocks."""

from __future__ import annotations

import builtins
import keyword
import struct
from collections.abc import Callable, Collection
from typing import Any

from bitwright.backends.python.truth import truths_kept
from bitwright.ir.ops import Block, Function, Op, Program, Reg, count_uses

# What generated source uses by these very names: parameters of its functions, what it defines itself, and builtins.
RESERVED = frozenset({"data", "out", "options", "bindings", "parse", "write", "ARM_TABLES", *dir(builtins)})

CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}


class Names:
    """The globals of the generated source: objects by readable names."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.locals: set[str] = set()  # of all functions so far: no global takes the name of a variable
        self.in_place: set[str] = set()  # functions whose lines stand where they would be called
        self._known: dict[Any, str] = {}

    def add(self, wanted: str, value: Any, key: Any = None) -> str:
        """The name of a value, kept unique; `key` identifies it where it is made anew each time."""
        identity = (wanted, id(value)) if key is None else (wanted, key)
        found = self._known.get(identity)
        if found is None:
            found = base = wanted if wanted.isidentifier() and not keyword.iskeyword(wanted) else "value"
            serial = 2
            while found in self.values or found in self.locals or found in RESERVED:
                found, serial = f"{base}_{serial}", serial + 1
            self._known[identity] = found
            self.values[found] = value
        return found

    def unpacker(self, order: str, codes: str) -> str:
        """`struct.Struct(...).unpack_from` under a name that says its format."""
        return self.add(f"unpack_{_prefix(order)}{codes}", _format(order, codes).unpack_from, codes)

    def unpackers(self, order: str, codes: str) -> str:
        """`struct.Struct(...).iter_unpack` under a name that says its format."""
        return self.add(f"unpack_each_{_prefix(order)}{codes}", _format(order, codes).iter_unpack, codes)

    def packer(self, order: str, codes: str) -> str:
        """`struct.Struct(...).pack` under a name that says its format."""
        return self.add(f"pack_{_prefix(order)}{codes}", _format(order, codes).pack, codes)


def _prefix(order: str) -> str:
    return "le_" if order == "little" else ""


def _format(order: str, codes: str) -> struct.Struct:
    return struct.Struct(("<" if order == "little" else ">") + codes)


class Emitter:
    """Emits one function."""

    def __init__(
        self, program: Program, function: Function, names: Names, handlers: dict[str, Callable[[Emitter, Op], None]],
        generators: Collection[str] = (),
    ) -> None:  # fmt: skip
        self.program, self.function, self.names, self.handlers = program, function, names, handlers
        self.generators = generators  # functions that are generators, since they wait for input
        self.lines: list[str] = []
        self.indent = 1
        self.text: dict[Reg, str] = {}  # the expression for a register, an atom
        self.uses = count_uses(function.body)
        self.truths_kept = truths_kept(function)
        self.taken: set[str] = set()
        self.serials: dict[str, int] = {}  # where the search for a free name goes on
        self.refusal = "raise Fail"  # how a failing program leaves
        self.local: set[Reg] = set()

    def line(self, text: str) -> None:
        """One line of source."""
        self.lines.append("    " * self.indent + text)

    def variable(self, reg: Reg) -> str:
        """A fresh variable for a register."""
        base = reg.hint if reg.hint.isidentifier() else "value"
        if keyword.iskeyword(base) or base in RESERVED:
            base += "_"
        name, serial = base, self.serials.get(base, 2)
        while name in self.taken or name in self.names.values:
            name, serial = f"{base}_{serial}", serial + 1
        self.serials[base] = serial
        self.taken.add(name)
        self.names.locals.add(name)
        self.text[reg] = name
        return name

    def expr(self, reg: Reg) -> str:
        """The text that reads a register."""
        return self.text[reg]

    def plus(self, reg: Reg, amount: int) -> str:
        """A position and a constant."""
        text = self.expr(reg)
        if text.isdigit():
            return str(int(text) + amount)
        return text if amount == 0 else f"{text} + {amount}"

    def define(self, reg: Reg, text: str, *, atom: bool = False) -> None:
        """Give a register its value: in place where it is read once, else in a variable."""
        if reg in self.truths_kept:
            text = f"int({text})"
        if atom or (self.uses.get(reg, 0) == 1 and self._readable_in_place(reg)):
            self.text[reg] = text if atom else f"({text})"
        else:
            variable = self.variable(reg)
            self.line(f"{variable} = {text}")

    def _readable_in_place(self, reg: Reg) -> bool:
        return reg in self.local

    def assign(self, targets: list[str], values: list[str]) -> None:
        """Assign several at once, leaving out what is assigned to itself."""
        pairs = [(t, v) for t, v in zip(targets, values, strict=True) if t != v]
        if pairs:
            self.line(f"{', '.join(t for t, _ in pairs)} = {', '.join(v for _, v in pairs)}")

    def block(self, block: Block) -> list[str]:
        """Emit a block; the texts of what it yields."""
        outer, self.local = self.local, _read_here(block)
        result: list[str] = []
        for op in block.ops:
            if op.kind == "yield":
                result = [self.expr(r) for r in op.args]
            else:
                self.handlers[op.kind](self, op)
        self.local = outer
        return result

    def nested(self, block: Block) -> list[str]:
        """Emit a block one level in; the caller steps back out."""
        self.indent += 1
        return self.block(block)

    def fail_if(self, condition: str) -> None:
        """Leave with a failure where the condition holds."""
        self.line(f"if {strip(condition)}:")
        self.line(f"    {self.refusal}")

    def source(self, context: str) -> list[str]:
        """The whole function."""
        params = ", ".join([context, *(self.variable(p) for p in self.function.params)])
        if self.function.name in self.generators:
            self.line("yield from ()")  # it is a generator even if nothing in it waits
        results = self.block(self.function.body)
        if len(results) != 0 or not self.lines:
            self.line(f"return {', '.join(strip(r) for r in results)}" if results else "return None")
        return [f"def {self.function.name}({params}):", *self.lines, ""]


def _read_here(block: Block) -> set[Reg]:
    """Registers that an op of this very block reads: an expression for them may stand there."""
    return {reg for op in block.ops if op.kind not in ("loop.while", "loop.count", "loop.each") for reg in op.args}


def strip(text: str) -> str:
    """Without a pair of parentheses around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0 and i < len(text) - 1:
            return text
    return text[1:-1]
