"""The programs of one pattern, from its tree to what an engine runs, each made on first use.

Promise: a program is lowered, verified and compiled once for each set of names that come from outside (in Erlang a variable
that has a value already is compared, so there the set changes what the pattern means), whoever asks and from whatever thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from bitwright.backends.llvm import LLVM_LOCK
from bitwright.bitsyntax import tree
from bitwright.errors import PatternError
from bitwright.ir.ops import Function, Program
from bitwright.ir.verify import verify
from bitwright.locks import lock_across_forks
from bitwright.lower.match import lower_match
from bitwright.patterns.inputs import BitOrder

Compiled: TypeAlias = tuple[dict[str, Any], str]  # functions by name, and the source
Key: TypeAlias = tuple[frozenset[str], bool]  # names that are bound outside, and whether what follows the pattern may be anything
Made: TypeAlias = tuple[str, frozenset[str], bool]  # the engine, and the same

NOTHING: Final[frozenset[str]] = frozenset()
_LOCK: Final = lock_across_forks()


class MatchPrograms:
    """Lowers, verifies, optimizes and compiles one pattern."""

    def __init__(self, guarded: tree.Guarded, bit_order: BitOrder) -> None:
        self.guarded: Final = guarded
        self.bit_order: Final[BitOrder] = bit_order
        self._lowered: dict[Key, Program] = {}
        self._compiled: dict[Made, Compiled] = {}
        self._in_bytes: dict[Made, Compiled | None] = {}
        self._free: dict[frozenset[str], tuple[str, ...]] = {}
        self._mentioned = frozenset(variables_in(guarded.pattern)) if guarded.dialect == "erlang" else NOTHING

    def bound(self, given: Mapping[str, Any]) -> frozenset[str]:
        """Those of the names given that change what the pattern means."""
        return self._mentioned.intersection(given) if given and self._mentioned else NOTHING

    def free(self, bound: frozenset[str] = NOTHING) -> tuple[str, ...]:
        """The names that the entry function takes after its input, in that order."""
        found = self._free.get(bound)
        if found is None:
            entry = entry_of(self.lowered(bound))
            taken = entry.params[2 if entry.unit == "bit" else 1 :]
            found = self._free[bound] = tuple(param.hint for param in taken)
        return found

    def names(self) -> tuple[str, ...]:
        """The variables of the result, in the order of their first occurrence."""
        entry = entry_of(self.lowered())
        names: tuple[str, ...] = next(op.attrs["names"] for op in reversed(entry.body.ops) if op.kind == "record")
        return names

    def values(self, bound: frozenset[str], given: Mapping[str, Any]) -> list[Any]:
        """What the entry function takes after the input; PatternError for a name without a value."""
        from bitwright.terms import normal

        try:
            return [normal(given[name]) for name in self.free(bound)]
        except KeyError as missing:
            name = str(missing.args[0])
            at = first_place(self.guarded, name)
            advice = f"give it a value: match(data, {name}=...)"
            raise PatternError(f"undefined variable `{name}`", self.guarded.text, at, advice) from None

    def lowered(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False) -> Program:
        """The program as lowered, which the interpreter runs."""
        key = bound, prefix
        with _LOCK:
            found = self._lowered.get(key)
            if found is None:
                made = lower_match(self.guarded, bound, prefix=prefix, bit_order=self.bit_order)
                verify(made)
                found = self._lowered[key] = made
        return found

    def optimized(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False) -> Program:
        """The program as backends see it, for input of any number of bits and for terms."""
        from bitwright.lower.passes.copying import copy_program
        from bitwright.lower.passes.trace import strip_trace

        made = copy_program(self.lowered(bound, prefix=prefix))
        strip_trace(made)
        return made

    def in_bytes(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False) -> Program | None:
        """The program for input of whole bytes, if it has such a form."""
        from bitwright.lower.passes.words import in_words

        lowered = self.lowered(bound, prefix=prefix)
        made = in_words(lowered) if entry_of(lowered).unit == "bit" else None
        return None if made is None else Program(lowered.name, "parse", made.name, {made.name: made}, lowered.symbols)

    def compiled(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False, engine: str = "python") -> Compiled:
        """The functions that an engine made for input of any number of bits, and their source."""
        key = engine, bound, prefix
        found = self._compiled.get(key)
        if found is None:
            with lock_of(engine):
                found = self._compiled.get(key)
                if found is None:
                    found = self._compiled[key] = _compile(self.optimized(bound, prefix=prefix), prefix, engine)
        return found

    def compiled_in_bytes(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False, engine: str = "python") -> Compiled | None:
        """Those for input of whole bytes, if the program has such a form."""
        key = engine, bound, prefix
        if key not in self._in_bytes:
            with lock_of(engine):
                if key not in self._in_bytes:
                    made = self.in_bytes(bound, prefix=prefix)
                    self._in_bytes[key] = None if made is None else _compile(made, prefix, engine)
        return self._in_bytes[key]


def _compile(program: Program, prefix: bool, engine: str) -> Compiled:
    verify(program)
    return compiler_of(engine)(program, "pattern.match_prefix" if prefix else "pattern.match")


def compiler_of(engine: str) -> Callable[[Program, str], Compiled]:
    """What makes the functions of a program."""
    if engine == "llvm":
        from bitwright.backends.llvm.patterns import compile_pattern as compile_to_machine_code

        return compile_to_machine_code
    from bitwright.backends.python import compile_pattern

    return compile_pattern


def lock_of(engine: str) -> threading.RLock:
    """What whoever compiles holds."""
    return LLVM_LOCK if engine == "llvm" else _LOCK


def entry_of(program: Program) -> Function:
    """The function to begin with."""
    return program.functions[program.entry]


def variables_in(node: Any) -> Iterator[str]:
    """The variables that a part of a tree names, in the order in which they are written."""
    if isinstance(node, tree.Variable | tree.Pin):
        yield node.name
    for part in fields_of(node):
        yield from variables_in(part)


def first_place(node: Any, name: str) -> int | None:
    """Where a variable is first named, in characters; None if it is not."""
    if isinstance(node, tree.Variable | tree.Pin):
        return node.at if node.name == name else None
    places = (first_place(part, name) for part in fields_of(node))
    return min((place for place in places if place is not None), default=None)


def fields_of(node: Any) -> Iterator[Any]:
    """All that a node of a tree consists of, or a tuple of them."""
    if isinstance(node, tuple):
        yield from node
    elif isinstance(node, tree.Node):
        for field in node.__struct_fields__:
            yield getattr(node, field)
