"""Constructions: `<<...>>` and expressions around it as values that write, with either engine.

Promise: whatever the values, `build` gives a bitstring (or, of an expression that is none, its value) or raises `BuildError`;
`PatternError` says that the text itself cannot be built, or that a name has no value.  Each program is made once.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from bitwright import bitsyntax
from bitwright.bitsyntax import tree
from bitwright.bitsyntax.lsb import least_first
from bitwright.engines import wanted_engine
from bitwright.errors import DEFAULT_LIMITS, BuildError, EngineDisagreement, Limits, PatternError, Problem
from bitwright.ir.interp import Machine
from bitwright.ir.ops import Program
from bitwright.ir.verify import verify
from bitwright.lower.construct import lower_construct
from bitwright.lower.construct_names import read_names, unbuildable, zero_of
from bitwright.lower.passes import optimize
from bitwright.patterns.choosing import Compiled, begin, check_engine, lock_of, tier_of
from bitwright.patterns.inputs import BitOrder
from bitwright.patterns.programs import first_place
from bitwright.tiers import Tier
from bitwright.wire.writing import Unwritable, canonical

Values: TypeAlias = Mapping[str, Any]
Dialect: TypeAlias = Literal["elixir", "erlang"]

_CACHED: Final = 1024  # constructions that `construct()` remembers
_NO_VALUE: Final = {
    tree.Wildcard: ("`_` has no value", "write one, or a name such as _reserved, which is zero where it is not given"),
    tree.Both: ("`=` between two patterns has no value", "write the one that is to be built"),
    tree.Comprehension: ("a comprehension is not built inside another expression", "run it with comprehension() and give its value a name"),
}


def construct(text: str, *, dialect: Dialect = "elixir", extended: bool = False, bit_order: BitOrder = "msb") -> Construction:
    """The construction of a text, made once however often it is asked for; PatternError if it is none."""
    if not isinstance(text, str):
        raise TypeError(f"a construction is text, not {type(text).__name__}")
    return _known(text, dialect, extended, bit_order, wanted_engine())


@functools.lru_cache(_CACHED)
def _known(text: str, dialect: Dialect, extended: bool, bit_order: BitOrder, engine: str) -> Construction:
    return Construction(text, dialect=dialect, extended=extended, bit_order=bit_order, engine=engine)


class Construction:
    """A text that builds: `<<a::4, b::12>>`, `<<byte_size(b)::16, b::binary>>`, `a <> b`.

    It is a value, as patterns are.  `names` are what it takes, sorted; `expr` is the tree where a pattern has it already.
    """

    def __init__(
        self, text: str, *, dialect: Dialect = "elixir", extended: bool = False, bit_order: BitOrder = "msb", engine: str | None = None,
        expr: tree.Expr | None = None,
    ) -> None:  # fmt: skip
        check_engine(engine := engine or wanted_engine())
        for what, value, known in (("dialect", dialect, ("elixir", "erlang")), ("bit order", bit_order, ("msb", "lsb"))):
            if value not in known:
                raise ValueError(f"no {what} is called {value!r}; there are: {', '.join(known)}")
        self.text, self.dialect, self.extended, self.engine = text, dialect, extended, engine
        self.bit_order: Final[BitOrder] = bit_order
        parsed = bitsyntax.parse_construction(text, dialect, extended=extended) if expr is None else expr
        self.expr: Final = least_first(parsed) if bit_order == "lsb" else parsed
        wrong = unbuildable(self.expr)
        if wrong is not None:
            message, advice = _NO_VALUE[type(wrong)]
            raise PatternError(message, text, wrong.at, advice)
        self.names: Final = tuple(sorted(read_names(self.expr)))
        self._optional: Final = tuple(name for name in self.names if name.startswith("_"))
        self._ways: Final[dict[Any, _Way]] = {}
        self._keyword_tier: Tier | None = None
        self.moved: Callable[[], Any] = lambda: None  # called when an engine has taken the place of another

    def on(self, engine: str) -> Construction:
        """The same construction, run by another engine."""
        return self if engine == self.engine else _known(self.text, self.dialect, self.extended, self.bit_order, engine)

    def _key(self) -> tuple[Any, ...]:
        return self.text, self.dialect, self.extended, self.bit_order, self.engine

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Construction) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, self._key()

    def __repr__(self) -> str:
        options = ("dialect", self.dialect, "elixir"), ("extended", self.extended, False), ("bit_order", self.bit_order, "msb")
        said = [f"{name}={value!r}" for name, value, usual in options if value != usual]
        engine = f".on({self.engine!r})" if self.engine != wanted_engine() else ""
        return f"bitwright.construct({', '.join([repr(self.text), *said])}){engine}"

    # --- building ----------------------------------------------------------------------------

    def build(self, /, *, strict: bool = False, **values: Any) -> Any:
        """Write the values: bytes, or a `bitstring.Bits` where the bits are no whole bytes.

        What does not fit is cut off, as Elixir and Erlang do; with `strict` it is refused.  Names that begin with `_` and are not
        given are zero bits.
        """
        if self.engine != "interp" and not strict:
            self._install()
        return self.build_from(values, strict=strict)

    def _install(self) -> None:
        """Put a compiled function in the place of this object's `build`."""
        from bitwright.backends.python.keyword_build import can_be_keywords

        if not can_be_keywords(self.names):
            return
        if self._keyword_tier is None:
            with lock_of(self.engine):
                optimized = optimize(self.program())
                verify(optimized)
                made = tier_of(self.engine, lambda: self._in_python(optimized), lambda: self._in_machine_code(optimized), self._moved)
            self._keyword_tier = begin(made)
        self.build = self._keyword_tier.functions["build"]  # type: ignore[method-assign]  # the same, compiled

    def _defaults(self) -> dict[str, Any]:
        return {name: value for name in self._optional if (value := zero_of(self.expr, name)) is not None}

    def _in_python(self, optimized: Program) -> Compiled:
        from bitwright.backends.python import compile_source
        from bitwright.backends.python.keyword_build import emit_keyword_build

        source, names = emit_keyword_build(optimized, self._defaults(), lsb=self.bit_order == "lsb")
        names["general"] = self._general
        return compile_source(source, names, "build"), source

    def _in_machine_code(self, optimized: Program) -> Compiled:
        from bitwright.backends.llvm.keyword_build import compile_build

        functions, text = compile_build(optimized, self._defaults(), self._slowly, lsb=self.bit_order == "lsb")
        return {"build": functions["build"]}, text

    def _moved(self) -> None:
        """Have `build` put in place again: another engine runs it."""
        self.__dict__.pop("build", None)
        self.moved()

    def _slowly(self, /, *, strict: bool = False, **values: Any) -> Any:
        return self.build_from(values, strict=strict)

    def _general(self, values: dict[str, Any], strict: bool) -> Any:
        """What the compiled function does not do itself."""
        from bitwright.backends.python.keyword_build import ABSENT

        return self.build_from({name: value for name, value in values.items() if value is not ABSENT}, strict=strict)

    def build_from(self, values: Values, *, strict: bool = False, limits: Limits = DEFAULT_LIMITS) -> Any:
        """`build`, of values in a mapping: for names that are no names of Python's, or are called `strict`."""
        absent = tuple([name for name in self._optional if name not in values]) if self._optional else ()
        way = self._ways.get((absent, strict, limits) if limits is not DEFAULT_LIMITS else (absent, strict))
        if way is None:
            way = self._way(absent, strict, limits)
        try:
            given = way.take(values)
        except KeyError as missing:
            raise self._undefined(missing.args[0]) from None
        return way.run(*given)

    def _undefined(self, name: str) -> PatternError:
        advice = f"give it a value: build({name}=...)"
        return PatternError(f"undefined variable `{name}`", self.text, first_place(self.expr, name), advice)

    # --- programs ----------------------------------------------------------------------------

    def program(self, *, strict: bool = False, absent: tuple[str, ...] = (), limits: Limits = DEFAULT_LIMITS) -> Program:
        """The program as lowered."""
        made = lower_construct(self.expr, strict=strict, bit_order=self.bit_order, absent=frozenset(absent), limits=limits)
        verify(made)
        return made

    def source(self, *, strict: bool = False) -> str:
        """The source that the python backend generates."""
        from bitwright.backends.python import compile_program

        optimized = optimize(self.program(strict=strict))
        return compile_program(optimized, "build")[1]

    def _way(self, absent: tuple[str, ...], strict: bool, limits: Limits) -> _Way:
        program = self.program(strict=strict, absent=absent, limits=limits)
        names = tuple(name for name in self.names if name not in absent)
        lsb = self.bit_order == "lsb"
        run = _interpreted(program, lsb) if self.engine == "interp" else _compiled(program, lsb, self.engine)
        made = _Way(_taker(names), run)
        self._ways[(absent, strict, limits) if limits is not DEFAULT_LIMITS else (absent, strict)] = made
        return made


