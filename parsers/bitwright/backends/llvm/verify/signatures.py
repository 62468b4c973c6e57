"""What is assumed of a function: of its parameters, because each call shows it, and of its results, because each way out does.

Assumptions are guessed from a few forms, all of them at first; whichever is not shown somewhere is dropped, and what relied on
it is looked at again, until all that are left are shown with all that are left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from bitwright.backends.llvm.verify.flow import Flow
from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.memory import touched_in
from bitwright.backends.llvm.verify.text import CodeFunction, CodeModule

Guess = tuple[str, int, int]  # form, number of the parameter or result, and the other parameter or the bound
HIGH: Final = (0, 1, 255, 0xFFFF, 0xFFFF_FFFF, 1 << 48, 1 << 56, 1 << 61)


@dataclasses.dataclass(slots=True)
class Signature:
    """What is known of a function from outside."""

    function: CodeFunction
    numbers: list[int]  # the parameters that are numbers
    given: dict[int, tuple[str, int]] = dataclasses.field(default_factory=dict)  # what pointers lead to, and how many bytes are there
    before: set[Guess] = dataclasses.field(default_factory=set)  # assumed of the parameters
    after: set[Guess] = dataclasses.field(default_factory=set)  # assumed of the results where it has not failed
    results: dict[int, str] = dataclasses.field(default_factory=dict)  # the parameters through which numbers are given back
    has_status: bool = False  # it gives 0 or -1
    sized: bool = True  # whether the context that it gets tells the size of the input
    slots: dict[int, int] = dataclasses.field(default_factory=dict)  # of the context that it gets: the bytes that some slots lead to
    loops: dict[str, set[tuple[str, str, str | int]]] = dataclasses.field(default_factory=dict)  # assumed of what loops carry


class Signatures:
    """Those of all functions of a module."""

    def __init__(self, module: CodeModule) -> None:
        self.module = module
        self._flows: dict[str, Flow] = {}
        self._touched: dict[str, dict[str, set[str]]] = {}
        self.all = {name: self._guessed(function) for name, function in module.functions.items()}

    def __getitem__(self, name: str) -> Signature:
        return self.all[name]

    def flow_of(self, function: CodeFunction) -> Flow:
        """The blocks of a function."""
        if function.name not in self._flows:
            self._flows[function.name] = Flow(function)
        return self._flows[function.name]

    def touched_in(self, function: CodeFunction) -> dict[str, set[str]]:
        """As `memory.touched_in`, once."""
        if function.name not in self._touched:
            self._touched[function.name] = touched_in(function)
        return self._touched[function.name]

    def _guessed(self, function: CodeFunction) -> Signature:
        numbers = [index for index, (_, kind) in enumerate(function.params) if kind in ("i64", "i128")]
        made = Signature(function, numbers)
        if not function.internal:
            return made
        places = {name: index for index, (name, kind) in enumerate(function.params) if kind == "ptr"}
        lines = [one for block in function.blocks.values() for one in block]
        for one in lines:
            if one.op == "store" and one.kinds[0][0] == "i" and one.args[1] in places:
                made.results[places[str(one.args[1])]] = one.kinds[0]
        made.has_status = all(one.args and one.args[0] in (0, -1) for one in lines if one.op == "ret")
        for index in numbers:
            made.before |= {("low", index, 0), ("size", index, 0), *(("high", index, bound) for bound in HIGH)}
            made.before |= {("least", index, other) for other in numbers if other != index}
        for place in made.results:
            made.after |= {("low", place, 0), ("size", place, 0), *(("high", place, bound) for bound in HIGH)}
            made.after |= {(form, place, index) for form in ("least", "most") for index in numbers}
        return made


def bounds_of(guesses: set[Guess], number: int, low: int, high: int) -> tuple[int, int]:
    """What the guesses say of a number alone."""
    low = 0 if ("low", number, 0) in guesses else low
    return low, min([high, *(bound for form, one, bound in guesses if form == "high" and one == number)])


def fact_of(guess: Guess, what: Sum, numbers: Mapping[int, Sum], size: Sum | None) -> Sum | None:
    """A guess as a sum that is not negative; None if it means nothing here, as where there is no input."""
    form, _, other = guess
    if form == "low":
        return what
    if form == "high":
        return constant(other).minus(what)
    if form == "size":
        return None if size is None else size.minus(what)
    return numbers[other].minus(what) if form == "least" else what.minus(numbers[other])
