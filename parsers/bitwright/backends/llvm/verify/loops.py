"""What is assumed of the numbers that a loop carries: guessed, and dropped unless it holds at first and every round keeps it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeGuard

from bitwright.backends.llvm.verify.linear import Sum, constant
from bitwright.backends.llvm.verify.memory import Value
from bitwright.backends.llvm.verify.numbers import range_of
from bitwright.backends.llvm.verify.places import MOST, OBJECT, Pointer, Root
from bitwright.backends.llvm.verify.signatures import HIGH
from bitwright.backends.llvm.verify.text import Instruction

if TYPE_CHECKING:
    from bitwright.backends.llvm.verify.walk import Walk

Guess = tuple[str, str, str | int]  # form, the number carried, and what it is compared with or its bound

_MOST: Final = constant(MOST)


def choose(walk: Walk, block: str, phis: list[Instruction]) -> None:
    """Give the values that are chosen where a block begins."""
    if block in walk.flow.loops:
        _carried(walk, block, phis)
        return
    joined: dict[int, dict[str, Sum]] = {}
    for one in phis:
        values = [walk.value(arg, one.kind) for arg in one.args]
        made = values[0] if all(value == values[0] for value in values) else OBJECT
        inputs = {before: value.root for before, value in zip(one.targets, values, strict=True) if _is_input(value)}
        if made is OBJECT and len(inputs) == len(values):
            size, there = walk.facts.new(*range_of("i64")), walk.facts.new(0, 1)
            joined[size.single or 0] = {before: root.size for before, root in inputs.items() if root.size is not None}
            joined[there.single or 0] = {before: root.there or constant(1) for before, root in inputs.items()}
            made = Pointer(Root("input", one.result, size, there=there), constant(0))
        if not isinstance(values[0], Pointer) and made is OBJECT:
            by = {before: walk.number(arg, one.kind) for arg, before in zip(one.args, one.targets, strict=True)}
            lows, highs = zip(*map(walk.facts.bounds, by.values()), strict=True)
            made = walk.facts.new(min(lows), max(highs))
            joined[made.single or 0] = by
        walk.values[str(one.result)] = made
    if joined:
        _shown_on_every_way(walk, block, joined)
        walk.chosen(block, joined)


def _is_input(value: Value) -> TypeGuard[Pointer]:
    return isinstance(value, Pointer) and value.root.kind == "input" and value.offset == constant(0)


def _shown_on_every_way(walk: Walk, block: str, joined: dict[int, dict[str, Sum]]) -> None:
    """Know of what is chosen at once what holds whichever way was taken: where it lies among the parameters, as positions do."""
    ends: list[Sum] = [walk.number(name, kind) for name, kind in walk.function.params if kind == "i64"]
    forms: list[tuple[int, Sum | None]] = [(1, None), (-1, _MOST), *((-1, end) for end in ends), *((1, end) for end in ends)]
    guesses = {(atom, times, end): None for atom in joined for times, end in forms}
    for before in walk.flow.before[block]:
        if before in walk.dead:
            continue
        mark = walk.facts.mark()
        for fact in walk.facts_before(before, block):
            walk.facts.push(fact)
        for atom, times, end in [*guesses]:
            chosen = joined[atom][before]
            if not walk.shown((chosen if end is None else chosen.minus(end)).times(times)):
                del guesses[atom, times, end]
        walk.facts.undo(mark)
    for atom, times, end in guesses:
        if end is _MOST:
            walk.facts.high[atom] = min(MOST, walk.facts.high[atom])
        elif end is None:
            walk.facts.low[atom] = max(0, walk.facts.low[atom])
        else:
            walk.know([Sum({atom: 1}).minus(end).times(times)])


def _carried(walk: Walk, block: str, phis: list[Instruction]) -> None:
    """At the head of a loop: what was shown at first is assumed."""
    numbers = [one for one in phis if one.kind[0] == "i" and one.kind[-1] != "*"]
    guesses = walk.signature.loops.get(block)
    if guesses is None:
        guesses = walk.signature.loops[block] = _guessed(walk, block, numbers)
    for before in walk.flow.before[block]:
        if not walk.flow.is_back(before, block) and before not in walk.dead:
            first = {str(one.result): walk.number(_given(one, before), one.kind) for one in numbers}
            mark = walk.facts.mark()
            for fact in walk.facts_before(before, block):
                walk.facts.push(fact)
            guesses -= {guess for guess in guesses if not walk.shown(_fact(walk, guess, first))}
            walk.facts.undo(mark)
    for one in phis:
        name = str(one.result)
        walk.values[name] = OBJECT
        if one in numbers:
            low, high = range_of(one.kind)
            low = 0 if ("low", name, 0) in guesses else low
            highs = [int(bound) for form, of, bound in guesses if form == "high" and of == name]
            walk.values[name] = walk.facts.new(low, min([high, *highs]))
    carried = {str(one.result): walk.number(one.result, one.kind) for one in numbers}
    walk.know([_fact(walk, guess, carried) for guess in guesses])


def _guessed(walk: Walk, block: str, numbers: list[Instruction]) -> set[Guess]:
    """That a number is no less than at first, and no more than what anything is compared with in the loop."""
    ends = {name for name, kind in walk.function.params if kind == "i64"}
    for inside in walk.flow.loops[block]:
        for one in walk.function.blocks[inside]:
            if one.op == "icmp" and one.kinds[0] in ("i64", "i128"):
                ends |= {arg for arg in one.args if isinstance(arg, str) and isinstance(walk.values.get(arg), Sum)}
    found: set[Guess] = set()
    for one in numbers:
        name = str(one.result)
        found |= {("low", name, 0), *(("high", name, bound) for bound in HIGH), *(("least", name, end) for end in ends)}
        for arg, before in zip(one.args, one.targets, strict=True):
            if not walk.flow.is_back(before, block) and isinstance(arg, str):
                found.add(("most", name, arg))
    return found


def keep_up(walk: Walk, latch: str) -> None:
    """At the end of a round: drop what it does not keep up."""
    for block in walk.flow.after[latch]:
        guesses = walk.signature.loops.get(block)
        if guesses is None or not walk.flow.is_back(latch, block):
            continue
        phis = [one for one in walk.function.blocks[block] if one.op == "phi" and one.kind[0] == "i" and one.kind[-1] != "*"]
        after = {str(one.result): walk.number(_given(one, latch), one.kind) for one in phis}
        mark = walk.facts.mark()
        for fact in walk.on_way(latch, block):
            walk.facts.push(fact)
        wrong = {guess for guess in guesses if not walk.shown(_fact(walk, guess, after))}
        walk.facts.undo(mark)
        guesses -= wrong
        walk.again |= bool(wrong)


def _given(one: Instruction, before: str) -> str | int | None:
    return one.args[one.targets.index(before)]


def _fact(walk: Walk, guess: Guess, numbers: Mapping[str, Sum]) -> Sum:
    """A guess as a sum that is not negative."""
    form, name, other = guess
    what = numbers[name]
    if form == "low":
        return what
    if isinstance(other, int):
        return what.times(-1).shifted(other)
    end = walk.number(other, "i64")
    return end.minus(what) if form == "least" else what.minus(end)
