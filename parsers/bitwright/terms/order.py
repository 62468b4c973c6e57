"""How terms compare: exactly (`===`), by value (`==`), and in their order.

Promise: number < atom < tuple < map < list < bitstring; integers and floats compare as the numbers that they are, without rounding;
-0.0 and 0.0 are equal by value and not exactly.  What is no term has no order: `TermFault`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Iterable
from typing import Any

from bitwright.terms.values import DEEPEST, TermFault, atom_text, fault, is_bits, normal


def exactly_equal(a: Any, b: Any) -> bool:
    """`===`: 1 and 1.0 differ, 0.0 and -0.0 too, and true is not 1."""
    kind = type(a)
    if kind is type(b) and kind in _SIMPLE:
        return bool(a == b)
    return _exact(a, b)


_SIMPLE = frozenset({int, bytes, str, bool, type(None)})
_COMMON = frozenset({int, bytes})  # of which two compare as Python compares them


def _exact(a: Any, b: Any) -> bool:
    """Without recursion, so that no nesting is too deep; pairs that were met before are not compared again."""
    waiting: list[tuple[Any, Any]] = [(a, b)]
    met: set[tuple[int, int]] = set()
    while waiting:
        a, b = waiting.pop()
        if not isinstance(a, tuple | list | dict):
            if not _exact_leaves(a, b):
                return False
        elif (id(a), id(b)) not in met:
            met.add((id(a), id(b)))
            pairs = _exact_parts(a, b)
            if pairs is None:
                return False
            waiting += pairs
    return True


def _exact_leaves(a: Any, b: Any) -> bool:
    if isinstance(a, float):
        return isinstance(b, float) and _same_float(a, b)
    if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
        return a is b
    if isinstance(a, int):
        return isinstance(b, int) and int(a) == int(b)
    if isinstance(a, str):
        return isinstance(b, str) and str(a) == str(b)
    a, b = normal(a), normal(b)
    return a is b or (type(a) is type(b) and (isinstance(a, bytes | range) or is_bits(a)) and bool(a == b))


def _exact_parts(a: Any, b: Any) -> list[tuple[Any, Any]] | None:
    """What must be equal for two containers to be so; None if they are not."""
    if isinstance(a, dict):
        return _exact_values(a, b) if isinstance(b, dict) and len(a) == len(b) else None
    if not isinstance(b, tuple if isinstance(a, tuple) else list) or len(a) != len(b):
        return None
    return list(zip(a, b, strict=True))


def _exact_values(a: dict[Any, Any], b: dict[Any, Any]) -> list[tuple[Any, Any]] | None:
    """The values of two maps with exactly the same keys; None if they have others."""
    try:
        others = {exact_key(key): value for key, value in b.items()}
        return [(value, others[exact_key(key)]) for key, value in a.items()]
    except (KeyError, TermFault):
        return None


def _same_float(a: float, b: float) -> bool:
    """NaN, which only the opt-in `nonfinite` reads, is itself."""
    return math.copysign(1.0, a) == math.copysign(1.0, b) if a == b else a != a and b != b  # noqa: PLR0124  # NaN


def exact_key(value: Any, depth: int = 0) -> Hashable:
    """Something hashable that two terms share if they are exactly equal, and only then."""
    if value is None or isinstance(value, bool):
        return "atom", atom_text(value), value
    if isinstance(value, int):
        return "integer", int(value)
    if isinstance(value, float):
        return "float", value if value == value else "nan", math.copysign(1.0, value)  # noqa: PLR0124  # NaN
    if isinstance(value, str):
        return "atom", str(value), None
    if isinstance(value, tuple | list | dict):
        if depth >= DEEPEST:
            fault("terms are nested too deeply to be compared")
        if isinstance(value, dict):
            return "map", frozenset((exact_key(k, depth + 1), exact_key(v, depth + 1)) for k, v in value.items())
        return "tuple" if isinstance(value, tuple) else "list", tuple([exact_key(each, depth + 1) for each in value])
    value = normal(value)
    if isinstance(value, bytes):
        return "bitstring", value, 8 * len(value)
    if is_bits(value):
        return "bitstring", value.tobytes(), len(value)
    return ("range", value.start, value.stop, value.step) if isinstance(value, range) else ("other", id(value))


_NUMBER, _ATOM, _TUPLE, _MAP, _LIST, _BITSTRING = range(6)


def _rank(value: Any) -> int:
    if isinstance(value, int | float):
        return _ATOM if isinstance(value, bool) else _NUMBER
    if value is None or isinstance(value, str):
        return _ATOM
    if isinstance(value, tuple):
        return _TUPLE
    if isinstance(value, dict | range):
        return _MAP
    if isinstance(value, list):
        return _LIST
    if isinstance(value, bytes) or is_bits(value):
        return _BITSTRING
    return fault(f"a {type(value).__name__} has no place in the order of terms")


def compare(a: Any, b: Any, *, exact: bool = False, depth: int = 0) -> int:
    """-1, 0 or 1.  `exact` is the order of the keys of a map: an integer comes before the float of the same value."""
    a, b = normal(a), normal(b)
    rank, other = _rank(a), _rank(b)
    if rank != other:
        return -1 if rank < other else 1
    if rank == _NUMBER:
        return _sign(a, b) or (_exact_tie(a, b) if exact else 0)
    if rank == _ATOM:
        return _sign(atom_text(a), atom_text(b))
    if rank == _BITSTRING:
        return _compare_bits(a, b)
    if depth >= DEEPEST:
        fault("terms are nested too deeply to be compared")
    if rank == _MAP:
        return _compare_maps(a, b, exact, depth + 1)
    if rank == _TUPLE and len(a) != len(b):
        return _sign(len(a), len(b))
    return _compare_items(a, b, exact, depth + 1) or _sign(len(a), len(b))


def _sign(a: Any, b: Any) -> int:
    return int(a > b) - int(a < b)


def _exact_tie(a: float, b: float) -> int:
    """Of two numbers of the same value."""
    return _sign(isinstance(a, float), isinstance(b, float)) or _sign(math.copysign(1, a), math.copysign(1, b))


def _compare_items(a: Iterable[Any], b: Iterable[Any], exact: bool, depth: int) -> int:
    for x, y in zip(a, b, strict=False):
        found = compare(x, y, exact=exact, depth=depth)
        if found:
            return found
    return 0


def _compare_maps(a: Any, b: Any, exact: bool, depth: int) -> int:
    if isinstance(a, range) or isinstance(b, range):
        if isinstance(a, range) and isinstance(b, range):
            return _sign((a.start, a.stop, a.step), (b.start, b.stop, b.step))
        fault("a range has no place in the order of maps")
    if len(a) != len(b):
        return _sign(len(a), len(b))
    keys, others = sorted_keys(a), sorted_keys(b)
    return _compare_items(keys, others, True, depth) or _compare_items([a[k] for k in keys], [b[k] for k in others], exact, depth)


def _compare_bits(a: Any, b: Any) -> int:
    if isinstance(a, bytes) and isinstance(b, bytes):
        return _sign(a, b)
    return _sign(_padded(a), _padded(b))


def _padded(value: Any) -> tuple[bytes, int]:
    """Zeros behind the bits never make them larger than what goes on with ones, and the length decides the rest."""
    return (value, 8 * len(value)) if isinstance(value, bytes) else (value.tobytes(), len(value))


def sorted_keys(value: dict[Any, Any]) -> list[Any]:
    """The keys of a map in the order in which a map gives them."""
    return sorted(value, key=functools.cmp_to_key(lambda x, y: compare(x, y, exact=True)))


sort_key = functools.cmp_to_key(compare)


def equal(a: Any, b: Any) -> bool:
    """`==`."""
    return _equal(a, b, 0)


def _equal(a: Any, b: Any, depth: int) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float) and not isinstance(a, bool) and not isinstance(b, bool):
        return bool(a == b)
    if isinstance(a, tuple | list | dict):
        if depth >= DEEPEST:
            fault("terms are nested too deeply to be compared")
        if isinstance(a, dict):
            return isinstance(b, dict) and _equal_maps(a, b, depth + 1)
        sequence = tuple if isinstance(a, tuple) else list
        return isinstance(b, sequence) and len(a) == len(b) and all(_equal(x, y, depth + 1) for x, y in zip(a, b, strict=True))
    return _exact(a, b)


def _equal_maps(a: dict[Any, Any], b: dict[Any, Any], depth: int) -> bool:
    if len(a) != len(b):
        return False
    pairs = _exact_values(a, b)
    return pairs is not None and all(_equal(x, y, depth) for x, y in pairs)


def less(a: Any, b: Any) -> bool:
    """`<`."""
    return bool(a < b) if type(a) in _COMMON and type(a) is type(b) else compare(a, b) < 0


def at_most(a: Any, b: Any) -> bool:
    """`<=`."""
    return bool(a <= b) if type(a) in _COMMON and type(a) is type(b) else compare(a, b) <= 0


def greater(a: Any, b: Any) -> bool:
    """`>`."""
    return bool(a > b) if type(a) in _COMMON and type(a) is type(b) else compare(a, b) > 0


def at_least(a: Any, b: Any) -> bool:
    """`>=`."""
    return bool(a >= b) if type(a) in _COMMON and type(a) is type(b) else compare(a, b) >= 0


def smallest(a: Any, b: Any) -> Any:
    """`min`: of equal ones the first."""
    return b if compare(a, b) > 0 else a


def largest(a: Any, b: Any) -> Any:
    """`max`: of equal ones the first."""
    return b if compare(a, b) < 0 else a
