"""`for <<a, b::16 <- data>>, a > 1, do: {a, b}`: comprehensions of both dialects as values that are called with their variables.

Promise: calling one gives what Elixir or Erlang gives.  A generator over what it cannot go through, a strict generator that meets what it
does not match, and a `reduce` without a clause for its accumulator raise `ParseError`; an expression without a value raises
`BuildError`; a variable that was not given raises `PatternError`.  Nothing else comes out.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal

from bitwright import bitsyntax
from bitwright.bitsyntax import scope, tree
from bitwright.engines import wanted_engine
from bitwright.errors import BuildError, ParseError, PatternError, Problem
from bitwright.patterns.choosing import check_engine
from bitwright.patterns.collecting import collect
from bitwright.patterns.computing import Computed
from bitwright.patterns.iteration import Repeated, check_repeatable
from bitwright.patterns.programs import MatchPrograms
from bitwright.patterns.renaming import renamed
from bitwright.patterns.running import Matcher
from bitwright.terms import TermFault, normal, shown

Dialect = Literal["elixir", "erlang"]
Environment = dict[str, Any]

_CACHED: Final = 256  # comprehensions that `comprehension()` remembers


def comprehension(text: str, *, dialect: Dialect = "elixir") -> Comprehension:
    """The comprehension of a text, compiled once however often it is asked for; PatternError if it is none."""
    return _known(text, dialect, wanted_engine())


@functools.lru_cache(_CACHED)
def _known(text: str, dialect: Dialect, engine: str) -> Comprehension:
    return Comprehension(text, dialect=dialect, engine=engine)


class Comprehension:
    """A comprehension: `comprehension("for <<a <- data>>, do: a")(data=b"ab")`.  `free` are the names that it must be given."""

    def __init__(self, text: str, *, dialect: Dialect = "elixir", engine: str | None = None) -> None:
        self.text: Final = text
        self.dialect: Final = dialect
        self.engine: Final = engine or wanted_engine()
        check_engine(self.engine)
        self._tree: Final = bitsyntax.parse_comprehension(text, dialect)
        for qualifier in self._tree.qualifiers:
            if isinstance(qualifier, tree.BitGenerator):
                check_repeatable(qualifier.pattern.pattern, text)
        self.free: Final = scope.free_variables(self._tree)

    @functools.cached_property
    def _plan(self) -> Plan:
        return Plan(renamed(self._tree), self.engine, self.text)

    def __call__(self, /, **values: Any) -> Any:
        """What it makes of these values."""
        return self.of(values)

    def of(self, values: Environment) -> Any:
        """The same for values in a mapping, whatever their names are."""
        missing = next((name for name in self.free if name not in values), None)
        if missing is not None:
            at = scope.free_places(self._tree)[missing]
            raise PatternError(f"undefined variable `{missing}`", self.text, at, f"give it a value: {missing}=...")
        given = {renamed(tree.Variable(name)).name: normal(values[name]) for name in self.free}
        try:
            return self._plan.run(given)
        except TermFault as fault:
            raise BuildError(Problem("bad-argument", fault.message)) from None

    def on(self, engine: str) -> Comprehension:
        """The same comprehension on another engine."""
        return self if engine == self.engine else Comprehension(self.text, dialect=self.dialect, engine=engine)

    def _key(self) -> tuple[str, str, str]:
        return self.text, self.dialect, self.engine

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Comprehension) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __reduce__(self) -> tuple[Any, ...]:
        return _known, self._key()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        dialect = "" if self.dialect == "elixir" else f", dialect={self.dialect!r}"
        engine = f".on({self.engine!r})" if self.engine != wanted_engine() else ""
        return f"bitwright.comprehension({self.text!r}{dialect}){engine}"


class Plan:
    """A comprehension ready to run: its steps, and what becomes of the elements."""

    def __init__(self, node: tree.Comprehension, engine: str, text: str) -> None:
        self.node, self.engine, self.text = node, engine, text
        folds = _folds(node)
        self.steps: list[Step] = [_step(each, engine, text, folds) for each in node.qualifiers]
        self.body = None if node.body is None else self.computed(node.body)
        self.into = None if node.into is None else self.computed(node.into)
        self.start = None if node.reduce is None else self.computed(node.reduce)
        self.clauses = [(Matcher(MatchPrograms(each.pattern, "msb"), engine), self.computed(each.body)) for each in node.clauses]

    def computed(self, expr: tree.Expr) -> Computed:
        """An expression of it."""
        return Computed(expr, self.engine, self.text, nested)

    def run(self, environment: Environment) -> Any:
        """The result."""
        if self.start is not None:
            return self.reduced(environment)
        assert self.body is not None
        into = [] if self.into is None else self.into(environment)
        return collect(map(self.body, self.rounds(environment)), into, uniq=self.node.uniq)

    def rounds(self, environment: Environment) -> Iterator[Environment]:
        """The variables of each round."""
        found: Iterator[Environment] = iter((environment,))
        for step in self.steps:
            found = step(found)
        return found

    def reduced(self, environment: Environment) -> Any:
        """What the clauses make of the accumulator, element by element."""
        assert self.start is not None
        accumulator = self.start(environment)
        for inner in self.rounds(environment):
            for pattern, body in self.clauses:
                found = pattern.value(accumulator, pattern.given(inner))
                if found is not None:
                    accumulator = body({**inner, **found})
                    break
            else:
                raise ParseError(Problem("no-clause", f"no clause of reduce matches {shown(accumulator)}", got=accumulator))
        return accumulator


def nested(node: tree.Comprehension, engine: str, text: str) -> Callable[[Environment], Any]:
    """A comprehension in an expression."""
    return Plan(node, engine, text).run


def _folds(node: tree.Comprehension) -> bool:
    """Whether Elixir compiles it to a fold, and not to a comprehension of Erlang."""
    match node.into:
        case None | tree.ListOf((), None) | tree.Bitstring(()) | tree.Literal(b""):
            plain = True
        case _:
            plain = False
    lists = any(isinstance(each, tree.ListGenerator) for each in node.qualifiers)
    return not plain or node.uniq or node.reduce is not None or lists


# --- steps: each makes of the rounds before it those behind it -------------------------------------

Step = Callable[[Iterator[Environment]], Iterator[Environment]]


def _step(node: tree.BitGenerator | tree.ListGenerator | tree.Filter, engine: str, text: str, folds: bool) -> Step:
    if isinstance(node, tree.Filter):
        return _filter(Computed(node.condition, engine, text, nested), guard=node.guard)
    source = Computed(node.source, engine, text, nested)
    programs = MatchPrograms(node.pattern, "msb")
    if isinstance(node, tree.ListGenerator):
        return _list_generator(Matcher(programs, engine), source, strict=node.strict)
    folds = folds and node.pattern.dialect == "elixir"
    return _bit_generator(Repeated(programs, engine, strict=node.strict, folds=folds), source)


def _filter(condition: Computed, *, guard: bool) -> Step:
    """Goes on unless the condition is false or nil; one that is a guard holds if it is true, whatever else it is."""

    def holds(environment: Environment) -> bool:
        try:
            value = condition(environment)
        except (BuildError, TermFault):
            if not guard:
                raise
            return False
        return value is True or (not guard and value is not None and value is not False)

    return lambda rounds: filter(holds, rounds)


def _bit_generator(repeated: Repeated, source: Computed) -> Step:
    def step(rounds: Iterator[Environment]) -> Iterator[Environment]:
        for environment in rounds:
            for found in repeated.elements(source(environment), environment):
                yield {**environment, **found}

    return step


def _list_generator(pattern: Matcher, source: Computed, *, strict: bool) -> Step:
    def step(rounds: Iterator[Environment]) -> Iterator[Environment]:
        for environment in rounds:
            given = pattern.given(environment)
            for item in _items(source(environment)):
                found = pattern.value(item, given)
                if found is not None:
                    yield {**environment, **found}
                elif strict:
                    raise ParseError(Problem("mismatch", f"the pattern of a strict generator does not match {shown(item)}", got=item))

    return step


def _items(value: Any) -> Iterable[Any]:
    """What a generator of lists goes through; a range is not made a list."""
    from bitwright.terms.enumerables import items_of

    try:
        return value if isinstance(value, range) else items_of(value)
    except TermFault:
        raise ParseError(Problem("shape", f"a generator takes a list, a map or a range, not {shown(value)}", got=value)) from None
