"""Functions on lists, tuples and maps.

Promise: no argument is changed.  A map is a dict, which cannot hold a list or a map as a key, nor both 1 and 1.0: to make such a map
raises `TermFault`.
"""

from __future__ import annotations

from typing import Any

from bitwright.terms import order
from bitwright.terms import values as limits
from bitwright.terms.values import bit_size, fault, integer, listed, mapped, natural, normal, tupled, wrong

MOST_ITEMS = limits.WIDEST_BITS


# --- lists -------------------------------------------------------------------------------------


def head(value: Any) -> Any:
    """`hd`."""
    return value[0] if isinstance(value, list) and value else wrong("a list that is not empty", value)


def tail(value: Any) -> list[Any]:
    """`tl`."""
    return value[1:] if isinstance(value, list) and value else wrong("a list that is not empty", value)


def length(value: Any) -> int:
    """`length`."""
    return len(listed(value))


def make_list(*items: Any) -> list[Any]:
    """`[a, b]`."""
    return list(items)


def prepend(first: Any, *more: Any) -> list[Any]:
    """`[a, b | tail]`; a tail that is no list cannot be held."""
    *items, rest = (first, *more)
    return [*items, *listed(rest)]


def concatenated(left: Any, right: Any) -> list[Any]:
    """`left ++ right`."""
    return [*listed(left), *listed(right)]


def without(left: Any, right: Any) -> list[Any]:
    """`left -- right`: of each element on the right the first that is exactly equal is left out."""
    missing: dict[Any, int] = {}
    for each in listed(right):
        key = order.exact_key(each)
        missing[key] = missing.get(key, 0) + 1
    kept = []
    for each in listed(left):
        key = order.exact_key(each)
        if missing.get(key):
            missing[key] -= 1
        else:
            kept.append(each)
    return kept


def flatten(value: Any) -> list[Any]:
    """`List.flatten`."""
    found: list[Any] = []
    _flatten(listed(value), found, 0)
    return found


def _flatten(value: list[Any], found: list[Any], depth: int) -> None:
    if depth >= limits.DEEPEST:
        fault("the lists are nested too deeply")
    for each in value:
        if isinstance(each, list):
            _flatten(each, found, depth + 1)
        else:
            found.append(each)


def wrapped(value: Any) -> list[Any]:
    """`List.wrap`."""
    return [] if value is None else value if isinstance(value, list) else [value]


def first_of_list(value: Any, default: Any = None) -> Any:
    """`List.first`."""
    return listed(value)[0] if listed(value) else default


def last_of_list(value: Any, default: Any = None) -> Any:
    """`List.last`."""
    return listed(value)[-1] if listed(value) else default


def repeated(value: Any, count: Any) -> list[Any]:
    """`List.duplicate`."""
    times = natural(count)
    return [value] * times if times <= MOST_ITEMS else fault("the list would be too long")


def deleted(value: Any, what: Any) -> list[Any]:
    """`List.delete`: the first that is exactly equal."""
    return without(value, [what])


def _index(value: list[Any], position: Any, most: int) -> int | None:
    at = integer(position)
    at += len(value) if at < 0 else 0
    return at if 0 <= at < most else None


def deleted_at(value: Any, position: Any) -> list[Any]:
    """`List.delete_at`."""
    found = listed(value)
    at = _index(found, position, len(found))
    return found if at is None else found[:at] + found[at + 1 :]


def replaced_at(value: Any, position: Any, by: Any) -> list[Any]:
    """`List.replace_at`."""
    found = listed(value)
    at = _index(found, position, len(found))
    return found if at is None else [*found[:at], by, *value[at + 1 :]]


def inserted_at(value: Any, position: Any, what: Any) -> list[Any]:
    """`List.insert_at`: a place beyond the end is the end, one before the beginning the beginning."""
    found, place = listed(value), integer(position)
    at = min(place, len(found)) if place >= 0 else max(len(found) + place + 1, 0)
    return [*found[:at], what, *found[at:]]


# --- tuples ------------------------------------------------------------------------------------


def make_tuple(*items: Any) -> tuple[Any, ...]:
    """`{a, b}`."""
    return items


def element(value: Any, position: Any) -> Any:
    """`elem`."""
    value, position = tupled(value), integer(position)
    return value[position] if 0 <= position < len(value) else fault(f"the tuple has no element {position}")


def put_element(value: Any, position: Any, what: Any) -> tuple[Any, ...]:
    """`put_elem`."""
    element(value, position)
    return (*value[:position], what, *value[position + 1 :])


