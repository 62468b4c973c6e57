"""What the arithmetic of the machine gives, as sums; a result that may have wrapped around is any number of its width."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitwright.backends.llvm.verify.linear import Case, Sum, constant
from bitwright.backends.llvm.verify.text import Instruction

if TYPE_CHECKING:
    from bitwright.backends.llvm.verify.walk import Walk

_WIDEST: Final = 1 << 62


def range_of(kind: str) -> tuple[int, int]:
    """The numbers of a type."""
    width = int(kind[1:])
    return (0, 1) if width == 1 else (-(1 << width - 1), (1 << width - 1) - 1)


def fits(walk: Walk, value: Sum, kind: str) -> bool:
    """Whether a sum is shown to be a number of the type."""
    low, high = range_of(kind)
    known = walk.facts.bounds(value)
    return (known[0] >= low or walk.shown(value.shifted(-low))) and (known[1] <= high or walk.shown(constant(high).minus(value)))


def exactly(walk: Walk, value: Sum, kind: str) -> Sum:
    """The sum, or any number where it may have wrapped around."""
    return value if fits(walk, value, kind) else walk.any_number(kind)


def number_of(walk: Walk, one: Instruction) -> Sum:
    """The result of an instruction that computes."""
    source = one.kinds[0] if one.kinds else one.kind
    left = walk.number(one.args[0], source)
    if one.op in ("sext", "trunc"):
        return exactly(walk, left, one.kind)
    if one.op == "zext":
        return left if source == "i1" or walk.shown(left) else walk.facts.new(0, (1 << int(source[1:])) - 1)
    return _BINARY.get(one.op, _any)(walk, one.kind, left, walk.number(one.args[1], one.kind))


def _any(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    return walk.any_number(kind)


def _add(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    return exactly(walk, left.plus(right), kind)


def _sub(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    return exactly(walk, left.minus(right), kind)


def _mul(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    if not left.terms:
        left, right = right, left
    if right.terms:
        return walk.any_number(kind)
    return exactly(walk, left.times(right.const), kind)


def _and(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    """Of a number with a constant that is not negative: no more than either."""
    bounds = [walk.facts.bounds(left), walk.facts.bounds(right)]
    if all(low >= 0 and high <= 1 for low, high in bounds):
        return walk.conditions.join("and", left, right)
    highs = [high for low, high in bounds if low >= 0]
    return walk.facts.new(0, min(highs)) if highs else walk.any_number(kind)


def _or(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    bounds = [walk.facts.bounds(left), walk.facts.bounds(right)]
    if all(low >= 0 and high <= 1 for low, high in bounds):
        return walk.conditions.join("or", left, right)
    if any(low < 0 for low, _ in bounds):
        return walk.any_number(kind)
    return walk.facts.new(max(low for low, _ in bounds), (1 << max(high for _, high in bounds).bit_length()) - 1)


def _xor(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    if kind == "i1" and not right.terms:
        return constant(1).minus(left) if right.const else left
    bounds = [walk.facts.bounds(left), walk.facts.bounds(right)]
    if any(low < 0 for low, _ in bounds):
        return walk.any_number(kind)
    return walk.facts.new(0, (1 << max(high for _, high in bounds).bit_length()) - 1)


def _shl(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    if right.terms or not 0 <= right.const < int(kind[1:]):
        return walk.any_number(kind)
    return exactly(walk, left.times(1 << right.const), kind)


def _shr(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    """Division by a power of two that rounds down, of what is not negative."""
    if right.terms or not 0 <= right.const < int(kind[1:]) or not walk.shown(left):
        return walk.any_number(kind)
    low, high = walk.facts.bounds(left)
    return _divided(walk, left, 1 << right.const, max(low, 0), high)


def _div(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    if right.terms or right.const <= 0 or not walk.shown(left):
        return walk.any_number(kind)
    low, high = walk.facts.bounds(left)
    return _divided(walk, left, right.const, max(low, 0), high)


def _divided(walk: Walk, left: Sum, by: int, low: int, high: int) -> Sum:
    made = walk.facts.new(low // by, high // by)
    rest = left.minus(made.times(by))  # 0 <= rest < by
    walk.facts.always(rest)
    walk.facts.always(constant(by - 1).minus(rest))
    return made


def _rem(walk: Walk, kind: str, left: Sum, right: Sum) -> Sum:
    low, high = walk.facts.bounds(right)
    if low <= 0:
        return walk.any_number(kind)
    return walk.facts.new(0 if walk.shown(left) else 1 - high, high - 1)


_BINARY: Final = {
    "add": _add, "sub": _sub, "mul": _mul, "and": _and, "or": _or, "xor": _xor, "shl": _shl, "lshr": _shr, "ashr": _shr,
    "sdiv": _div, "udiv": _div, "srem": _rem, "urem": _rem,
}  # fmt: skip


def _extreme(walk: Walk, condition: Sum, then: Sum, other: Sum, made: Sum) -> None:
    """Know that the smaller of two numbers is no more than either, and the larger no less."""
    predicate, left, right = walk.conditions.compared.get(condition.single or 0, ("", then, other))
    if predicate[:1] != "s" or {left, right} != {then, other} or condition.const:
        return
    sign = 1 if (predicate[1] == "l") == (then == left) else -1
    for one in (then, other):
        walk.facts.always(one.minus(made).times(sign))


def selected(walk: Walk, one: Instruction) -> Sum:
    """One of two numbers, by a condition."""
    condition = walk.number(one.args[0], "i1")
    then, other = (walk.number(arg, one.kind) for arg in one.args[1:])
    if then == other:
        return then
    low, high = zip(*map(walk.facts.bounds, (then, other)), strict=True)
    made = walk.facts.new(min(low), max(high))
    atom = made.single or 0
    _extreme(walk, condition, then, other, made)
    walk.facts.cases[atom] = [
        Case(lambda: walk.conditions.told(condition, holds=True), {atom: then}),
        Case(lambda: walk.conditions.told(condition, holds=False), {atom: other}),
    ]
    return made