class _Way:
    """How one choice of names is built: what it takes of the values, and what runs."""

    __slots__ = ("run", "take")

    def __init__(self, take: Callable[[Values], tuple[Any, ...]], run: Callable[..., Any]) -> None:
        self.take, self.run = take, run


def _taker(names: tuple[str, ...]) -> Callable[[Values], tuple[Any, ...]]:
    """What gives the values of the names as a tuple."""
    if not names:
        return lambda values: ()
    if len(names) == 1:
        (name,) = names
        return lambda values: (values[name],)
    return operator.itemgetter(*names)


def _interpreted(program: Program, lsb: bool) -> Callable[..., Any]:
    yields_term = program.functions["entry"].outs == ("obj",)

    def run(*given: Any) -> Any:
        machine = Machine(program)
        try:
            found = machine.run(*given)
            return found[0] if yields_term else canonical(machine.out, machine.loose, lsb)
        except Unwritable as refused:
            raise BuildError(Problem(refused.code, refused.message)) from None

    return run


def _compiled(program: Program, lsb: bool, engine: str) -> Callable[..., Any]:
    """The compiled program; where it fails, the interpreter says why."""
    from bitwright.backends.python.runtime import FAILURES

    with lock_of(engine):
        optimized = optimize(program)
        verify(optimized)
        tier = begin(tier_of(engine, lambda: _in_python(optimized), lambda: _in_machine_code(optimized, lsb), lambda: None))
    outs = optimized.functions["entry"].outs
    explain = _interpreted(program, lsb)

    def run(*given: Any) -> Any:
        try:
            made, found = tier.run(*given)
            return made if not outs else found if outs == ("obj",) else canonical(bytearray(made), found, lsb)
        except FAILURES:
            pass  # the way that explains failures
        explain(*given)
        raise EngineDisagreement(f"{tier.engine} refused what the interpreter builds of {given!r}")

    return run


def _in_python(optimized: Program) -> Compiled:
    from bitwright.backends.python import compile_program

    return compile_program(optimized, "build")


def _in_machine_code(optimized: Program, lsb: bool) -> Compiled:
    from bitwright.backends.llvm.keyword_build import compile_build

    functions, text = compile_build(optimized, {}, _refused, lsb=lsb)
    return {"entry": functions["entry"]}, text


def _refused(**values: Any) -> Any:
    raise AssertionError("a construction was given by keyword what it takes by position")
