"""Sums of unknown numbers, facts about them, and a search for proofs.

A fact is a sum that is not negative.  A proof of another adds facts up until no unknown number is left.  What is proven holds for
the integers of mathematics; whoever makes sums of what a machine adds has to prove first that it does not wrap around.  Where a number
is one of several, by the way that led to it (`cases`), a proof may be made for each way, with what is known on that way.

Promise: `prove` answers True only for what follows; it may fail to find a proof, since the search is bounded.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Final

DEPTH: Final = 9  # facts added up in one proof
BUDGET: Final = 250  # sums looked at in one proof


class Sum:
    """A constant plus unknown numbers times constants."""

    __slots__ = ("const", "terms")

    def __init__(self, terms: dict[int, int], const: int = 0) -> None:
        self.terms, self.const = terms, const

    def plus(self, other: Sum, times: int = 1) -> Sum:
        """This, and the other so many times."""
        terms = dict(self.terms)
        for atom, factor in other.terms.items():
            total = terms.get(atom, 0) + factor * times
            if total:
                terms[atom] = total
            else:
                terms.pop(atom, None)
        return Sum(terms, self.const + other.const * times)

    def minus(self, other: Sum) -> Sum:
        """The difference."""
        return self.plus(other, -1)

    def shifted(self, by: int) -> Sum:
        """This plus a constant."""
        return Sum(self.terms, self.const + by)

    def times(self, factor: int) -> Sum:
        """The product with a constant."""
        return Sum({atom: one * factor for atom, one in self.terms.items()}, self.const * factor) if factor else Sum({})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and self.const == other.const and self.terms == other.terms

    def __hash__(self) -> int:
        return hash((self.const, frozenset(self.terms.items())))

    @property
    def single(self) -> int | None:
        """The unknown number, if there is just one."""
        return next(iter(self.terms)) if len(self.terms) == 1 else None


def constant(value: int) -> Sum:
    """A number that is known."""
    return Sum({}, value)


@dataclasses.dataclass(slots=True)
class Case:
    """One way that leads to where a number is chosen: what is known on it, and what the numbers chosen there are."""

    facts: Callable[[], Sequence[Sum]]
    values: dict[int, Sum]


class Facts:
    """Unknown numbers and what is known about them at one point."""

    def __init__(self) -> None:
        self.low: list[int] = []
        self.high: list[int] = []
        self.cases: dict[int, list[Case]] = {}
        self._by: dict[tuple[int, bool], list[Sum]] = {}
        self._always: dict[tuple[int, bool], list[Sum]] = {}
        self._trail: list[Sum] = []
        self._budget = 0
        self._seen: set[Sum] = set()
        self._chosen: set[int] = set()
        self.tell: Callable[[Sum, bool], Sequence[Sum]] | None = None  # what follows if a number that is 0 or 1 is the one or the other

    def new(self, low: int, high: int) -> Sum:
        """A number that is not known, but for its bounds."""
        self.low.append(low)
        self.high.append(high)
        return Sum({len(self.low) - 1: 1})

    def mark(self) -> int:
        """What `undo` takes."""
        return len(self._trail)

    def push(self, fact: Sum) -> None:
        """Know it until `undo`."""
        self._trail.append(fact)
        for atom, factor in fact.terms.items():
            self._by.setdefault((atom, factor > 0), []).append(fact)

    def always(self, fact: Sum) -> None:
        """What holds wherever its numbers are known."""
        for atom, factor in fact.terms.items():
            self._always.setdefault((atom, factor > 0), []).append(fact)

    def _about(self, atom: int, *, positive: bool) -> list[Sum]:
        """The facts in which the number stands with this sign, the latest first."""
        return [*reversed(self._by.get((atom, positive), ())), *self._always.get((atom, positive), ())]

    def undo(self, mark: int) -> None:
        """Forget what was pushed since."""
        while len(self._trail) > mark:
            for atom, factor in self._trail.pop().terms.items():
                self._by[atom, factor > 0].pop()

    def bounds(self, what: Sum) -> tuple[int, int]:
        """Bounds that hold everywhere."""
        low = high = what.const
        for atom, factor in what.terms.items():
            one, other = self.low[atom] * factor, self.high[atom] * factor
            low, high = low + min(one, other), high + max(one, other)
        return low, high

    def prove(self, goal: Sum, *, times: int = 1) -> bool:
        """Whether it follows that the sum is not negative; with `times` as much work as usual."""
        before = self._budget, self._seen
        self._budget, self._seen = BUDGET * times, set()
        shown = self._search(goal, DEPTH)
        self._budget, self._seen = before
        return shown

    def _search(self, goal: Sum, depth: int) -> bool:
        low, high = self.bounds(goal)
        if low >= 0:
            return True
        if high < 0:
            return False
        self._budget -= 1
        if depth == 0 or self._budget <= 0 or not goal.terms or goal in self._seen:
            return False
        self._seen.add(goal)
        about = {one: self._about(one, positive=factor > 0) for one, factor in goal.terms.items()}
        atom = min(about, key=lambda one: (len(about[one]), -one))
        factor = goal.terms[atom]
        for fact in about[atom]:
            other = fact.terms[atom]
            common = math.gcd(factor, other)
            if self._search(goal.times(abs(other) // common).plus(fact, -(abs(factor) // common)), depth - 1):
                return True
        bound = self.low[atom] if factor > 0 else self.high[atom]
        if len(goal.terms) > 1 and abs(bound) < 1 << 62 and self._search(goal.plus(Sum({atom: 1}, -bound), -factor), depth - 1):
            return True
        return self._by_cases(goal, depth)

    def _told(self, atom: int, value: Sum) -> Sequence[Sum]:
        """What follows from a number that is the other one here, and known to be 0 or to be 1."""
        if self.tell is None or (self.low[atom], self.high[atom]) != (0, 1):
            return ()
        if any(fact.const == 0 and len(fact.terms) == 1 for fact in self._by.get((atom, False), ())):
            return self.tell(value, False)
        if any(fact.const == -1 and fact.terms == {atom: 1} for fact in self._by.get((atom, True), ())):
            return self.tell(value, True)
        return ()

    def _by_cases(self, goal: Sum, depth: int) -> bool:
        atom = max((one for one in goal.terms if one in self.cases and one not in self._chosen), default=None)
        if atom is None:
            return False
        seen = self._seen
        for case in self.cases[atom]:
            mark, chosen = self.mark(), self._chosen
            self._chosen, self._seen = chosen | set(case.values), set()
            said = case.facts()
            if any(not fact.terms and fact.const < 0 for fact in said):
                self._chosen = chosen
                continue  # nothing comes that way
            for fact in said:
                self.push(fact)
            wanted = goal
            for one, value in case.values.items():
                difference = Sum({one: 1}).minus(value)
                self.push(difference)
                self.push(difference.times(-1))
                if one in wanted.terms:
                    wanted = wanted.plus(difference, -wanted.terms[one])
                for fact in self._told(one, value):
                    self.push(fact)
            shown = self._search(wanted, depth - 1)
            self.undo(mark)
            self._chosen = chosen
            if not shown:
                self._seen = seen
                return False
        self._seen = seen
        return True
