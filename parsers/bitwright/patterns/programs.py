"""The programs of one pattern, from its tree to what an engine runs, each made on first use.

Promise: a program is lowered, verified and compiled once for each set of names that come from outside (in Erlang a variable
that has a value already is compared, so there the set changes what the pattern means), whoever asks and from whatever thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from bitwright.bitsyntax import tree
from bitwright.errors import PatternError
from bitwright.ir.ops import Function, Program
from bitwright.ir.verify import verify
from bitwright.lower.match import lower_match
from bitwright.patterns.choosing import LOCK, Compiled, begin, lock_of, tier_of
from bitwright.patterns.inputs import BitOrder
from bitwright.tiers import Tier

Key: TypeAlias = tuple[frozenset[str], bool]  # names that are bound outside, and whether what follows the pattern may be anything
Made: TypeAlias = tuple[str, frozenset[str], bool]  # the engine, and the same

NOTHING: Final[frozenset[str]] = frozenset()


def _refused(data: Any, /, **bindings: Any) -> Any:
    raise AssertionError("a pattern was given what it is never given")


def _nothing() -> None:
    """Nobody keeps a function that something else may take the place of."""


class MatchPrograms:
    """Lowers, verifies, optimizes and compiles one pattern."""

    def __init__(self, guarded: tree.Guarded, bit_order: BitOrder) -> None:
        self.guarded: Final = guarded
        self.bit_order: Final[BitOrder] = bit_order
        self._lowered: dict[Key, Program] = {}
        self._tiers: dict[Made, Tier] = {}
        self._in_bytes: dict[Made, Tier | None] = {}
        self.slow_match: Callable[..., Any] = _refused  # what `match` of bytes hands on; whoever calls that sets it
        self.moved: Callable[[], Any] = _nothing  # called when an engine has taken the place of another
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
        with LOCK:
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

    def tier(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False, engine: str = "python") -> Tier:
        """What runs the program for input of any number of bits, and for terms."""
        found = self._tiers.get((engine, bound, prefix))
        if found is None:
            found = self._made(self._tiers, (engine, bound, prefix), lambda: self.optimized(bound, prefix=prefix))
            assert found is not None
        return found

    def tier_in_bytes(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False, engine: str = "python") -> Tier | None:
        """What runs the one for input of whole bytes, if there is such a form."""
        key = engine, bound, prefix
        if key in self._in_bytes:
            return self._in_bytes[key]
        return self._made(self._in_bytes, key, lambda: self.in_bytes(bound, prefix=prefix))

    def compiled(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False, engine: str = "python") -> Compiled:
        """The functions that an engine made for input of any number of bits, and their source."""
        found = self.tier(bound, prefix=prefix, engine=engine)
        return found.functions, found.source

    def compiled_in_bytes(self, bound: frozenset[str] = NOTHING, *, prefix: bool = False, engine: str = "python") -> Compiled | None:
        """Those for input of whole bytes, if the program has such a form."""
        found = self.tier_in_bytes(bound, prefix=prefix, engine=engine)
        return None if found is None else (found.functions, found.source)

    def _made(self, kept: dict[Made, Any], key: Made, program: Callable[[], Program | None]) -> Tier | None:
        engine, _, prefix = key
        name = "pattern.match_prefix" if prefix else "pattern.match"
        with lock_of(engine):
            if key not in kept:
                lowered = program()
                made = None
                if lowered is not None:
                    verify(lowered)
                    python, machine_code = self._python, self._machine_code
                    made = tier_of(engine, lambda: python(lowered, name), lambda: machine_code(lowered, name, not prefix), self._moved)
                kept[key] = made
        found: Tier | None = kept[key]
        return None if found is None else begin(found)

    def _python(self, program: Program, name: str) -> Compiled:
        from bitwright.backends.python import compile_pattern

        functions, source = compile_pattern(program, name)
        functions["slow_match"] = self._slowly
        return functions, source

    def _machine_code(self, program: Program, name: str, whole: bool) -> Compiled:
        from bitwright.backends.llvm.patterns import compile_pattern

        return compile_pattern(program, name, self._slowly, whole=whole)

    def _slowly(self, data: Any, /, **bindings: Any) -> Any:
        return self.slow_match(data, **bindings)

    def _moved(self) -> None:
        self.moved()


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
