"""A bitstring made of values, where an expression makes one to look at it: in a guard, in a size.

Promise: what Elixir's construction refuses raises `Fault`, and so does what would be larger than `MOST_BITS`, before it takes any memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from bitwright.wire.bitruns import UTF_BITS
from bitwright.wire.writing import (
    bitstring_of,
    canonical,
    code_point,
    cut,
    push_bits,
    push_float,
    push_integer,
    shortest_varint,
    size_in_bits,
    whole,
)

MOST_BITS: Final = 1 << 27
Part: TypeAlias = "tuple[str, bool, int, str]"  # type (of a number of variable size its coding), whether a size follows, unit, order


def composed(layout: tuple[Part, ...], *values: Any) -> Any:
    """The bitstring of these values; behind the value of a part that has a size stands that."""
    out, phase = bytearray(), 0
    given = iter(values)
    for kind, sized, unit, order in layout:
        value = next(given)
        size = size_in_bits(next(given), unit, MOST_BITS // 8) if sized else None
        push = _PUSHES.get(kind, _push_bytes)
        phase = push(out, phase, value, size, unit, kind, order)
        size_in_bits(8 * len(out), 1, MOST_BITS // 8)
    return canonical(out, phase)


def _push_integer(out: bytearray, phase: int, value: Any, size: Any, unit: int, kind: str, order: Any) -> int:
    return push_integer(out, phase, value, size, order, None)


def _push_float(out: bytearray, phase: int, value: Any, size: Any, unit: int, kind: str, order: Any) -> int:
    return push_float(out, phase, value, size, order, False, True)


def _push_bits(out: bytearray, phase: int, value: Any, size: Any, unit: int, kind: str, order: Any) -> int:
    return push_bits(out, phase, whole(value, unit) if size is None else cut(bitstring_of(value), size, False))


def _push_bytes(out: bytearray, phase: int, value: Any, size: Any, unit: int, kind: str, order: Any) -> int:
    return push_bits(out, phase, code_point(value, kind, order) if kind in UTF_BITS else shortest_varint(value, kind))


_Push: TypeAlias = Callable[[bytearray, int, Any, Any, int, str, Any], int]
_PUSHES: Final[Mapping[str, _Push]] = {"integer": _push_integer, "float": _push_float, "binary": _push_bits}
