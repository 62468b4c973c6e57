"""What a comparison says where it holds and where it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from bitwright.backends.llvm.verify.linear import Facts, Sum, constant

_OPPOSITE: Final = {"eq": "ne", "ne": "eq", "slt": "sge", "sge": "slt", "sgt": "sle", "sle": "sgt"}
_OPPOSITE_UNSIGNED: Final = {"ult": "uge", "uge": "ult", "ugt": "ule", "ule": "ugt"}
_COMPARE: Final[dict[str, Callable[[int], bool]]] = {
    "eq": lambda d: d == 0, "ne": lambda d: d != 0, "slt": lambda d: d < 0, "sle": lambda d: d <= 0, "sgt": lambda d: d > 0,
    "sge": lambda d: d >= 0,
}  # fmt: skip


class Conditions:
    """Numbers that are 0 or 1 because of comparisons, and what calls promise where they have not failed."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        facts.tell = lambda condition, holds: self.told(condition, holds=holds)
        self.compared: dict[int, tuple[str, Sum, Sum]] = {}
        self.joined: dict[int, tuple[str, Sum, Sum]] = {}  # by `and` or `or`
        self.promised: dict[int, Callable[[], Sequence[Sum]]] = {}  # by the status of a call: what holds if that is 0
        self.not_negative: dict[int, Callable[[], Sequence[Sum]]] = {}  # by the result of a call: what holds if that is not -1

    def compare(self, predicate: str, left: Sum, right: Sum) -> Sum:
        """The result of a comparison: a constant where bounds decide it."""
        if predicate in _COMPARE:
            compare, (low, high) = _COMPARE[predicate], self.facts.bounds(left.minus(right))
            if low == high or low > 0 or high < 0 or (predicate not in ("eq", "ne") and compare(low) == compare(high)):
                return constant(int(compare(low)))
        made = self.facts.new(0, 1)
        self.compared[made.single or 0] = (predicate, left, right)
        return made

    def join(self, how: str, left: Sum, right: Sum) -> Sum:
        """Both or either of two numbers that are 0 or 1."""
        made = self.facts.new(0, 1)
        self.joined[made.single or 0] = (how, left, right)
        return made

    def told(self, condition: Sum, *, holds: bool) -> list[Sum]:
        """What follows if a number that is 0 or 1 is the one or the other."""
        return self.says("eq", condition, constant(int(holds)))

    def says(self, predicate: str, left: Sum, right: Sum) -> list[Sum]:
        """What follows from a comparison that holds."""
        if predicate in _OPPOSITE_UNSIGNED:
            return self._unsigned(predicate, left, right)
        difference = left.minus(right)
        found: list[Sum] = []
        if predicate in ("eq", "sge", "sgt"):
            found.append(difference.shifted(-(predicate == "sgt")))
        if predicate in ("eq", "sle", "slt"):
            found.append(difference.times(-1).shifted(-(predicate == "slt")))
        atom = difference.single
        if atom in self.not_negative and not _COMPARE[predicate](difference.const - difference.terms[atom]):
            found += self.not_negative[atom]()
        if atom is not None and self.facts.high[atom] - self.facts.low[atom] == 1:
            possible = [value for value in (self.facts.low[atom], self.facts.high[atom])
                        if _COMPARE[predicate](difference.terms[atom] * value + difference.const)]  # fmt: skip
            if len(possible) == 1:
                found += self._is(atom, possible[0])
        return found

    def _is(self, atom: int, value: int) -> list[Sum]:
        """What follows if a number that can be two things is this one."""
        this = Sum({atom: 1}, -value)
        found = [this, this.times(-1)]
        if atom in self.compared:
            predicate, left, right = self.compared[atom]
            if not value:
                predicate = (_OPPOSITE | _OPPOSITE_UNSIGNED)[predicate]
            found += self.says(predicate, left, right)
        if atom in self.joined:
            how, left, right = self.joined[atom]
            if (how == "and") == bool(value):
                found += self.told(left, holds=bool(value)) + self.told(right, holds=bool(value))
        if atom in self.promised and value == 0:
            found += self.promised[atom]()
        return found

    def _unsigned(self, predicate: str, left: Sum, right: Sum) -> list[Sum]:
        """Of numbers without a sign only what says that one is less than another that has none either."""
        if predicate in ("ugt", "uge"):
            left, right, predicate = right, left, {"ugt": "ult", "uge": "ule"}[predicate]
        if not self.facts.prove(right):
            return []
        return [left, right.minus(left).shifted(-(predicate == "ult"))]
