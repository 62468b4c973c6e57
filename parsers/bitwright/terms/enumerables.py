"""`Enum`: its functions that take no function.

Promise: no argument is changed; whatever is enumerable there (lists, maps as pairs, ranges) is so here.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from bitwright.terms import order
from bitwright.terms.containers import MOST_ITEMS, get, has_key, store
from bitwright.terms.numbers import add, multiply
from bitwright.terms.strings import part, to_string
from bitwright.terms.values import binary, fault, integer, is_integer, natural, wrong


def items_of(value: Any) -> list[Any]:
    """What an enumerable gives: the elements of a list, the pairs of a map in the order of its keys, the numbers of a range."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [(key, value[key]) for key in order.sorted_keys(value)]
    if isinstance(value, range):
        return list(value) if _length(value) <= MOST_ITEMS else fault("the range is too long")
    return wrong("an enumerable", value)


def _length(value: range) -> int:
    """`len` refuses what no list could hold."""
    return max(0, (value.stop - value.start + value.step - (1 if value.step > 0 else -1)) // value.step)


def make_range(first: Any, last: Any, step: Any = None) -> range:
    """`first..last//step`; without a step upwards, or downwards where the last is smaller."""
    first, last = integer(first), integer(last)
    step = (1 if first <= last else -1) if step is None else integer(step)
    if step == 0:
        fault("the step of a range is not zero")
    return range(first, last + (1 if step > 0 else -1), step)


def count(value: Any) -> int:
    """`Enum.count`."""
    return _length(value) if isinstance(value, range) else len(value if isinstance(value, dict) else items_of(value))


def _folded(function: Callable[[Any, Any], int | float], found: list[Any], initial: float) -> int | float:
    for each in found:
        initial = function(initial, each)
    return initial


def total(value: Any) -> int | float:
    """`Enum.sum`."""
    if isinstance(value, range):
        return (value[0] + value[-1]) * _length(value) // 2 if value else 0
    return _folded(add, items_of(value), 0)


def product(value: Any) -> int | float:
    """`Enum.product`."""
    return _folded(multiply, items_of(value), 1)


def reversed_items(value: Any, rest: Any = ()) -> list[Any]:
    """`Enum.reverse`."""
    return [*items_of(value)[::-1], *(items_of(rest) if rest != () else ())]


def joined_text(value: Any, between: Any = b"") -> bytes:
    """`Enum.join`."""
    return binary(between).join([to_string(each) for each in items_of(value)])


def smallest(value: Any) -> Any:
    """`Enum.min`."""
    return functools.reduce(order.smallest, items_of(value) or wrong("an enumerable that is not empty", value))


def largest(value: Any) -> Any:
    """`Enum.max`."""
    return functools.reduce(order.largest, items_of(value) or wrong("an enumerable that is not empty", value))


def sorted_items(value: Any, direction: Any = "asc") -> list[Any]:
    """`Enum.sort`."""
    if direction not in ("asc", "desc"):
        wrong("asc or desc", direction)
    return sorted(items_of(value), key=order.sort_key, reverse=direction == "desc")


def distinct(value: Any) -> list[Any]:
    """`Enum.uniq`."""
    known: dict[Any, Any] = {}
    for each in items_of(value):
        known.setdefault(order.exact_key(each), each)
    return list(known.values())


def dedup(value: Any) -> list[Any]:
    """`Enum.dedup`: of equal neighbours one."""
    kept: list[Any] = []
    for each in items_of(value):
        if not kept or not order.exactly_equal(kept[-1], each):
            kept.append(each)
    return kept


def at(value: Any, position: Any, default: Any = None) -> Any:
    """`Enum.at`."""
    found, position = items_of(value), integer(position)
    return found[position] if -len(found) <= position < len(found) else default


def fetch_at(value: Any, position: Any) -> Any:
    """`Enum.fetch!`."""
    found, position = items_of(value), integer(position)
    return found[position] if -len(found) <= position < len(found) else fault("the enumerable has no such element")


def concatenation(value: Any, more: Any = None) -> list[Any]:
    """`Enum.concat`: of a list of enumerables, or of two."""
    parts = items_of(value) if more is None else [value, more]
    return list(itertools.chain.from_iterable([items_of(each) for each in parts]))


def taken(value: Any, amount: Any) -> list[Any]:
    """`Enum.take`; a negative amount from the end."""
    if integer(amount) == 0:
        return []
    found = items_of(value)
    return found[:amount] if amount > 0 else found[amount:] if amount > -len(found) else found[:]


def dropped(value: Any, amount: Any) -> list[Any]:
    """`Enum.drop`; a negative amount from the end."""
    found, amount = items_of(value), integer(amount)
    return found[amount:] if amount >= 0 else found[:amount]


def sliced(value: Any, start: Any, amount: Any = None) -> list[Any]:
    """`Enum.slice`."""
    return part(items_of(value), start, amount)


def is_member(value: Any, what: Any) -> bool:
    """`Enum.member?`, `in`: exactly equal to one."""
    if isinstance(value, range):
        return isinstance(what, int) and not isinstance(what, bool) and what in value
    if isinstance(value, dict):
        return isinstance(what, tuple) and len(what) == 2 and has_key(value, what[0]) and order.exactly_equal(get(value, what[0]), what[1])
    return any(order.exactly_equal(each, what) for each in items_of(value))


def is_in_range(what: Any, first: Any, last: Any, step: Any = None) -> bool:
    """`what in first..last` in a guard, where bounds that are no integers hold nothing."""
    if not all(map(is_integer, (what, first, last))):
        return False
    return what in make_range(first, last, step)


def is_empty(value: Any) -> bool:
    """`Enum.empty?`."""
    return count(value) == 0


def zipped(left: Any, right: Any = None) -> list[Any]:
    """`Enum.zip`: of two enumerables, or of a list of them."""
    parts: Iterable[Any] = items_of(left) if right is None else (left, right)
    return list(zip(*[items_of(each) for each in parts], strict=False))


def unzipped(value: Any) -> tuple[Any, ...]:
    """`Enum.unzip`."""
    pairs = items_of(value)
    if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in pairs):
        wrong("pairs", value)
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def with_index(value: Any, offset: Any = 0) -> list[Any]:
    """`Enum.with_index`."""
    offset = integer(offset)
    return [(each, offset + i) for i, each in enumerate(items_of(value))]


