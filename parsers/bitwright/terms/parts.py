"""Terms taken apart, as patterns do: tuples, lists, maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bitwright.terms.order import exactly_equal


def unfolded(value: Any, kind: str, count: int) -> Sequence[Any] | None:
    """The elements of a tuple or a list of so many; of `cons` the first so many and the rest; of a map none.  None if it is no such."""
    if kind == "map":
        return () if isinstance(value, Mapping) else None
    if not isinstance(value, tuple if kind == "tuple" else list):
        return None
    parts: Sequence[Any] = value
    if kind == "cons":
        return (*parts[:count], parts[count:]) if len(parts) >= count else None
    return parts if len(parts) == count else None


def entry_of(value: Any, key: Any) -> tuple[Any] | None:
    """What a map holds under exactly that key, where 1 is not 1.0; None if it is no map, or has no such key."""
    if not isinstance(value, Mapping):
        return None
    return next(((held,) for known, held in value.items() if exactly_equal(known, key)), None)
