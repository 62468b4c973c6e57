"""Bit patterns: Elixir's and Erlang's binary syntax as values that match, build, iterate and explain themselves.

Promise: `pattern()` gives a `Pattern` or raises `PatternError`; `match` gives the bindings or None, whatever the input, and
raises `PatternError` alone, where a name that the pattern reads from outside has no value.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from bitwright import bitsyntax
from bitwright.bitsyntax.lsb import least_first
from bitwright.engines import wanted_engine
from bitwright.errors import BuildError, ParseError, PatternError, Problem
from bitwright.patterns.choosing import check_engine
from bitwright.patterns.compiled import compiled_at_first_use
from bitwright.patterns.inputs import BitOrder, bits_of, slice_of
from bitwright.patterns.programs import MatchPrograms, entry_of
from bitwright.terms import normal
from bitwright.tiers import Tier

if TYPE_CHECKING:
    from bitwright.patterns.construction import Construction
    from bitwright.patterns.explanation import Explanation
    from bitwright.patterns.iteration import Repeated
    from bitwright.patterns.segments import Segment
    from bitwright.wire.bitstrings import BitString

Dialect: TypeAlias = Literal["elixir", "erlang"]
Engine: TypeAlias = Literal["auto", "python", "interp", "llvm"]
Bindings: TypeAlias = dict[str, Any]

_CACHED: Final = 1024  # patterns that `pattern()` remembers


def pattern(text: str, *, dialect: Dialect = "elixir", extended: bool = False, bit_order: BitOrder = "msb") -> Pattern:
    """The pattern of a text, compiled once however often it is asked for; PatternError if it is none.

    `extended` allows the words that neither language has, `bit_order="lsb"` counts the bits of each byte from the least
    significant one.
    """
    if not isinstance(text, str):
        raise TypeError(f"a pattern is text, not {type(text).__name__}")
    return _known(text, dialect, extended, bit_order, wanted_engine())


@functools.lru_cache(_CACHED)
def _known(text: str, dialect: Dialect, extended: bool, bit_order: BitOrder, engine: str) -> Pattern:
    return Pattern(text, dialect=dialect, extended=extended, bit_order=bit_order, engine=engine)


class Pattern:
    """A bit pattern.  It is a value: equal to every pattern of the same text and options, hashable, picklable.

    `text` is how it was written, `dialect`, `extended` and `bit_order` how that is read, `engine` what runs it.
    """

    def __init__(
        self, text: str, *, dialect: Dialect = "elixir", extended: bool = False, bit_order: BitOrder = "msb", engine: str | None = None
    ) -> None:
        _check_options(dialect, bit_order, engine := engine or wanted_engine())
        self.text: Final = text
        self.dialect: Final = dialect
        self.extended: Final = extended
        self.bit_order: Final = bit_order
        self.engine: Final = engine
        parsed = bitsyntax.parse_pattern(text, dialect, extended=extended)
        self._tree: Final = least_first(parsed) if bit_order == "lsb" else parsed
        self._programs: Final = MatchPrograms(self._tree, bit_order)
        self._construction: Construction | None = None
        self._repeated: dict[tuple[bool, frozenset[str]], Repeated] = {}

    # --- matching ----------------------------------------------------------------------------

    @compiled_at_first_use
    def match(self, data: Any, /, **bindings: Any) -> Bindings | None:
        """The variables of the pattern with their values, or None if the data do not match it.

        `data` is bytes, any buffer or a `bitstring.Bits`; for a pattern around bitstrings (a tuple, a list, a map) any value.
        `bindings` are what the pattern reads from outside: pinned variables and those in sizes and guards.  Variables whose
        names begin with an underscore are left out of the result.
        """
        return self._matcher()(data, **bindings)  # type: ignore[no-any-return]  # generated

    def match_prefix(self, data: Any, /, **bindings: Any) -> tuple[Bindings, bytes | BitString] | None:
        """The same for data that may go on behind the pattern: the variables, and the rest."""
        programs, bound = self._programs, self._programs.bound(bindings)
        given = programs.values(bound, bindings)
        if entry_of(programs.lowered(bound, prefix=True)).unit != "bit":
            raise PatternError("match_prefix takes a pattern that is one bitstring", self.text, 0)
        raw = bits_of(data, self.bit_order)
        if raw is None:
            return None
        if self.engine != "interp" and not raw[1] % 8:
            tier = programs.tier_in_bytes(bound, prefix=True, engine=self.engine)
            if tier is not None:
                found = tier.run(raw[0], 0, raw[1] // 8, *given)
                return None if found is None else (found[0], raw[0][found[1] :])
        found = self._run(bound, raw, given, prefix=True)
        return None if found is None else (found[0], slice_of(raw, found[1], self.bit_order))

    def iter(self, data: Any, /, *, strict: bool = False, **bindings: Any) -> Iterator[Bindings]:
        """The variables of each element, for data that are the pattern again and again.

        As Elixir's generators do it: an element that differs from the pattern, but is as wide, is left out, and where fewer bits
        are left than an element takes the loop ends.  With `strict` both are a ParseError that names the place.
        """
        from bitwright.patterns.iteration import iterate

        return iterate(self, data, bindings, strict=strict)

    def explain(self, data: Any, /, **bindings: Any) -> Explanation:
        """Whether the data match, and if not, why: which segment, at which bit, what was expected."""
        from bitwright.patterns.explanation import explain

        return explain(self, data, bindings)

    # --- building ----------------------------------------------------------------------------

    def build(self, /, *, strict: bool = False, **values: Any) -> bytes | BitString:
        """The bits that the pattern describes, as Elixir's construction makes them: what is too large is cut off.

        `strict` refuses that with a BuildError instead, and what the pattern's guard refuses.  Bytes, or a `bitstring.Bits` where
        the length is no multiple of 8.  Names that begin with an underscore and are not given are zero bits; `_` has no value.
        """
        if strict:
            checked: bytes | BitString = self._constructing().build(strict=True, **values)
            self._demand_guard(checked, values)
            return checked
        constructing = self._constructing()
        made: bytes | BitString = constructing.build(**values)  # without `strict`, of which compiled code has no short way
        if not self._tree.guards and "build" in constructing.__dict__:  # it was compiled: from now on calls cost no more
            self.__dict__["build"] = constructing.build
        return made

    def build_from(self, values: Mapping[str, Any], *, strict: bool = False) -> bytes | BitString:
        """`build` for values in a mapping, whatever their names are."""
        made: bytes | BitString = self._constructing().build_from(values, strict=strict)
        if strict:
            self._demand_guard(made, values)
        return made

    def _constructing(self) -> Construction:
        if self._construction is None:
            from bitwright.patterns.construction import Construction

            self._construction = Construction(
                self.text, dialect=self.dialect, bit_order=self.bit_order, engine=self.engine, expr=self._tree.pattern
            )
            self._construction.moved = self._builder_moved
        return self._construction

    def _builder_moved(self) -> None:
        """Have `build` asked for again: another engine may run it."""
        self.__dict__.pop("build", None)

    def _demand_guard(self, made: Any, values: Mapping[str, Any]) -> None:
        """What was built must match, where a guard could refuse it."""
        if self._tree.guards and self._match(made, **values) is None:
            raise BuildError(Problem("check", "the pattern does not match what it builds of these values: its guard does not hold"))

    # --- looking -----------------------------------------------------------------------------

    @functools.cached_property
    def segments(self) -> tuple[Segment, ...]:
        """The segments, in the order of the wire."""
        from bitwright.patterns.segments import segments_of

        return segments_of(self._tree)

    @functools.cached_property
    def names(self) -> tuple[str, ...]:
        """The variables that it binds, in the order in which they occur."""
        return self._programs.names()

    @property
    def free(self) -> tuple[str, ...]:
        """The variables that it reads from outside, sorted: `match` must be given them."""
        return self._programs.free()

    def diagram(self, *, format: Literal["text", "svg"] = "text") -> str:  # noqa: A002  # as Struct has it
        """The layout as an RFC draws it, 32 bits a row; as text, or drawn as SVG."""
        from bitwright.patterns.picture import diagram, diagram_svg
        from bitwright.seeing.picture import Picture

        if format not in ("text", "svg"):
            raise ValueError(f'format={format!r}: there are "text" and "svg"')
        return Picture((diagram_svg if format == "svg" else diagram)(self))

    def _repr_html_(self) -> str:
        """What notebooks show: the layout, drawn."""
        from bitwright.patterns.picture import diagram_svg
        from bitwright.seeing.picture import Picture

        return Picture(diagram_svg(self))._repr_html_()

    def to_struct(self, name: str | None = None) -> Any:
        """A Struct class of the same layout; PatternError where a class cannot say what the pattern does.

        Statically it is anything, since no checker can know its fields.
        """
        from bitwright.patterns.structs import struct_of

        return struct_of(self, name, sys._getframe(1).f_globals.get("__name__", "__main__"))

    def source(self) -> str:
        """What was generated to match it: Python, or LLVM's language for the engine `llvm`."""
        engine = "llvm" if self.engine == "llvm" else "python"
        compiled = self._programs.compiled_in_bytes(engine=engine) or self._programs.compiled(engine=engine)
        return compiled[1]

    def on(self, engine: Engine) -> Pattern:
        """The same pattern, run by another engine."""
        if engine == self.engine:
            return self
        _check_options(self.dialect, self.bit_order, engine)
        return _known(self.text, self.dialect, self.extended, self.bit_order, engine)

    # --- a value -----------------------------------------------------------------------------

    def _key(self) -> tuple[Any, ...]:
        return self.text, self.dialect, self.extended, self.bit_order, self.engine

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Pattern) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, self._key()

    def __copy__(self) -> Pattern:
        return self

    def __deepcopy__(self, memo: object) -> Pattern:
        return self

    def __repr__(self) -> str:
        options = [f"{name}={value!r}" for name, value, usual in self._options() if value != usual]
        engine = f".on({self.engine!r})" if self.engine != wanted_engine() else ""
        return f"bitwright.pattern({', '.join([repr(self.text), *options])}){engine}"

    def __str__(self) -> str:
        return self.text

    def __rich_repr__(self) -> Iterable[Any]:
        yield self.text
        yield from self._options()

    def _options(self) -> tuple[tuple[str, Any, Any], ...]:
        return ("dialect", self.dialect, "elixir"), ("extended", self.extended, False), ("bit_order", self.bit_order, "msb")

    # --- running -----------------------------------------------------------------------------

    def _matcher(self) -> Callable[..., Any]:
        """What takes the place of `match` in this instance when it is first asked for: a compiled function, where there is one."""
        made: Callable[..., Any] = self._match
        programs = self._programs
        programs.slow_match, programs.moved = self._match, self._matcher_moved
        if self.engine != "interp":
            tier = programs.tier_in_bytes(engine=self.engine) or programs.tier(engine=self.engine)
            made = tier.functions.get("match", made)
            if entry_of(programs.lowered()).unit == "byte" and not programs.free():
                made = _of_terms(tier)
        if self.dialect == "erlang" and made != self._match:
            made = unless_bound(made, self._match)
        self.__dict__["match"] = made
        return made

    def _matcher_moved(self) -> None:
        """Have `match` asked for again: another engine may run it."""
        self.__dict__.pop("match", None)

    def _match(self, data: Any, /, **bindings: Any) -> Bindings | None:
        """`match` for every kind of input, and whatever is given."""
        programs, bound = self._programs, self._programs.bound(bindings)
        given = programs.values(bound, bindings)
        if entry_of(programs.lowered(bound)).unit != "bit":
            return self._match_term(bound, data, given)
        raw = bits_of(data, self.bit_order)
        if raw is None:
            return None
        if self.engine != "interp" and not raw[1] % 8 and (tier := programs.tier_in_bytes(bound, engine=self.engine)) is not None:
            return tier.run(raw[0], **bindings)  # type: ignore[no-any-return]  # generated
        found = self._run(bound, raw, given)
        return None if found is None else found[0]

    def _run(self, bound: frozenset[str], raw: tuple[bytes, int], given: list[Any], *, prefix: bool = False) -> tuple[Bindings, int] | None:
        """The variables and the bit behind the pattern."""
        data, size = raw
        if self.engine != "interp":
            return self._programs.tier(bound, prefix=prefix, engine=self.engine).run(data, 0, size, *given)  # type: ignore[no-any-return]  # generated
        from bitwright.ir.interp import Machine

        machine = Machine(self._programs.lowered(bound, prefix=prefix))
        machine.data = data
        try:
            record, after = machine.run(0, size, *given)
        except ParseError:
            return None
        return record, after

    def _match_term(self, bound: frozenset[str], value: Any, given: list[Any]) -> Bindings | None:
        """The variables of a pattern that is more than one bitstring."""
        value = normal(value)
        if self.engine != "interp":
            return self._programs.tier(bound, engine=self.engine).run(b"", value, *given)  # type: ignore[no-any-return]  # generated
        from bitwright.ir.interp import Machine

        try:
            found: Bindings = Machine(self._programs.lowered(bound)).run(value, *given)[0]
        except ParseError:
            return None
        return found


def _of_terms(tier: Tier) -> Callable[..., Any]:
    """`match` for a pattern that is more than one bitstring, and takes nothing from outside."""

    def match(data: Any, /, **bindings: Any) -> Bindings | None:
        return tier.run(b"", normal(data))  # type: ignore[no-any-return]  # generated

    return match


def unless_bound(fast: Callable[..., Any], slow: Callable[..., Any]) -> Callable[..., Any]:
    """In Erlang, names that are given may change what a pattern means."""

    def match(data: Any, /, **bindings: Any) -> Bindings | None:
        return (slow if bindings else fast)(data, **bindings)  # type: ignore[no-any-return]  # generated

    return match


def _check_options(dialect: str, bit_order: str, engine: str) -> None:
    """ValueError for an option that does not exist, EngineError for an engine that is not installed."""
    check_engine(engine)
    for what, value, known in (("dialect", dialect, ("elixir", "erlang")), ("bit order", bit_order, ("msb", "lsb"))):
        if value not in known:
            raise ValueError(f"no {what} is called {value!r}; there are: {', '.join(known)}")
