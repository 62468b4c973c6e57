"""What `parse(data, keep=True)` remembers of an object: how its values lay on the wire where they could lie otherwise.

Each object has a table of its own, so that lists may be edited and parts moved to other messages.  Tables
stand beside the objects, found by identity and gone with them: they take part in nothing, not in `==`, `repr`, JSON
or matching, and an object that was parsed without `keep` pays nothing for them.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias, TypeVar

from bitwright.errors import Location

# Where in the object: the path from its own fields on, what kind of op it was, where it is declared.
Place: TypeAlias = tuple[tuple[str | int, ...], str, Location | None]
Table: TypeAlias = dict[Place, Any]

# Where a struct that pointers count from lay: the input, and its first byte in it.
APART: Final[Place] = ((), "apart", None)

# Bits as one number: in which order the bytes count, if of a byte the most significant bit comes first, or the least.
ORDERS: Final[Mapping[str, Literal["big", "little"]]] = {"msb": "big", "lsb": "little"}

T = TypeVar("T")

_tables: dict[int, tuple[weakref.ref[Any], Table]] = {}


def remember(value: Any, table: Table) -> None:
    """Give an object its table."""
    key = id(value)
    _tables[key] = (weakref.ref(value, lambda _: _tables.pop(key, None)), table)


def table_of(value: Any) -> Table | None:
    """The table of an object; None if it was not parsed with `keep`."""
    found = _tables.get(id(value)) if _tables else None
    return found[1] if found is not None and found[0]() is value else None


def hand_on(old: Any, new: T) -> T:
    """Give a copy what the original has."""
    table = table_of(old)
    if table is not None and new is not old:
        remember(new, dict(table))
    return new


def revive(make: Callable[..., T], arguments: tuple[Any, ...], table: Table) -> T:
    """Make an object that was pickled together with its table."""
    made = make(*arguments)
    remember(made, table)
    return made
