"""Open enumerations: numbers with names, where a number without a name is kept.

Registries grow after code is shipped, so an unknown number is not an error (RFC 3597 asks
for exactly this): `Type(65280)` is a member-like value named `None` that equals 65280,
pickles, and is written back as it came.
"""

from __future__ import annotations

import enum
from typing import Any, Self


class OpenEnum(enum.IntEnum):
    """An IntEnum that accepts every number; those without a name have `name` None."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return cls._unnamed(value)

    @classmethod
    def _unnamed(cls, value: int) -> Self:
        member = int.__new__(cls, value)
        member._name_ = None  # type: ignore[assignment]  # there is no name to give
        member._value_ = value
        return member

    def __repr__(self) -> str:
        label = f"{self._name_}: " if self._named else ""
        return f"<{type(self).__name__}.{label}{self._value_}>"

    def __str__(self) -> str:
        return self._name_ if self._named else str(self._value_)

    @property
    def _named(self) -> bool:
        name: str | None = self._name_  # an unnamed member has None, whatever the standard library promises
        return name is not None

    def __reduce_ex__(self, protocol: Any) -> Any:
        return type(self), (self._value_,)

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __copy__(self) -> Self:
        return self


class EnumTable(dict[int, Any]):
    """Number → member of one enumeration, made on demand; what compiled parsers index.

    For an `OpenEnum` an unknown number becomes an unnamed member; for a plain `IntEnum` it
    stays an `int`.  At most 65,536 unknown members are remembered, so hostile input cannot grow it.
    """

    _REMEMBERED = 65_536

    def __init__(self, members: type[enum.IntEnum]) -> None:
        super().__init__((int(member), member) for member in members)
        self.members = members

    def __missing__(self, value: int) -> Any:
        found: Any = self.members._unnamed(value) if issubclass(self.members, OpenEnum) else value
        if len(self) < self._REMEMBERED:
            self[value] = found
        return found


class EnumNames(dict[Any, Any]):
    """Number → name of one enumeration; a number without a name, and None, stay as they are."""

    def __init__(self, members: type[enum.IntEnum]) -> None:
        super().__init__((int(member), member.name) for member in members)
        self.members = members

    def __missing__(self, number: int | None) -> int | None:
        return None if number is None else int(number)


_NAMES: dict[type[enum.IntEnum], EnumNames] = {}


def names_of(members: type[enum.IntEnum]) -> EnumNames:
    """The one table of names of an enumeration."""
    names = _NAMES.get(members)
    if names is None:
        names = _NAMES[members] = EnumNames(members)
    return names


_TABLES: dict[type[enum.IntEnum], EnumTable] = {}


def table_of(members: type[enum.IntEnum]) -> EnumTable:
    """The one table of an enumeration."""
    table = _TABLES.get(members)
    if table is None:
        table = _TABLES[members] = EnumTable(members)
    return table
