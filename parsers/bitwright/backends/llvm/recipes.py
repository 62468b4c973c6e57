"""How to make again, in another process, the objects that a module's code reaches.

Promise: what `loads` gives for what `dumps` wrote, with the objects of an equal declaration, are the same objects as they would be
made from the declaration: the very classes, tables, members and functions, and new ones of what is made for the module alone.
`dumps` refuses (`Unnameable`) what it cannot name: nothing is looked up by a name that leads to another object.  What was written is
a pickle, and holds Python code: it is read from nowhere but the user's own directory (`cache.py`).
"""

from __future__ import annotations

import enum
import io
import itertools
import marshal
import pickle
import struct
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from bitwright.backends.llvm.assembler import Caller
from bitwright.enums import EnumNames, EnumTable, names_of, table_of
from bitwright.values import Skipped
from bitwright.wire.timestamps import TimestampTable, table_of_times

_GENERATED: Final = "<bitwright "  # how the file names of generated functions begin
_BY_NAME: Final = (
    type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodDescriptorType, types.WrapperDescriptorType, Skipped,
)  # fmt: skip
_SHORTEST: Final = 4  # members of an enumeration that are written as a run


class Unnameable(Exception):  # noqa: N818  # an answer, not a fault
    """An object cannot be named so that another process finds the same."""


class _Run:
    """So many members of an enumeration, the numbers of which follow one another."""

    def __init__(self, members: type[enum.IntEnum], first: int, count: int) -> None:
        self.members, self.first, self.count = members, first, count


def dumps(objects: Sequence[Any], known: Sequence[Any]) -> bytes:
    """The recipes of some objects; `known` are those that another process will have in the same order."""
    written = io.BytesIO()
    try:
        _Writer(written, known).dump(list(_with_runs(objects)))
    except Exception as error:  # whatever a class that is not ours does when it is asked how to make a value of it
        raise Unnameable(str(error)) from error
    return written.getvalue()


def loads(raw: bytes, known: Sequence[Any]) -> list[Any]:
    """The objects of these recipes."""
    reader = _Reader(io.BytesIO(raw))
    reader.known = known
    found: list[Any] = []
    for one in reader.load():
        if type(one) is _Run:
            table = table_of(one.members)
            found += [table[number] for number in range(one.first, one.first + one.count)]
        else:
            found.append(sys.intern(one) if type(one) is str else one)  # names, which CPython compares by identity
    return found


def _with_runs(objects: Iterable[Any]) -> Iterable[Any]:
    """Members of enumerations put together, where they are those that a table gives."""
    for (kind, _), some in itertools.groupby(zip(itertools.count(), objects, strict=False), _place_in_run):
        row = [one for _, one in some]
        if kind is not None and len(row) >= _SHORTEST and all(table_of(kind)[int(one)] is one for one in row):
            yield _Run(kind, int(row[0]), len(row))
        else:
            yield from row


def _place_in_run(numbered: tuple[int, Any]) -> tuple[type[enum.IntEnum] | None, int]:
    """The same for members that follow one another, and for nothing else."""
    index, one = numbered
    return (type(one), int(one) - index) if isinstance(one, enum.IntEnum) else (None, -1)


class _Writer(pickle.Pickler):
    """Known objects stand as their numbers."""

    def __init__(self, file: io.BytesIO, known: Sequence[Any]) -> None:
        super().__init__(file, 5)
        self._numbers = {_identity(one): number for number, one in enumerate(known)}
        self._spaces: dict[int, dict[str, Any]] = {}

    def persistent_id(self, obj: Any) -> int | None:
        """The number of a known object."""
        return self._numbers.get(_identity(obj))

    def reducer_override(self, obj: Any) -> Any:
        """How what is not simply data is made again."""
        kind = type(obj)
        if kind is Caller:
            return Caller, (obj.what,)
        if kind is _Run:
            return _Run, (obj.members, obj.first, obj.count)
        if kind is types.FunctionType and obj.__code__.co_filename.startswith(_GENERATED):
            code = marshal.dumps(obj.__code__.replace(co_filename=f"{_GENERATED}machine code from the cache>"))
            return _function, (code, self._globals_of(obj))
        if kind is struct.Struct:
            return struct.Struct, (obj.format,)
        for table, described in _TABLES.items():
            if kind is table:
                make, *about = described(obj)
                if make(*about) is not obj:
                    raise Unnameable("a table that is not the one of its class")
                return make, tuple(about)
        if isinstance(obj, enum.IntEnum):
            if table_of(type(obj))[int(obj)] is not obj:
                raise Unnameable("a member of an enumeration that is not in its table")
            return _member, (kind, int(obj))
        if isinstance(obj, _BY_NAME):
            return NotImplemented  # pickle looks whether the name leads to this very object; of a method, it is that of its object
        raise Unnameable(f"an object of {kind.__qualname__}")

    def _globals_of(self, function: types.FunctionType) -> dict[str, Any]:
        """What the functions of one source use, but for one another."""
        space = function.__globals__
        found = self._spaces.get(id(space))
        if found is None:
            file = function.__code__.co_filename
            found = self._spaces[id(space)] = {
                name: value for name, value in space.items() if not name.startswith("__") and _file_of(value) != file
            }
        return found


class _Reader(pickle.Unpickler):
    """The other way round."""

    known: Sequence[Any] = ()

    def persistent_load(self, pid: int) -> Any:
        """A known object, by its number."""
        return self.known[pid]


def _identity(one: Any) -> Any:
    """What tells objects apart; a method is made anew each time that it is asked for."""
    return id(one) if type(one) is not types.MethodType else (id(one.__self__), id(one.__func__))


def _file_of(value: Any) -> str | None:
    return value.__code__.co_filename if type(value) is types.FunctionType else None


def _function(code: bytes, space: dict[str, Any]) -> types.FunctionType:
    return types.FunctionType(marshal.loads(code), space)  # noqa: S302  # of our own, from the user's own directory


def _member(members: type[enum.IntEnum], number: int) -> Any:
    return table_of(members)[number]


def _times(as_type: Any, text: bool) -> TimestampTable:
    return table_of_times(as_type, text=text)


_TABLES: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    EnumTable: lambda table: (table_of, table.members),
    EnumNames: lambda table: (names_of, table.members),
    TimestampTable: lambda table: (_times, table.as_type, table.text),
}
