"""Several patterns tried in order: `case`, and `Clauses` for those who ask often.

Promise: the first pattern that matches wins, guard and all, whatever is looked at first to find it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from bitwright.errors import ParseError, Problem
from bitwright.ir.ops import Program
from bitwright.patterns.choosing import Compiled, begin, lock_of, tier_of
from bitwright.patterns.compiled import compiled_at_first_use
from bitwright.patterns.inputs import BitOrder
from bitwright.patterns.pattern import Bindings, Dialect, Engine, Pattern, pattern, unless_bound
from bitwright.tiers import Tier

if TYPE_CHECKING:
    from bitwright.patterns.explanation import Explanation

_CACHED: Final = 256  # sets of clauses that `case` remembers
_TOLD: Final = 8  # patterns of which an error says why they do not match


class Clauses:
    """Patterns, or their texts, in the order in which they are tried."""

    def __init__(
        self, clauses: Iterable[Pattern | str], *, dialect: Dialect = "elixir", extended: bool = False, bit_order: BitOrder = "msb"
    ) -> None:
        if isinstance(clauses, str | Pattern):
            raise TypeError("Clauses takes several patterns, in a list; one alone has match() itself")
        self.patterns: Final = tuple(
            each if isinstance(each, Pattern) else pattern(each, dialect=dialect, extended=extended, bit_order=bit_order)
            for each in clauses
        )  # fmt: skip

    @compiled_at_first_use
    def match(self, data: Any, /, **bindings: Any) -> tuple[int, Bindings] | None:
        """The index of the first pattern that matches, and its variables; None if none does."""
        return self._matcher()(data, **bindings)  # type: ignore[no-any-return]  # generated

    def explain(self, data: Any, /, **bindings: Any) -> tuple[Explanation, ...]:
        """Of each pattern in turn whether the data match it, and if not, why."""
        return tuple(each.explain(data, **bindings) for each in self.patterns)

    def source(self) -> str | None:
        """What was generated to find the first that matches; None if each is asked in turn."""
        return None if self._tier is None else self._tier.source

    @functools.cached_property
    def _tier(self) -> Tier | None:
        engines = {each.engine for each in self.patterns}
        if len(engines) != 1 or "interp" in engines or any(each.bit_order != "msb" for each in self.patterns):
            return None
        (engine,) = engines
        with lock_of(engine):
            program = self._program()
            if program is None:
                return None
            made = tier_of(engine, lambda: self._python(program), lambda: self._machine_code(program), self._moved)
        return begin(made)

    def _program(self) -> Program | None:
        """The program that looks once at what tells the patterns apart."""
        from bitwright.ir.verify import verify
        from bitwright.lower.clauses import lower_clauses
        from bitwright.lower.passes.dispatch import clauses_in_words

        lowered = lower_clauses([each._tree for each in self.patterns])
        if lowered is None:
            return None
        verify(lowered)
        made = clauses_in_words(lowered)
        if made is not None:
            verify(made)
        return made

    def _python(self, program: Program) -> Compiled:
        from bitwright.backends.python import compile_pattern

        functions, source = compile_pattern(program, "clauses.match")
        functions["slow_match"] = self._in_turn
        return functions, source

    def _machine_code(self, program: Program) -> Compiled:
        from bitwright.backends.llvm.patterns import compile_pattern

        return compile_pattern(program, "clauses.match", self._in_turn)

    def _moved(self) -> None:
        """Have `match` asked for again: another engine may run it."""
        self.__dict__.pop("match", None)

    def _matcher(self) -> Callable[..., Any]:
        """What takes the place of `match` in this instance when it is first asked for."""
        made: Callable[..., Any] = self._in_turn
        if self._tier is not None:
            made = self._tier.functions["match"]
            if any(each.dialect == "erlang" for each in self.patterns):
                made = unless_bound(made, self._in_turn)
        self.__dict__["match"] = made
        return made

    def _in_turn(self, data: Any, /, **bindings: Any) -> tuple[int, Bindings] | None:
        """One pattern after the other, for every kind of input."""
        for index, each in enumerate(self.patterns):
            found = each.match(data, **bindings)
            if found is not None:
                return index, found
        return None

    def on(self, engine: Engine) -> Clauses:
        """The same clauses, run by another engine."""
        return Clauses([each.on(engine) for each in self.patterns])

    def __len__(self) -> int:
        return len(self.patterns)

    def __eq__(self, other: object) -> bool:
        return self.patterns == other.patterns if isinstance(other, Clauses) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.patterns)

    def __reduce__(self) -> tuple[Any, ...]:
        return Clauses, (self.patterns,)

    def __repr__(self) -> str:
        return f"bitwright.Clauses([{', '.join(map(repr, self.patterns))}])"


def case(data: Any, clauses: Mapping[Pattern | str, Callable[..., Any] | Any], /, **bindings: Any) -> Any:
    """What the handler of the first pattern that matches returns; ParseError if none does.

    A handler is called with the variables of its pattern as keywords; one that cannot be called is the result itself.
    """
    found = _compiled(tuple(clauses)).match(data, **bindings)
    if found is None:
        raise _no_clause(_compiled(tuple(clauses)), data, bindings)
    index, variables = found
    handler = tuple(clauses.values())[index]
    return handler(**variables) if callable(handler) else handler


def _no_clause(clauses: Clauses, data: Any, bindings: Mapping[str, Any]) -> ParseError:
    """That no pattern matches, and why the first of them do not."""
    reasons = [f"`{' '.join(each.text.split())}`: {each.explain(data, **bindings)}" for each in clauses.patterns[:_TOLD]]
    more = [f"and {len(clauses) - _TOLD} more"] if len(clauses) > _TOLD else []
    said = "no pattern matches" if len(clauses) == 1 else f"none of the {len(clauses)} patterns matches"
    return ParseError(Problem("no-clause", "; ".join([said, *reasons, *more]), got=data))


@functools.lru_cache(_CACHED)
def _compiled(patterns: tuple[Pattern | str, ...]) -> Clauses:
    return Clauses(patterns)