def tuple_size(value: Any) -> int:
    """`tuple_size`."""
    return len(tupled(value))


def tuple_of_list(value: Any) -> tuple[Any, ...]:
    """`List.to_tuple`."""
    return tuple(listed(value))


def list_of_tuple(value: Any) -> list[Any]:
    """`Tuple.to_list`."""
    return list(tupled(value))


def tuple_of_copies(value: Any, count: Any) -> tuple[Any, ...]:
    """`Tuple.duplicate`."""
    return tuple(repeated(value, count))


def tuple_with(value: Any, what: Any) -> tuple[Any, ...]:
    """`Tuple.append`."""
    return (*tupled(value), what)


def tuple_with_at(value: Any, position: Any, what: Any) -> tuple[Any, ...]:
    """`Tuple.insert_at`."""
    if not 0 <= integer(position) <= len(tupled(value)):
        fault(f"the tuple has no place {position}")
    return (*value[:position], what, *value[position:])


def tuple_without_at(value: Any, position: Any) -> tuple[Any, ...]:
    """`Tuple.delete_at`."""
    element(value, position)
    return (*value[:position], *value[position + 1 :])


# --- maps --------------------------------------------------------------------------------------


def make_map(*items: Any) -> dict[Any, Any]:
    """`%{key => value}`: keys and values in turn; of equal keys the last value."""
    made: dict[Any, Any] = {}
    for key, value in zip(items[::2], items[1::2], strict=True):
        store(made, key, value)
    return made


def store(made: dict[Any, Any], key: Any, value: Any) -> None:
    """Put a pair into a dict; a fault where that would be another key than a map's."""
    key = _key(key)
    try:
        if key in made and not order.exactly_equal(key, found := next(k for k in made if k == key)):
            fault(f"a dict cannot hold both {key!r} and {found!r} as keys")
        made[key] = value
    except TypeError:
        wrong("a key that can be one of a dict", key)


def _key(key: Any) -> Any:
    return normal(key)


def _found(value: Any, key: Any) -> tuple[bool, Any]:
    """Whether a map has a key, exactly, and the value."""
    mapping, key = mapped(value), _key(key)
    try:
        if key not in mapping:
            return False, None
        if type(key) in _ONE_KIND or any(order.exactly_equal(each, key) for each in mapping):
            return True, mapping[key]
    except TypeError:  # a list is no key of a dict
        return False, None
    return False, None


_ONE_KIND = frozenset({bytes, str, type(None)})  # a key of these kinds equals none of another


def map_size(value: Any) -> int:
    """`map_size`."""
    return len(mapped(value))


def has_key(value: Any, key: Any) -> bool:
    """`is_map_key`, `Map.has_key?`."""
    return _found(value, key)[0]


def get(value: Any, key: Any, default: Any = None) -> Any:
    """`Map.get`."""
    found, what = _found(value, key)
    return what if found else default


def fetch(value: Any, key: Any) -> Any:
    """`Map.fetch!`, `map.key`: a fault where there is none."""
    found, what = _found(value, key)
    return what if found else wrong("a map with that key", value)


def access(value: Any, key: Any) -> Any:
    """`value[key]`: of a map, of a list of pairs, or of nil."""
    if value is None:
        return None
    if isinstance(value, list):
        return next((pair[1] for pair in value if isinstance(pair, tuple) and len(pair) == 2 and order.exactly_equal(pair[0], key)), None)
    return get(value, key)


def put(value: Any, key: Any, what: Any) -> dict[Any, Any]:
    """`Map.put`."""
    made = dict(mapped(value))
    store(made, key, what)
    return made


def dropped_key(value: Any, key: Any) -> dict[Any, Any]:
    """`Map.delete`."""
    if not has_key(value, key):
        return mapped(value)
    made = dict(mapped(value))
    del made[_key(key)]
    return made


def keys(value: Any) -> list[Any]:
    """`Map.keys`."""
    return order.sorted_keys(mapped(value))


def values(value: Any) -> list[Any]:
    """`Map.values`."""
    return [value[key] for key in keys(value)]


def merged(left: Any, right: Any) -> dict[Any, Any]:
    """`Map.merge`."""
    made = dict(mapped(left))
    for key, value in mapped(right).items():
        store(made, key, value)
    return made


def size_of(value: Any) -> int:
    """Erlang's `size`: of a tuple its elements, of a binary its bytes."""
    return len(value) if isinstance(value, tuple) else bit_size(value) // 8
