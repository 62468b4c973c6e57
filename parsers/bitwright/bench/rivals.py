"""Decoders of others beside the engines: a function for an operation, and what of its results can be compared.

Promise: a rival that gives another result in anything that both name is refused, with the field and both values; where nothing can be
compared, the report says that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bitwright.schema.spec import spec_of
from bitwright.struct_ import Struct

_MISSING: Final = object()
_PLAIN: Final = (int, str, bytes, bytearray, memoryview, float)


@dataclasses.dataclass(frozen=True, slots=True)
class Rival:
    """A function beside the engines, and what to call it.

    `operation` "parse": it takes bytes.  "build": it takes a message, as what `prepare` makes of its bytes or, without that, as our
    object, and gives bytes.  "push": it takes a list of segments, and gives a list of messages.
    """

    operation: str
    function: Callable[[Any], Any]
    name: str = ""
    prepare: Callable[[Any], Any] | None = None

    @property
    def label(self) -> str:
        """Its name in the table."""
        function = self.function
        return self.name or f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', type(function).__name__)}"


def compared(message: type[Struct], ours: Any, theirs: Any) -> tuple[list[str], str]:
    """The fields that two results have both, as far as these can be compared; and what is different, empty if nothing is."""
    names = [field.name for field in spec_of(message).visible]
    fields = []
    for index, name in enumerate(names):
        mine, other = getattr(ours, name), _field(theirs, name, index, len(names))
        if other is _MISSING:
            continue
        same = _same(mine, other)
        if same is None:
            continue
        fields.append(name)
        if not same:
            return fields, f"{name} is {mine!r}, and {other!r} there"
    return fields, ""


def _field(theirs: Any, name: str, index: int, count: int) -> Any:
    """A field of a mapping, of an object, or of a sequence with as many elements as there are fields."""
    if isinstance(theirs, Mapping):
        return theirs.get(name, _MISSING)
    if isinstance(theirs, Sequence) and not isinstance(theirs, str | bytes | bytearray) and not hasattr(theirs, "_fields"):
        return theirs[index] if len(theirs) == count else _MISSING
    found = getattr(theirs, name, _MISSING)
    return _MISSING if callable(found) else found


def _same(mine: Any, other: Any) -> bool | None:
    """Whether two values are the same; None where one is of a kind that cannot be compared: an object, or text beside a number."""
    if isinstance(mine, list | tuple) and isinstance(other, list | tuple):
        return len(mine) == len(other)
    if isinstance(mine, bytes) and isinstance(other, bytes | bytearray | memoryview):
        return mine == bytes(other)
    for kind in (int, float, str):
        if isinstance(mine, kind) and isinstance(other, kind):
            return bool(mine == other or (mine != mine and other != other))  # noqa: PLR0124  # a NaN
    return None