def chunks(value: Any, size: Any, step: Any = None, leftover: Any = ()) -> list[Any]:
    """`Enum.chunk_every(value, size, step, leftover)`, with `:discard` for the last."""
    found, size, step = items_of(value), natural(size), natural(size if step is None else step)
    if not size or not step:
        fault("the size and the step of chunks are at least 1")
    made = []
    for begin in range(0, len(found), step):
        chunk = found[begin : begin + size]
        if len(chunk) < size:
            if leftover == "discard":
                break
            chunk = [*chunk, *items_of(list(leftover) if leftover == () else leftover)[: size - len(chunk)]]
            made.append(chunk)
            break
        made.append(chunk)
    return made


def interspersed(value: Any, between: Any) -> list[Any]:
    """`Enum.intersperse`."""
    found = items_of(value)
    return [each for i, item in enumerate(found) for each in ((between, item) if i else (item,))]


def frequencies(value: Any) -> dict[Any, Any]:
    """`Enum.frequencies`."""
    made: dict[Any, Any] = {}
    for each in items_of(value):
        store(made, each, get(made, each, 0) + 1)
    return made


def new_map(value: Any = ()) -> dict[Any, Any]:
    """`Map.new`, `Enum.into(pairs, %{})`."""
    made: dict[Any, Any] = {}
    for pair in items_of(value) if value != () else ():
        if not isinstance(pair, tuple) or len(pair) != 2:
            wrong("a pair", pair)
        store(made, *pair)
    return made
